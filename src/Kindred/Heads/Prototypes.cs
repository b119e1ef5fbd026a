using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>Scores against unit prototypes: unit vectors [N, D] → cosines [N, K]. Caron et al., "SwAV", arXiv:2006.09882.</summary>
public sealed class Prototypes : Layer
{
    readonly Parameter weight;

    /// <summary>K rows of width D, U(±1 / √D), of unit length from the start.</summary>
    /// <param name="width">D.</param>
    /// <param name="count">K.</param>
    public Prototypes(long width, long count)
    {
        weight = new(Weights.FanInUniform([count, width], width));
        Renormalise();
    }

    /// <summary>[K, D].</summary>
    public Parameter Weight => weight;

    /// <summary>Brings every row back to unit length, without gradient; call it before each forward.</summary>
    public void Renormalise()
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        weight.Set(weight.Value.Normalize());
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Tensor.Linear(x, weight);
}
