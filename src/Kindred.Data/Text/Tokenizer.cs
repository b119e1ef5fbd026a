using System.Text;
using Kindred.Data.Sources;
using Kindred.Io;
using Microsoft.ML.Tokenizers;

namespace Kindred.Data.Text;

/// <summary>Turns sentences into numbers of a vocabulary.</summary>
public abstract class Tokenizer
{
    /// <summary>How many numbers there are.</summary>
    public abstract int Count { get; }

    /// <summary>The numbers of a sentence, cut to a length; at least one.</summary>
    /// <param name="sentence">Any text.</param>
    /// <param name="length">Numbers at most, the first and last token included; at least 2.</param>
    public abstract int[] Encode(string sentence, int length);

    /// <summary>The number that ends a text.</summary>
    /// <exception cref="DataException">The vocabulary has none.</exception>
    public abstract int End { get; }

    /// <summary>The numbers of a text without those that frame it, of any length.</summary>
    /// <param name="text">Any text.</param>
    public abstract int[] Pieces(string text);

    /// <summary>The text of some numbers, less what frames and fills it.</summary>
    /// <param name="numbers">As <see cref="Pieces"/> gives them.</param>
    public abstract string Text(IReadOnlyList<int> numbers);

    /// <summary>Writes the files that it is read from again.</summary>
    /// <param name="folder">Exists.</param>
    public void Save(string folder)
    {
        foreach (var (name, bytes) in Files) File.WriteAllBytes(Path.Combine(folder, name), bytes);
    }

    /// <summary>Its files by name.</summary>
    public abstract IReadOnlyList<(string Name, byte[] Bytes)> Files { get; }

    /// <summary>Whether another has the same files.</summary>
    public bool Same(Tokenizer other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Files.Count == other.Files.Count && Files.Zip(other.Files).All(f => f.First.Name == f.Second.Name && f.First.Bytes.AsSpan().SequenceEqual(f.Second.Bytes));
    }

    /// <summary>Reads a vocabulary: <c>vocab.txt</c> (WordPiece), <c>vocab.json</c> beside <c>merges.txt</c> (byte-level BPE), or a SentencePiece <c>.model</c>.</summary>
    /// <param name="path">The file, or a folder that holds one of them.</param>
    /// <exception cref="DataException">There is none, or it is damaged.</exception>
    public static Tokenizer Read(string path)
    {
        if (Find(path) is not { } file)
            throw new DataException($"{path}: there is no vocabulary there; "
                + "expected is vocab.txt (WordPiece), vocab.json beside merges.txt (byte-level BPE) or a SentencePiece .model.");
        return Path.GetExtension(file) switch
        {
            ".json" => new BytePairTokenizer(RegularFile.ReadAllBytes(file), RegularFile.ReadAllBytes(Path.Combine(Path.GetDirectoryName(file) ?? "", "merges.txt")), file),
            ".model" => new SentencePieces(RegularFile.ReadAllBytes(file), file),
            _ => new WordPieceTokenizer(RegularFile.ReadAllBytes(file), file),
        };
    }

    /// <summary>Whether a folder holds a vocabulary.</summary>
    public static bool IsIn(string folder) => Find(folder) is not null;

    static string? Find(string path) => File.Exists(path) ? path : !Directory.Exists(path) ? null
        : new[] { "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model" }.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists);
}

/// <summary>WordPiece, uncased: the longest piece of the vocabulary first. Words that hold what no piece has are unknown as a whole.</summary>
public sealed class WordPieceTokenizer : Tokenizer
{
    // What the library gets as a limit it counts otherwise in short sentences, so that it gets a wide one.
    const int Longest = 512;

    readonly FastBertTokenizer.BertTokenizer tokenizer = new();
    readonly byte[] file;
    readonly List<string> tokens;

    /// <summary>A vocabulary of one token a line.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="DataException">It is no such vocabulary.</exception>
    public WordPieceTokenizer(byte[] file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        this.file = file;
        var lines = tokens = Utf8.Lines(file, path);
        foreach (var special in (string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
            if (!lines.Contains(special))
                throw new DataException($"{path}: the token {special} is missing among {lines.Count} lines; expected is a WordPiece vocabulary, one token a line.");
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Count; i++)
            if (!seen.TryAdd(lines[i], i)) throw new DataException($"{path}, line {i + 1}: the token '{lines[i]}' stands in line {seen[lines[i]] + 1} already.");
        (Count, End) = (lines.Count, lines.IndexOf("[SEP]"));
        tokenizer.LoadVocabulary(new StringReader(string.Join('\n', lines)), convertInputToLowercase: true);
    }

    /// <summary>A vocabulary that was learnt.</summary>
    /// <param name="tokens">One a number.</param>
    public WordPieceTokenizer(IReadOnlyList<string> tokens) : this(Encoding.UTF8.GetBytes(string.Join('\n', tokens) + "\n"), "the vocabulary") { }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<(string, byte[])> Files => [("vocab.txt", file)];

    /// <inheritdoc/>
    public override int[] Encode(string sentence, int length)
    {
        // Cleaned before, as the library takes letters apart by a culture's tables, which a program may be without.
        var ids = tokenizer.Encode(BertWords.Clean(sentence), Math.Max(length, Longest)).InputIds.Span;
        var numbers = new int[Math.Min(ids.Length, length)];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = (int)ids[i];
        numbers[^1] = (int)ids[^1];                                             // [SEP], also where the sentence is cut
        return numbers;
    }

    /// <inheritdoc/>
    public override int End { get; }

    /// <inheritdoc/>
    public override int[] Pieces(string text) => Encode(text, Math.Max(Longest, (2 * (text ?? throw new ArgumentNullException(nameof(text))).Length) + 2))[1..^1];

    /// <inheritdoc/>
    public override string Text(IReadOnlyList<int> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        var text = new StringBuilder();
        foreach (var token in numbers.Select(n => tokens[n]))
        {
            if (token is "[PAD]" or "[CLS]" or "[SEP]") continue;
            if (token.StartsWith("##", StringComparison.Ordinal)) text.Append(token.AsSpan(2));
            else text.Append(text.Length > 0 ? " " : "").Append(token);
        }
        return text.ToString();
    }
}

/// <summary>Byte-level byte-pair encoding, as GPT-2 and RoBERTa have it; a sentence stands between &lt;s&gt; and &lt;/s&gt; where the vocabulary has them.</summary>
public sealed class BytePairTokenizer : Tokenizer
{
    readonly BpeTokenizer tokenizer;
    readonly byte[] vocabulary, merges;
    readonly int first, last;

    /// <summary>A vocabulary and its merges.</summary>
    /// <param name="vocabulary">Content of <c>vocab.json</c>.</param>
    /// <param name="merges">Content of <c>merges.txt</c>.</param>
    /// <param name="path">Path of the first, for messages.</param>
    /// <exception cref="DataException">They are no such files.</exception>
    public BytePairTokenizer(byte[] vocabulary, byte[] merges, string path)
    {
        (this.vocabulary, this.merges) = (vocabulary, merges);
        Dictionary<string, int> known;
        try { known = JsonText.Read<Dictionary<string, int>>(vocabulary, path); }
        catch (DataException e) { throw new DataException($"{e.Message} Expected is vocab.json of byte-level BPE: {{\"token\": number, …}}, beside merges.txt.", e); }
        Numbered(known, path);
        var rules = Rules(known, merges, Path.Combine(Path.GetDirectoryName(path) ?? "", "merges.txt"));
        try { tokenizer = BpeTokenizer.Create(new BpeOptions(known) { Merges = rules, ByteLevel = true, PreTokenizer = RobertaPreTokenizer.Instance }); }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or InvalidDataException or FormatException)
        {
            throw new DataException($"{path} and merges.txt are no vocabulary of byte-level BPE.", e);
        }
        Count = known.Count;
        (first, last) = (known.GetValueOrDefault("<s>", -1), known.GetValueOrDefault("</s>", known.GetValueOrDefault("<|endoftext|>", -1)));
    }

    static void Numbered(Dictionary<string, int> known, string path)
    {
        if (known.Count == 0) throw new DataException($"{path} holds no token.");
        var owners = new string?[known.Count];
        foreach (var (token, number) in known)
        {
            if (number < 0 || number >= owners.Length)
                throw new DataException($"{path}: '{token}' has the number {number}, and the {owners.Length} tokens are numbered from 0 to {owners.Length - 1}, without gaps.");
            if (owners[number] is { } other) throw new DataException($"{path}: '{other}' and '{token}' have the same number, {number}.");
            owners[number] = token;
        }
    }

    // A rule joins two tokens into a third, and all three have numbers.
    static List<string> Rules(Dictionary<string, int> known, byte[] merges, string path)
    {
        var rules = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, line) in Utf8.Lines(merges, path).Index())
        {
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal)) continue;
            if (line.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
                throw new DataException($"{path}, line {i + 1}: two tokens with a blank between them were expected, this is '{(line.Length > 40 ? $"{line[..40]}…" : line)}'.");
            if (new[] { left, right, left + right }.FirstOrDefault(token => !known.ContainsKey(token)) is { } missing)
                throw new DataException($"{path}, line {i + 1}: vocab.json has no token '{missing}'; do the two files belong together?");
            if (!rules.TryAdd(line, i)) throw new DataException($"{path}, line {i + 1}: the rule '{line}' stands in line {rules[line] + 1} already.");
        }
        return [.. rules.Keys];
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<(string, byte[])> Files => [("vocab.json", vocabulary), ("merges.txt", merges)];

    /// <inheritdoc/>
    public override int[] Encode(string sentence, int length) => Framed(tokenizer.EncodeToIds(sentence), first, last, length);

    /// <inheritdoc/>
    public override int End => last >= 0 ? last : throw new DataException("the vocabulary of byte-level BPE has neither </s> nor <|endoftext|>, so that no text could be ended.");

    /// <inheritdoc/>
    public override int[] Pieces(string text) => [.. tokenizer.EncodeToIds(text)];

    /// <inheritdoc/>
    public override string Text(IReadOnlyList<int> numbers) => tokenizer.Decode(numbers.Where(n => n != first && n != last))?.Trim() ?? "";

    internal static int[] Framed(IReadOnlyList<int> ids, int first, int last, int length)
    {
        var room = length - (first >= 0 ? 1 : 0) - (last >= 0 ? 1 : 0);
        int[] framed = [.. first >= 0 ? [first] : (int[])[], .. ids.Take(room), .. last >= 0 ? [last] : (int[])[]];
        return framed.Length > 0 ? framed : [0];
    }

    // GPT-2's words: a blank belongs to the word behind it.
    static class RobertaPreTokenizer
    {
        internal static readonly PreTokenizer Instance = new RegexPreTokenizer(
            new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", System.Text.RegularExpressions.RegexOptions.CultureInvariant), null);
    }
}

/// <summary>SentencePiece, unigram or BPE, by its own model file; a sentence ends in the model's end token.</summary>
public sealed class SentencePieces : Tokenizer
{
    readonly SentencePieceTokenizer tokenizer;
    readonly byte[] file;

    /// <summary>A model.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="DataException">It is no such model.</exception>
    public SentencePieces(byte[] file, string path)
    {
        this.file = file;
        try { tokenizer = Open(file); }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What is thrown speaks of the reader's insides.
            throw new DataException($"{path} is no SentencePiece model, or a damaged one; expected is a .model file of pieces (unigram or BPE), as sentencepiece trains it.", e);
        }
        Count = tokenizer.Vocabulary.Count == 0 ? throw new DataException($"{path}: the model has no pieces.") : tokenizer.Vocabulary.Values.Max() + 1;
    }

    /// <inheritdoc/>
    public override int Count { get; }

    // T5's models have no token that begins a sentence, which the library looks up all the same: they get number 0 for it, which is never asked for. Of a field that
    // comes twice the last one holds: 2, the training settings, with 41, the number of that token.
    static SentencePieceTokenizer Open(byte[] file)
    {
        try { return Create(file); }
        catch (IndexOutOfRangeException) { return Create([.. file, 0x12, 0x03, 0xC8, 0x02, 0x00]); }

        static SentencePieceTokenizer Create(byte[] model) => SentencePieceTokenizer.Create(new MemoryStream(model), addBeginningOfSentence: false, addEndOfSentence: false);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string, byte[])> Files => [("tokenizer.model", file)];

    /// <inheritdoc/>
    public override int[] Encode(string sentence, int length) => BytePairTokenizer.Framed(Pieces(sentence), -1, tokenizer.EndOfSentenceId, length);

    /// <inheritdoc/>
    public override int End => tokenizer.EndOfSentenceId;

    /// <inheritdoc/>
    public override int[] Pieces(string text)
    {
        // Strange letters in a row are one unknown piece, as SentencePiece's own program has it.
        var ids = tokenizer.EncodeToIds(text);
        return [.. ids.Where((id, i) => id != tokenizer.UnknownId || i == 0 || ids[i - 1] != id)];
    }

    /// <inheritdoc/>
    public override string Text(IReadOnlyList<int> numbers) => tokenizer.Decode(numbers.Where(n => n != tokenizer.EndOfSentenceId)).Trim();
}
