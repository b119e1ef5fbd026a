using System.ComponentModel.DataAnnotations;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>How often an edited picture finds its clean original among all others.</summary>
/// <param name="R1">Percent of queries whose original comes first.</param>
/// <param name="R5">Percent of queries whose original is among the first five.</param>
public sealed record CopyScores(double R1, double R5);

/// <summary>Copy detection: every picture is edited at random and looks, by cosine, for its clean original among all originals.</summary>
/// <param name="pictures">The gallery; every picture is also a query.</param>
/// <param name="clean">How originals are seen.</param>
/// <param name="edited">How queries are seen.</param>
/// <param name="seeds">One set of edits for each; scores are averaged.</param>
public sealed class CopyRetrieval(PictureData pictures, ViewPlan clean, ViewPlan edited, params IReadOnlyList<ulong> seeds)
{
    /// <summary>Scores a representation.</summary>
    /// <param name="represent">Maps a view `[n, C, H, W]` to `[n, D]`; called without gradient.</param>
    public CopyScores Score(Func<View, Tensor> represent)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var gallery = Represent(clean, 0, represent);
        double r1 = 0, r5 = 0;
        foreach (var seed in seeds)
        {
            using var inner = Scope.Open();
            var ranks = Ranks(Represent(edited, seed, represent), gallery);
            r1 += ranks.Lt(1).To(Dtype.Float64).Mean().Item();
            r5 += ranks.Lt(5).To(Dtype.Float64).Mean().Item();
        }
        return new CopyScores(100 * r1 / seeds.Count, 100 * r5 / seeds.Count);
    }

    /// <summary>The nearest originals of some queries, best first, as numbers of pictures.</summary>
    /// <param name="represent">Maps a view to `[n, D]`.</param>
    /// <param name="queries">Numbers of pictures.</param>
    /// <param name="count">How many neighbours of each.</param>
    public int[][] Nearest(Func<View, Tensor> represent, IReadOnlyList<int> queries, int count)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var gallery = Represent(clean, 0, represent);
        var found = Represent(edited, seeds[0], represent).Matmul(gallery.T()).Topk(count, 1).Indices.ToArray<long>();
        return [.. queries.Select(q => Enumerable.Range(0, count).Select(k => (int)found[(q * count) + k]).ToArray())];
    }

    // How many originals lie nearer to each query than its own; equal ones count half, so that a constant representation scores no luck.
    static Tensor Ranks(Tensor queries, Tensor gallery)
    {
        var scores = queries.Matmul(gallery.T());
        var own = scores.Diagonal().Unsqueeze(1);
        return scores.Gt(own).To(Dtype.Float64).Sum(1) + (scores.Eq(own).To(Dtype.Float64).Sum(1) - 1) / 2;
    }

    Tensor Represent(ViewPlan plan, ulong seed, Func<View, Tensor> represent) => Features.Of(pictures, plan, seed, represent).Features;
}

/// <summary>Copy detection by the recipe's own training views: <see cref="CopyRetrieval"/> over the test part.</summary>
/// <param name="Edits">Sets of edits, drawn from the seeds 1, 2, …; scores are averaged.</param>
[Protocol("copy-retrieval", Title = "how often an edited picture finds its clean original among all of the test part", Paper = "arXiv:1805.01978", Data = "emoji")]
public sealed record CopyDetection([Range(1, 1000)] int Edits = 2) : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["r1", "r5"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var test = subject.OpenPictures("test", alone: true);
        var scores = new CopyRetrieval(test, test.PlainView, test.TrainingView, [.. Enumerable.Range(1, Edits).Select(s => (ulong)s)]).Score(subject.Represent);
        return new Dictionary<string, double> { ["r1"] = scores.R1, ["r5"] = scores.R5 };
    }
}
