namespace Kindred.Index.Tests;

public sealed class VectorIndexTests : WithFolder
{
    const int Dimension = 32;

    static IndexContent Content(int count, int seed = 1) => new(Vectors.Of(Clouds.Sheet(count, Dimension, seed), Dimension));

    static readonly IndexOptions graph = new(Kind: IndexKind.Graph);

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Dot)]
    public void A_graph_finds_nearly_all_while_it_looks_at_few(Metric metric)
    {
        var count = metric == Metric.Cosine ? 20_000 : 4_000;
        VectorIndex.Build(At("i"), Content(count), graph with { Metric = metric });
        using var index = VectorIndex.Open(At("i"));
        using var queries = Content(100, seed: 7).Vectors;
        var right = index.Search(queries, 10, exact: true);
        var found = index.Search(queries, 10);
        Assert.InRange(Clouds.Recall(found, right), metric == Metric.Dot ? 0.9 : 0.97, 1);
        if (metric == Metric.Cosine) Assert.InRange(index.Compared / 100.0, 64, count / 20.0);
        // What both find has the same score, to the last bit.
        Assert.All(found.Zip(right), p => Assert.All(p.First.Intersect(p.Second), n => Assert.Contains(n, p.Second)));
        Assert.True(found.SelectMany(f => f).Intersect(right.SelectMany(r => r)).Count() > 800);
    }

    /// <summary>Sizes that fill a processor's registers and such that leave some over.</summary>
    [Theory]
    [InlineData(Metric.Cosine, 32)]
    [InlineData(Metric.Dot, 1)]
    [InlineData(Metric.Dot, 37)]
    [InlineData(Metric.Euclidean, 9)]
    [InlineData(Metric.Euclidean, 700)]
    public void Codes_tell_how_near_a_vector_is_to_a_hundredth(Metric metric, int dimension)
    {
        var rows = Clouds.Sheet(60, dimension);
        rows.AsSpan(0, dimension).Clear();
        VectorIndex.Build(At("i"), new(Vectors.Of(rows, dimension)), graph with { Metric = metric });
        using var file = IndexFile.Open(At("i"));
        float[] query = [.. Clouds.Sheet(1, dimension, seed: 9)];
        IndexFile.Scale(query, metric, file.Vectors, 0);
        var coded = file.Codes!.Query(query);
        var longest = Enumerable.Range(0, 60).Max(i => Math.Sqrt(Clouds.Score(Metric.Dot, file.Vectors[i], file.Vectors[i])));
        for (var i = 0; i < 60; i++)
        {
            var right = Clouds.Score(metric, query, file.Vectors[i]);
            Assert.InRange(file.Codes.Score(metric, coded, i), right - (0.01 * longest * Math.Max(1, longest)), right + (0.01 * longest * Math.Max(1, longest)));
        }
    }

    [Fact]
    public void An_index_of_before_without_codes_finds_the_same()
    {
        VectorIndex.Build(At("i"), Content(3000), graph);
        var metadata = Io.SafeTensorsFile.Open(At("i"));
        using (metadata)
            Io.SafeTensors.Save(At("old"), Io.SafeTensors.Read(At("i")).Where(a => a.Name is not ("graph.codes" or "~xxh64")), metadata.Metadata);
        using var now = VectorIndex.Open(At("i"));
        using var before = VectorIndex.Open(At("old"));
        using var queries = Content(100, seed: 7).Vectors;
        Assert.InRange(Clouds.Recall(before.Search(queries, 10), now.Search(queries, 10)), 0.99, 1);
        before.Add(At("again"), Content(10, seed: 3));
        using var again = VectorIndex.Open(At("again"));
        again.Verify();
        Assert.InRange(Clouds.Recall(again.Search(queries, 10), now.Search(queries, 10)), 0.98, 1);
    }

    [Fact]
    public void More_candidates_find_more()
    {
        VectorIndex.Build(At("i"), Content(3000), graph with { Links = 4, Construction = 16 });
        using var index = VectorIndex.Open(At("i"));
        using var queries = Content(100, seed: 7).Vectors;
        var right = index.Search(queries, 10, exact: true);
        double At_(int candidates) => Clouds.Recall(index.Search(queries, 10, new() { Candidates = candidates }), right);
        Assert.True(At_(10) < At_(40) && At_(40) < At_(400) && At_(400) > 0.97, $"{At_(10)} {At_(40)} {At_(400)}");
    }

    [Fact]
    public void The_same_vectors_and_seed_give_the_same_file_whatever_the_threads()
    {
        VectorIndex.Build(At("one"), Content(2000), graph, threads: 1);
        VectorIndex.Build(At("four"), Content(2000), graph, threads: 4);
        VectorIndex.Build(At("other"), Content(2000), graph with { Seed = 5 }, threads: 4);
        Assert.Equal(File.ReadAllBytes(At("one")), File.ReadAllBytes(At("four")));
        Assert.NotEqual(File.ReadAllBytes(At("one")), File.ReadAllBytes(At("other")));
    }

    [Theory]
    [InlineData(IndexKind.Exact)]
    [InlineData(IndexKind.Graph)]
    public void What_is_added_is_found_beside_what_was_there(IndexKind kind)
    {
        VectorIndex.Build(At("i"), Content(1500) with { Labels = [.. Enumerable.Repeat("old", 1500)] }, new(Kind: kind));
        using (var index = VectorIndex.Open(At("i"))) index.Add(At("i"), Content(500, seed: 7) with { Names = [.. Enumerable.Range(0, 500).Select(i => $"new {i}")] });
        using var more = VectorIndex.Open(At("i"));
        more.Verify();
        Assert.Equal(2000, more.Count);
        Assert.Equal((kind, "#1499", "new 0", "old", (string?)null), (more.Options.Kind, more.Names[1499], more.Names[1500], more.Labels![1499], more.Labels[1500]));
        using var queries = Content(500, seed: 7).Vectors;
        using var others = Content(1500).Vectors;
        Assert.InRange(more.Search(queries, 1).Where((found, i) => found[0].Row == 1500 + i).Count(), 495, 500);
        Assert.InRange(more.Search(others, 1).Where((found, i) => found[0].Row == i).Count(), 1485, 1500);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(50)]
    public void A_filter_holds_for_a_graph_too(int every)
    {
        VectorIndex.Build(At("i"), Content(3000), graph);
        using var index = VectorIndex.Open(At("i"));
        using var queries = Content(50, seed: 7).Vectors;
        SearchOptions some = new() { Filter = row => row % every == 0 };
        var found = index.Search(queries, 10, some);
        Assert.All(found, f => Assert.Equal(10, f.Count(n => n.Row % every == 0)));
        Assert.InRange(Clouds.Recall(found, index.Search(queries, 10, some, exact: true)), 0.95, 1);
    }

    [Fact]
    public void Many_equal_vectors_do_not_cut_others_off()
    {
        var values = Clouds.Sheet(1000, Dimension);
        for (var i = 0; i < 700; i++) values.AsSpan(0, Dimension).CopyTo(values.AsSpan(i * Dimension));
        using var vectors = Vectors.Of(values, Dimension);
        VectorIndex.Build(At("i"), new(vectors), graph);
        using var index = VectorIndex.Open(At("i"));
        var found = index.Search(vectors, 1);
        Assert.InRange(Enumerable.Range(700, 300).Count(i => found[i][0].Row == i), 295, 300);
        Assert.Equal(1f, found[0][0].Score, 1e-6f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(65)]
    public void Small_indices_are_complete(int count)
    {
        VectorIndex.Build(At("i"), Content(count), graph);
        using var index = VectorIndex.Open(At("i"));
        Assert.Equal(Enumerable.Range(0, count), index.Search(index.Vectors[0].ToArray(), 100, new() { Candidates = 100 }).Select(n => n.Row).Order());
    }

    [Fact]
    public void Names_labels_and_source_come_back()
    {
        VectorIndex.Build(At("i"), Content(3) with { Names = ["a,b\n", "", "猫.png"], Labels = ["cat", null, "bird"], Source = """{"run":"r"}""" });
        using var index = VectorIndex.Open(At("i"));
        Assert.Equal(["a,b\n", "", "猫.png"], index.Names);
        Assert.Equal(["cat", null, "bird"], index.Labels!);
        Assert.Equal(("""{"run":"r"}""", IndexKind.Exact, Metric.Cosine), (index.Source, index.Options.Kind, index.Metric));
        Assert.True(VectorIndex.Recognises(At("i")));
    }

    [Fact]
    public void Automatic_means_exact_below_fifty_thousand() =>
        Assert.Equal((false, true, true, false), (new IndexOptions().WantsGraph(49_999), new IndexOptions().WantsGraph(50_000), graph.WantsGraph(1),
            new IndexOptions(Kind: IndexKind.Exact).WantsGraph(1 << 20)));

    [Fact]
    public void What_cannot_go_into_an_index_leaves_nothing_behind()
    {
        var broken = Clouds.Sheet(10, Dimension);
        broken[99] = float.NaN;
        Assert.Contains("vector 3", Throws(new(Vectors.Of(broken, Dimension))), StringComparison.Ordinal);
        Assert.Contains("nothing", Throws(new(Vectors.Of(ReadOnlyMemory<float>.Empty, 4))), StringComparison.Ordinal);
        Assert.Contains("2 names", Throws(Content(3) with { Names = ["a", "b"] }), StringComparison.Ordinal);
        Assert.Contains("1 labels", Throws(Content(3) with { Labels = ["a"] }), StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => VectorIndex.Build(At("i"), Content(3), new(Links: 1)));
        Assert.ThrowsAny<OperationCanceledException>(() => VectorIndex.Build(At("i"), Content(3), graph, cancel: new(true)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder));
        Assert.Throws<EnvironmentException>(() => VectorIndex.Build(At("none/i"), Content(3)));
    }

    string Throws(IndexContent content) => Assert.Throws<DataException>(() => VectorIndex.Build(At("i"), content)).Message;

    [Fact]
    public void Queries_and_additions_of_another_dimension_are_refused()
    {
        VectorIndex.Build(At("i"), Content(30), graph);
        using var index = VectorIndex.Open(At("i"));
        Assert.Contains("31 numbers", Assert.Throws<DataException>(() => index.Search(new float[31], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => index.Add(At("i"), new(Vectors.Of(new float[31], 31))));
    }

    [Fact]
    public void A_file_that_is_cut_short_anywhere_is_refused()
    {
        VectorIndex.Build(At("i"), Content(80) with { Labels = new string?[80] }, graph);
        var bytes = File.ReadAllBytes(At("i"));
        for (var length = 0; length < bytes.Length; length += 131)
        {
            File.WriteAllBytes(At("cut"), bytes[..length]);
            Assert.Throws<DataException>(() => VectorIndex.Open(At("cut")));
        }
    }

    /// <summary>Whatever a byte becomes, the answer is a neighbour or an error that names the file; the full check finds every change of the data.</summary>
    [Fact]
    public void A_changed_byte_never_leads_out_of_the_file()
    {
        VectorIndex.Build(At("i"), Content(80), graph with { Links = 4 });
        var bytes = File.ReadAllBytes(At("i"));
        var data = 8 + BitConverter.ToInt64(bytes);
        var random = new Random(1);
        var noticed = 0;
        for (var trial = 0; trial < 300; trial++)
        {
            var changed = (byte[])bytes.Clone();
            var at = trial < 60 ? random.Next(8, (int)data) : random.Next((int)data, bytes.Length);
            changed[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(At("changed"), changed);
            try
            {
                using var index = VectorIndex.Open(At("changed"));
                try { Assert.All(index.Search(index.Vectors[3].ToArray(), 5), n => Assert.InRange(n.Row, 0, 79)); }
                catch (DataException) { noticed++; }
                if (at >= data) Assert.Throws<DataException>(index.Verify);
            }
            catch (DataException e)
            {
                Assert.NotEmpty(e.Message);
                noticed++;
            }
        }
        Assert.InRange(noticed, 20, 290);
    }

    [Fact]
    public void Other_files_are_no_indices()
    {
        Io.SafeTensors.Save(At("v.safetensors"), [Io.NamedArray.From<float>("embeddings", [1, 2], 1, 2)]);
        File.WriteAllText(At("t"), "no");
        Assert.False(VectorIndex.Recognises(At("v.safetensors")) || VectorIndex.Recognises(At("t")) || VectorIndex.Recognises(At("none")));
        Assert.Contains("no index", Assert.Throws<DataException>(() => VectorIndex.Open(At("v.safetensors"))).Message, StringComparison.Ordinal);
    }
}
