using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Greedy InfoMax on a grid of patches: predict the patches some rows below, among patches drawn from the whole batch.</summary>
/// <remarks>
/// Löwe et al., "Putting an End to End-to-End", arXiv:1905.11786, eq. 2 with z = c: for k = 1 … K, softmax over c·(Wₖ z) of the patch k + skip
/// rows below against drawn negatives (which may hit the positive). Mean over positions, then over k. Exact softmax: the official code adds 1e-11
/// inside the logarithm.
/// </remarks>
public static class GreedyInfoMax
{
    /// <summary>The mean over the steps of <see cref="PerStep"/>.</summary>
    /// <param name="features">A module's output, both context and target, `[B, C, H, W]`.</param>
    /// <param name="weights">A 1×1 convolution without bias per step, `[K, C, C]`.</param>
    /// <param name="negatives">Per step: for every position of the predicted map in (y, x, b) order its n negatives, int64 `[H'·W·B·n]`, as positions of that map.</param>
    /// <param name="skip">Rows between a patch and the nearest one it predicts.</param>
    public static Tensor Loss(Tensor features, Tensor weights, Tensor[] negatives, int skip = 1)
        => PerStep(features, weights, negatives, skip).Mean();

    /// <summary>The loss of each step, `[K]`; arguments as for <see cref="Loss"/>.</summary>
    /// <exception cref="ArgumentException">The grid has no row so far below, or negatives do not divide among the positions.</exception>
    public static Tensor PerStep(Tensor features, Tensor weights, Tensor[] negatives, int skip = 1)
    {
        var losses = new Tensor[weights.Size(0)];
        for (int k = 0; k < losses.Length; k++)
            losses[k] = Step(features, weights.Select(0, k), negatives[k], k + 1 + skip);
        return Tensor.Stack(losses);
    }

    static Tensor Step(Tensor features, Tensor weight, Tensor negatives, int below)
    {
        long rows = features.Size(2) - below, width = features.Size(1);
        if (rows < 1)
            throw new ArgumentException($"a grid of {features.Size(2)} rows has no patch {below} rows below another: use fewer steps or a smaller skip.");
        var context = Flat(features.Narrow(2, 0, rows));                                  // [P, C], P = H'·W·B
        var target = Pairwise.Dot(Flat(features.Narrow(2, below, rows)), weight);       // [P, C]
        if (negatives.Numel == 0 || negatives.Numel % context.Size(0) != 0)
            throw new ArgumentException($"{negatives.Numel} negatives for {context.Size(0)} positions: give each the same number, at least one.");

        var others = target.IndexSelect(0, negatives.Reshape([-1])).Reshape([context.Size(0), -1, width]);
        var candidates = Tensor.Cat([target.Unsqueeze(1), others], 1);                    // [P, 1 + n, C], the positive first
        var scores = Rowwise.Dot(candidates, context.Unsqueeze(1));                      // [P, 1 + n]
        return (scores.Logsumexp(1) - scores.Select(1, 0)).Mean();
    }

    static Tensor Flat(Tensor map) => map.Permute([2, 3, 0, 1]).Reshape([-1, map.Size(1)]);
}
