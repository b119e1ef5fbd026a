using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>Made inputs, the same at every run, from generators of their own.</summary>
static class Made
{
    public static Tensor Rows(long n, long d, int seed, Dtype? dtype = null)
    {
        using var generator = new Generator(seed);
        return Tensor.Randn([n, d], generator: generator, dtype: Dtype.Float64).To(dtype ?? Dtype.Float64);
    }

    public static Tensor Block(long[] shape, int seed)
    {
        using var generator = new Generator(seed);
        return Tensor.Randn(shape, generator: generator, dtype: Dtype.Float64);
    }

    public static Tensor Index(params long[] values) => Tensor.From<long>(values);

    /// <summary>The gradients of <paramref name="loss"/> against central differences, relative 1e-6.</summary>
    public static void MatchesFiniteDifferences(Func<Tensor[], Tensor> loss, params Tensor[] inputs)
    {
        const double Step = 1e-5;
        var leaves = inputs.Select(x => x.Detach().Clone().RequiresGrad_()).ToArray();
        var gradients = Autograd.Grad([loss(leaves)], leaves, allowUnused: true);
        for (var which = 0; which < inputs.Length; which++)
        {
            var analytic = gradients[which]?.ToArray<double>() ?? new double[inputs[which].Numel];
            for (var i = 0; i < analytic.Length; i++)
            {
                var numeric = (Shifted(which, i, Step) - Shifted(which, i, -Step)) / (2 * Step);
                Assert.True(Math.Abs(numeric - analytic[i]) <= 1e-6 * Math.Max(1, Math.Abs(numeric)),
                    $"input {which}, element {i}: gradient {analytic[i]:R}, finite difference {numeric:R}");
            }
        }

        double Shifted(int which, int element, double by)
        {
            using var scope = Scope.Open();
            var moved = inputs.Select(x => x.Detach().Clone()).ToArray();
            var values = moved[which].ToArray<double>();
            values[element] += by;
            moved[which] = Tensor.From<double>(values).Reshape(inputs[which].Shape);
            return loss(moved).Item();
        }
    }

    public static void Close(double expected, double actual, double tolerance = 1e-10) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)), $"expected {expected:R}, got {actual:R}");

    public static void Close(Tensor expected, Tensor actual, double tolerance = 1e-10)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        var e = expected.Detach().ToArray<double>();
        var a = actual.Detach().ToArray<double>();
        var scale = tolerance * Math.Max(1, e.Select(Math.Abs).DefaultIfEmpty(0).Max());
        for (var i = 0; i < e.Length; i++)
            Assert.True(Math.Abs(e[i] - a[i]) <= scale, $"element {i}: expected {e[i]:R}, got {a[i]:R}");
    }

    public static void Finite(Tensor tensor, string what) => Assert.True(tensor.Detach().Isfinite().All().Item() != 0, $"{what} is not finite");
}
