using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Similarities;

namespace Kindred.Golden.Adapters;

static class Foundations
{
    [Golden("similarities")]
    static CaseResult Similarities(GoldenCase c)
    {
        Tensor x = c["x"], y = c["y"];
        var matrix = c.Text("kind") switch
        {
            "cosine" => new Cosine(c.Number("eps", 1e-8)).Matrix(x, y),
            "dot" => new Dot().Matrix(x, y),
            "euclidean" => new Euclidean().Matrix(x, y),
            "squared_euclidean" => new SquaredEuclidean().Matrix(x, y),
            "bilinear" => Bilinear.Matrix(x, y, c["w"]),
            "mahalanobis" => Mahalanobis.Matrix(x, y, c["l"]),
            var kind => throw new NotSupportedException($"similarity '{kind}'"),
        };
        return new CaseResult { ["matrix"] = matrix, ["loss"] = (matrix * c.Constant("weights")).Sum() };
    }

    [Golden("contrastive_margin")]
    static CaseResult ContrastiveMarginLoss(GoldenCase c)
    {
        var margin = c.Number("margin", 1);
        if (c.Text("form") == "linear")
            return new CaseResult
            {
                ["loss"] = ContrastiveMargin.AllPairs(c["x"], c["labels"], c.Number("pos_margin", 0), margin, c.Flag("normalize", true)),
            };
        var distance = ContrastiveMargin.Distance(c["x1"], c["x2"]);
        return new CaseResult
        {
            ["distance"] = distance,
            ["per_pair"] = ContrastiveMargin.PerPair(distance, c["y"], margin),
            ["loss"] = ContrastiveMargin.Loss(c["x1"], c["x2"], c["y"], margin, ReductionOf(c)),
        };
    }

    [Golden("triplet")]
    static CaseResult TripletLoss(GoldenCase c)
    {
        var (margin, normalize, soft) = (c.Number("margin", 0.2), c.Flag("normalize"), c.Flag("soft_margin"));
        Similarity similarity = c.Flag("squared") ? new SquaredEuclidean() : new Euclidean();
        if (c.Has("anchor"))
            return new CaseResult
            {
                ["category"] = TripletMiner.Category(Triplet.Gap(c["anchor"], c["positive"], c["negative"], similarity, normalize), margin),
                ["loss"] = Triplet.Loss(c["anchor"], c["positive"], c["negative"], margin, similarity, normalize, soft, ReductionOf(c)),
            };
        var mining = MiningOf(c.Text("mining"));
        var distances = Triplet.Distances(c["x"], c["x"], similarity, normalize);
        return new CaseResult
        {
            ["triplets"] = TripletMiner.Mine(distances, c["labels"], mining, margin),
            ["counts_easy_semihard_hard"] = TripletMiner.Census(distances, c["labels"], margin),
            ["loss"] = Triplet.Loss(c["x"], c["labels"], mining, margin, similarity, normalize, soft, ReductionOf(c)),
        }.Unordered("triplets");
    }

    [Golden("n_pair")]
    static CaseResult NPairLoss(GoldenCase c) => new()
    {
        ["per_anchor"] = NPair.PerAnchor(c["anchor"], c["positive"]),
        ["loss"] = NPair.Loss(c["anchor"], c["positive"], c.Number("l2_coef", 0)),
    };

    [Golden("nce")]
    static CaseResult NceLoss(GoldenCase c)
    {
        var k = c["noise_score"].Size(1);
        return new CaseResult
        {
            ["posterior_data"] = Nce.Posterior(c["data_score"], c["data_log_noise"].Detach(), k, c.Optional("log_z")),
            ["posterior_noise"] = Nce.Posterior(c["noise_score"], c["noise_log_noise"].Detach(), k, c.Optional("log_z")),
            ["loss"] = Nce.Loss(c["data_score"], c["data_log_noise"].Detach(), c["noise_score"], c["noise_log_noise"].Detach(), c.Optional("log_z")),
        };
    }

    internal static Reduction ReductionOf(GoldenCase c) => c.Text("reduction", "mean") switch
    {
        "mean" => Reduction.Mean,
        "sum" => Reduction.Sum,
        "mean_nonzero" => Reduction.MeanOfPositive,
        var other => throw new NotSupportedException($"reduction '{other}'"),
    };

    static TripletMining MiningOf(string name) => name switch
    {
        "all" => TripletMining.All,
        "easy" => TripletMining.Easy,
        "semihard" => TripletMining.SemiHard,
        "hard" => TripletMining.Hard,
        "batch_hard" => TripletMining.BatchHard,
        "batch_easy" => TripletMining.BatchEasy,
        "facenet_semihard" => TripletMining.FaceNetSemiHard,
        _ => throw new NotSupportedException($"mining '{name}'"),
    };
}
