using System.IO.Hashing;
using System.Runtime.InteropServices;
using Kindred.Data.Audit;
using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Io.Onnx;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Text: sentences, pairs and triples in files, WordNet's glosses, and pairs with a score of how alike they are.</summary>
/// <remarks>
/// A run keeps its vocabulary among its assets, and everything that it looks at later is cut by it. Without <c>vocab=</c> word pieces are learnt from the training sentences,
/// <c>vocabulary=</c> of them. <c>length=</c> is the number of tokens at which a sentence is cut: 32, of scored pairs 128.
/// </remarks>
[Modality("text", "sentences, one a line, or pairs and triples in a table; WordNet's glosses; scored pairs", "text", "sts")]
public sealed class TextModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => Alike(SampleKinds.Sentences);

    const int DefaultLength = 32, LengthOfPairs = 128, DefaultVocabulary = 8000;

    static readonly string[] own = ["vocab", "vocabulary", "length"];

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<ViewRequest> views, ViewRequest? plain) =>
        RefuseViews(views, plain, "sentences have no views of their own, their columns are what a method compares");

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request.Views, request.Plain);
        var uri = DataUri.Parse(request.Uri);
        var (set, parts) = Read(uri);
        return new TextData(set, parts, TokenizerOf(uri, set.All, request.Assets), LengthOf(uri), request.Batch, request.Seed);
    }

    static (Sentences Set, IReadOnlyList<(string, Sentences)> Parts) Read(DataUri uri)
    {
        if (uri.Kind == "sts")
        {
            uri.Allow(["sets", .. own]);
            var parts = StsSets.Open(uri);
            return (new(uri.Text, ["sentence1", "sentence2"], [.. parts.SelectMany(p => p.Set.Rows)]) { Scores = [.. parts.SelectMany(p => p.Set.Scores!)] }, parts);
        }
        if (uri.Path == "wordnet")
        {
            uri.Allow(["pairs", "split", "n", .. own]);
            return (WordNet.Open(uri), []);
        }
        uri.Allow([.. TextFiles.Keys, .. own]);
        return (TextFiles.Open(uri), []);
    }

    static int LengthOf(DataUri uri) => TextFiles.Whole(uri, "length", 2) ?? (uri.Kind == "sts" ? LengthOfPairs : DefaultLength);

    static int Pieces(DataUri uri) => TextFiles.Whole(uri, "vocabulary", 10) ?? DefaultVocabulary;

    // The run's own vocabulary, the one that is named, or one that is learnt.
    internal static Tokenizer TokenizerOf(DataUri uri, IEnumerable<string> corpus, string? assets)
    {
        var named = uri["vocab"] switch { null => null, MiniLm.Name => Tokenizer.Read(MiniLm.Fetch()), var path => Tokenizer.Read(path) };
        if (assets is not null && Tokenizer.IsIn(assets))
        {
            var kept = Tokenizer.Read(assets);
            return named is null || named.Same(kept) ? kept
                : throw new ConfigurationException($"{uri}: vocab={uri["vocab"]} is another vocabulary ({named.Count} tokens) than the one that the run learnt with "
                    + $"({kept.Count} tokens, in {assets}): its numbers would mean other words. Leave vocab= out.");
        }
        return named ?? new WordPieceTokenizer(WordPieceTraining.Learn(corpus, Pieces(uri)));
    }

    /// <summary>A sentence, or a file of sentences, one a line.</summary>
    public override string? Query(string query, string like, string folder)
    {
        ArgumentNullException.ThrowIfNull(query);
        var file = query;
        if (!File.Exists(query))
        {
            file = Path.Combine(folder, "query.txt");
            Io.AtomicFile.WriteText(file, string.Join(' ', query.Split((char[])['\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries)) + "\n");
        }
        var uri = DataUri.Parse(like);
        return With($"text:{file}", "length", uri["length"] ?? (uri.Kind == "sts" ? $"{LengthOfPairs}" : null));
    }

    /// <inheritdoc/>
    public override string? AtMost(string uri, int samples) => DataUri.Parse(uri).Kind == "sts" ? null : Limited(uri, samples);

    /// <inheritdoc/>
    public override void Keep(IData data, string folder)
    {
        ArgumentNullException.ThrowIfNull(data);
        (data as TextData ?? data.Streams.Values.OfType<TextData>().FirstOrDefault())?.Tokenizer.Save(folder);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Describe(DataRequest request, IReadOnlyDictionary<string, long> inputs)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(inputs);
        var said = new Dictionary<string, string>();
        if (inputs.TryGetValue("length", out var length)) said[OnnxKeys.Length] = length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (request.Assets is { } assets && Tokenizer.IsIn(assets))
            foreach (var (name, bytes) in Tokenizer.Read(assets).Files) said[OnnxKeys.Vocabulary + name] = Convert.ToBase64String(bytes);
        return said;
    }

    /// <summary>The sentence as its pieces say it, and how many they are.</summary>
    protected override string Line(IData data, View view, int row)
    {
        if (data is not TextData text || view is not TextView tokens) return base.Line(data, view, row);
        var count = tokens.Mask.Select(0, row).To(Kindred.Torch.Dtype.Int64).ToArray<long>().Sum();
        int[] pieces = [.. tokens.X.Select(0, row).ToArray<long>().Take((int)count).Select(t => (int)t)];
        return $"{text.Tokenizer.Text(pieces)} ({count} tokens)";
    }

    /// <inheritdoc/>
    public override DataReport Audit(string uri, Look look, CancellationToken cancel = default, Action<int, int>? progress = null)
    {
        var parsed = DataUri.Parse(uri);
        var (set, parts) = Read(parsed);
        // What training would refuse is refused here.
        _ = (LengthOf(parsed), parsed["vocab"] is null ? Pieces(parsed) : TokenizerOf(parsed, [], null).Count);
        int[] lengths = [.. set.All.Select(s => BertWords.Split(s).Count).Order()];
        var formats = new Dictionary<string, int>
        {
            ["sentences"] = lengths.Length, ["sentences a row"] = set.Columns.Count, ["words"] = lengths.Sum(), ["distinct words"] = set.All.SelectMany(BertWords.Split).Distinct().Count(),
            ["words of the shortest"] = lengths[0], ["of the median"] = lengths[lengths.Length / 2], ["of the longest"] = lengths[^1],
            ["that occur again"] = lengths.Length - set.All.Distinct().Count(), ["blank lines"] = set.Blank,
        };
        foreach (var (name, part) in parts) formats[$"pairs of {name}"] = part.Rows.Count;
        return new DataReport
        {
            Source = uri, Samples = set.Rows.Count, Bad = [], Sizes = null, Formats = formats,
            Classes = set.Classes.Select((name, i) => (name, set.Labels!.Count(l => l == i))).ToDictionary(c => c.name, c => c.Item2),
            Unlabelled = set.Labels is null ? set.Rows.Count : 0,
        };
    }
}

/// <summary>Sentences as a method sees them: one view a column, `[N, T]` tokens with their mask; of sentences that say the same, two at random.</summary>
public sealed class TextData : MemoryData
{
    readonly int length;
    readonly int[]?[][] tokens;

    /// <summary>Prepares batches of sentences.</summary>
    /// <param name="set">The sentences.</param>
    /// <param name="parts">The sets that they were put together from, by name; empty for one.</param>
    /// <param name="tokenizer">Makes numbers of them.</param>
    /// <param name="length">Tokens at which a sentence is cut.</param>
    /// <param name="batch">Rows a step.</param>
    /// <param name="seed">Decides order and draws.</param>
    public TextData(Sentences set, IReadOnlyList<(string Name, Sentences Set)> parts, Tokenizer tokenizer, int length, int batch, ulong seed)
        : base((set ?? throw new ArgumentNullException(nameof(set))).Rows.Count, set.Classes, set.Labels, batch, seed) =>
        (Set, Parts, Tokenizer, this.length, tokens) = (set, parts, tokenizer, length, [.. set.Rows.Select(r => new int[]?[r.Length])]);

    /// <summary>The sentences themselves.</summary>
    public Sentences Set { get; }

    /// <summary>The sets that they were put together from, by name, in order; empty for one.</summary>
    public IReadOnlyList<(string Name, Sentences Set)> Parts { get; }

    /// <summary>What makes numbers of them.</summary>
    public Tokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["vocabulary"] = Tokenizer.Count, ["length"] = length };

    /// <inheritdoc/>
    protected override View[] Make(IReadOnlyList<Wanted> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Count == 0 || samples[0].Key is null || Set.Columns.Count == 1) return [View(0, s => 0)];
        if (!Set.Alike) return [.. Enumerable.Range(0, Set.Columns.Count).Select(c => View(c, _ => c))];
        var pairs = samples.ToDictionary(s => s, Two);
        return [View(0, s => pairs[s].First), View(1, s => pairs[s].Second)];

        TextView View(int number, Func<Wanted, int> column) => TextView.Of([.. samples.Select(s => Tokens(s.Row, column(s)))], $"sentence.{number}");
    }

    // Two different ones of a row's sentences.
    (int First, int Second) Two(Wanted sample)
    {
        var draws = sample.Key.GetValueOrDefault().Draws();
        var (first, other) = (draws.Integer(Set.Columns.Count), draws.Integer(Set.Columns.Count - 1));
        return (first, other < first ? other : other + 1);
    }

    int[] Tokens(int row, int column) => tokens[row][column] ??= Tokenizer.Encode(Set.Rows[row][column], length);

    /// <summary>Represents every sentence of a column, those of like length together.</summary>
    /// <param name="column">Which.</param>
    /// <param name="represent">Maps a view to `[n, D]`.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <returns>`[N, D]` in single precision, in the order of the rows.</returns>
    public Tensor Represent(int column, Func<View, Tensor> represent, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(represent);
        int[] order = [.. Enumerable.Range(0, Count).OrderBy(r => Tokens(r, column).Length)];
        List<Tensor> parts = [];
        foreach (var rows in order.Chunk(64))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = Scope.Open();
            parts.Add(scope.Return(represent(TextView.Of([.. rows.Select(r => Tokens(r, column))], "sentence.0")).To(Dtype.Float32)));
        }
        var back = new long[order.Length];
        for (var i = 0; i < order.Length; i++) back[order[i]] = i;
        return Tensor.Cat([.. parts]).IndexSelect(0, Tensor.From<long>(back).To(parts[0].Device));
    }

    /// <summary>The sentence itself: of a row of several, the first, which is the one that is looked at.</summary>
    public override string Name(int index) => Set.Rows[index][0];

    /// <inheritdoc/>
    public override IEnumerable<SampleStamp> Stamps() => Enumerable.Range(0, Count).Select(r => new SampleStamp(Hash(string.Join('\t', Set.Rows[r])), Labels?[r] ?? -1));

    // What a sentence says is all that it is.
    internal static string Hash(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan())).ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
