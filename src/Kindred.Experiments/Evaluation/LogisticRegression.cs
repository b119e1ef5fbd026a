using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Multinomial logistic regression: mean cross-entropy + λ/2 · |W|², the bias free of it, minimized by L-BFGS.</summary>
/// <remarks>scikit-learn's C is 1 / (N · λ). Parameters are double precision, the products of features are in the features' own.</remarks>
/// <param name="Weights">W, `[C, F]`.</param>
/// <param name="Bias">`[C]`.</param>
/// <param name="Loss">The minimized sum.</param>
/// <param name="GradientNorm">The largest entry of its gradient.</param>
/// <param name="Iterations">Steps taken.</param>
public sealed record LogisticRegression(Tensor Weights, Tensor Bias, double Loss, double GradientNorm, int Iterations)
{
    const long Block = 16384;

    /// <summary>Fits.</summary>
    /// <param name="features">`[N, F]`; bring them to one scale first.</param>
    /// <param name="labels">`[N]`, 0 … classes − 1.</param>
    /// <param name="classes">C.</param>
    /// <param name="l2">λ.</param>
    /// <param name="minimizer">How exactly.</param>
    /// <param name="start">Starts there instead of at zero.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <returns>In the open scope.</returns>
    public static LogisticRegression Fit(Tensor features, Tensor labels, int classes, double l2, Lbfgs? minimizer = null, LogisticRegression? start = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var width = features.Size(1);
        var from = start is null ? Tensor.Zeros([classes * (width + 1)], Dtype.Float64, device: features.Device) : Tensor.Cat([start.Weights.Flatten(), start.Bias]);
        var found = (minimizer ?? new Lbfgs()).Minimize(x => Objective(features, labels, classes, l2, x), from, cancel);
        var (weights, bias) = Split(found.X, classes, width);
        return new(scope.Return(weights.Clone()), scope.Return(bias.Clone()), found.Value, found.GradientNorm, found.Iterations);
    }

    /// <summary>One row of logits a sample, `[N, C]`, in double precision.</summary>
    public Tensor Scores(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return features.Matmul(Weights.To(features.Dtype).T()).To(Dtype.Float64) + Bias;
    }

    static (Tensor Weights, Tensor Bias) Split(Tensor x, long classes, long width) => (x.Narrow(0, 0, classes * width).View([classes, width]), x.Narrow(0, classes * width, classes));

    static (double, Tensor) Objective(Tensor features, Tensor labels, int classes, double l2, Tensor x)
    {
        var (weights, bias) = Split(x, classes, features.Size(1));
        var (small, n) = (weights.To(features.Dtype).T(), features.Size(0));
        var (slope, offset) = (weights * l2, bias.ZerosLike());
        var value = l2 / 2 * weights.Square().Sum().Item();
        for (long at = 0; at < n; at += Block)
        {
            using var scope = Scope.Open();
            var rows = features.Narrow(0, at, Math.Min(Block, n - at));
            var truth = labels.Narrow(0, at, rows.Size(0)).Unsqueeze(1);
            var logits = rows.Matmul(small).To(Dtype.Float64).Add_(bias);                          // [n, C]
            var norm = logits.Logsumexp(1, keepdim: true);                                         // [n, 1]
            value += (norm - logits.Gather(1, truth)).Sum().Item() / n;
            var error = logits.Sub_(norm).Exp_().ScatterAdd_(1, truth, Tensor.Full(truth.Shape, -1, Dtype.Float64, truth.Device)).Div_(n);
            slope.Add_(error.To(features.Dtype).T().Matmul(rows).To(Dtype.Float64));
            offset.Add_(error.Sum(0));
        }
        return (value, Tensor.Cat([slope.Flatten(), offset]));
    }
}
