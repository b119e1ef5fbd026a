using System.Globalization;
using Kindred.Data.Audit;
using Kindred.Data.Films;
using Kindred.Data.Sources;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Films with captions: features or frames of each, and the words of a caption. <c>video-text:PATH</c>, <c>video-text:hanzi</c>.</summary>
/// <remarks>
/// Two views: <c>video</c>, <c>[N, T, D]</c>, as many frames of every film, evenly spread, in training drawn within equal stretches of it; and <c>text</c>, words by number,
/// <c>[N, L]</c>, in training one of a film's captions. The words are those of the training films, and a run keeps them.
/// </remarks>
[Modality("films", "films with captions: features or frames of each, and the words of a caption", "video-text")]
public sealed class FilmModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => new Dictionary<string, SampleKinds> { ["video"] = SampleKinds.Films, ["text"] = SampleKinds.Captions };

    const string Sample = "hanzi", Own = "seed";
    const int Shown = 8, Length = 24;

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<ViewRequest> views, ViewRequest? plain) =>
        RefuseViews(views, plain, "films and captions have one view of each, 'video' and 'text'");

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request.Views, request.Plain);
        var uri = Drawn(DataUri.Parse(request.Uri), request.Seed);
        var all = Read(uri);
        var set = all.Part(uri);
        if (request.Batch > set.Films.Count) throw new ConfigurationException($"{uri}: {set.Films.Count} films do not fill a batch of {request.Batch}; lower train.batch.");
        var words = KeptWords(request.Assets) ?? WordTable.Of(Learnt(all, uri).Films.SelectMany(f => f.Captions), Seen(uri).Least);
        var sentences = FilmSentences.Of(uri, set.Films.SelectMany(f => f.Captions));
        return new FilmData(set, words, sentences, Seen(uri).Frames, Seen(uri).Words, request.Batch, request.Seed);
    }

    // How a film is seen, whether or not it is read yet.
    static (int Frames, int Words, int Least) Seen(DataUri uri) =>
        (FilmSet.Whole(uri, "shown", 1, 1024) ?? Shown, FilmSet.Whole(uri, "words", 2, 1024) ?? Length, FilmSet.Whole(uri, "least", 1) ?? 1);

    /// <inheritdoc/>
    public override string AtMost(string uri, int samples) => Limited(uri, samples);

    /// <summary>Keeps the words.</summary>
    public override void Keep(IData data, string folder)
    {
        if (data is FilmData films) films.Words.Save(Path.Combine(folder, WordTable.FileName));
    }

    /// <summary>A caption's words; of a film the first values.</summary>
    protected override string Line(IData data, View view, int row) => view.Group == "text" && data is FilmData films
        ? string.Join(' ', view.X.Select(0, row).ToArray<long>().Where(w => w is not (WordTable.Nothing or WordTable.Beginning or WordTable.End)).Select(w => films.Words.Word((int)w)))
        : base.Line(data, view, row);

    /// <summary>Counts films, captions, words, and captions that say the same of several films.</summary>
    public override DataReport Audit(string uri, Look look, CancellationToken cancel = default, Action<int, int>? progress = null)
    {
        var parsed = Drawn(DataUri.Parse(uri), 0);
        FilmSentences.Check(parsed);                                        // what training would refuse is refused here
        _ = Seen(parsed);
        var all = Read(parsed);
        var set = all.Part(parsed);
        string[] captions = [.. set.Films.SelectMany(f => f.Captions)];
        int[] lengths = [.. captions.Select(c => WordTable.Split(c).Count()).Order()];
        return new DataReport
        {
            Source = uri,
            Samples = set.Films.Count + set.Bad.Count,
            Classes = new Dictionary<string, int>(),
            Unlabelled = set.Films.Count,
            Bad = set.Bad,
            Formats = new Dictionary<string, int>
            {
                ["frames"] = set.Films.Sum(f => f.Frames), ["features of a frame"] = set.Width, ["captions"] = captions.Length,
                ["captions that occur again"] = captions.Length - captions.Distinct(StringComparer.Ordinal).Count(),
                ["words"] = WordTable.Of(captions).Count - WordTable.Of([]).Count, ["words of the longest caption"] = lengths[^1],
            },
            Sizes = null,
        };
    }

    // A division that goes by the run's seed: several seeds of a study see several divisions.
    static DataUri Drawn(DataUri uri, ulong seed) => uri["repeat"] == Own ? uri.With("repeat", ((seed % 1_000_000) + 1).ToString(CultureInfo.InvariantCulture)) : uri;

    static FilmSet Read(DataUri uri)
    {
        string[] common = [.. FilmSet.Keys, "shown", "words", "least", FilmSentences.Key];
        if (uri.Path == Sample)
        {
            uri.Allow([.. common, .. StrokeFilms.Keys]);
            return StrokeFilms.Open(uri);
        }
        uri.Allow([.. common, .. FilmFiles.Keys]);
        return FilmFiles.Open(uri);
    }

    static WordTable? KeptWords(string? assets) =>
        assets is not null && Path.Combine(assets, WordTable.FileName) is var file && File.Exists(file) ? WordTable.Load(file) : null;

    // The training part of the same data; data without parts are all learnt from.
    static FilmSet Learnt(FilmSet all, DataUri uri)
    {
        var training = uri.With("split", all.Films.Any(f => f.Part == "train") ? "train" : null);
        return all.Part(uri["held"] is { } held ? training.With("held", null).With("hold", held) : training);
    }
}

/// <summary>Data whose samples have captions: more than the one that a batch shows.</summary>
public interface ICaptioned
{
    /// <summary>Every caption of every sample, in order: one view of text, its samples' numbers in <see cref="Batch.Index"/>.</summary>
    /// <param name="batch">Captions at once.</param>
    IEnumerable<Batch> Captions(int batch);

    /// <summary>How many captions each sample has.</summary>
    IReadOnlyList<int> CaptionsOfEach { get; }
}

/// <summary>Films and captions as a method sees them.</summary>
sealed class FilmData(FilmSet set, WordTable words, FilmSentences? sentences, int shown, int length, int batch, ulong seed)
    : MemoryData(set.Films.Count, [], null, batch, seed), IData, ICaptioned
{
    /// <summary>The words that captions are written in.</summary>
    public WordTable Words => words;

    public override IReadOnlyDictionary<string, long> Inputs
    {
        get
        {
            var inputs = new Dictionary<string, long> { ["video.features"] = set.Width, ["video.length"] = shown, ["text.vocabulary"] = words.Count, ["text.length"] = length };
            if (sentences is not null) inputs["text.sentence"] = sentences.Width;
            return inputs;
        }
    }

    IReadOnlyList<(string Name, string Reason)> IData.Bad => [.. set.Bad.Select(b => (b.Name, b.Reason))];

    public override string Name(int index) => set.Films[index].Id;

    public override IEnumerable<SampleStamp> Stamps() => set.Films.Select(f => new SampleStamp(f.Id, -1, sizeof(float) * (long)f.Values.Length));

    public IReadOnlyList<int> CaptionsOfEach => [.. set.Films.Select(f => f.Captions.Count)];

    /// <summary>Two views, <c>video</c> and <c>text</c>; without chance the middle of each stretch and the first caption.</summary>
    protected override View[] Make(IReadOnlyList<Wanted> samples)
    {
        var values = new float[samples.Count * shown * set.Width];
        var captions = new string[samples.Count];
        for (var i = 0; i < samples.Count; i++)
        {
            var film = set.Films[samples[i].Row];
            var draws = samples[i].Key?.Draws();
            for (var f = 0; f < shown; f++)
            {
                var place = 0.5;
                if (draws is { } chance) (place, draws) = (chance.Uniform(), chance);
                film.Frame(Math.Min(film.Frames - 1, (int)((f + place) * film.Frames / shown))).CopyTo(values.AsSpan(((i * shown) + f) * set.Width));
            }
            var caption = 0;
            if (draws is { } left) caption = left.Integer(film.Captions.Count);
            captions[i] = film.Captions[caption];
        }
        return [new(Tensor.From<float>(values, [samples.Count, shown, set.Width]), "video"), Text(captions)];
    }

    View Text(string[] captions)
    {
        var text = new long[captions.Length * length];
        for (var i = 0; i < captions.Length; i++) words.Write(captions[i], text.AsSpan(i * length, length));
        var numbers = Tensor.From<long>(text, [captions.Length, length]);
        return sentences is null ? new View(numbers, "text") : new CaptionView(numbers, sentences.Rows(captions), "text");
    }

    public IEnumerable<Batch> Captions(int batch)
    {
        foreach (var some in set.Films.Index().SelectMany(f => f.Item.Captions.Select(c => (f.Index, Caption: c))).Chunk(batch))
            yield return new([Text([.. some.Select(s => s.Caption)])], Tensor.From<long>([.. some.Select(s => (long)s.Index)]), null);
    }
}
