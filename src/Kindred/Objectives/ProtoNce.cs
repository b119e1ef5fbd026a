using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>PCL's contrast with prototypes: a sample finds its cluster's centre among the others, each centre with a temperature of its own.</summary>
/// <remarks>
/// Li et al., "Prototypical Contrastive Learning of Unsupervised Representations", arXiv:2005.04966, eq. 11: cross-entropy of q·cⱼ/φⱼ at the assigned
/// prototype, mean over granularities, to which the method adds InfoNCE. Prototypes and φ carry no gradient.
/// </remarks>
public static class ProtoNce
{
    /// <summary>The loss at one granularity, against every prototype.</summary>
    /// <param name="query">`[N, D]`; normalised here.</param>
    /// <param name="prototypes">Unit rows, `[K, D]`.</param>
    /// <param name="concentration">φ, `[K]` (<see cref="Clustering.Concentration"/>).</param>
    /// <param name="assignment">Prototype of each query, int64 `[N]`.</param>
    public static Tensor Loss(Tensor query, Tensor prototypes, Tensor concentration, Tensor assignment)
    {
        var logits = Pairwise.Dot(Rowwise.Unit(query), prototypes.Detach()) / concentration.Detach();                      // [N, K]
        return CrossEntropy.PerRow(logits, assignment).Mean();
    }

    /// <summary>The loss at one granularity, against the batch's own prototypes and a draw of others, as in the official code.</summary>
    /// <remarks>The columns are one prototype a sample, duplicates kept, then the negatives; two samples of one cluster see it once as positive and once as negative.</remarks>
    /// <param name="query">`[N, D]`; normalised here.</param>
    /// <param name="prototypes">Unit rows, `[K, D]`.</param>
    /// <param name="concentration">φ, `[K]`.</param>
    /// <param name="assignment">Prototype of each query, int64 `[N]`.</param>
    /// <param name="negatives">Prototypes that no query of the batch belongs to, int64 `[R]`; may be empty.</param>
    public static Tensor Loss(Tensor query, Tensor prototypes, Tensor concentration, Tensor assignment, Tensor negatives)
    {
        var columns = Tensor.Cat([assignment, negatives], 0);                                                  // [N + R]
        var logits = Pairwise.Dot(Rowwise.Unit(query), prototypes.Detach().IndexSelect(0, columns)) / concentration.Detach().IndexSelect(0, columns);
        return CrossEntropy.Diagonal(logits).Mean();
    }
}
