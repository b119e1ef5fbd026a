using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

public sealed partial class CPC
{
    /// <summary>What the softmax runs over.</summary>
    public enum OverKind
    {
        /// <summary>Candidate futures for a given context: the paper.</summary>
        Targets,

        /// <summary>Candidate contexts for a given future: the popular PyTorch code.</summary>
        Contexts,
    }

    /// <summary>Where wrong candidates come from.</summary>
    public enum NegativeKind
    {
        /// <summary>Other sequences of the batch, at the same place.</summary>
        Batch,

        /// <summary>Other places of the same sequence.</summary>
        Sequence,
    }

    // Of frames z, contexts c and the first frame that is predicted: scores of the candidates, and which is the right one.
    static Func<Tensor, Tensor, long, (Tensor Scores, Tensor Truth)> Candidates(Parameter predictors, Options options) => options.Negatives == NegativeKind.Sequence
        ? (z, c, first) => (PredictiveCoding.WithinSequence(z, c, predictors, first), Tensor.Zeros([z.Size(0)], Dtype.Int64, z.Device))
        : (z, c, first) => (PredictiveCoding.Logits(z.Narrow(1, first, options.Steps).Transpose(0, 1), c, predictors, options.Over == OverKind.Contexts),
            Tensor.Arange(z.Size(0), Dtype.Int64, device: z.Device));

    // Each sequence in an order of its own.
    static Tensor Shuffled(Tensor z) => z.TakeAlongDim(Tensor.Rand([z.Size(0), z.Size(1), 1], Generator.Default).To(z.Device).Argsort(1), 1);
}
