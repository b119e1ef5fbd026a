using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>A batch of any size through an encoder in limited memory: embeddings first, their gradients next, then chunk by chunk again with a graph.</summary>
/// <remarks>
/// Gao, Zhang, Han, Callan, arXiv:2101.06983. One extra forward pass; the graph of one chunk at a time. The gradient is that of the whole batch, with two
/// provisos: batch norm sees chunks (and updates its running averages twice), and an encoder that draws random numbers must draw them
/// from the default generator, whose state is replayed. Autocast belongs inside <c>encode</c>, so that both passes run alike.
/// </remarks>
public static class GradientCache
{
    /// <summary>The loss of all chunks together. Calling backward on it fills the encoder's gradients.</summary>
    /// <param name="chunks">Parts of the batch, in the order the loss wants their rows.</param>
    /// <param name="encode">From a chunk to its embeddings [n, D].</param>
    /// <param name="loss">From all embeddings [N, D] to a scalar.</param>
    public static Tensor Loss(IReadOnlyList<Tensor> chunks, Func<Tensor, Tensor> encode, Func<Tensor, Tensor> loss) =>
        Loss([.. chunks.Select(chunk => (Func<Tensor>)(() => encode(chunk)))], loss);

    /// <summary>The same with a function per chunk, for batches that pass through several encoders.</summary>
    /// <param name="encode">Each gives the embeddings of its chunk; called twice.</param>
    /// <param name="loss">From all embeddings, in that order, to a scalar.</param>
    public static Tensor Loss(IReadOnlyList<Func<Tensor>> encode, Func<Tensor, Tensor> loss)
    {
        var states = new byte[encode.Count][];
        var parts = new Tensor[encode.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            states[i] = Generator.Default.State;
            parts[i] = NoGradient.Of(() => Scope.Of(encode[i]));
        }
        var z = Tensor.Cat(parts).Detach().RequiresGrad_();
        var value = loss(z);
        var gradient = Autograd.Of(value, z);
        return new Replay(encode, states, gradient).Apply(value.Detach().Clone().RequiresGrad_());
    }

    sealed class Replay(IReadOnlyList<Func<Tensor>> encode, byte[][] states, Tensor gradient) : Autograd.Function
    {
        protected override Tensor[] Forward(Tensor[] inputs)
        {
            Save(gradient);
            return [inputs[0].Clone()];
        }

        protected override Tensor?[] Backward(Tensor?[] gradients)
        {
            var (all, after) = (Saved[0] * gradients[0]!, Generator.Default.State);
            long at = 0;
            using (WithGradient.Begin())
                for (var i = 0; i < encode.Count; i++)
                {
                    using var scope = Scope.Open();
                    Generator.Default.State = states[i];
                    var z = encode[i]();
                    z.Backward(all.Narrow(0, at, z.Size(0)).To(z.Dtype));
                    at += z.Size(0);
                }
            Generator.Default.State = after;
            return [null];
        }
    }
}
