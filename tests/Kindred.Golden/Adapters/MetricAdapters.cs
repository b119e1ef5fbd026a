using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Metrics;
using Kindred.Sampling;

namespace Kindred.Golden.Adapters;

static class MetricAdapters
{
    [Golden("cluster_metrics")]
    static CaseResult Clusters(GoldenCase c)
    {
        var agreement = ClusterAgreement.Of(c.Integers("truth"), c.Integers("predicted"));
        return new CaseResult
        {
            ["mutual_information"] = agreement.MutualInformation,
            ["nmi_arithmetic"] = agreement.NmiArithmetic,
            ["nmi_geometric"] = agreement.NmiGeometric,
            ["nmi_min"] = agreement.NmiMin,
            ["nmi_max"] = agreement.NmiMax,
            ["ami"] = agreement.Ami,
            ["ari"] = agreement.Ari,
            ["accuracy"] = agreement.Accuracy,
            ["purity"] = agreement.Purity,
        };
    }

    [Golden("reid")]
    static CaseResult ReIdentify(GoldenCase c)
    {
        var scores = ReIdentification.Of(c["distance"], c.Integers("query_ids"), c.Integers("gallery_ids"),
            c.Has("query_cams") ? c.Integers("query_cams") : [], c.Has("gallery_cams") ? c.Integers("gallery_cams") : [], c.Integer("topk", 10));
        return new CaseResult
        {
            ["mAP"] = scores.MeanAveragePrecision,
            ["cmc"] = scores.Cmc,
            ["valid_queries"] = scores.Valid.Select(valid => valid ? 1L : 0L),
            ["average_precision"] = scores.AveragePrecision,
        };
    }

    [Golden("retrieval")]
    static CaseResult Retrieve(GoldenCase c)
    {
        var ties = Enum.Parse<Ties>(c.Text("ties", "optimistic"), ignoreCase: true);
        var retrieval = Retrieval.Of(c["similarity"], c.Integers("target"), ties);
        var result = new CaseResult { ["rank"] = retrieval.Ranks, ["MdR"] = retrieval.MedianRank, ["MnR"] = retrieval.MeanRank };
        foreach (var k in c.Numbers("k"))
            result[$"R@{(int)k}"] = retrieval.RecallAt((int)k);
        return result;
    }

    [Golden("spearman")]
    static CaseResult RankCorrelation(GoldenCase c)
    {
        double[] x = c.Doubles("x"), y = c.Doubles("y");
        return new CaseResult { ["rho"] = Spearman.Correlation(x, y), ["rank_x"] = Spearman.Ranks(x), ["rank_y"] = Spearman.Ranks(y) };
    }

    [Golden("fid")]
    static CaseResult Frechet(GoldenCase c)
    {
        var distance = c.Has("feat1")
            ? FrechetDistance.OfFeatures(c["feat1"], c["feat2"])
            : FrechetDistance.OfGaussians(c["mu1"], c["sigma1"], c["mu2"], c["sigma2"]);
        return new CaseResult { ["mean_term"] = distance.MeanTerm, ["fid"] = distance.Distance };
    }

    [Golden("inception_score")]
    static CaseResult Inception(GoldenCase c)
    {
        var score = InceptionScore.Of(c["probs"], c.Integer("splits", 1));
        return new CaseResult
        {
            ["per_split"] = score.PerSplit,
            ["mean"] = score.Mean,
            ["std_population"] = score.PopulationDeviation,
            ["std_sample"] = score.SampleDeviation,
        };
    }

    [Golden("mode_coverage")]
    static CaseResult Modes(GoldenCase c)
    {
        var modes = ModeCoverage.Of(c["samples"], c["centers"], c.Number("sigma"), c.Number("k_sigma", 3));
        return new CaseResult
        {
            ["per_mode"] = modes.PerMode,
            ["covered"] = modes.Covered(c.Integer("min_count", 1)),
            ["good_fraction"] = modes.GoodFraction,
        };
    }

    [Golden("corruption")]
    static CaseResult Corruptions(GoldenCase c)
    {
        var error = CorruptionError.Of(c["errors"], c["reference_errors"], c["clean_error"].Item(), c["reference_clean_error"].Item());
        return new CaseResult
        {
            ["ce"] = error.PerCorruption,
            ["mce"] = error.Mean,
            ["relative_ce"] = error.RelativePerCorruption,
            ["relative_mce"] = error.RelativeMean,
            ["mean_error"] = error.MeanError,
        };
    }

    [Golden("long_tail")]
    static CaseResult Tail(GoldenCase c)
    {
        var profile = c.Text("profile", "exp") switch { "exp" => TailProfile.Exponential, "step" => TailProfile.Step, _ => TailProfile.Balanced };
        var counts = LongTail.Counts(c.Integer("classes"), c.Integer("max_count"), 1 / c.Number("imbalance"), profile);
        return new CaseResult
        {
            ["counts"] = counts,
            ["total"] = counts.Sum(),
            ["group"] = LongTail.Groups(counts, c.Integer("many_above", 100), c.Integer("few_below", 20)),
        };
    }
}
