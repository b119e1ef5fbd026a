using Kindred.Torch;

namespace Kindred.Information;

/// <summary>Lets a mutual-information gradient steer a generator without ever outweighing the adversarial one.</summary>
/// <remarks>Belghazi et al., arXiv:1801.04062, appendix: g = g_adv − β · min(|g_adv|, |g_mi|) / |g_mi| · g_mi, with g_mi the gradient of the estimate that is to rise.</remarks>
public static class AdaptiveClipping
{
    /// <summary>The combined gradient and the factor put before the information gradient.</summary>
    /// <param name="adversarial">Gradient of the adversarial loss, any shape.</param>
    /// <param name="information">Gradient of the estimate, same shape.</param>
    /// <param name="beta">Weight of the information term.</param>
    /// <param name="eps">Floor of |g_mi|; a vanishing information gradient leaves the adversarial one as it is.</param>
    public static (Tensor Gradient, Tensor Scale) Combine(Tensor adversarial, Tensor information, double beta = 1, double eps = 1e-12)
    {
        Tensor a = adversarial.Reshape([-1]).Norm(2), m = information.Reshape([-1]).Norm(2);
        var scale = a.Minimum(m) / m.ClampMin(eps);
        return (adversarial - information * (scale * beta), scale);
    }
}
