using System.Globalization;
using Kindred.Data.Sources;
using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>
/// Pairs of vectors x and y: columns of a table, <c>columns:FILE?x=1-3&amp;y=weight</c>, or drawn from a law whose mutual information is known, <c>columns:gaussian</c>, <c>columns:noisy</c>.
/// </summary>
/// <remarks>
/// Of a table: <c>x</c> and <c>y</c> pick columns by name, number from 1 or range (<see cref="NumberFile"/>), <c>with</c> is another file that y comes from, <c>scale</c> is ranks or standard.
/// Of a law: <c>dim</c> and <c>rho</c> of the Gaussians; <c>f</c> (linear, cubic, sine) and <c>sigma</c> of the noisy function; <c>n</c> pairs an epoch, which are fresh ones each time, or in the
/// held-out parts. <c>split</c> is train, validation or test; <c>seed</c> decides what is held out.
/// </remarks>
[Modality("columns", "pairs of vectors: columns of a table, or drawn from a law", "columns")]
public sealed class ColumnModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => new Dictionary<string, SampleKinds> { ["x"] = SampleKinds.Points, ["y"] = SampleKinds.Points };

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<ViewRequest> views, ViewRequest? plain) =>
        RefuseViews(views, plain, "pairs of vectors have the views x and y and no others");

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var uri = DataUri.Parse(request.Uri);
        var part = uri["split"] switch
        {
            null or "train" => PairPart.Train,
            "validation" => PairPart.Validation,
            "test" => PairPart.Test,
            var other => throw new ConfigurationException($"{uri}: split={other}; expected is train, validation or test."),
        };
        var source = SourceOf(uri);
        if (part == PairPart.Train && request.Batch > source.Count(part))
            throw new ConfigurationException($"{uri}: {source.Count(part)} pairs to learn from do not fill a batch of {request.Batch}; choose a smaller train.batch.");
        return source.Open(part, request.Batch, request.Seed);
    }

    /// <summary>The pairs that a URI names.</summary>
    /// <exception cref="ConfigurationException">A key is unknown or wrong.</exception>
    /// <exception cref="DataException">The table cannot be read.</exception>
    public static PairSource SourceOf(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var seed = PointModality.Whole(uri, "seed", 0, 0, int.MaxValue);
        if (LawOf(uri) is not { } law) return Table(uri, seed);
        var n = PointModality.Whole(uri, "n", DrawnPairs.Usual, 2, 10_000_000);
        return new DrawnPairs(law, n, (ulong)seed, n);
    }

    static IPairLaw? LawOf(DataUri uri)
    {
        double Number(string key, double fallback, double low, double high) => uri.Number(key) is not { } number ? fallback : number > low && number < high ? number
            : throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"{uri}: {key}={number}; expected is a number above {low} and below {high}."));
        switch (uri.Path)
        {
            case "gaussian":
                uri.Allow("dim", "rho", "n", "seed", "split");
                return new CorrelatedGaussian(PointModality.Whole(uri, "dim", 20, 1, 4096), Number("rho", 0.5, -1, 1));
            case "noisy":
                uri.Allow("f", "sigma", "n", "seed", "split");
                var words = Enum.GetValues<NoisyFunction.Kind>().ToDictionary(k => k.ToString().ToLowerInvariant());
                if (!words.TryGetValue(uri["f"] ?? "linear", out var f))
                    throw new ConfigurationException($"{uri}: f={uri["f"]}{Suggest.Nearest(uri["f"]!, words.Keys)}; expected is {string.Join(", ", words.Keys)}.");
                return new NoisyFunction(f, Number("sigma", 0.3, 0.001, 1000));
            default:
                return null;
        }
    }

    static SamplePairs Table(DataUri uri, int seed)
    {
        uri.Allow("x", "y", "with", "scale", "seed", "split");
        if (uri.Path.Length == 0)
            throw new ConfigurationException($"{uri}: expected is a table (columns:FILE?x=1&y=2), columns:gaussian or columns:noisy.");
        var other = uri["with"] ?? uri.Path;
        if (other == uri.Path && (uri["x"] is null || uri["y"] is null))
            throw new ConfigurationException($"{uri}: say which columns are x and which are y, as {uri.Place}?x=1-3&y=4, or where y comes from, as ?with=OTHER.csv.");
        var scale = uri["scale"] switch
        {
            null or "ranks" => ColumnScale.Ranks,
            "standard" => ColumnScale.Standard,
            var word => throw new ConfigurationException($"{uri}: scale={word}; expected is ranks or standard."),
        };
        using var scope = Scope.Open();
        return new(NumberFile.Read(Reference(uri.Path, uri["x"])), NumberFile.Read(Reference(other, uri["y"])), seed, scale) { File = new(uri.Path) };
    }

    static string Reference(string file, string? columns) => columns is null ? file : $"{file}:{columns}";

    /// <inheritdoc/>
    public override string? AtMost(string uri, int samples) => DataUri.Parse(uri).Path is "gaussian" or "noisy" ? Limited(uri, samples) : null;
}
