using Kindred.Information;
using Kindred.Metrics;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Experiments.Studies;

/// <summary>Where an estimator's pairs come from: batches to learn from, and pairs that learning never sees.</summary>
/// <remarks>A bound evaluated on its own training pairs overfits upwards and may exceed the truth at will, hence the separation.</remarks>
public abstract class PairSource
{
    /// <summary>Width of x.</summary>
    public abstract long X { get; }

    /// <summary>Width of y.</summary>
    public abstract long Y { get; }

    /// <summary>Pairs to learn from, both `[count, width]`.</summary>
    /// <param name="count">How many; a small source repeats itself.</param>
    /// <param name="generator">Source of the draws.</param>
    public abstract (Tensor X, Tensor Y) Batch(int count, Generator generator);

    /// <summary>Pairs to choose the best critic by.</summary>
    public abstract (Tensor X, Tensor Y) Validation { get; }

    /// <summary>Pairs that give the number reported.</summary>
    public abstract (Tensor X, Tensor Y) Test { get; }
}

/// <summary>Correlated Gaussians: fresh pairs without end, and a known truth.</summary>
public sealed class GaussianPairs : PairSource, IDisposable
{
    readonly CorrelatedGaussian law;
    readonly (Tensor, Tensor) validation, test;

    /// <summary>Draws the held-out pairs.</summary>
    /// <param name="law">Dimensions and correlation.</param>
    /// <param name="held">Pairs for the test, and a quarter as many for validation.</param>
    /// <param name="seed">Of the held-out pairs.</param>
    public GaussianPairs(CorrelatedGaussian law, int held, long seed)
    {
        this.law = law;
        using var generator = new Generator(seed);
        using var scope = Scope.Open();
        (validation, test) = (Keep(scope, law.Sample(Math.Max(1, held / 4), generator)), Keep(scope, law.Sample(held, generator)));
    }

    /// <inheritdoc/>
    public override long X => law.Dimensions;

    /// <inheritdoc/>
    public override long Y => law.Dimensions;

    /// <inheritdoc/>
    public override (Tensor X, Tensor Y) Batch(int count, Generator generator) => law.Sample(count, generator);

    /// <inheritdoc/>
    public override (Tensor X, Tensor Y) Validation => validation;

    /// <inheritdoc/>
    public override (Tensor X, Tensor Y) Test => test;

    /// <summary>Frees the held-out pairs.</summary>
    public void Dispose()
    {
        foreach (var tensor in new[] { validation.Item1, validation.Item2, test.Item1, test.Item2 })
            tensor.Dispose();
    }

    static (Tensor, Tensor) Keep(Scope scope, (Tensor X, Tensor Y) pairs) => (scope.Return(pairs.X), scope.Return(pairs.Y));
}

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
public sealed class SamplePairs : PairSource, IDisposable
{
    const int Fewest = 50;
    const double Heavy = 20;
    readonly Tensor[] parts;

    /// <summary>Splits the pairs.</summary>
    /// <param name="x">`[N, Dx]`, N ≥ 50, finite.</param>
    /// <param name="y">`[N, Dy]`, row i belongs to row i of x.</param>
    /// <param name="seed">Of the shuffle.</param>
    /// <param name="scale">On which scale columns are learnt.</param>
    /// <exception cref="DataException">Row counts differ, too few rows, or numbers that are not finite.</exception>
    public SamplePairs(Tensor x, Tensor y, long seed, ColumnScale scale = ColumnScale.Ranks)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        long n = x.Size(0);
        if (n != y.Size(0) || n < Fewest)
            throw new DataException($"{n} rows of x and {y.Size(0)} rows of y: mutual information is estimated from pairs, row by row, and from at least {Fewest} of them.");
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        using var generator = new Generator(seed);
        var order = Tensor.Randperm(n, generator);
        long train = n * 3 / 5, held = n / 5;
        Tensor[] sides = [x.To(Dtype.Float64), y.To(Dtype.Float64)];
        foreach (var side in sides)
            if (!double.IsFinite(side.Sum().Item()))
                throw new DataException("a column holds numbers that are not finite: remove those rows first.");
        HeavyTails = [.. sides.Zip(["x", "y"]).SelectMany(side => Tails(side.First, side.Second))];
        parts = [.. sides.SelectMany(side => Split((scale == ColumnScale.Ranks ? NormalScores(side) : side).IndexSelect(0, order), train, held)).Select(scope.Return)];
    }

    /// <summary>Columns with heavy tails by side and number from 1, for example "x 2": on the standard scale estimates of theirs are not to be trusted.</summary>
    public IReadOnlyList<string> HeavyTails { get; }

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

    static Tensor[] Split(Tensor side, long train, long held)
    {
        var learn = side.Narrow(0, 0, train);
        var deviation = (learn - learn.Mean(0)).Square().Mean(0).Sqrt();
        var scaled = ((side - learn.Mean(0)) / Tensor.Where(deviation.Gt(0), deviation, 1)).To(Dtype.Float32);
        return [scaled.Narrow(0, 0, train).Clone(), scaled.Narrow(0, train, held).Clone(), scaled.Narrow(0, train + held, held).Clone()];
    }

    /// <inheritdoc/>
    public override long X => parts[0].Size(1);

    /// <inheritdoc/>
    public override long Y => parts[3].Size(1);

    /// <inheritdoc/>
    public override (Tensor X, Tensor Y) Batch(int count, Generator generator)
    {
        var rows = Tensor.Randint(parts[0].Size(0), [Math.Min(count, parts[0].Size(0))], generator, Dtype.Int64);
        return (parts[0].IndexSelect(0, rows), parts[3].IndexSelect(0, rows));
    }

    /// <inheritdoc/>
    public override (Tensor X, Tensor Y) Validation => (parts[1], parts[4]);

    /// <inheritdoc/>
    public override (Tensor X, Tensor Y) Test => (parts[2], parts[5]);

    /// <summary>Frees the pairs.</summary>
    public void Dispose()
    {
        foreach (var part in parts)
            part.Dispose();
    }
}
