using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>GraphCL's contrast: a graph's first view finds its second among the second views of the batch.</summary>
/// <remarks>
/// You et al., "Graph Contrastive Learning with Augmentations", arXiv:2010.13902, eq. 3: mean over n of lse_{m≠n} sₙₘ − sₙₙ with s = cos(zₙ, z'ₘ)/t.
/// The positive is left out of the denominator, so the loss can be negative; PyGCL's variant leaves it in. One direction only.
/// A single graph has no negatives: its loss is 0.
/// </remarks>
public static class GraphContrast
{
    /// <summary>The mean loss.</summary>
    /// <param name="z1">First views, `[N, D]`; normalised here.</param>
    /// <param name="z2">Second views, `[N, D]`; normalised here.</param>
    /// <param name="temperature">t &gt; 0: 0.2 for TU data sets, 0.1 for molecules.</param>
    /// <param name="excludePositive">False puts the positive into the denominator.</param>
    public static Tensor Loss(Tensor z1, Tensor z2, double temperature = 0.2, bool excludePositive = true)
        => PerGraph(z1, z2, temperature, excludePositive).Mean();

    /// <summary>The loss of each graph, `[N]`; arguments as for <see cref="Loss"/>.</summary>
    public static Tensor PerGraph(Tensor z1, Tensor z2, double temperature = 0.2, bool excludePositive = true)
    {
        Require.Temperature(temperature);
        var scores = Pairwise.Dot(Rowwise.Unit(z1), Rowwise.Unit(z2)) / temperature;      // [N, N]
        var n = scores.Size(0);
        if (!excludePositive || n == 1)
            return CrossEntropy.Diagonal(scores);
        return Masks.Without(scores, Masks.Self(n, scores)).Logsumexp(1) - scores.Diagonal();
    }
}
