using Kindred.Clustering;

namespace Kindred.Golden.Adapters;

static class ClusteringAdapters
{
    [Golden("kmeans")]
    static CaseResult Lloyd(GoldenCase c)
    {
        var found = KMeans.Refine(c["features"], c["initial_centroids"], c.Integer("iterations"), c.Flag("spherical"));
        return new CaseResult { ["assign"] = found.Assignment, ["centroids"] = found.Centroids, ["inertia"] = found.Inertia, ["sizes"] = found.Sizes };
    }

    [Golden("spcl")]
    static CaseResult SpCL(GoldenCase c) => c.Text("mode") switch
    {
        "loss" => Loss(c),
        "jaccard" => Jaccard(c),
        "dbscan" => Density(c),
        "reliability" => Reliability(c),
        "memory_update" => Memory(c),
        var mode => throw new ArgumentException($"spcl has no mode '{mode}'"),
    };

    static CaseResult Loss(GoldenCase c)
    {
        var perSample = Objectives.UnifiedContrast.PerSample(c["features"], c["memory"], c["memory_labels"], c["index"], c.Number("temperature"), c.Number("epsilon", 0));
        return new CaseResult
        {
            ["loss"] = perSample.Mean(),
            ["per_sample"] = perSample,
            ["centroids"] = Objectives.UnifiedContrast.Centroids(c["memory"], c["memory_labels"]),
        };
    }

    static CaseResult Jaccard(GoldenCase c)
    {
        var found = KReciprocal.Of(c["features"], c.Integer("k1", 30), c.Integer("k2", 6));
        return new CaseResult
        {
            ["distance"] = found.Distance,
            ["neighbours"] = Tensor.From<long>([.. found.Neighbours.SelectMany(row => row.Select(j => (long)j))], [found.Neighbours.Length, found.Neighbours[0].Length]),
        };
    }

    static CaseResult Density(GoldenCase c)
    {
        var labels = Dbscan.Cluster(c["distance"], c.Number("eps"), c.Integer("min_samples"));
        return new CaseResult { ["labels"] = labels, ["expanded_labels"] = Dbscan.Expand(labels) };
    }

    static CaseResult Reliability(GoldenCase c)
    {
        var filter = SelfPaced.Filter(c.Integers("labels"), c.Integers("labels_tight"), c.Integers("labels_loose"), c.NumberOrNull("threshold"));
        return new CaseResult
        {
            ["compactness_distance"] = filter.Compactness,
            ["independence_distance"] = filter.Independence,
            ["threshold"] = filter.Threshold,
            ["kept"] = filter.Kept.Select(kept => kept ? 1L : 0L),
            ["final_labels"] = filter.Labels,
        };
    }

    static CaseResult Memory(GoldenCase c)
    {
        var memory = new Memories.HybridMemory(c.Constant("memory"), c.Number("momentum", 0.2), perBatchMean: c.Text("rule", "sequential") == "batch_mean");
        memory.Update(c.Constant("features"), c["index"]);
        return new CaseResult { ["memory"] = memory.Rows };
    }
}
