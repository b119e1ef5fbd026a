using Kindred.Clustering;
using Kindred.Encoders;
using Kindred.Objectives;

namespace Kindred.Golden.Adapters;

static class VisionAdapters
{
    [Golden("proto_nce")]
    static CaseResult Prototypes(GoldenCase c)
    {
        if (c.Text("mode") == "phi")
        {
            var measured = Concentration.Of(c["features"], c["centroids"], c["assign"], c.Number("temperature"), c.Number("alpha", 10),
                c.Flag("clip_percentiles", true), c.Flag("rescale", true));
            return new CaseResult { ["phi"] = measured.Phi, ["cluster_sizes"] = measured.Sizes, ["distance"] = measured.Distance };
        }
        c.Describes("temperature");                                    // φ is given; the instance term reads it below
        var levels = c.Integer("granularities", 1);
        var terms = new Tensor[levels];
        var result = new CaseResult();
        for (int m = 0; m < levels; m++)
        {
            terms[m] = c.Text("mode") == "batch"
                ? ProtoNce.Loss(c["query"], c[$"prototypes{m}"], c[$"phi{m}"], c[$"assign{m}"], c[$"negatives{m}"])
                : ProtoNce.Loss(c["query"], c[$"prototypes{m}"], c[$"phi{m}"], c[$"assign{m}"]);
            result[$"proto_term{m}"] = terms[m];
        }
        var loss = Tensor.Stack(terms).Mean();
        result["proto_loss"] = loss;
        if (c.Flag("instance_term"))
        {
            var instance = InfoNce.Loss(c["query"], c.Constant("key"), c.Constant("queue"), c.Number("temperature"));
            result["info_nce"] = instance;
            loss += instance;
        }
        result["loss"] = loss;
        return result;
    }

    [Golden("mice")]
    static CaseResult Experts(GoldenCase c)
    {
        switch (c.Text("mode"))
        {
            case "gating_prototypes":
                var centres = MixtureOfExperts.GatingPrototypes(c.Integer("classes"), c.Integer("dim"));
                return new CaseResult { ["prototypes"] = centres, ["gram"] = centres.Matmul(centres.T()) };
            case "m_step":
                var (assignment, prototypes) = MixtureOfExperts.Update(c["teacher"], c["posterior"], c.Optional("previous"));
                return new CaseResult { ["assign"] = assignment, ["expert_prototypes"] = prototypes };
            default:
                var batch = MixtureOfExperts.Of(c["student"], c["teacher"], c["gating"], c["expert_prototypes"], c["gating_prototypes"], c["queue"],
                    c.Number("tau", 1), c.Number("kappa", 1), c.Flag("detach_posterior"));
                return new CaseResult
                {
                    ["loss"] = batch.Loss,
                    ["posterior"] = batch.Posterior,
                    ["log_gating"] = batch.LogGate,
                    ["log_expert_positive"] = batch.LogExpert,
                    ["marginal_nll"] = batch.MarginalNll,
                };
        }
    }

    [Golden("gim")]
    static CaseResult GreedyPatches(GoldenCase c)
    {
        var weights = c["prediction_weights"];
        var negatives = Enumerable.Range(1, (int)weights.Size(0)).Select(k => c[$"negatives{k}"]).ToArray();
        var (features, skip) = (c["features"], c.Integer("skip_step", 1));
        for (var k = 1; k <= negatives.Length; k++)
            c.Implied("negatives", negatives[k - 1].Numel / (features.Size(0) * (features.Size(2) - k - skip) * features.Size(3)));
        var perStep = GreedyInfoMax.PerStep(c["features"], weights, negatives, c.Integer("skip_step", 1));
        return new CaseResult { ["loss"] = perStep.Mean(), ["per_step"] = perStep };
    }

    [Golden("local_learning")]
    static CaseResult LocalUnits(GoldenCase c)
    {
        var stages = Enumerable.Range(0, c.Integer("stages")).Select(s => (Func<Tensor, Tensor>)(x => x.Matmul(c[$"weight{s}"]).Tanh())).ToArray();
        Tensor Unit(int unit, Tensor[] views) => NtXent.Loss(Tensor.Cat(views), c.Number("temperature", 0.5));
        var perUnit = LocalLearning.PerUnit([c.Constant("input1"), c.Constant("input2")], stages, Unit, c.Integer("span", 2));
        return new CaseResult { ["loss"] = perUnit.Sum(), ["per_unit"] = perUnit };
    }

    [Golden("infomin")]
    static CaseResult GoodViews(GoldenCase c)
    {
        if (c.Text("mode") == "ydbdr")
        {
            var converted = YDbDr.From(c["rgb"]);
            var (luminance, colour) = YDbDr.Split(converted);
            return new CaseResult { ["ydbdr"] = converted, ["view1"] = luminance, ["view2"] = colour };
        }
        var encoder = InfoNce.InBatch(c["view1"], c["view2"], c.Number("temperature", 0.2), symmetric: true);
        var information = InfoMin.Information(encoder, c["view1"].Size(0));
        var result = new CaseResult
        {
            ["encoder_loss"] = encoder,
            ["mi_estimate"] = information,
            ["loss"] = InfoMin.Loss(information, c.Optional("logits1"), c.Optional("logits2"), c.Optional("labels")),
        };
        if (c.Has("labels"))
            result["supervised"] = InfoMin.Supervised(c["logits1"], c["logits2"], c["labels"]);
        return result;
    }

    [Golden("contragan_2c")]
    static CaseResult ConditionalContrast(GoldenCase c)
    {
        var perSample = Objectives.ConditionalContrast.PerSample(c["embed"], c["proxy"], c["labels"], c.Number("temperature", 1), c.Flag("class_positives", true));
        return new CaseResult { ["loss"] = perSample.Mean(), ["per_sample"] = perSample };
    }

    [Golden("gan")]
    static CaseResult Games(GoldenCase c) => new()
    {
        ["loss"] = c.Text("kind") switch
        {
            "hinge_d" => Adversarial.HingeDiscriminator(c["d_real"], c["d_fake"]),
            "hinge_g" => Adversarial.HingeGenerator(c["d_fake"]),
            "logistic_d" => Adversarial.LogisticDiscriminator(c["d_real"], c["d_fake"]),
            "logistic_g" => Adversarial.LogisticGenerator(c["d_fake"]),
            "bigan_d" => Adversarial.PairDiscriminator(c["d_real"], c["d_fake"]),
            "bigan_ge" => Adversarial.EncoderGenerator(c["d_real"], c["d_fake"]),
            var kind => throw new ArgumentException($"gan has no kind '{kind}'"),
        },
    };
}
