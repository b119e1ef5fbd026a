using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>CLAE: a gradient-sign attack on the contrastive loss makes a harder positive for the twin and harder negatives for the rest.</summary>
/// <remarks>
/// Ho, Vasconcelos, arXiv:2010.12050, Eq. 8–10: g = ∇ₓ′ NTXent(f(sg x₁), f(x′)) at x′ = x₁; x_adv = x₁ + ε sign(g), not clipped;
/// L = NTXent(z₁, z₂) + α NTXent(z₁, z_adv). At x′ = x₁ the positive's own gradient is 0, so the direction comes from the negatives; sign(0) = 0, and a batch of
/// one image is left as it is.
/// </remarks>
public static class AdversarialContrast
{
    /// <summary>The inner gradient: with respect to the second argument only, leaving every parameter's own gradient alone.</summary>
    /// <param name="encode">The encoder with its adversarial batch norm, from x to [B, D].</param>
    /// <param name="x">[B, ...], the clean views.</param>
    /// <param name="temperature">τ.</param>
    /// <returns>The gradient in the shape of x, and the inner loss.</returns>
    public static (Tensor Gradient, Tensor Loss) Inner(Func<Tensor, Tensor> encode, Tensor x, double temperature = 0.5)
    {
        var moving = x.Detach().Clone().RequiresGrad_();
        var loss = Pair(encode(x.Detach()), encode(moving), temperature);
        return (Autograd.Of(loss, moving), loss.Detach());
    }

    /// <summary>x + ε sign(gradient), a constant.</summary>
    public static Tensor Perturb(Tensor x, Tensor gradient, double epsilon) => x.Detach() + gradient.Detach().Sign() * epsilon;

    /// <summary>The outer loss.</summary>
    /// <param name="z1">[B, D], clean view 1.</param>
    /// <param name="z2">[B, D], clean view 2.</param>
    /// <param name="adversarial">[B, D], the perturbed view 1 through the adversarial batch norm.</param>
    /// <param name="alpha">Weight of the adversarial term.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Loss(Tensor z1, Tensor z2, Tensor adversarial, double alpha = 1, double temperature = 0.5) =>
        Pair(z1, z2, temperature) + Pair(z1, adversarial, temperature) * alpha;

    /// <summary>NT-Xent of two views.</summary>
    public static Tensor Pair(Tensor a, Tensor b, double temperature = 0.5) => NtXent.Loss(Tensor.Cat([a, b]), temperature);
}
