using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>One linear layer from representation to classes: N(0, 0.01²) weights, zero bias, as linear probes start.</summary>
public sealed class LinearClassifier : Layer
{
    readonly Linear fc;

    /// <summary>[N, inputs] → [N, classes].</summary>
    /// <param name="inputs">Width of the representation.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="deviation">Spread of the initial weights; 0 starts at zero (SimCLR v2's fine-tuning).</param>
    public LinearClassifier(long inputs, long classes, double deviation = 0.01)
        => fc = new(deviation == 0 ? Weights.Zeros(classes, inputs) : Weights.Normal([classes, inputs], deviation), Weights.Zeros(classes));

    /// <summary>The layer.</summary>
    public Linear Fc => fc;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => fc.Forward(x);
}
