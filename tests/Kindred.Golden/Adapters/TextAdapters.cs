using Kindred.Data.Text;
using Kindred.Numerics;
using Kindred.Objectives;

namespace Kindred.Golden.Adapters;

static class TextAdapters
{
    [Golden("simcse_unsup")]
    [Golden("simcse_sup")]
    static CaseResult Sentences(GoldenCase c)
    {
        var (t, weight) = (c.Number("temperature", 0.05), c.Number("hard_negative_logit", 0));
        var contrastive = SimCse.Loss(c["z1"], c["z2"], c.Optional("z3"), t, weight);
        var result = new CaseResult { ["contrastive"] = contrastive, ["loss"] = contrastive, ["logits"] = SimCse.Logits(c["z1"], c["z2"], c.Optional("z3"), t, weight) };
        if (c.Has("mlm_logits"))
        {
            var masked = CrossEntropy.Loss(c["mlm_logits"], c["mlm_labels"]);
            result["mlm"] = masked;
            result["loss"] = contrastive + masked * c.Number("mlm_weight", 0.1);
        }
        return result;
    }

    [Golden("calm_contrastive")]
    static CaseResult Calm(GoldenCase c)
    {
        var result = new CaseResult
        {
            ["generator"] = CrossEntropy.Loss(c["generator_logits"], c["generator_labels"]),
            ["loss"] = ConceptContrast.Loss(c["generator_logits"], c["generator_labels"], c.Optional("discriminator_logits"), c.Optional("discriminator_labels"),
                c.Number("generator_weight", 1), c.Number("discriminator_weight", 1)),
        };
        if (c.Has("discriminator_logits"))
            result["discriminator"] = CrossEntropy.Loss(c["discriminator_logits"], c["discriminator_labels"]);
        return result;
    }

    [Golden("calm_format")]
    static CaseResult Prompts(GoldenCase c)
    {
        var words = c.Param("tokens")!.Value.EnumerateArray().Select(token => new Word(token[0].GetString()!, Kind(token[1].GetString()!), token[2].GetString()!));
        var prompts = new ConceptPrompts([.. words], Wording.Plain);         // the cases leave out the blank and the end marker
        var truthFirst = c.Flag("truth_first", true);
        var distractor = prompts.Distractor(Order(c, "verb_permutation"), Order(c, "noun_permutation"));
        var exercise = c.Text("task") switch
        {
            "c2s" => prompts.ConceptsToSentence,
            "cor" => prompts.RecoverOrder(distractor),
            "choose_index" => prompts.ChooseIndex(distractor, truthFirst),
            "choose_text" => prompts.ChooseText(distractor, truthFirst),
            "true_false" => prompts.TrueOrFalse(distractor, truthFirst),
            "repair" => prompts.Repair(distractor),
            var task => throw new ArgumentException($"calm_format has no task '{task}'"),
        };
        return new CaseResult { ["source"] = exercise.Source, ["target"] = exercise.Target };
    }

    [Golden("support_set")]
    static CaseResult Support(GoldenCase c)
    {
        Tensor Decode(Tensor mix) => mix.Matmul(c["decoder"]).Reshape([mix.Size(0), c.Integer("length", (int)c["tokens"].Size(1)), -1]);
        Tensor Of(Objectives.Support support) => SupportSet.Loss(c["text"], c["video"], c["memory"], Decode, c["tokens"], support, c.Number("temperature", 0.1));

        var mode = c.Text("mode", "cross");
        var hybrid = mode == "hybrid";
        var support = hybrid ? Objectives.Support.Cross : Enum.Parse<Support>(mode, ignoreCase: true);
        var weights = SupportSet.Weights(c["text"], c["video"], support, c.Number("temperature", 0.1));
        return new CaseResult
        {
            ["weights"] = weights,
            ["mixed"] = SupportSet.Mix(weights, c["memory"]),
            ["loss"] = hybrid ? (Of(Objectives.Support.Cross) + Of(Objectives.Support.Identity)) / 2 : Of(support),
        };
    }

    [Golden("video_text")]
    static CaseResult VideoText(GoldenCase c)
    {
        var margin = c.Number("margin", 0.2);
        return new CaseResult
        {
            ["loss"] = c.Text("kind") switch
            {
                "max_margin_sum" => CrossModalRanking.Loss(c["text"], c["video"], margin, RankingReduction.Sum),
                "max_margin_hardest" => CrossModalRanking.Loss(c["text"], c["video"], margin, RankingReduction.Hardest),
                "max_margin_mean" => CrossModalRanking.Loss(c["text"], c["video"], margin, RankingReduction.Mean),
                "nce" => InfoNce.InBatch(c["text"], c["video"], c.Number("temperature", 0.07), symmetric: true),
                var kind => throw new ArgumentException($"video_text has no kind '{kind}'"),
            },
        };
    }

    static int[] Order(GoldenCase c, string name) => [.. c.Numbers(name).Select(i => (int)i)];

    static WordKind Kind(string tag) => tag switch { "N" => WordKind.Noun, "V" => WordKind.Verb, _ => WordKind.Other };
}
