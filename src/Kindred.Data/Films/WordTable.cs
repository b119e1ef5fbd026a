using System.Text;
using Kindred.Io;

namespace Kindred.Data.Films;

/// <summary>The words of some captions, numbered: what a network reads and writes in place of text.</summary>
/// <remarks>Words are runs of letters, digits and apostrophes in small letters. Numbers 0 to 3 stand for nothing, an unknown word, a beginning and an end.</remarks>
public sealed class WordTable
{
    /// <summary>Behind the end of a shorter caption.</summary>
    public const int Nothing = 0;

    /// <summary>A word that is not in the table.</summary>
    public const int Unknown = 1;

    /// <summary>In front of the first word.</summary>
    public const int Beginning = 2;

    /// <summary>Behind the last word.</summary>
    public const int End = 3;

    /// <summary>What the table is called in the folder of a run.</summary>
    public const string FileName = "words.txt";

    const int First = 4, MostWords = 1_000_000;

    readonly string[] words;
    readonly Dictionary<string, int> numbers;

    WordTable(string[] words)
    {
        this.words = words;
        numbers = words.Index().ToDictionary(w => w.Item, w => w.Index + First, StringComparer.Ordinal);
    }

    /// <summary>How many numbers there are, the four that are no words included.</summary>
    public int Count => words.Length + First;

    /// <summary>The words that occur often enough, the most frequent first.</summary>
    /// <param name="captions">What is counted: of the training films alone.</param>
    /// <param name="least">How often a word must occur.</param>
    public static WordTable Of(IEnumerable<string> captions, int least = 1)
    {
        var counts = captions.SelectMany(Split).CountBy(w => w, StringComparer.Ordinal);
        return new([.. counts.Where(c => c.Value >= least).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key)]);
    }

    /// <summary>The words of a caption.</summary>
    public static IEnumerable<string> Split(string caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        var start = -1;
        for (var i = 0; i <= caption.Length; i++)
        {
            var inside = i < caption.Length && (char.IsLetterOrDigit(caption[i]) || (caption[i] == '\'' && start >= 0));
            if (inside && start < 0) start = i;
            if (inside || start < 0) continue;
            yield return caption[start..i].TrimEnd('\'').ToLowerInvariant();
            start = -1;
        }
    }

    /// <summary>A caption as numbers: its words, an end, and nothing up to the length; what is too long is cut before the end.</summary>
    /// <param name="caption">The caption.</param>
    /// <param name="into">As long as captions may be, the end included.</param>
    public void Write(string caption, Span<long> into)
    {
        into.Fill(Nothing);
        var at = 0;
        foreach (var word in Split(caption).Take(into.Length - 1)) into[at++] = numbers.GetValueOrDefault(word, Unknown);
        into[at] = End;
    }

    /// <summary>A number's word.</summary>
    public string Word(int number) => number >= First && number < Count ? words[number - First] : "?";

    /// <summary>Writes the table, a word a line.</summary>
    public void Save(string file) => AtomicFile.WriteText(file, string.Concat(words.Select(w => w + "\n")));

    /// <summary>Reads a table.</summary>
    /// <exception cref="DataException">It is no UTF-8, has an empty line, or a word twice.</exception>
    public static WordTable Load(string file)
    {
        string text;
        try { text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(RegularFile.ReadAllBytes(file, RegularFile.SmallLimit)); }
        catch (DecoderFallbackException e) { throw new DataException($"{file} is no UTF-8 text; it has one word a line.", e); }
        string[] lines = text.Split('\n');
        if (lines is [.., ""]) lines = lines[..^1];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
            if (lines[i].Length == 0 || !seen.Add(lines[i]) || i == MostWords)
                throw new DataException($"{file}, line {i + 1}: '{lines[i]}'; every line has one word, each word once, at most {MostWords}.");
        return new(lines);
    }
}
