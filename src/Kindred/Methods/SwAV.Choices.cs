using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

public sealed partial class SwAV
{
    /// <summary>How scores become codes.</summary>
    public enum CodeKind
    {
        /// <summary>Balanced over the batch by Sinkhorn's iterations.</summary>
        Sinkhorn,

        /// <summary>Each sample's own softmax: everything ends up in one prototype.</summary>
        Softmax,
    }

    // Of scores [N, K], and of those of the queue.
    static Func<Tensor, Tensor?, Tensor> Balance(Options options) => options.Codes == CodeKind.Softmax
        ? (scores, _) => (scores / options.Epsilon).Softmax(-1)
        : (scores, past) => SwappedPrediction.Codes(scores, past, options.Epsilon, options.Iterations);
}
