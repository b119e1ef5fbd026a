using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Memories;

/// <summary>Remembers the embeddings and labels of past batches, so that anchors find hard partners beyond their own batch.</summary>
/// <remarks>
/// Wang, Zhang, Huang, Scott (XBM), arXiv:1912.06798. Only written rows take part; while it is empty there are no triplets and the loss is 0.
/// Remembered rows are constants. Enqueue after the loss, else an anchor meets its own copy as a positive at distance 0.
/// </remarks>
public sealed class CrossBatchMemory : Module
{
    readonly LabelledQueue queue;

    /// <summary>An empty memory.</summary>
    /// <param name="capacity">Rows remembered.</param>
    /// <param name="dim">D.</param>
    public CrossBatchMemory(long capacity, long dim) => queue = new(capacity, dim);

    /// <summary>[K, D].</summary>
    public Tensor Keys => queue.Keys;

    /// <summary>[K], negative for rows not yet written and for those that came without a class; neither takes part.</summary>
    public Tensor Labels => queue.Labels;

    /// <summary>Remembers a batch in place of the oldest rows.</summary>
    public void Enqueue(Tensor x, Tensor labels) => queue.Enqueue(x, labels);

    /// <summary>Triplets [T, 3] = (anchor row, memory row of the positive, memory row of the negative).</summary>
    /// <param name="distances">[N, K], anchors against <see cref="Keys"/>.</param>
    /// <param name="labels">[N]; a negative one has no positive, hence no triplet.</param>
    /// <param name="mining">Which triplets.</param>
    /// <param name="margin">Separates easy from semi-hard.</param>
    public Tensor Mine(Tensor distances, Tensor labels, TripletMining mining, double margin = 0.2)
    {
        var written = Labels.Ge(0).Unsqueeze(0);
        var same = Numerics.Labels.Same(labels, Labels);
        return TripletMiner.Mine(distances, same.LogicalAnd(written), same.LogicalNot().LogicalAnd(written), mining, margin);
    }

    /// <summary>The triplet loss of a batch against the memory.</summary>
    /// <param name="x">[N, D].</param>
    /// <param name="labels">[N]; a negative one has no positive, hence no triplet.</param>
    /// <param name="mining">Which triplets.</param>
    /// <param name="margin">m.</param>
    /// <param name="similarity">Gives d; null for the squared Euclidean distance.</param>
    /// <param name="normalize">Rows to unit length first.</param>
    /// <param name="softMargin">Softplus in place of the hinge.</param>
    /// <param name="reduction">How the losses become one.</param>
    public Tensor Loss(Tensor x, Tensor labels, TripletMining mining = TripletMining.BatchHard, double margin = 0.2,
        Similarity? similarity = null, bool normalize = true, bool softMargin = false, Reduction reduction = Reduction.Mean)
    {
        var distances = Triplet.Distances(x, Keys, similarity, normalize);
        return Triplet.Loss(distances, Mine(distances, labels, mining, margin), margin, softMargin, reduction);
    }
}
