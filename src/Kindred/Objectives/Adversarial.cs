using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>The two-player losses of generative adversarial networks: hinge, non-saturating logistic, and the joint pairs of BiGAN / ALI.</summary>
/// <remarks>
/// Scores are raw logits of any shape; every term is a mean over its own scores. Hinge: Lim and Ye, "Geometric GAN", arXiv:1705.02894.
/// Logistic: Goodfellow et al., arXiv:1406.2661, Sec. 3 (non-saturating). BiGAN: Donahue et al., arXiv:1605.09782; ALI: arXiv:1606.00704.
/// softplus is exact at any magnitude.
/// </remarks>
public static class Adversarial
{
    /// <summary>Discriminator: mean max(0, 1 − D(x)) + mean max(0, 1 + D(G)).</summary>
    /// <param name="real">D on data.</param>
    /// <param name="fake">D on generated samples.</param>
    public static Tensor HingeDiscriminator(Tensor real, Tensor fake) => (1 - real).Relu().Mean() + (1 + fake).Relu().Mean();

    /// <summary>Generator: −mean D(G).</summary>
    /// <param name="fake">D on generated samples.</param>
    public static Tensor HingeGenerator(Tensor fake) => -fake.Mean();

    /// <summary>Discriminator: mean sp(−D(x)) + mean sp(D(G)).</summary>
    /// <param name="real">D on data.</param>
    /// <param name="fake">D on generated samples.</param>
    public static Tensor LogisticDiscriminator(Tensor real, Tensor fake) => Stable.Softplus(-real).Mean() + Stable.Softplus(fake).Mean();

    /// <summary>Generator: mean sp(−D(G)).</summary>
    /// <param name="fake">D on generated samples.</param>
    public static Tensor LogisticGenerator(Tensor fake) => Stable.Softplus(-fake).Mean();

    /// <summary>BiGAN's discriminator of pairs: mean sp(−D(x, E(x))) + mean sp(D(G(z), z)).</summary>
    /// <param name="encoded">D on (x, E(x)).</param>
    /// <param name="generated">D on (G(z), z).</param>
    public static Tensor PairDiscriminator(Tensor encoded, Tensor generated) => LogisticDiscriminator(encoded, generated);

    /// <summary>BiGAN's encoder and generator: mean sp(D(x, E(x))) + mean sp(−D(G(z), z)).</summary>
    /// <param name="encoded">D on (x, E(x)).</param>
    /// <param name="generated">D on (G(z), z).</param>
    public static Tensor EncoderGenerator(Tensor encoded, Tensor generated) => LogisticDiscriminator(generated, encoded);
}
