using Kindred.Clustering;
using Kindred.Experiments.Evaluation;
using Kindred.Information;
using Kindred.Memories;
using Kindred.Metrics;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Tests.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Numerics;

/// <summary>A negative label says "no class" everywhere: a class of its own in objectives, left out of means, votes and metrics.</summary>
public sealed class LabelTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    // Objectives over six rows: their value with rows 1, 4, 5 unlabelled must be that with each in a class of its own.
    static readonly Dictionary<string, Func<Tensor, Tensor>> objectives = new()
    {
        ["supcon"] = y => SupCon.Loss(Made.Block([6, 2, 4], 1), y),
        ["supcon, inside"] = y => SupCon.Loss(Made.Block([6, 2, 4], 1), y, sum: PositiveSum.In),
        ["supcon, tiled"] = y => SupCon.Loss(Made.Block([6, 2, 4], 1), y, tile: 5),
        ["drlim, all pairs"] = y => ContrastiveMargin.AllPairs(Made.Rows(6, 4, 1), y),
        ["triplet, all"] = y => Triplet.Loss(Made.Rows(6, 4, 1), y, TripletMining.All, 0.5),
        ["triplet, batch hard"] = y => Triplet.Loss(Made.Rows(6, 4, 1), y, TripletMining.BatchHard, 0.5),
        ["triplet, batch easy"] = y => Triplet.Loss(Made.Rows(6, 4, 1), y, TripletMining.BatchEasy, 0.5),
        ["triplet, facenet"] = y => Triplet.Loss(Made.Rows(6, 4, 1), y, TripletMining.FaceNetSemiHard, 0.5),
        ["contragan"] = y => ConditionalContrast.Loss(Made.Rows(6, 4, 1), Made.Rows(6, 4, 2), y, 0.5),
        ["spcl"] = y => UnifiedContrast.Loss(Made.Rows(4, 4, 1), Made.Rows(6, 4, 2).Normalize(), y, Made.Index(0, 1, 4, 5)),
        ["spcl, centroids"] = y => UnifiedContrast.Centroids(Made.Rows(6, 4, 2), y).Abs().Sum(),
        ["kcl, removed"] = y =>
            KPositive.PerQuery(Made.Rows(6, 4, 1), Made.Rows(6, 4, 2), Made.Rows(6, 4, 3).Normalize(), Made.Index(-1, -1, -1, -1, -1, -1).Unsqueeze(1), 0.2, y,
            y.Flip([0]), UnusedPositives.Remove).Mean(),
    };

    public static TheoryData<string> Objectives => [.. objectives.Keys];

    [Theory, MemberData(nameof(Objectives))]
    public void In_an_objective_an_unlabelled_row_is_a_class_of_its_own(string name)
    {
        var loss = objectives[name];
        var own = name.StartsWith("kcl", StringComparison.Ordinal) ? Made.Index(0, 12, 0, 1, 14, 15) : Made.Index(0, 2, 0, 1, 3, 4);
        if (name.StartsWith("kcl", StringComparison.Ordinal))
        {
            // Queue entry and query of one place differ, so nobody without class has company.
            Made.Close(KPositive.PerQuery(Made.Rows(6, 4, 1), Made.Rows(6, 4, 2), Made.Rows(6, 4, 3).Normalize(), Made.Index(-1, -1, -1, -1, -1, -1).Unsqueeze(1), 0.2,
                own, Made.Index(25, 24, 1, 0, 22, 0), UnusedPositives.Remove).Mean().Item(), loss(Made.Index(0, -1, 0, 1, -1, -1)).Item());
            return;
        }
        Made.Close(loss(own).Item(), loss(Made.Index(0, -1, 0, 1, -1, -1)).Item());
        Made.Close(loss(own).Item(), loss(Made.Index(0, -1, 0, 1, -7, -100)).Item());
        if (!name.StartsWith("spcl", StringComparison.Ordinal)) Assert.True(double.IsFinite(loss(Made.Index(-1, -1, -1, -1, -1, -1)).Item()));
    }

    [Fact]
    public void Rows_without_a_class_draw_no_positives_and_are_mined_by_nobody_as_such()
    {
        Assert.True(KPositive.Draw(Made.Index(-1, -1), Made.Index(-1, -1, 0), 2).Lt(0).All().Item() != 0);
        var memory = new CrossBatchMemory(4, 3);
        memory.Enqueue(Made.Rows(3, 3, 1, Dtype.Float32), Made.Index(-1, 0, 1));
        var triplets = memory.Mine(Triplet.Distances(Made.Rows(2, 3, 2, Dtype.Float32), memory.Keys), Made.Index(-1, 0), TripletMining.All);
        Assert.Equal([1, 1, 2], triplets.Flatten().ToArray<long>());
    }

    [Fact]
    public void Means_votes_and_metrics_leave_them_out()
    {
        var (x, y, known) = (Made.Rows(6, 4, 1), Made.Index(0, -1, 0, 1, -1, 1), Made.Index(0, 2, 3, 5));
        var (kept, labels) = (x.IndexSelect(0, known), y.IndexSelect(0, known));
        Made.Close(CrossEntropy.Loss(kept, labels).Item(), CrossEntropy.Loss(x, y).Item());
        Made.Close(Club.LogLikelihood(kept, labels).Item(), Club.LogLikelihood(x, y).Item());
        Made.Close(Club.Categorical(kept, labels).Item(), Club.Categorical(x, y).Item());
        Assert.Equal(Accuracy.TopK(kept, labels, 1), Accuracy.TopK(x, y, 1));
        Made.Close(KnnVote.Scores(kept, labels, x, 2, 3).Exp(), KnnVote.Scores(x, y, x, 2, 3).Exp());
        Assert.Equal(ClassRetrieval.Measure(kept.Normalize(), labels), ClassRetrieval.Measure(x.Normalize(), y));
        Assert.Equal(0, CrossEntropy.Loss(x, Made.Index(-1, -1, -1, -1, -1, -1)).Item());

        Assert.Equal(ClusterAgreement.Of([0, 0, 1, 1], [5, 5, 6, 5]), ClusterAgreement.Of([0, -1, 0, 1, -1, 1], [5, 6, 5, 6, 7, 5]));
        Assert.Equal(ClusterAgreement.Of([0, 0, 1, 1], [5, 6, 7, 8]), ClusterAgreement.Of([0, 0, 1, 1], [5, -1, -1, 9]));
        Assert.Throws<ArgumentException>(() => ClusterAgreement.Of([-1, -1], [0, 1]));

        var distance = Made.Rows(2, 4, 5).Abs();
        var plain = ReIdentification.Of(distance.IndexSelect(1, Made.Index(0, 1, 3)), [0, 1], [0, 1, 1], topk: 2);
        var junk = ReIdentification.Of(distance, [0, 1], [0, 1, -1, 1], topk: 2);
        Assert.Equal(plain.AveragePrecision, junk.AveragePrecision);
        Assert.Equal([true, false], ReIdentification.Of(distance, [0, -1], [0, 1, -1, 1], topk: 2).Valid);
    }

    [Fact]
    public void Classes_of_their_own_come_after_the_others()
    {
        Assert.Equal([3, 4, 0, 5], Labels.OwnClasses(Made.Index(3, -1, 0, -100)).ToArray<long>());
        Assert.Equal([0, 1], Labels.OwnClasses(Made.Index(-1, -1)).ToArray<long>());
        Assert.Equal([3, 4, 0, 5], Dbscan.Expand([3, -1, 0, -100]));
        Assert.Equal(0, Labels.OwnClasses(Tensor.Zeros([0], Dtype.Int64)).Numel);
    }
}
