using Kindred.Nn;
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
        var scale = Scale(adversarial, information, eps);
        return (adversarial - information * (scale * beta), scale);
    }

    /// <summary>min(|g_adv|, |g_mi|) / |g_mi|, a scalar: what the estimate is multiplied by before it joins the adversarial loss.</summary>
    /// <param name="adversarial">Gradient of the adversarial loss, any shape.</param>
    /// <param name="information">Gradient of the estimate, any shape.</param>
    /// <param name="eps">Floor of |g_mi|.</param>
    public static Tensor Scale(Tensor adversarial, Tensor information, double eps = 1e-12)
    {
        Tensor a = adversarial.Reshape([-1]).Norm(2), m = information.Reshape([-1]).Norm(2);
        return a.Minimum(m) / m.ClampMin(eps);
    }

    /// <summary>The same from two losses: their gradients with respect to the same weights, taken together as one vector each. The graphs stay for the pass that follows.</summary>
    /// <param name="adversarial">The adversarial loss, a scalar.</param>
    /// <param name="information">The estimate, a scalar.</param>
    /// <param name="weights">What both depend on.</param>
    /// <returns>A scalar without a graph.</returns>
    public static Tensor Scale(Tensor adversarial, Tensor information, IEnumerable<Parameter> weights)
    {
        Tensor[] of = [.. weights.Select(w => w.Value)];
        Tensor Gradient(Tensor loss) => Tensor.Cat([.. Autograd.Grad([loss], of, retainGraph: true).Select(g => g!.Reshape([-1]))]);
        return Scale(Gradient(adversarial), Gradient(information)).Detach();
    }
}
