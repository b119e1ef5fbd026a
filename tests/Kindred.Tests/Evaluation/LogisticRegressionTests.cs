using Kindred.Experiments.Evaluation;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

public class LogisticRegressionTests
{
    [Fact]
    public void Lbfgs_finds_the_valley_of_Rosenbrock()
    {
        using var scope = Scope.Open();
        (double, Tensor) Rosenbrock(Tensor x)
        {
            var at = x.ToArray<double>();
            var (a, b) = (1 - at[0], at[1] - at[0] * at[0]);
            return (a * a + 100 * b * b, Tensor.From<double>([-2 * a - 400 * at[0] * b, 200 * b], [2]));
        }
        var found = new Lbfgs(Tolerance: 1e-9).Minimize(Rosenbrock, Tensor.From<double>([-1.2, 1], [2]));
        Assert.Equal([1, 1], found.X.ToArray<double>(), (x, y) => Math.Abs(x - y) < 1e-7);
        Assert.True(found.GradientNorm <= 1e-9, $"stopped at a gradient of {found.GradientNorm}");
        Assert.InRange(found.Iterations, 10, 80);
    }

    // The minimum by PyTorch 1.13: torch.optim.LBFGS in double precision down to gradients of 1e-9.
    [Theory]
    [InlineData(0.01, 0.97667974612244, -0.09460385784072677, 0.2212802304813872, -0.012425786623484406, 0.6475671880768809, -0.39888239947795306)]
    [InlineData(1e-4, 0.9761144362804335, -0.10134780055529641, 0.2421309759946779, -0.011680895844306113, 0.6489021920110534, -0.40041431064499855)]
    public void The_minimum_is_that_of_PyTorch(double l2, double loss, double first, double eleventh, double last, double firstBias, double lastBias)
    {
        using var scope = Scope.Open();
        var (x, y) = Waves();
        var found = LogisticRegression.Fit(x, y, 3, l2, new Lbfgs(Tolerance: 1e-10));
        var weights = found.Weights.Flatten().ToArray<double>();
        var bias = found.Bias.ToArray<double>();
        Assert.Equal([loss, first, eleventh, last, firstBias, lastBias], [found.Loss, weights[0], weights[10], weights[^1], bias[0], bias[^1]], (a, b) => Math.Abs(a - b) < 1e-7);
        Assert.True(found.GradientNorm <= 1e-10, $"stopped at a gradient of {found.GradientNorm}");
        Assert.Equal(0, weights.Sum(), 1e-8); // at the minimum the classes' weights sum to nothing
    }

    [Fact]
    public void Single_precision_and_a_start_nearby_end_at_the_same_place()
    {
        using var scope = Scope.Open();
        var (x, y) = Waves();
        var exact = LogisticRegression.Fit(x, y, 3, 1e-3, new Lbfgs(Tolerance: 1e-10));
        var from = LogisticRegression.Fit(x, y, 3, 1e-1);
        var rounded = LogisticRegression.Fit(x.To(Dtype.Float32), y, 3, 1e-3, new Lbfgs(Tolerance: 1e-6), from);
        Assert.True((exact.Weights - rounded.Weights).Abs().Max().Item() < 1e-4);
    }

    static (Tensor X, Tensor Y) Waves()
    {
        const int N = 60, F = 5;
        var x = new double[N * F];
        for (var i = 0; i < N; i++)
            for (var j = 0; j < F; j++) x[(i * F) + j] = Math.Sin((1.3 * i * (j + 1)) + (0.7 * j)) + (0.01 * i * (j - 2) / 5);
        return (Tensor.From<double>(x, [N, F]), Tensor.From<long>([.. Enumerable.Range(0, N).Select(i => (long)(((i * i / 3) + i) % 3))]));
    }
}
