using Kindred.Data.Pictures;
using Kindred.Experiments.Embeddings;
using Kindred.Index;

namespace Kindred.Tests.Embeddings;

/// <summary>What is like a picture, a sentence, a sound: in a run's data, in a file of vectors, in an index.</summary>
public sealed class FinderTests(SmallRuns runs) : IClassFixture<SmallRuns>
{
    [Fact]
    public void A_picture_finds_itself_among_the_data_and_the_second_time_at_once()
    {
        var data = $"folder:{runs.At("flat")}";
        var embedded = 0;
        for (var time = 0; time < 2; time++)
        {
            using var finder = Finder.Open(runs.Run("pictures"), data, progress: new Count(() => embedded++));
            var answer = Assert.Single(finder.Find(runs.At("flat/p07.png"), k: 4));
            Assert.Equal(4, answer.Neighbours.Count);
            Assert.Equal(("p07.png", 1, 7), (answer.Neighbours[0].Name, answer.Neighbours[0].Rank, answer.Neighbours[0].Row));
            Assert.Equal(1, answer.Neighbours[0].Score, 1e-5);
            var sheet = finder.Sheet([answer], tile: 32);
            Assert.True(sheet.Width > 5 * 32 && sheet.Height > 32);
            // The query and the first that was found are the same picture.
            Assert.Equal(sheet.Row(20).Slice(3 * 10, 60).ToArray(), sheet.Row(20).Slice(3 * (10 + 36 + 6), 60).ToArray());
        }
        Assert.Equal(1, embedded);
        SmallRuns.Picture(runs.At("flat/p07.png"), 99, 150);
        using (Finder.Open(runs.Run("pictures"), data, progress: new Count(() => embedded++))) Assert.Equal(2, embedded);
    }

    [Fact]
    public void Words_find_sentences_and_a_file_of_sentences_asks_for_each()
    {
        using var finder = Finder.Open(runs.Run("text"));
        Assert.Equal("word3 thing3 does0", finder.Find("word3 thing3 does0")[0].Neighbours[0].Name);
        File.WriteAllText(runs.At("ask.txt"), "word1 thing1 does1\nword2 thing2 does2\n");
        Assert.Equal(["word1 thing1 does1", "word2 thing2 does2"], finder.Find(runs.At("ask.txt"), k: 1).Select(a => a.Neighbours[0].Name));
        Assert.Contains("no", Assert.Throws<ConfigurationException>(() => finder.Sheet(finder.Find("word1", k: 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_finds_itself()
    {
        using var finder = Finder.Open(runs.Run("sound"));
        Assert.Equal("0_ann_4.wav", finder.Find(runs.At("sound/0_ann_4.wav"), k: 2)[0].Neighbours[0].Name);
    }

    [Fact]
    public void Kinds_without_files_are_asked_by_name_or_by_data()
    {
        using var finder = Finder.Open(runs.Run("graphs"));
        Assert.Contains(finder.Find("#7")[0].Neighbours, n => n is { Name: "#7", Score: > 0.9999f });
        Assert.Equal(40, finder.Find("motifs:40", k: 1).Count);
        Assert.Contains("such as '#0'", Assert.Throws<DataException>(() => finder.Find("#40")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_embeds_its_queries_by_the_run_that_made_it()
    {
        using (var embedder = Embedder.Open(runs.Run("pictures"))) embedder.Write(null, runs.At("i.npy"), new("z", Normalize: true));
        using (var vectors = Collection.Open(runs.At("i.npy"))) VectorIndex.Build(runs.At("i.index"), vectors.Content, new(Kind: IndexKind.Graph));
        using var finder = Finder.Open(runs.At("i.index"));
        var found = finder.Find(runs.At("own/light/03.png"), k: 5)[0].Neighbours;
        Assert.Equal(("light/03.png", "light"), (found[0].Name, found[0].Label));
        Assert.All(finder.Find(runs.At("own/light/03.png"), k: 5, new() { Filter = RowFilter.Of("label!=light", finder.Among) })[0].Neighbours, n =>
            Assert.Equal("dark", n.Label));
        Assert.All(finder.Find("light/03.png", k: 5, new() { Filter = RowFilter.Of("name=*/0*.png", finder.Among) })[0].Neighbours, n =>
            Assert.Contains("/0", n.Name, StringComparison.Ordinal));
        Assert.NotNull(finder.Sheet(finder.Find(runs.At("own/light/03.png"))));
        Assert.Throws<ConfigurationException>(() => RowFilter.Of("light", finder.Among));
        Assert.Throws<ConfigurationException>(() => RowFilter.Of("size=3", finder.Among));
    }

    [Fact]
    public void A_run_that_was_trained_further_no_longer_fits_its_index()
    {
        using (var embedder = Embedder.Open(runs.Run("pictures"))) embedder.Write(null, runs.At("old.npy"));
        var file = EmbeddingManifest.FileOf(runs.At("old.npy"));
        var manifest = EmbeddingManifest.Read(runs.At("old.npy"))!;
        File.WriteAllText(file, File.ReadAllText(file).Replace(manifest.CheckpointSha256, new string('0', 64), StringComparison.Ordinal));
        using var finder = Finder.Open(runs.At("old.npy"));
        Assert.Contains("other weights", Assert.Throws<DataException>(() => finder.Find(runs.At("own/dark/03.png"))).Message, StringComparison.Ordinal);
        Assert.Equal("dark/03.png", finder.Find("dark/03.png")[0].Neighbours[0].Name);
    }

    [Fact]
    public void Vectors_of_ones_own_are_asked_by_name_and_by_vectors()
    {
        Io.Npy.Save(runs.At("mine.npy"), Io.NamedArray.From<float>("v", [1, 0, 0, 1, 1, 1], 3, 2));
        using var finder = Finder.Open(runs.At("mine.npy"));
        Assert.Equal(["#1", "#2", "#0"], finder.Find("#1")[0].Neighbours.Select(n => n.Name));
        Io.Npy.Save(runs.At("q.npy"), Io.NamedArray.From<float>("v", [3, 3, 1, 0], 2, 2));
        Assert.Equal(["#2", "#0"], finder.Find(runs.At("q.npy"), k: 1).Select(a => a.Neighbours[0].Name));
        Io.Npy.Save(runs.At("wide.npy"), Io.NamedArray.From<float>("v", [3, 3, 1], 1, 3));
        Assert.Contains("3 numbers", Assert.Throws<DataException>(() => finder.Find(runs.At("wide.npy"))).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => finder.Find(" "));
        Assert.Throws<ConfigurationException>(() => finder.Find("#1", k: 0));
        Assert.Contains("no name", Assert.Throws<DataException>(() => finder.Find("cat.jpg")).Message, StringComparison.Ordinal);
    }

    sealed class Count(Action act) : IProgress<EmbeddingProgress>
    {
        public void Report(EmbeddingProgress value) => act();
    }
}
