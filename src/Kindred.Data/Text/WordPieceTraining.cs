namespace Kindred.Data.Text;

/// <summary>Learns a vocabulary of word pieces from sentences.</summary>
/// <remarks>
/// Beginning from single letters, the pair of neighbouring pieces that occurs most often becomes a piece, again and again (Sennrich, Haddow, Birch, arXiv:1508.07909), as the
/// public trainers of WordPiece do. Pieces within a word begin with <c>##</c>. Of pairs that are equally frequent the first in the order of their letters is taken,
/// so that the same sentences give the same vocabulary.
/// </remarks>
public static class WordPieceTraining
{
    /// <summary>What comes first in every vocabulary: filling, unknown, first, last, masked.</summary>
    public static IReadOnlyList<string> Special { get; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    const int MostLetters = 1000, LongestWord = 100;

    /// <summary>The vocabulary, special tokens first, then letters, then pieces in the order in which they were made.</summary>
    /// <param name="sentences">The corpus.</param>
    /// <param name="size">How many tokens at most; fewer come out where nothing occurs twice any more.</param>
    /// <param name="least">How often a pair has to occur.</param>
    /// <exception cref="ConfigurationException">The size leaves no room for letters.</exception>
    public static IReadOnlyList<string> Learn(IEnumerable<string> sentences, int size = 8000, int least = 2)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var sentence in sentences)
            foreach (var word in BertWords.Split(sentence))
                if (word.Length <= LongestWord) counts[word] = counts.GetValueOrDefault(word) + 1;
        var letters = Letters(counts);
        if (size < Special.Count + letters.Count)
            throw new ConfigurationException($"vocabulary={size}: {Special.Count} special tokens and {letters.Count} letters do not fit in; "
                + $"take {Special.Count + letters.Count} at least.");
        return new Merging(counts, letters).Learn(size, least);
    }

    // The most frequent letters, each as the first of a word and within one.
    static List<string> Letters(Dictionary<string, long> words)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (word, count) in words)
            foreach (var letter in Pieces(word)) counts[letter] = counts.GetValueOrDefault(letter) + count;
        return [.. counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(MostLetters).Select(c => c.Key).Order(StringComparer.Ordinal)];
    }

    static IEnumerable<string> Pieces(string word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            var pair = char.IsHighSurrogate(word[i]) && i + 1 < word.Length ? 2 : 1;
            yield return (i == 0 ? "" : "##") + word.Substring(i, pair);
            i += pair - 1;
        }
    }

    /// <summary>Words as pieces, and where every pair of pieces occurs.</summary>
    sealed class Merging
    {
        readonly List<string> vocabulary = [.. Special];
        readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        readonly List<(List<int> Pieces, long Count)> words = [];
        readonly Dictionary<(int, int), long> pairs = [];
        readonly Dictionary<(int, int), HashSet<int>> places = [];

        public Merging(Dictionary<string, long> counts, List<string> letters)
        {
            foreach (var piece in vocabulary.Concat(letters).ToArray())
            {
                if (numbers.TryAdd(piece, numbers.Count) && numbers.Count > vocabulary.Count) vocabulary.Add(piece);
            }
            foreach (var (word, count) in counts.OrderBy(c => c.Key, StringComparer.Ordinal))
            {
                List<int> pieces = [.. Pieces(word).Select(p => numbers.GetValueOrDefault(p, -1))];
                if (pieces.Contains(-1)) continue;                              // a letter that is too rare
                for (var i = 1; i < pieces.Count; i++) Count((pieces[i - 1], pieces[i]), words.Count, count);
                words.Add((pieces, count));
            }
        }

        void Count((int, int) pair, int word, long count)
        {
            pairs[pair] = pairs.GetValueOrDefault(pair) + count;
            if (!places.TryGetValue(pair, out var found)) places[pair] = found = [];
            found.Add(word);
        }

        public List<string> Learn(int size, int least)
        {
            // Counts change as pairs are merged; what the queue says is held against the count of now.
            var queue = new PriorityQueue<((int A, int B) Pair, long Count), (long Count, string A, string B)>(Comparer<(long Count, string A, string B)>.Create(InOrder));
            foreach (var (pair, count) in pairs) Offer(pair, count);
            while (vocabulary.Count < size && queue.TryDequeue(out var best, out _))
            {
                var now = pairs.GetValueOrDefault(best.Pair);
                if (now < least) continue;
                if (now != best.Count) Offer(best.Pair, now);
                else
                    foreach (var changed in Merge(best.Pair)) Offer(changed, pairs[changed]);
            }
            return vocabulary;

            void Offer((int A, int B) pair, long count)
            {
                if (count >= least) queue.Enqueue((pair, count), (count, vocabulary[pair.A], vocabulary[pair.B]));
            }
        }

        static int InOrder((long Count, string A, string B) x, (long Count, string A, string B) y) =>
            x.Count != y.Count ? y.Count.CompareTo(x.Count) : string.CompareOrdinal(x.A, y.A) is not 0 and var first ? first : string.CompareOrdinal(x.B, y.B);

        HashSet<(int, int)> Merge((int A, int B) pair)
        {
            var text = vocabulary[pair.A] + vocabulary[pair.B][2..];
            if (!numbers.TryGetValue(text, out var merged))
            {
                numbers[text] = merged = vocabulary.Count;
                vocabulary.Add(text);
            }
            var made = new HashSet<(int, int)>();
            foreach (var word in places[pair].Order())
            {
                var (pieces, count) = words[word];
                for (var i = 0; i + 1 < pieces.Count; i++)
                {
                    if (pieces[i] != pair.A || pieces[i + 1] != pair.B) continue;
                    if (i > 0) { pairs[(pieces[i - 1], pair.A)] -= count; New((pieces[i - 1], merged)); }
                    if (i + 2 < pieces.Count) { pairs[(pair.B, pieces[i + 2])] -= count; New((merged, pieces[i + 2])); }
                    pieces[i] = merged;
                    pieces.RemoveAt(i + 1);

                    void New((int, int) other)
                    {
                        Count(other, word, count);
                        made.Add(other);
                    }
                }
            }
            pairs.Remove(pair);
            places.Remove(pair);
            made.Remove(pair);
            return made;
        }
    }
}
