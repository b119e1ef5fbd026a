using Kindred.Nn;
using Kindred.Torch;

namespace Kindred;

/// <summary>Large batches in little memory: encoders go through a batch piece by piece without a graph, and each piece is encoded again when its gradient is there.</summary>
/// <remarks>
/// Gao, Zhang, Han, Callan, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup", RepL4NLP 2021, arXiv:2101.06983. The loss sees all rows, so negatives are those of
/// the whole batch, which accumulating the gradients of small batches would not give; the price is one more forward pass. What is drawn at random is drawn again alike. Batch norm
/// takes its statistics from each piece, so only networks without it have the whole batch's gradient. Any method learns so: <c>train.piece</c>.
/// </remarks>
public static class GradientCache
{
    [ThreadStatic] static int rows;

    /// <summary>From here on encoders take so many rows at a time.</summary>
    /// <param name="pieces">Rows of a piece; 0 takes all at once.</param>
    /// <returns>Dispose it to go back to what was before.</returns>
    public static IDisposable Begin(int pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pieces);
        var open = new Open(rows);
        rows = pieces;
        return open;
    }

    internal static Tensor Encode(Encoder encoder, View view, Func<View, Tensor> encode)
    {
        if (rows == 0 || view.Count <= rows || NoGradient.Active) return encode(view);
        var weights = encoder.Parameters().Where(p => p.Trainable).Select(p => p.Value).Distinct().ToArray();
        var pieces = new List<Tensor>();
        for (long first = 0; first < view.Count; first += rows)
        {
            var piece = view.Part(first, Math.Min(rows, view.Count - first));
            var pixels = piece.X.RequiresGrad;                                            // where something looks for their gradient: an attack, a learnt view
            pieces.Add(new Again(encoder, piece, encode, pixels).Apply(pixels ? [piece.X, .. weights] : weights));
        }
        return Tensor.Cat([.. pieces]);
    }

    sealed class Open(int before) : IDisposable
    {
        public void Dispose() => rows = before;
    }

    // One piece: encoded without a graph, and once more with one when its gradient comes.
    sealed class Again(Encoder encoder, View piece, Func<View, Tensor> encode, bool pixels) : Autograd.Function
    {
        byte[] random = [];
        Dtype? precision;

        protected override Tensor[] Forward(Tensor[] inputs)
        {
            (random, precision) = (Generator.Default.State, Autocast.Current(piece.X.Device));
            return [encode(piece)];
        }

        protected override Tensor?[] Backward(Tensor?[] gradients)
        {
            var after = Generator.Default.State;
            Generator.Default.State = random;
            try
            {
                using var recording = WithGradient.Begin();
                using var counted = RunningStatistics.Held(encoder);
                var x = pixels ? piece.X.Detach().RequiresGrad_() : piece.X;
                Tensor[] weights = [.. encoder.Parameters().Where(p => p.Trainable).Select(p => p.Value).Distinct()];
                Tensor y;
                using (precision is { } dtype ? Autocast.Begin(x.Device, dtype) : (IDisposable?)null) y = encode(pixels ? piece.With(x) : piece);
                return Autograd.Grad([y], pixels ? [x, .. weights] : weights, [gradients[0]!], allowUnused: true);
            }
            finally { Generator.Default.State = after; }
        }
    }
}
