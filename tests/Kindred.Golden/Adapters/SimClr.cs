using Kindred.Numerics;
using Kindred.Objectives;

namespace Kindred.Golden.Adapters;

static class SimClr
{
    [Golden("nt_xent")]
    static CaseResult NtXentLoss(GoldenCase c)
    {
        var perAnchor = NtXent.PerAnchor(c["z"], c.Number("temperature"), c.Flag("normalize", true));
        return new CaseResult { ["per_anchor"] = perAnchor, ["loss"] = perAnchor.Mean() };
    }

    [Golden("nt_xent_gathered")]
    static CaseResult Gathered(GoldenCase c)
    {
        var temperature = c.Number("temperature");
        var ranks = Ranks(c, "z_rank");
        var result = new CaseResult();
        var shares = new List<Tensor>();
        for (var rank = 0; rank < ranks.Length; rank++)
        {
            var share = NtXent.Gathered(ranks, rank, temperature);
            shares.Add(share);
            result[$"loss_rank{rank}"] = share;
            var alone = ranks.Select((z, r) => r == rank ? z : z.Detach()).ToArray();
            result[$"detached_grad_rank{rank}"] = Autograd.Of(NtXent.Gathered(alone, rank, temperature), ranks[rank]) / ranks.Length;
        }
        result["loss"] = Tensor.Stack([.. shares]).Mean();
        return result;
    }

    [Golden("nt_logistic")]
    static CaseResult NtLogisticLoss(GoldenCase c)
    {
        var perAnchor = NtLogistic.PerAnchor(c["z"], c.Number("temperature"), MiningOf(c), c.Text("negatives", "mean") == "sum");
        return new CaseResult { ["per_anchor"] = perAnchor, ["loss"] = perAnchor.Mean() };
    }

    [Golden("simclr_margin_triplet")]
    static CaseResult MarginTripletLoss(GoldenCase c)
    {
        var perAnchor = MarginTriplet.PerAnchor(c["z"], c.Number("margin"), MiningOf(c));
        return new CaseResult { ["per_anchor"] = perAnchor, ["loss"] = perAnchor.Mean() };
    }

    [Golden("distillation")]
    static CaseResult DistillationLoss(GoldenCase c)
    {
        var (student, teacher, temperature) = (c["student_logits"], c["teacher_logits"], c.Number("temperature", 1));
        var result = new CaseResult
        {
            ["distill"] = Distillation.Imitation(student, teacher, temperature),
            ["loss"] = Distillation.Loss(student, teacher, temperature, c.Optional("labels"), c.Number("alpha", 1)),
        };
        if (c.Optional("labels") is { } labels)
            result["supervised"] = CrossEntropy.Loss(student, labels);
        return result;
    }

    /// <summary>The inputs <c>prefix0</c>, <c>prefix1</c>, … as far as the case has them.</summary>
    internal static Tensor[] Ranks(GoldenCase c, string prefix) =>
        [.. Enumerable.Range(0, c.Inputs.Count).TakeWhile(rank => c.Has(prefix + rank)).Select(rank => c[prefix + rank])];

    static NegativeMining MiningOf(GoldenCase c) => c.Text("mining", "all") switch
    {
        "all" => NegativeMining.All,
        "semi_hard" => NegativeMining.SemiHard,
        var other => throw new NotSupportedException($"mining '{other}'"),
    };
}
