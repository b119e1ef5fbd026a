using Kindred.Memories;
using Kindred.Objectives;

namespace Kindred.Golden.Adapters;

/// <summary>Targets from a moving average or from balanced codes: BYOL, SimSiam, MoCo v3, SwAV, DINO.</summary>
static class SelfDistilled
{
    [Golden("byol")]
    static CaseResult Byol(GoldenCase c) => new()
    {
        ["loss"] = NormalizedRegression.Loss(c["prediction1"], c["prediction2"], c["target1"], c["target2"]),
    };

    [Golden("negative_cosine")]
    static CaseResult SimSiam(GoldenCase c) => new()
    {
        ["loss"] = NegativeCosine.Loss(c["prediction1"], c["prediction2"], c["projection1"], c["projection2"]),
    };

    [Golden("moco_v3")]
    static CaseResult MocoV3(GoldenCase c)
    {
        var temperature = c.Number("temperature");
        return new CaseResult
        {
            ["loss_q1k2"] = MomentumContrast.Direction(c["query1"], c["key2"], temperature),
            ["loss_q2k1"] = MomentumContrast.Direction(c["query2"], c["key1"], temperature),
            ["loss"] = MomentumContrast.Loss(c["query1"], c["query2"], c["key1"], c["key2"], temperature),
        };
    }

    [Golden("moco_v3_gathered")]
    static CaseResult MocoV3Gathered(GoldenCase c)
    {
        var (query1, query2) = (SimClr.Ranks(c, "query1_rank"), SimClr.Ranks(c, "query2_rank"));
        var (key1, key2) = (Tensor.Cat(SimClr.Ranks(c, "key1_rank")), Tensor.Cat(SimClr.Ranks(c, "key2_rank")));
        var result = new CaseResult();
        var losses = new List<Tensor>();
        for (var rank = 0; rank < query1.Length; rank++)
        {
            losses.Add(MomentumContrast.Loss(query1[rank], query2[rank], key1, key2, c.Number("temperature"), rank));
            result[$"loss_rank{rank}"] = losses[rank];
        }
        result["loss"] = Tensor.Stack([.. losses]).Mean();
        return result;
    }

    [Golden("sinkhorn")]
    static CaseResult SinkhornCodes(GoldenCase c) => new()
    {
        ["codes"] = Sinkhorn.Codes(c["scores"], c.Number("epsilon", 0.05), c.Integer("iterations", 3)),
    };

    [Golden("swav")]
    static CaseResult Swav(GoldenCase c) => Swapped(c, c["scores"]);

    [Golden("swav_features")]
    static CaseResult SwavFeatures(GoldenCase c) => Swapped(c, SwappedPrediction.Score(c["features"], c["prototypes"]));

    static CaseResult Swapped(GoldenCase c, Tensor scores)
    {
        var (epsilon, iterations) = (c.Number("epsilon", 0.05), c.Integer("iterations", 3));
        int[] assign = c.Param("assign_views") is null ? [0, 1] : [.. c.Numbers("assign_views").Select(view => (int)view)];
        var queue = c.Optional("queue_scores");
        var result = new CaseResult
        {
            ["loss"] = SwappedPrediction.Loss(scores, c.Number("temperature", 0.1), epsilon, iterations, assign, queue),
        };
        for (var a = 0; a < assign.Length; a++)
            result[$"codes_view{assign[a]}"] = SwappedPrediction.Codes(scores.Select(0, assign[a]), queue?.Select(0, a), epsilon, iterations);
        return result;
    }

    [Golden("dino")]
    static CaseResult Dino(GoldenCase c)
    {
        var center = new Center(c.Constant("center"));
        var loss = SelfDistillation.Loss(c["student"], c["teacher"], center.Value, c.Number("teacher_temperature"), c.Number("student_temperature", 0.1));
        center.Update(c["teacher"], c.Number("center_momentum", 0.9));
        return new CaseResult { ["loss"] = loss, ["center"] = center.Value };
    }
}
