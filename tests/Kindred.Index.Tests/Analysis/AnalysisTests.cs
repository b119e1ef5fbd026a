using Kindred.Index.Analysis;

namespace Kindred.Index.Tests.Analysis;

public class AnalysisTests
{
    /// <summary>Clusters far apart in many dimensions, one after another.</summary>
    static (Vectors Vectors, int[] Owner) Clusters(int clusters, int each, int dimension = 24, float spread = 0.15f)
    {
        var random = new Random(3);
        float[][] centres = [.. Enumerable.Range(0, clusters).Select(_ => Clouds.Draw(random, dimension))];
        int[] owner = [.. Enumerable.Range(0, clusters * each).Select(i => i % clusters)];
        return (Vectors.Of(owner.SelectMany(c => centres[c].Zip(Clouds.Draw(random, dimension), (a, b) => a + (spread * b))).ToArray(), dimension), owner);
    }

    static double Agreement(float[] map, int[] owner)
    {
        using var points = Vectors.Of(map, 2);
        var found = ExactSearch.Find(points, points, 2, Metric.Euclidean);
        return Enumerable.Range(0, owner.Length).Average(i => owner[found[i].First(n => n.Row != i).Row] == owner[i] ? 1.0 : 0);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclidean)]
    public void A_map_keeps_clusters_together_and_comes_twice(Metric metric)
    {
        var (vectors, owner) = Clusters(10, 40);
        float[] Map(int threads) => Umap.Fit(vectors, NearestGraph.Of(vectors, 10, metric, options: new() { Threads = threads }),
            new(Neighbours: 10, Epochs: 150), metric);
        var map = Map(1);
        Assert.All(map, v => Assert.True(float.IsFinite(v)));
        Assert.InRange(Agreement(map, owner), 0.98, 1);
        Assert.Equal(map, Map(4));
    }

    [Fact]
    public void A_map_of_equal_vectors_and_of_few_is_possible_or_explained()
    {
        var values = Clouds.Sheet(30, 6);
        for (var i = 0; i < 20; i++) values.AsSpan(0, 6).CopyTo(values.AsSpan(i * 6));
        using var some = Vectors.Of(values, 6);
        Assert.All(Umap.Fit(some, NearestGraph.Of(some, 5), new(5, Epochs: 20)), v => Assert.True(float.IsFinite(v)));
        using var few = Vectors.Of(values.AsMemory(0, 18), 6);
        Assert.Contains("at least 4", Assert.Throws<DataException>(() => Umap.Fit(few, NearestGraph.Of(few, 2))).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => Umap.Fit(some, NearestGraph.Of(some, 5), new(1)));
    }

    [Fact]
    public void Principal_directions_are_those_that_the_points_were_stretched_along()
    {
        const int dimension = 40;
        var random = new Random(5);
        float[] scales = [9, 5, 3, .. Enumerable.Repeat(0.5f, dimension - 3)];
        var values = Clouds.Draw(random, 4000 * dimension);
        for (var i = 0; i < values.Length; i++) values[i] = (values[i] * scales[i % dimension]) + (i % dimension);
        using var vectors = Vectors.Of(values, dimension);
        var pca = Pca.Fit(vectors, 3, threads: 3);
        var total = scales.Sum(s => s * s);
        Assert.Equal([81 / total, 25 / total, 9 / total], pca.Shares.Select(s => Math.Round(s, 5)), (a, b) => Math.Abs(a - b) < 0.03);
        var seen = pca.Transform(vectors);
        for (var i = 0; i < 3; i++)
        {
            // Along its direction a point lies where it was before it was moved, up to sign.
            var pairs = Enumerable.Range(0, 4000).Select(r => (A: (double)seen[(r * 3) + i], B: (double)values[(r * dimension) + i] - i)).ToArray();
            var cosine = pairs.Sum(p => p.A * p.B) / Math.Sqrt(pairs.Sum(p => p.A * p.A) * pairs.Sum(p => p.B * p.B));
            Assert.InRange(Math.Abs(cosine), 0.995, 1);
        }
        Assert.Equal(seen, Pca.Fit(vectors, 3, threads: 1).Transform(vectors));
    }

    [Fact]
    public void Directions_of_vectors_on_a_line_have_all_the_variance_in_the_first()
    {
        using var line = Vectors.Of(Enumerable.Range(0, 50).SelectMany(i => new float[] { i, 2 * i, 5 }).ToArray(), 3);
        var pca = Pca.Fit(line, 3);
        Assert.Equal(1, pca.Shares[0], 1e-6);
        Assert.All(pca.Transform(line), v => Assert.True(float.IsFinite(v)));
        Assert.Throws<ConfigurationException>(() => Pca.Fit(line, 4));
        using var equal = Vectors.Of(new float[12], 3);
        Assert.Contains("equal", Assert.Throws<DataException>(() => Pca.Fit(equal)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Near_duplicates_come_in_groups_whatever_their_number()
    {
        var values = Clouds.Draw(new Random(1), 500 * 16);
        void Copy(int from, int to, float noise) { for (var d = 0; d < 16; d++) values[(to * 16) + d] = values[(from * 16) + d] + (noise * (d % 3)); }
        Copy(7, 300, 0);
        Copy(9, 20, 0.01f);
        for (var i = 350; i < 450; i++) Copy(11, i, 0);
        using var vectors = Vectors.Of(values, 16);
        var groups = NearDuplicates.Groups(NearestGraph.Of(vectors, NearDuplicates.Neighbours), 0.99f);
        Assert.Equal([[7, 300], [9, 20], [11, .. Enumerable.Range(350, 100)]], groups.Select(g => g.Select(m => m.Row).ToArray()));
        Assert.All(groups[0], m => Assert.Equal(1, m.Score, 1e-5));
        Assert.Empty(NearDuplicates.Groups(NearestGraph.Of(vectors, 8), 1.1f));
    }

    [Fact]
    public void Diverse_ones_see_every_cluster_and_typical_ones_are_each_in_the_middle_of_one()
    {
        var (vectors, owner) = Clusters(8, 50);
        foreach (var metric in new[] { Metric.Cosine, Metric.Euclidean })
        {
            var diverse = Selection.Diverse(vectors, 8, metric);
            Assert.Equal(8, diverse.Select(c => owner[c.Row]).Distinct().Count());
            Assert.Equal(diverse.Skip(1).Select(c => c.Score).OrderDescending(), diverse.Skip(1).Select(c => c.Score));
            var typical = Selection.Typical(vectors, 8, metric, seed: 4);
            Assert.InRange(typical.Select(c => owner[c.Row]).Distinct().Count(), 7, 8);
            Assert.Equal(400, typical.Sum(c => c.Score));
        }
        // What is chosen already is not chosen again, nor is what lies beside it.
        int[] known = [.. Enumerable.Range(0, 5)];
        Assert.Equal([5, 6, 7], Selection.Diverse(vectors, 3, chosen: known).Select(c => owner[c.Row]).Order());
        Assert.Equal(400, Selection.Diverse(vectors, 400).Select(c => c.Row).Distinct().Count());
        using var few = Vectors.Of(Clouds.Sheet(40, 8), 8);
        Assert.Equal(Enumerable.Range(1, 38), Selection.Diverse(few, 38, chosen: [0, 39]).Select(c => c.Row).Order());
        Assert.All(Selection.Diverse(few, 38, chosen: [0, 39]), c => Assert.True(double.IsFinite(c.Score)));
        Assert.Throws<ConfigurationException>(() => Selection.Diverse(vectors, 401));
        Assert.Throws<ConfigurationException>(() => Selection.Diverse(vectors, 396, chosen: known));
        Assert.Throws<ConfigurationException>(() => Selection.Typical(vectors, 0));
    }

    [Fact]
    public void Neighbours_suggest_labels_and_disagree_between_clusters()
    {
        var (clusters, owner) = Clusters(4, 30);
        // One more that lies between the first two clusters.
        var between = clusters[0].ToArray().Zip(clusters[1].ToArray(), (a, b) => a + b).ToArray();
        using var vectors = Vectors.Of((float[])[.. Enumerable.Range(0, 120).SelectMany(i => clusters[i].ToArray()), .. between], 24);
        string?[] labels = [.. owner.Select((o, i) => i < 40 ? $"class {o}" : null), null];
        var suggested = Votes.For(vectors, labels, k: 20);
        Assert.Equal(81, suggested.Count);
        Assert.All(suggested.Take(80), s => Assert.Equal($"class {owner[s.Row]}", s.Label));
        Assert.All(suggested, s => Assert.InRange(s.Margin, 0, s.Share + 1e-9));
        Assert.Equal(120, Assert.Single(Selection.Uncertain(suggested, 1)).Row);
        Assert.Throws<ConfigurationException>(() => Selection.Uncertain(suggested, 82));
        Assert.Contains("none of the 121", Assert.Throws<DataException>(() => Votes.For(vectors, new string?[121])).Message, StringComparison.Ordinal);
        Assert.Contains("nothing to suggest", Assert.Throws<DataException>(() => Votes.For(vectors, [.. Enumerable.Repeat("a", 121)])).Message, StringComparison.Ordinal);
    }
}
