using System.Globalization;
using Kindred.Metrics;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>On which scale columns are learnt. Mutual information is the same on each, for it does not change when a column is mapped one to one.</summary>
public enum ColumnScale
{
    /// <summary>By rank, as if the column were normal: no outlier is left, and any monotone map of a column (a logarithm, an exponential) gives the same numbers.</summary>
    Ranks,

    /// <summary>Its own, shifted and scaled to mean 0 and deviation 1: of heavy tails a critic sees little but the outliers.</summary>
    Standard,
}

/// <summary>Given pairs, shuffled into 60 % to learn from, 20 % validation and 20 % test.</summary>
/// <remarks>Ranks are taken over all rows, column by column: which x goes with which y plays no part in them. The standard scale is that of the first part.</remarks>
public sealed class SamplePairs : PairSource
{
    const int Fewest = 50;
    const double Heavy = 20;
    readonly float[] x, y;                                              // rows in shuffled order
    readonly int wide, high, train, held;

    /// <summary>Splits the pairs.</summary>
    /// <param name="x">`[N, Dx]`, N ≥ 50, finite.</param>
    /// <param name="y">`[N, Dy]`, row i belongs to row i of x.</param>
    /// <param name="seed">Of the shuffle.</param>
    /// <param name="scale">On which scale columns are learnt.</param>
    /// <exception cref="DataException">Row counts differ, too few rows, no column, or numbers that are not finite.</exception>
    public SamplePairs(Tensor x, Tensor y, long seed, ColumnScale scale = ColumnScale.Ranks)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var n = x.Size(0);
        if (n != y.Size(0) || n < Fewest)
            throw new DataException($"{n} rows of x and {y.Size(0)} rows of y: mutual information is estimated from pairs, row by row, and from at least {Fewest} of them.");
        (wide, high) = ((int)x.Size(1), (int)y.Size(1));
        if (wide == 0 || high == 0) throw new DataException($"{wide} columns of x and {high} columns of y: each side has at least one.");
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        using var generator = new Generator(seed);
        var order = Tensor.Randperm(n, generator);
        (train, held) = ((int)(n * 3 / 5), (int)(n / 5));
        Tensor[] sides = [x.To(Dtype.Float64), y.To(Dtype.Float64)];
        foreach (var (side, name) in sides.Zip(["x", "y"]))
            if (Array.FindIndex(Host.Numbers(side.Flatten()), v => !double.IsFinite(v)) is >= 0 and var wrong)
                throw new DataException(string.Create(CultureInfo.InvariantCulture,
                    $"row {(wrong / side.Size(1)) + 1} of {name} holds a number that is not finite, in its column {(wrong % side.Size(1)) + 1}: remove such rows first."));
        HeavyTails = [.. sides.Zip(["x", "y"]).SelectMany(side => Tails(side.First, side.Second))];
        float[] Of(Tensor side) => Scaled((scale == ColumnScale.Ranks ? NormalScores(side) : side).IndexSelect(0, order), train).ToArray<float>();
        (this.x, this.y) = (Of(sides[0]), Of(sides[1]));
    }

    /// <summary>Columns with heavy tails by side and number from 1, for example "x 2": on the standard scale estimates of theirs are not to be trusted.</summary>
    public IReadOnlyList<string> HeavyTails { get; }

    /// <summary>The file that the pairs were read from; null where there is none.</summary>
    public FileInfo? File { get; init; }

    /// <inheritdoc/>
    public override int Count(PairPart part) => part == PairPart.Train ? train : held;

    /// <inheritdoc/>
    public override PairData Open(PairPart part, int batch = 256, ulong seed = 0)
    {
        var first = part switch { PairPart.Train => 0, PairPart.Validation => train, _ => train + held };
        return new(Count(part), wide, high, (Wanted sample, Span<float> a, Span<float> b) =>
        {
            x.AsSpan((first + sample.Row) * wide, wide).CopyTo(a);
            y.AsSpan((first + sample.Row) * high, high).CopyTo(b);
        }, batch, seed)
        { File = File };
    }

    // Excess kurtosis: 0 for a normal column, 3 for a Laplace one, 111 for a log-normal one.
    static IEnumerable<string> Tails(Tensor side, string name)
    {
        var centred = side - side.Mean(0);
        var kurtosis = Host.Numbers(centred.Pow(4).Mean(0) / centred.Square().Mean(0).Square() - 3);
        return kurtosis.Index().Where(k => k.Item > Heavy).Select(k => $"{name} {k.Index + 1}");
    }

    // Φ⁻¹((rank − ½) / n), equals sharing their mean rank.
    static Tensor NormalScores(Tensor side)
    {
        var n = side.Size(0);
        var columns = Enumerable.Range(0, (int)side.Size(1)).Select(c => Tensor.From<double>(Spearman.Ranks(Host.Numbers(side.Select(1, c)))));
        return ((Tensor.Stack([.. columns], 1) - 0.5) * (2.0 / n) - 1).Erfinv() * Math.Sqrt(2);
    }

    static Tensor Scaled(Tensor side, long train)
    {
        var learn = side.Narrow(0, 0, train);
        var deviation = (learn - learn.Mean(0)).Square().Mean(0).Sqrt();
        return ((side - learn.Mean(0)) / Tensor.Where(deviation.Gt(0), deviation, 1)).To(Dtype.Float32).Contiguous();
    }
}
