using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Gated recurrent unit over a sequence: [N, T, In] → [N, T, H]. Cho et al., arXiv:1406.1078.</summary>
/// <remarks>Weights and gate order (reset, update, new) as in PyTorch, U(±1 / √H).</remarks>
public sealed class Gru : Layer
{
    readonly Parameter weightIh, weightHh, biasIh, biasHh;
    readonly long hidden;

    /// <summary>One layer, forward in time.</summary>
    /// <param name="inputs">In.</param>
    /// <param name="hidden">H.</param>
    public Gru(long inputs, long hidden)
    {
        weightIh = new(Weights.FanInUniform([3 * hidden, inputs], hidden));
        weightHh = new(Weights.FanInUniform([3 * hidden, hidden], hidden));
        biasIh = new(Weights.FanInUniform([3 * hidden], hidden));
        biasHh = new(Weights.FanInUniform([3 * hidden], hidden));
        this.hidden = hidden;
    }

    /// <summary>Width of the state.</summary>
    public long Hidden => hidden;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, null).Outputs;

    /// <summary>Runs from a given state.</summary>
    /// <param name="x">[N, T, In].</param>
    /// <param name="state">[N, H], zeros when null.</param>
    /// <returns>Outputs [N, T, H] and the last state [N, H].</returns>
    public (Tensor Outputs, Tensor State) Forward(Tensor x, Tensor? state)
    {
        x = x.To(weightIh.Value.Dtype); // autocast leaves recurrences in single precision
        var start = state is null ? Tensor.Zeros([1, x.Size(0), hidden], x.Dtype, device: x.Device) : state.Unsqueeze(0);
        var (outputs, last) = Tensor.Gru(x, start, [weightIh, weightHh, biasIh, biasHh],
            hasBiases: true, numLayers: 1, dropout: 0, train: Training, bidirectional: false, batchFirst: true);
        return (outputs, last.Squeeze(0));
    }
}
