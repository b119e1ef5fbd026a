using Kindred.Information;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>What pairs are for.</summary>
public enum PairPart
{
    /// <summary>To learn from.</summary>
    Train,

    /// <summary>To choose the best state by.</summary>
    Validation,

    /// <summary>To read the reported number off.</summary>
    Test,
}

/// <summary>Where an estimator's pairs come from: some to learn from, and others that learning never sees.</summary>
/// <remarks>A bound evaluated on its own training pairs overfits upwards and may exceed the truth at will, hence the parts.</remarks>
public abstract class PairSource
{
    /// <summary>How many pairs a part has.</summary>
    public abstract int Count(PairPart part);

    /// <summary>Opens a part.</summary>
    /// <param name="part">Which.</param>
    /// <param name="batch">Pairs a step.</param>
    /// <param name="seed">Decides their order and, where pairs are drawn, the pairs to learn from.</param>
    public abstract PairData Open(PairPart part, int batch = 256, ulong seed = 0);
}

/// <summary>Pairs of a known law: fresh ones in every epoch, and held-out ones that are always the same.</summary>
/// <param name="law">What is drawn from.</param>
/// <param name="held">Pairs for the test, and a quarter as many for validation.</param>
/// <param name="key">Of the held-out pairs.</param>
/// <param name="epoch">Pairs that make up an epoch.</param>
public sealed class DrawnPairs(IPairLaw law, int held = DrawnPairs.Usual, ulong key = 0, int epoch = DrawnPairs.Usual) : PairSource
{
    internal const int Usual = 32768;

    /// <inheritdoc/>
    public override int Count(PairPart part) => part switch { PairPart.Train => epoch, PairPart.Validation => Math.Max(1, held / 4), _ => held };

    /// <inheritdoc/>
    public override PairData Open(PairPart part, int batch = 256, ulong seed = 0) => new(Count(part), law.X, law.Y, (Wanted sample, Span<float> x, Span<float> y) =>
    {
        // What is held out is never what an epoch draws, for epochs draw from view 0.
        var draws = (sample.Key ?? new RandomKey(key, 0, sample.Row, 1 + (int)part)).Draws();
        law.Draw(ref draws, x, y);
    }, batch, seed)
    { Truth = law.MutualInformation };
}

/// <summary>Pairs of vectors: the views <c>x</c> and <c>y</c>.</summary>
public sealed class PairData : MemoryData
{
    readonly int x, y;
    readonly Filling fill;

    /// <summary>Writes one pair.</summary>
    public delegate void Filling(Wanted sample, Span<float> x, Span<float> y);

    /// <summary>Pairs of so many values.</summary>
    /// <param name="count">How many pairs.</param>
    /// <param name="x">Width of x.</param>
    /// <param name="y">Width of y.</param>
    /// <param name="fill">Writes one pair.</param>
    /// <param name="batch">Pairs a step.</param>
    /// <param name="seed">Decides order and draws.</param>
    public PairData(int count, int x, int y, Filling fill, int batch = 256, ulong seed = 0) : base(count, [], null, batch, seed) => (this.x, this.y, this.fill) = (x, y, fill);

    /// <summary>I(X; Y) in nats, where it is known.</summary>
    public double? Truth { get; init; }

    /// <summary>The file that the pairs were read from; null where there is none.</summary>
    public FileInfo? File { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["x.features"] = x, ["y.features"] = y };

    /// <summary>All pairs in one batch, in order, without chance.</summary>
    /// <returns>In the open scope.</returns>
    public Batch All() => Plain(Count).Single().Tensors();

    /// <inheritdoc/>
    public override IEnumerable<SampleStamp> Stamps() => File is null ? base.Stamps()
        : [new SampleStamp(File.Name, -1, File.Exists ? File.Length : -1, File.Exists ? (File.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100 : 0)];

    /// <inheritdoc/>
    protected override View[] Make(IReadOnlyList<Wanted> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var (n, a, b) = (samples.Count, new float[samples.Count * x], new float[samples.Count * y]);
        for (var i = 0; i < n; i++) fill(samples[i], a.AsSpan(i * x, x), b.AsSpan(i * y, y));
        return [new View(Tensor.From<float>(a, [n, x]), "x"), new View(Tensor.From<float>(b, [n, y]), "y")];
    }
}
