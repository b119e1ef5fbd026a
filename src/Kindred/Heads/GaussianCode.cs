using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>A linear layer to a code that is noisy: z = μ + σ ε with ε from N(0, I).</summary>
/// <remarks>Alemi et al., arXiv:1612.00410. σ = softplus(s − 5), as in the authors' code: there is little noise at first.</remarks>
/// <param name="inputs">Width of the representation, F.</param>
/// <param name="dim">Width of z, K.</param>
public sealed class GaussianCode(long inputs, long dim) : Module
{
    readonly Linear code = new(inputs, 2 * dim);

    /// <summary>μ and ln σ², each `[N, K]`.</summary>
    /// <param name="h">`[N, F]`.</param>
    public (Tensor Mean, Tensor LogVariance) Forward(Tensor h)
    {
        var both = code.Forward(h).Chunk(2, 1);
        return (both[0], ((both[1] - 5).Softplus(1, 20) + 1e-6).Log() * 2);
    }

    /// <summary>One draw of z for each row, by the default generator, `[N, K]`.</summary>
    /// <param name="mean">μ, `[N, K]`.</param>
    /// <param name="logVariance">ln σ², `[N, K]`.</param>
    public static Tensor Draw(Tensor mean, Tensor logVariance)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(logVariance);
        return mean + (logVariance / 2).Exp() * Tensor.Randn(mean.Shape, Generator.Default, Dtype.Float32).To(mean.Device);
    }
}
