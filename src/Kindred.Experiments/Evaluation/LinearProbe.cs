using Kindred.Data.Pictures.Native;
using Kindred.Optim;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>How linear probes are fitted.</summary>
/// <param name="L2">Strengths of the regularization to choose from.</param>
/// <param name="Holdout">Share of the training samples on which the strength is chosen.</param>
/// <param name="Iterations">Most steps of L-BFGS.</param>
/// <param name="Tolerance">Stops when no entry of the gradient is larger.</param>
/// <param name="Seed">Draws the held-out part.</param>
public sealed record ProbeFit(IReadOnlyList<double> L2, double Holdout, int Iterations, double Tolerance, ulong Seed)
{
    /// <summary>The strengths that are tried unless others are given.</summary>
    public static IReadOnlyList<double> Grid { get; } = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5];

    /// <summary>The usual way.</summary>
    public static ProbeFit Default { get; } = new(Grid, 0.2, 200, 1e-4, 0);
}

/// <summary>A linear classifier of frozen features: standardised by the training samples, logistic regression, regularization chosen on a held-out part of them.</summary>
/// <remarks>What the chosen strength is tested on never includes a sample that it was chosen on.</remarks>
public sealed class LinearProbe
{
    readonly Tensor mean, scale;
    readonly LogisticRegression model;

    LinearProbe(Tensor mean, Tensor scale, LogisticRegression model, double l2, double validation) =>
        (this.mean, this.scale, this.model, L2, Validation) = (mean, scale, model, l2, validation);

    /// <summary>The strength that was chosen.</summary>
    public double L2 { get; }

    /// <summary>Accuracy on the held-out part, in percent; NaN where there was nothing to choose.</summary>
    public double Validation { get; }

    /// <summary>Fits a probe.</summary>
    /// <param name="features">`[N, F]`.</param>
    /// <param name="labels">`[N]`, 0 … classes − 1.</param>
    /// <param name="classes">C.</param>
    /// <param name="fit">How.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <returns>Its tensors live in the open scope.</returns>
    /// <exception cref="NumericException">Features are not finite.</exception>
    public static LinearProbe Fit(Tensor features, Tensor labels, int classes, ProbeFit? fit = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        fit ??= ProbeFit.Default;
        if (fit.L2.Count == 0) throw new ConfigurationException("l2: the list of strengths is empty; give at least one.");
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        if (!double.IsFinite(features.Sum(Dtype.Float64).Item())) throw new NumericException("the features are not finite: look at the run's loss and at the encoder's outputs.");
        var (mean, scale) = Spread(features);
        var rows = (features - mean).Mul_(scale);
        var minimizer = new Lbfgs(Iterations: fit.Iterations, Tolerance: fit.Tolerance);
        var (l2, validation, start) = fit.L2.Count == 1 ? (fit.L2[0], double.NaN, null) : Choose(rows, labels, classes, fit, cancel);
        var model = LogisticRegression.Fit(rows, labels, classes, l2, minimizer, start, cancel);
        return new(scope.Return(mean), scope.Return(scale), model with { Weights = scope.Return(model.Weights), Bias = scope.Return(model.Bias) }, l2, validation);
    }

    /// <summary>One row of logits a sample, `[N, C]`.</summary>
    public Tensor Scores(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return model.Scores((features - mean).Mul_(scale));
    }

    /// <summary>Percent of samples whose class is among the k with the highest scores.</summary>
    public double Accuracy(Tensor features, Tensor labels, int k = 1)
    {
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        return Metrics.Accuracy.TopK(Scores(features), labels, k);
    }

    // A feature that never changes carries nothing and is left out.
    static (Tensor Mean, Tensor Scale) Spread(Tensor features)
    {
        var (variance, mean) = features.VarMean(0, unbiased: false);
        var deviation = variance.Sqrt();
        var alive = deviation.Gt(1e-8 + 1e-6 * mean.Abs());
        return (mean, Tensor.Where(alive, deviation.ClampMin(1e-30).Reciprocal(), deviation.ZerosLike()));
    }

    // From the strongest on, each start from the one before; among equals the strongest wins. To compare strengths, rough minima do.
    static (double L2, double Accuracy, LogisticRegression? Model) Choose(Tensor rows, Tensor labels, int classes, ProbeFit fit, CancellationToken cancel)
    {
        var (kept, held) = Hold(labels, fit.Holdout, fit.Seed);
        if (held.Numel == 0 || kept.Numel == 0) return (fit.L2.Max(), double.NaN, null);
        var (x, y, validX, validY) = (rows.IndexSelect(0, kept), labels.IndexSelect(0, kept), rows.IndexSelect(0, held), labels.IndexSelect(0, held));
        var rough = new Lbfgs(Iterations: Math.Min(100, fit.Iterations), Tolerance: Math.Max(1e-3, fit.Tolerance));
        (double L2, double Accuracy, LogisticRegression? Model) best = (double.NaN, -1, null);
        LogisticRegression? last = null;
        foreach (var l2 in fit.L2.OrderDescending())
        {
            last = LogisticRegression.Fit(x, y, classes, l2, rough, last, cancel);
            var accuracy = Metrics.Accuracy.TopK(last.Scores(validX), validY, 1);
            if (accuracy > best.Accuracy) best = (l2, accuracy, last);
        }
        return best;
    }

    /// <summary>Two parts of the samples, divided class by class: rows kept and rows held out.</summary>
    internal static (Tensor Kept, Tensor Held) Hold(Tensor labels, double share, ulong seed)
    {
        var classes = labels.ToArray<long>();
        List<long> kept = [], held = [];
        foreach (var members in Enumerable.Range(0, classes.Length).GroupBy(i => classes[i]).OrderBy(g => g.Key))
        {
            int[] own = [.. members], order = new int[own.Length];
            new RandomKey(seed, 0, members.Key, 0).Draws().Permutation(order);
            var cut = (int)Math.Round(own.Length * share);
            held.AddRange(order[..cut].Select(i => (long)own[i]));
            kept.AddRange(order[cut..].Select(i => (long)own[i]));
        }
        return (Tensor.From<long>([.. kept.Order()]).To(labels.Device), Tensor.From<long>([.. held.Order()]).To(labels.Device));
    }
}
