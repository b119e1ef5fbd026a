using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>How the violations of a ranking margin are added up.</summary>
public enum RankingReduction
{
    /// <summary>All of them, divided by N.</summary>
    Sum,

    /// <summary>The worst of each query, divided by N (VSE++).</summary>
    Hardest,

    /// <summary>The mean over all 2N(N−1) entries.</summary>
    Mean,
}

/// <summary>Text and video of a pair rank each other first: a margin over the batch's negatives. (The other form is <see cref="InfoNce.InBatch"/> in both directions.)</summary>
/// <remarks>
/// Margin: max(0, m + sᵢⱼ − sᵢᵢ) for j ≠ i, both directions, s = cosine; VSE++: Faghri et al., arXiv:1707.05612; used by support-set bottlenecks,
/// arXiv:2010.02824. A single pair has no negatives: every form is 0.
/// </remarks>
public static class CrossModalRanking
{
    /// <summary>The margin ranking loss.</summary>
    /// <param name="text">`[N, D]`; normalised here.</param>
    /// <param name="video">`[N, D]`; normalised here.</param>
    /// <param name="margin">m ≥ 0.</param>
    /// <param name="reduction">How violations are added up.</param>
    public static Tensor Loss(Tensor text, Tensor video, double margin = 0.2, RankingReduction reduction = RankingReduction.Hardest)
    {
        var scores = Pairwise.Dot(Rowwise.Unit(text), Rowwise.Unit(video));                     // [text, video]
        var n = scores.Size(0);
        var positive = scores.Diagonal();
        var self = Masks.Self(n, scores);
        Tensor Violations(Tensor own) => (scores - own + margin).Relu().MaskedFill(self, 0);

        Tensor fromText = Violations(positive.Unsqueeze(1)), fromVideo = Violations(positive.Unsqueeze(0));
        return reduction switch
        {
            RankingReduction.Sum => (fromText + fromVideo).Sum() / n,
            RankingReduction.Hardest => (fromText.Amax(1).Sum() + fromVideo.Amax(0).Sum()) / n,
            _ => (fromText + fromVideo).Sum() / Math.Max(1, 2 * n * (n - 1)),
        };
    }
}
