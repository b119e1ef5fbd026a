using Kindred.Io;

namespace Kindred.Index.Tests;

public sealed class ExactSearchTests : WithFolder
{
    [Theory]
    [InlineData(Metric.Cosine, 7)]
    [InlineData(Metric.Cosine, 16)]
    [InlineData(Metric.Dot, 13)]
    [InlineData(Metric.Euclidean, 24)]
    [InlineData(Metric.Euclidean, 1)]
    public void It_finds_what_a_loop_in_double_precision_finds(Metric metric, int dimension)
    {
        using var vectors = Vectors.Of(Clouds.Sheet(1001, dimension), dimension);
        using var queries = Vectors.Of(Clouds.Sheet(101, dimension, seed: 2), dimension);
        var found = ExactSearch.Find(vectors, queries, 7, metric, new() { Memory = 1 << 15 });
        for (var q = 0; q < queries.Count; q++)
        {
            var scores = Enumerable.Range(0, vectors.Count).Select(i => Clouds.Score(metric, queries[q], vectors[i])).ToArray();
            var right = scores.OrderDescending().Take(7).ToArray();
            Assert.Equal(7, found[q].Length);
            for (var i = 0; i < 7; i++)
            {
                Assert.Equal(right[i], found[q][i].Score, 1e-5);
                Assert.Equal(scores[found[q][i].Row], found[q][i].Score, 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void Neither_blocks_nor_threads_nor_the_file_move_a_bit(Metric metric)
    {
        const int dimension = 20;
        var values = Clouds.Sheet(3000, dimension);
        // The same again, so that there are ties.
        values = [.. values, .. values];
        using var memory = Vectors.Of(values, dimension);
        using var queries = Vectors.Of(values.AsMemory(0, 150 * dimension), dimension);
        var whole = ExactSearch.Find(memory, queries, 11, metric, new() { Memory = 1L << 30, Threads = 1 });
        Npy.Save(At("v.npy"), NamedArray.From<float>("v", values, 6000, dimension));
        using var file = Vectors.Open(At("v.npy"));
        foreach (var (room, threads) in new[] { (1L, 1), (20_000L, 3), (1L << 20, 2), (1L << 26, 64) })
            foreach (var source in new[] { memory, file })
                Assert.Equal(whole, ExactSearch.Find(source, queries, 11, metric, new() { Memory = room, Threads = threads }));
        // The smaller number first among equals.
        if (metric != Metric.Dot) Assert.All(whole, (found, q) => Assert.Equal((q, q + 3000), (found[0].Row, found[1].Row)));
    }

    [Fact]
    public void A_query_may_be_alone_and_ask_for_more_than_there_is()
    {
        using var vectors = Vectors.Of(Clouds.Sheet(5, 3), 3);
        using var query = Vectors.Of(Clouds.Sheet(1, 3, seed: 9), 3);
        var found = ExactSearch.Find(vectors, query, 100, options: new() { Threads = 8 })[0];
        Assert.Equal([0, 1, 2, 3, 4], found.Select(n => n.Row).Order());
        Assert.Equal(found.OrderByDescending(n => n.Score), found);
    }

    [Fact]
    public void Only_what_the_filter_lets_through_is_found()
    {
        using var vectors = Vectors.Of(Clouds.Sheet(400, 6), 6);
        var all = ExactSearch.Find(vectors, vectors, 400, Metric.Euclidean);
        var some = ExactSearch.Find(vectors, vectors, 5, Metric.Euclidean, new() { Filter = row => row % 3 == 0 });
        Assert.All(some, (found, q) => Assert.Equal(all[q].Where(n => n.Row % 3 == 0).Take(5), found));
        Assert.All(ExactSearch.Find(vectors, vectors, 5, options: new() { Filter = _ => false }), Assert.Empty);
    }

    [Fact]
    public void A_vector_of_zeros_is_like_nothing()
    {
        using var vectors = Vectors.Of(new float[] { 0, 0, 1, 0, -1, 0 }, 2);
        using var query = Vectors.Of(new float[] { 2, 0 }, 2);
        Assert.Equal([new(1, 1), new(0, 0), new(2, -1)], ExactSearch.Find(vectors, query, 3)[0]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Numbers_that_are_none_are_named(float value)
    {
        var values = Clouds.Sheet(50, 4);
        values[(33 * 4) + 2] = value;
        using var broken = Vectors.Of(values, 4);
        using var query = Vectors.Of(Clouds.Sheet(1, 4), 4);
        Assert.Contains("vector 33", Assert.Throws<DataException>(() => ExactSearch.Find(broken, query, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("vector 33", Assert.Throws<DataException>(() => ExactSearch.Find(query, broken, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_dimension_is_refused()
    {
        using var vectors = Vectors.Of(new float[8], 4);
        using var query = Vectors.Of(new float[6], 3);
        Assert.Contains("3 numbers", Assert.Throws<DataException>(() => ExactSearch.Find(vectors, query, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_can_be_stopped()
    {
        using var vectors = Vectors.Of(new float[800], 4);
        Assert.ThrowsAny<OperationCanceledException>(() => ExactSearch.Find(vectors, vectors, 1, options: new() { Cancel = new(true) }));
    }
}
