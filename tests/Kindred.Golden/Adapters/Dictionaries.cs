using Kindred.Memories;
using Kindred.Objectives;

namespace Kindred.Golden.Adapters;

/// <summary>Look-ups in queues and banks: MoCo, instance discrimination, CMC, Inva-Spread, CPC.</summary>
static class Dictionaries
{
    [Golden("info_nce")]
    static CaseResult InfoNceLoss(GoldenCase c)
    {
        var stopped = c.Texts("stop_gradient");
        Tensor Given(string name) => stopped.Contains(name) ? c[name].Detach() : c[name];
        var logits = InfoNce.Logits(Given("query"), Given("positive_key"), Given("negatives"), c.Number("temperature"), c.Flag("normalize", true));
        return new CaseResult { ["logits"] = logits, ["loss"] = InfoNce.PerQuery(logits).Mean() };
    }

    [Golden("moco_queue_update")]
    static CaseResult QueueUpdate(GoldenCase c)
    {
        var queue = new Queue(c.Constant("queue"), c.Integer("pointer", 0));
        var pointers = new List<long>();
        foreach (var batch in c["keys"].Unbind())
        {
            queue.Enqueue(batch);
            pointers.Add(queue.Pointer);
        }
        return new CaseResult { ["queue"] = queue.Keys, ["pointers"] = pointers.ToArray() };
    }

    [Golden("nce_memory_bank")]
    static CaseResult BankNce(GoldenCase c)
    {
        var count = (long)c.Integer("n_data");
        var logits = InstanceNce.Logits(c["features"], c["memory"], c["indices"], c["noise_indices"], c.Number("temperature"));
        var estimate = InstanceNce.LogNormaliser(logits, count);
        var logZ = c.NumberOrNull("Z") is { } z ? Tensor.Of(Math.Log(z), Dtype.Float64) : estimate;
        var loss = InstanceNce.Loss(logits, count, logZ, c.Number("eps", 1e-7));
        if (c.Number("proximal_lambda", 0) is var lambda and not 0)
            loss = loss + InstanceNce.Proximal(c["features"], c["memory"], c["indices"]) * lambda;
        return new CaseResult { ["loss"] = loss, ["probabilities"] = (logits - logZ).Exp(), ["Z_estimate"] = estimate.Exp() };
    }

    [Golden("nonparametric_softmax")]
    static CaseResult FullSoftmax(GoldenCase c)
    {
        var perAnchor = InstanceSoftmax.PerAnchor(c["features"], c["memory"], c["indices"], c.Number("temperature"));
        return new CaseResult { ["per_anchor"] = perAnchor, ["loss"] = perAnchor.Mean() };
    }

    [Golden("memory_bank_update")]
    static CaseResult BankUpdate(GoldenCase c)
    {
        var bank = new MemoryBank(c.Constant("memory"));
        bank.Update(c["indices"], c["features"], c.Number("momentum"));
        return new CaseResult { ["memory"] = bank.Entries };
    }

    [Golden("inva_spread")]
    static CaseResult InvaSpread(GoldenCase c)
    {
        var (z, temperature) = (c["z"], c.Number("temperature"));
        if (c.Text("form") == "code")
            return new CaseResult { ["loss"] = InvariantSpread.Loss(z, temperature, c.Flag("detach_right", true), c.Number("neg_weight", 1)) };
        var half = z.Size(0) / 2;
        return new CaseResult { ["loss"] = InvariantSpread.Paper(z.Narrow(0, 0, half), z.Narrow(0, half, half), temperature) };
    }

    [Golden("cmc")]
    static CaseResult Cmc(GoldenCase c)
    {
        c.Implied("n_data", c["memory1"].Size(0));
        var (bank1, bank2) = (new MemoryBank(c.Constant("memory1")), new MemoryBank(c.Constant("memory2")));
        var loss1 = Direction(c["view1"], bank2, "Z1");
        var loss2 = Direction(c["view2"], bank1, "Z2");
        bank1.Update(c["indices"], c["view1"], c.Number("momentum"));
        bank2.Update(c["indices"], c["view2"], c.Number("momentum"));
        return new CaseResult
        {
            ["loss_view1"] = loss1,
            ["loss_view2"] = loss2,
            ["loss"] = loss1 + loss2,
            ["memory1"] = bank1.Entries,
            ["memory2"] = bank2.Entries,
        };

        Tensor Direction(Tensor view, MemoryBank bank, string normaliser)
        {
            var temperature = c.Number("temperature");
            if (c.Text("mode") == "softmax")
                return CrossView.Softmax(view, bank.Entries, c["indices"], c["noise_indices"], temperature);
            var logZ = c.NumberOrNull(normaliser) is { } z ? Tensor.Of(Math.Log(z), Dtype.Float64) : null;
            return CrossView.Nce(view, bank.Entries, c["indices"], c["noise_indices"], temperature, logZ, c.Number("eps", 1e-7));
        }
    }

    [Golden("cmc_in_batch")]
    static CaseResult CmcInBatch(GoldenCase c)
    {
        var temperature = c.Number("temperature");
        return new CaseResult
        {
            ["loss_view1"] = CrossView.Direction(c["view1"], c["view2"], temperature),
            ["loss_view2"] = CrossView.Direction(c["view2"], c["view1"], temperature),
            ["loss"] = CrossView.InBatch(c["view1"], c["view2"], temperature),
        };
    }

    [Golden("cpc_info_nce")]
    static CaseResult Cpc(GoldenCase c)
    {
        var logits = PredictiveCoding.Logits(c["targets"], c["contexts"], c["W"], c.Text("over", "targets") == "contexts");
        return new CaseResult { ["logits"] = logits, ["loss"] = PredictiveCoding.OfScores(logits) };
    }

    [Golden("cpc_explicit_negatives")]
    static CaseResult CpcExplicit(GoldenCase c) => new()
    {
        ["logits"] = PredictiveCoding.Logits(c["context"], c["positive"], c["negatives"], c["W"]),
        ["loss"] = PredictiveCoding.Loss(c["context"], c["positive"], c["negatives"], c["W"]),
    };
}
