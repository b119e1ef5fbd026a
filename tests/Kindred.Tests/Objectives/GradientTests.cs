using Kindred.Objectives;
using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>Every objective's gradient in float64 against central differences.</summary>
public class GradientTests
{
    static readonly Dictionary<string, (Func<Tensor[], Tensor> Loss, Func<Tensor[]> Inputs)> All = new()
    {
        ["contrastive margin"] = (x => ContrastiveMargin.Loss(x[0], x[1], Made.Index(0, 1, 0, 1), margin: 4), () => Two(4, 3)),
        ["contrastive margin, linear"] = (x => ContrastiveMargin.AllPairs(x[0], Made.Index(0, 1, 0, 1, 2)), () => One(5, 3)),
        ["triplet"] = (x => Triplet.Loss(x[0], x[1], x[2], margin: 1), () => [Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Rows(4, 3, 3)]),
        ["triplet, batch hard, soft"] = (x => Triplet.Loss(x[0], Made.Index(0, 1, 0, 1, 0, 1), TripletMining.BatchHard, softMargin: true, similarity: new Euclidean()), () => One(6, 4)),
        ["n-pair"] = (x => NPair.Loss(x[0], x[1], 0.1), () => Two(5, 3)),
        ["nce"] = (x => Nce.Loss(x[0].Flatten(), Made.Rows(4, 1, 8).Flatten(), x[1], Made.Rows(4, 6, 9), x[2].Sum()), () => [Made.Rows(4, 1, 1), Made.Rows(4, 6, 2), Made.Rows(1, 1, 3)]),
        ["info-nce"] = (x => InfoNce.Loss(x[0], x[1], x[2], 0.2), () => [Made.Rows(3, 4, 1), Made.Rows(3, 4, 2), Made.Rows(5, 4, 3)]),
        ["info-nce, own negatives"] = (x => InfoNce.Loss(x[0], x[1], x[2].Reshape([3, 2, 4]), 0.2), () => [Made.Rows(3, 4, 1), Made.Rows(3, 4, 2), Made.Rows(6, 4, 3)]),
        ["info-nce in batch, symmetric"] = (x => InfoNce.InBatch(x[0], x[1], 0.2, symmetric: true), () => Two(4, 3)),
        ["info-nce in batch, tiled"] = (x => InfoNce.InBatch(x[0], x[1], 0.2, tile: 2), () => Two(5, 3)),
        ["nt-xent"] = (x => NtXent.Loss(x[0], 0.2), () => One(6, 3)),
        ["nt-xent, raw"] = (x => NtXent.Loss(x[0], 0.7, normalize: false), () => One(6, 3)),
        ["nt-xent, tiled"] = (x => NtXent.Loss(x[0], 0.2, tile: 2), () => One(6, 3)),
        ["nt-xent, gathered"] = (x => NtXent.Gathered(x, 0, 0.2) + NtXent.Gathered(x, 1, 0.2), () => Two(4, 3)),
        ["nt-logistic"] = (x => NtLogistic.Loss(x[0], 0.3), () => One(6, 3)),
        ["nt-logistic, semi-hard"] = (x => NtLogistic.Loss(x[0], 0.3, NegativeMining.SemiHard), () => One(6, 3)),
        ["margin triplet"] = (x => MarginTriplet.Loss(x[0]), () => One(6, 3)),
        ["margin triplet, semi-hard"] = (x => MarginTriplet.Loss(x[0], 0.8, NegativeMining.SemiHard), () => One(6, 3)),
        ["distillation"] = (x => Distillation.Loss(x[0], Made.Rows(4, 5, 9), 0.5, Made.Index(1, -1, 0, 4), 0.6), () => One(4, 5)),
        ["instance nce"] = (x =>
            InstanceNce.Loss(InstanceNce.Logits(x[0], Made.Rows(9, 4, 9), Made.Index(1, 2, 3), Made.Index(0, 4, 5, 6, 7, 8).Reshape([3, 2]), 0.3), 9,
            Tensor.Of(2, Dtype.Float64)), () => One(3, 4)),
        ["instance softmax"] = (x => InstanceSoftmax.Loss(x[0], Made.Rows(9, 4, 9), Made.Index(1, 2, 3), 0.3), () => One(3, 4)),
        ["invariant spread, full"] = (x => InvariantSpread.Loss(x[0], 0.3, oneSided: false), () => One(6, 4)),
        ["invariant spread, paper"] = (x => InvariantSpread.Paper(x[0], x[1], 0.3), () => Two(4, 3)),
        ["cross view, full graph"] = (x => CrossView.Views(x, 0.3, fullGraph: true), () => [Made.Rows(3, 4, 1), Made.Rows(3, 4, 2), Made.Rows(3, 4, 3)]),
        ["predictive coding"] = (x => PredictiveCoding.Loss(x[0].Reshape([2, 3, 4]), x[1], x[2].Reshape([2, 4, 5])), () => [Made.Rows(6, 4, 1), Made.Rows(3, 5, 2), Made.Rows(8, 5, 3)]),
        ["predictive coding, listed"] = (x => PredictiveCoding.Loss(x[0], x[1], x[2].Reshape([2, 3, 4]), x[3]), () => [Made.Rows(2, 5, 1), Made.Rows(2, 4, 2), Made.Rows(6, 4, 3), Made.Rows(4, 5, 4)]),
        ["normalised regression"] = (x => NormalizedRegression.Loss(x[0], Made.Rows(4, 3, 9)), () => One(4, 3)),
        ["negative cosine"] = (x => NegativeCosine.Loss(x[0], Made.Rows(4, 3, 9)), () => One(4, 3)),
        ["momentum contrast"] = (x => MomentumContrast.Loss(x[0], x[1], Made.Rows(4, 3, 8), Made.Rows(4, 3, 9), 0.2), () => Two(4, 3)),
        ["swapped prediction, fixed codes"] = (x => SwappedPrediction.Loss(x[0].Reshape([3, 2, 5]), [Made.Rows(2, 5, 8).Softmax(1), Made.Rows(2, 5, 9).Softmax(1)], [0, 1], 0.3), () => One(6, 5)),
        ["self-distillation"] = (x => SelfDistillation.Loss(x[0].Reshape([3, 2, 5]), Made.Block([2, 2, 5], 9), Made.Rows(1, 5, 8).Flatten()), () => One(6, 5)),
        ["sup-con, out"] = (x => SupCon.Loss(x[0].Reshape([4, 2, 3]), Made.Index(0, 1, 0, 2), 0.3, 0.07), () => One(8, 3)),
        ["sup-con, out, tiled"] = (x => SupCon.Loss(x[0].Reshape([4, 2, 3]), Made.Index(0, 1, 0, 2), 0.3, tile: 3), () => One(8, 3)),
        ["sup-con, in, first views"] = (x => SupCon.Loss(x[0].Reshape([4, 2, 3]), Made.Index(0, 1, 0, 2), 0.3, sum: PositiveSum.In, firstViewOnly: true), () => One(8, 3)),
        ["k-positive, queue"] = (x => KPositive.PerQuery(x[0], Made.Rows(2, 4, 8), Made.Rows(6, 4, 9).Normalize(), Made.Index(1, -1, 4, 5).Reshape([2, 2]), 0.3,
            Made.Index(0, 1), Made.Index(0, 0, 2, 0, 1, 1), UnusedPositives.Neutralise).Mean(), () => One(2, 4)),
        ["k-positive, batch"] = (x => KPositive.PerAnchor(x[0].Reshape([3, 2, 4]), Made.Index(2, -1, 0, 5, -1, 3).Reshape([6, 1]), 0.3).Mean(), () => One(6, 4)),
        ["hard negatives"] = (x => HardNegative.Loss(x[0], x[1], 0.5, 0.1, 1), () => Two(4, 3)),
        ["hard mixing"] = (x => HardMixing.Loss(x[0], Made.Rows(3, 4, 8), Made.Rows(5, 4, 9).Normalize(), [Made.Block([3, 2, 4], 7).Normalize()], 0.3), () => One(3, 4)),
        ["leave one out"] = (x => LeaveOneOutContrast.Loss(x[0].Reshape([2, 3, 4]), Made.Block([2, 2, 3, 4], 8), Made.Block([2, 5, 4], 9).Normalize(), 0.3), () => One(6, 4)),
        ["instance mix, n-pair"] = (x => InstanceMix.PerQuery(x[0], x[1], Tensor.From<double>([0.7, 0.5, 1]), Made.Index(1, 2, 0)).Mean(), () => Two(3, 4)),
        ["instance mix, byol"] = (x => InstanceMix.Regression(x[0], Made.Rows(3, 4, 9), Tensor.From<double>([0.7, 0.5, 1]), Made.Index(1, 2, 0)), () => One(3, 4)),
        ["adversarial"] = (x => AdversarialContrast.Loss(x[0], x[1], x[2], 0.5), () => [Made.Rows(3, 4, 1), Made.Rows(3, 4, 2), Made.Rows(3, 4, 3)]),
        ["bilinear"] = (x => Bilinear.Matrix(x[0], x[1], x[2]).Sin().Sum(), () => [Made.Rows(2, 3, 1), Made.Rows(4, 5, 2), Made.Rows(3, 5, 3)]),
        ["mahalanobis"] = (x => Mahalanobis.Matrix(x[0], x[1], x[2]).Sin().Sum(), () => [Made.Rows(2, 3, 1), Made.Rows(4, 3, 2), Made.Rows(2, 3, 3)]),
    };

    public static IEnumerable<TheoryDataRow<string>> Names() => All.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory, MemberData(nameof(Names))]
    public void Backward_is_the_derivative_of_forward(string name)
    {
        using var scope = Scope.Open();
        Made.MatchesFiniteDifferences(All[name].Loss, All[name].Inputs());
    }

    static Tensor[] One(long n, long d) => [Made.Rows(n, d, 1)];

    static Tensor[] Two(long n, long d) => [Made.Rows(n, d, 1), Made.Rows(n, d, 2)];
}
