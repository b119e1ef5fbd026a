using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>ContraGAN's 2C loss: a picture is drawn to the embedding of its class and to the pictures of its class.</summary>
/// <remarks>
/// Kang and Park, "ContraGAN", arXiv:2006.12681, eqs. 8–9. With c = cos(hᵢ, e(yᵢ))/t and sᵢₖ = cos(hᵢ, hₖ)/t:
/// L = mean −ln [ (eᶜ + Σ_{k≠i, yₖ=yᵢ} e^{sᵢₖ}) / (eᶜ + Σ_{k≠i} e^{sᵢₖ}) ]. Only the own class's embedding enters.
/// A sample without company of its class keeps the data-to-class term; a batch of one has loss 0.
/// </remarks>
public static class ConditionalContrast
{
    /// <summary>The mean loss.</summary>
    /// <param name="embedding">Projected pictures h, `[N, D]`; normalised here.</param>
    /// <param name="proxy">Class embedding of each picture's label, `[N, D]`; normalised here.</param>
    /// <param name="labels">int64 `[N]`; a picture with a negative one has no company (<see cref="Labels"/>).</param>
    /// <param name="temperature">t &gt; 0.</param>
    /// <param name="classPositives">False leaves the same-class pictures out of the numerator (plain data-to-class contrast).</param>
    public static Tensor Loss(Tensor embedding, Tensor proxy, Tensor labels, double temperature = 1, bool classPositives = true)
        => PerSample(embedding, proxy, labels, temperature, classPositives).Mean();

    /// <summary>The loss of each picture, `[N]`; arguments as for <see cref="Loss"/>.</summary>
    public static Tensor PerSample(Tensor embedding, Tensor proxy, Tensor labels, double temperature = 1, bool classPositives = true)
    {
        Require.Temperature(temperature);
        var h = Rowwise.Unit(embedding);
        var toClass = Rowwise.Dot(h, Rowwise.Unit(proxy)).Unsqueeze(1) / temperature;                  // [N, 1]
        var toOthers = Pairwise.Dot(h, h) / temperature;                                             // [N, N]
        var self = Masks.Self(h.Size(0), h);
        var friends = Labels.Same(labels, labels).LogicalAnd(self.LogicalNot());

        var all = Tensor.Cat([toClass, Masks.Without(toOthers, self)], 1).Logsumexp(1);
        var own = classPositives
            ? Tensor.Cat([toClass, Masks.Without(toOthers, friends.LogicalNot())], 1).Logsumexp(1)
            : toClass.Squeeze(1);
        return all - own;
    }
}
