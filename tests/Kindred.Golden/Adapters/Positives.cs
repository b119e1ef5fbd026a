using Kindred.Objectives;

namespace Kindred.Golden.Adapters;

/// <summary>Other positives and harder negatives: SupCon, KCL, HCL, MoCHi, LooC, CLAE, i-Mix.</summary>
static class Positives
{
    [Golden("sup_con")]
    static CaseResult SupConLoss(GoldenCase c)
    {
        var temperature = c.Number("temperature");
        var perAnchor = SupCon.PerAnchor(c["features"], c.Optional("labels"), temperature, c.Number("base_temperature", temperature),
            SumOf(c), c.Text("contrast_mode", "all") == "one", c.Flag("normalize", true));
        return new CaseResult { ["per_anchor"] = perAnchor, ["loss"] = perAnchor.Mean() };
    }

    [Golden("kcl")]
    static CaseResult Kcl(GoldenCase c)
    {
        var (temperature, positives) = (c.Number("temperature"), c["positive_index"]);
        c.Implied("k", positives.Size(1));
        if (c.Text("mode") == "in_batch")
        {
            var features = c["features"];
            var perAnchor = KPositive.PerAnchor(features, positives, temperature, SumOf(c));
            return new CaseResult
            {
                ["per_anchor"] = perAnchor,
                ["loss"] = perAnchor.Mean(),
                ["positives_used"] = KPositive.Used(positives, features.Size(0), features.Size(1)),
            };
        }
        var unused = c.Text("loss_type", "v1") switch
        {
            "v1" => UnusedPositives.Keep,
            "v2" => UnusedPositives.Neutralise,
            "v2_removed" => UnusedPositives.Remove,
            var other => throw new NotSupportedException($"loss_type '{other}'"),
        };
        var perQuery = KPositive.PerQuery(c["query"], c["key"], c["queue"], positives, temperature, c["labels"], c["queue_labels"], unused, SumOf(c));
        return new CaseResult { ["per_anchor"] = perQuery, ["loss"] = perQuery.Mean(), ["positives_used"] = KPositive.Used(positives) };
    }

    [Golden("hcl")]
    static CaseResult Hcl(GoldenCase c)
    {
        var temperature = c.Number("temperature");
        var (match, negatives) = HardNegative.Logits(c["z1"], c["z2"], temperature);
        var estimate = c.Text("estimator") switch
        {
            "standard" => HardNegative.LogPlain(negatives),
            "debiased" => HardNegative.LogEstimate(match, negatives, temperature, c.Number("tau_plus", 0.1), hardness: 0),
            "hard" => HardNegative.LogEstimate(match, negatives, temperature, c.Number("tau_plus", 0.1), c.Number("beta", 1), c.Flag("detach_weights")),
            var other => throw new NotSupportedException($"estimator '{other}'"),
        };
        var perAnchor = HardNegative.PerAnchor(match, estimate);
        return new CaseResult { ["per_anchor"] = perAnchor, ["loss"] = perAnchor.Mean(), ["negative_estimate"] = estimate.Exp() };
    }

    [Golden("mochi")]
    static CaseResult Mochi(GoldenCase c)
    {
        var (query, queue) = (c["query"], c["queue"]);
        c.Implied("s", c.Optional("pair_a")?.Size(1) ?? 0);
        c.Implied("s_prime", c.Optional("query_mix_index")?.Size(1) ?? 0);
        var hardest = HardMixing.Hardest(query, queue, c.Integer("hard_pool"));
        var result = new CaseResult { ["hardest"] = hardest };
        var synthetic = new List<Tensor>();
        if (c.Has("pair_a"))
            synthetic.Add(Keep("synthetic", HardMixing.Pairs(queue, hardest, c["pair_a"], c["pair_b"], c["alpha"])));
        if (c.Has("query_mix_index"))
            synthetic.Add(Keep("synthetic_query", HardMixing.WithQuery(query, queue, hardest, c["query_mix_index"], c["beta"])));
        result["loss"] = HardMixing.Loss(query, c["key"], queue, synthetic, c.Number("temperature"));
        return result;

        Tensor Keep(string name, Tensor made)
        {
            result[name] = made;
            return made;
        }
    }

    [Golden("looc")]
    static CaseResult Looc(GoldenCase c)
    {
        var perSpace = LeaveOneOutContrast.PerSpace(c["query"], c["keys"], c["negatives"], c.Number("temperature"));
        return new CaseResult { ["per_space"] = perSpace, ["loss"] = perSpace.Mean() };
    }

    [Golden("clae")]
    static CaseResult Clae(GoldenCase c)
    {
        var (x1, x2, temperature) = (c["input1"].Detach(), c["input2"].Detach(), c.Number("temperature"));
        Tensor Encode(Tensor x) => x.Matmul(c["weight"]);
        var (gradient, inner) = AdversarialContrast.Inner(Encode, x1, temperature);
        var adversarial = AdversarialContrast.Perturb(x1, gradient, c.Number("epsilon"));
        var (z1, z2, zAdversarial) = (Encode(x1), Encode(x2), Encode(adversarial));
        return new CaseResult
        {
            ["inner_loss"] = inner,
            ["input_gradient"] = gradient,
            ["adversarial_input"] = adversarial,
            ["clean_loss"] = AdversarialContrast.Pair(z1, z2, temperature),
            ["adversarial_loss"] = AdversarialContrast.Pair(z1, zAdversarial, temperature),
            ["loss"] = AdversarialContrast.Loss(z1, z2, zAdversarial, c.Number("alpha", 1), temperature),
        };
    }

    [Golden("imix")]
    static CaseResult Imix(GoldenCase c)
    {
        var (share, partner) = (c["lambda"].Detach(), c["permutation"]);
        var result = new CaseResult();
        var (query, key) = (c.Optional("query"), c.Optional("key"));
        if (c.Has("weight"))
        {
            var mixed = InstanceMix.Mix(c["input1"].Detach(), share, partner);
            result["mixed_input"] = mixed;
            (query, key) = (mixed.Matmul(c["weight"]), c["input2"].Detach().Matmul(c["weight"]));
        }
        if (c.Text("mode") == "byol")
        {
            result["loss"] = InstanceMix.Regression(query!, key!, share, partner);
            return result;
        }
        var perSample = c.Text("mode") == "moco"
            ? InstanceMix.PerQuery(query!, key!, c["queue"], share, partner, c.Number("temperature"))
            : InstanceMix.PerQuery(query!, key!, share, partner, c.Number("temperature"));
        result["per_sample"] = perSample;
        result["loss"] = perSample.Mean();
        return result;
    }

    static PositiveSum SumOf(GoldenCase c) => c.Text("summation", "out") == "in" ? PositiveSum.In : PositiveSum.Out;
}
