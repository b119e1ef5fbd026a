using Kindred.Data.Sources;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Points of known densities, drawn from a seed: <c>points:gaussian</c>, <c>points:ring</c>, <c>points:25-gaussians</c>.</summary>
/// <remarks>Keys: <c>n</c> points, <c>dim</c> and <c>deviation</c> (of a Gaussian, or of each part), <c>seed</c>; <c>split=test</c> draws others.</remarks>
[Modality("points", "points of known densities, drawn from a seed", "points")]
public sealed class PointModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => Alike(SampleKinds.Points);

    const long MostValues = 1 << 28;

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var uri = DataUri.Parse(request.Uri);
        uri.Allow("n", "dim", "deviation", "seed", "split");
        var density = PointDensity.Named(uri);
        var count = Whole(uri, "n", 10_000, 1, 10_000_000);
        var seed = Whole(uri, "seed", 0, 0, int.MaxValue);
        var part = uri["split"] switch { null or "train" => 0, "test" => 1, var other => throw new ConfigurationException($"{uri}: split={other}; expected is train or test.") };
        if ((long)count * density.Dim > MostValues)
            throw new ConfigurationException($"{uri}: {count} points of {density.Dim} values are held in memory, and at most {MostValues} values are; lower n= or dim=.");
        if (request.Batch > count) throw new ConfigurationException($"{uri}: {count} points do not fill a batch of {request.Batch}; raise n=.");
        return new PointData(density, count, new RandomKey((ulong)seed, part, 0, 0), request.Batch, request.Seed);
    }

    /// <inheritdoc/>
    public override string AtMost(string uri, int samples) => Limited(uri, samples);

    internal static int Whole(DataUri uri, string key, int fallback, int least, int most) => uri.Number(key) switch
    {
        null => fallback,
        var number when number == Math.Floor(number.Value) && number >= least && number <= most => (int)number,
        var number => throw new ConfigurationException($"{uri}: {key}={number}; expected is a whole number from {least} to {most}."),
    };
}

/// <summary>A density to draw points from.</summary>
/// <param name="Dim">Values of a point.</param>
/// <param name="Parts">What its parts are called; one a label.</param>
/// <param name="Draw">Fills a point and tells its part.</param>
/// <param name="Modes">Where its parts lie and how wide they are; null for a density of one piece.</param>
sealed record PointDensity(int Dim, IReadOnlyList<string> Parts, PointDensity.Drawing Draw, PointModes? Modes = null)
{
    /// <summary>Fills a point and tells its part.</summary>
    public delegate int Drawing(ref Draws draws, Span<float> point);

    public static PointDensity Named(DataUri uri)
    {
        var deviation = uri.Number("deviation");
        if (deviation is not null and not (> 0 and < 1e6)) throw new ConfigurationException($"{uri}: deviation={deviation}; expected is a number above 0.");
        if (uri["dim"] is not null && uri.Path != "gaussian") throw new ConfigurationException($"{uri}: dim= goes with points:gaussian; the others have two values.");
        return uri.Path switch
        {
            "gaussian" => Gaussian(PointModality.Whole(uri, "dim", 2, 1, 1024), deviation ?? 0.5),
            "ring" => Centred("gaussian", 8, i => (2 * Math.Cos(Math.Tau * i / 8), 2 * Math.Sin(Math.Tau * i / 8)), deviation ?? 0.1),
            "25-gaussians" => Centred("gaussian", 25, i => ((i % 5) - 2, (i / 5) - 2), deviation ?? 0.1),
            _ => throw new ConfigurationException($"{uri}: there is no density '{uri.Path}'; there are gaussian, ring (eight Gaussians on a circle) and 25-gaussians (on a grid)."),
        };
    }

    static PointDensity Gaussian(int dim, double deviation) => new(dim, [], (ref Draws draws, Span<float> point) =>
    {
        foreach (ref var value in point) value = (float)(deviation * draws.Normal());
        return -1;
    });

    static PointDensity Centred(string name, int parts, Func<int, (double X, double Y)> centre, double deviation) =>
        new(2, [.. Enumerable.Range(0, parts).Select(i => $"{name} {i + 1}")], (ref Draws draws, Span<float> point) =>
        {
            var part = draws.Integer(parts);
            var ((x, y), (dx, dy)) = (centre(part), draws.NormalPair());
            (point[0], point[1]) = ((float)(x + (deviation * dx)), (float)(y + (deviation * dy)));
            return part;
        }, new([.. Enumerable.Range(0, parts).Select(i => centre(i) is var (x, y) ? new[] { x, y } : [])], deviation));
}

/// <summary>Where the parts of a density lie.</summary>
/// <param name="Centers">The middle of each.</param>
/// <param name="Deviation">Of every part, in each direction.</param>
public sealed record PointModes(IReadOnlyList<double[]> Centers, double Deviation);

/// <summary>Points, drawn once and held.</summary>
public sealed class PointData : MemoryData
{
    readonly int dim;
    readonly float[] values;

    internal PointData(PointDensity density, int count, RandomKey key, int batch, ulong seed)
        : this(density, Drawn(density, count, key), batch, seed) { }

    PointData(PointDensity density, (float[] Values, int[] Labels) drawn, int batch, ulong seed)
        : base(drawn.Labels.Length, density.Parts, density.Parts.Count > 0 ? drawn.Labels : null, batch, seed) => (dim, values, Modes) = (density.Dim, drawn.Values, density.Modes);

    /// <summary>Where the parts of the density lie; null for one of one piece.</summary>
    public PointModes? Modes { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["features"] = dim };

    /// <summary>One view, the point itself: `[N, D]`.</summary>
    protected override View[] Make(IReadOnlyList<Wanted> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var chosen = new float[samples.Count * dim];
        for (var i = 0; i < samples.Count; i++) values.AsSpan(samples[i].Row * dim, dim).CopyTo(chosen.AsSpan(i * dim));
        return [new View(Tensor.From<float>(chosen, [samples.Count, dim]), "point.0")];
    }

    static (float[] Values, int[] Labels) Drawn(PointDensity density, int count, RandomKey key)
    {
        var (values, labels) = (new float[count * density.Dim], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var draws = (key with { Sample = i }).Draws();
            labels[i] = density.Draw(ref draws, values.AsSpan(i * density.Dim, density.Dim));
        }
        return (values, labels);
    }
}
