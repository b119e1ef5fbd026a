using System.Text.Json;
using Kindred.Experiments.Embeddings;
using Kindred.Experiments.Evaluation;
using Kindred.Io;
using Kindred.Io.Csv;
using Kindred.Torch;

namespace Kindred.Tests.Embeddings;

/// <summary>Vectors of all samples, with their names, in any format, however often it is stopped.</summary>
public sealed class EmbedderTests(SmallRuns runs) : IClassFixture<SmallRuns>
{
    static readonly string[] formats = ["a.npy", "a.safetensors", "a.parquet", "a.csv", "a.jsonl"];

    [Theory]
    [MemberData(nameof(SmallRuns.Kinds), MemberType = typeof(SmallRuns))]
    public void Every_kind_of_data_gives_the_vectors_that_evaluations_see(string kind)
    {
        using var embedder = Embedder.Open(runs.Run(kind));
        var manifest = embedder.Write(null, runs.At($"{kind}.npy"), new() { Batch = 256 });
        using var written = Collection.Open(runs.At($"{kind}.npy"));
        using var data = embedder.OpenData(null);
        Assert.Equal((data.Count, data.Count, manifest.Dimension), (manifest.Count, written.Vectors.Count, written.Vectors.Dimension));
        Assert.Equal(Enumerable.Range(0, data.Count).Select(data.Name), written.Names);
        Assert.Equal(data.Labels?.Select(l => data.Classes[l]), written.Labels);

        using var experiment = Experiments.Runs.TrainedRun.Open(runs.Run(kind));
        experiment.Method.Eval();
        using var scope = Scope.Open();
        var features = Features.Of(data, ((IEncodes)experiment.Method).Features).Features;
        Assert.Equal(features.ToArray<float>(), Enumerable.Range(0, data.Count).SelectMany(i => written.Vectors[i].ToArray()));
    }

    [Fact]
    public async Task All_formats_hold_the_same()
    {
        using var embedder = Embedder.Open(runs.Run("pictures"));
        foreach (var name in formats) embedder.Write(null, runs.At($"all/{name}"));
        using var npy = Collection.Open(runs.At("all/a.npy"));
        using var tensors = Collection.Open(runs.At("all/a.safetensors"));
        var (lines, table, parquet) = (Lines(runs.At("all/a.jsonl")), Table(runs.At("all/a.csv")), await Parquet(runs.At("all/a.parquet")));
        Assert.Equal(40, npy.Vectors.Count);
        for (var i = 0; i < npy.Vectors.Count; i++)
        {
            var vector = npy.Vectors[i].ToArray();
            Assert.Equal(vector, tensors.Vectors[i].ToArray());
            foreach (var (name, label, values) in new[] { lines[i], table[i], parquet[i] })
            {
                Assert.Equal((npy.Names[i], npy.Labels![i]), (name, label));
                Assert.Equal(vector, values);
            }
        }
        Assert.Equal(npy.Names, tensors.Names);
        Assert.StartsWith("dark/00.png", npy.Names[0], StringComparison.Ordinal);
    }

    static (string, string?, float[])[] Lines(string file) => [.. File.ReadLines(file).Select(l => JsonDocument.Parse(l).RootElement)
        .Select(e => (e.GetProperty("name").GetString()!, e.GetProperty("label").GetString(), e.GetProperty("embedding").EnumerateArray()
            .Select(v => v.GetSingle()).ToArray()))];

    static (string, string?, float[])[] Table(string file) => [.. CsvTable.Open(file).Rows().Skip(1)
        .Select(r => (r.Cells[0], (string?)r.Cells[1], r.Cells[2..].Select(v => float.Parse(v, System.Globalization.CultureInfo.InvariantCulture)).ToArray()))];

    static async Task<(string, string?, float[])[]> Parquet(string file)
    {
        await using var reader = await global::Parquet.ParquetReader.CreateAsync(file);
        Assert.Contains("checkpoint_sha256", reader.CustomMetadata["kindred"], StringComparison.Ordinal);
        using var group = reader.OpenRowGroupReader(0);
        var (count, fields) = ((int)group.RowCount, reader.Schema.GetDataFields());
        var (names, labels) = (new string?[count], new string?[count]);
        await group.ReadAsync(fields[0], names.AsMemory());
        await group.ReadAsync(fields[1], labels.AsMemory());
        var dimension = (int)group.GetMetadata(fields[2])!.MetaData!.NumValues / count;
        var (values, levels) = (new float[count * dimension], new int[count * dimension]);
        await group.ReadRawAsync<float>(fields[2], values.AsMemory(), new int[count * dimension].AsMemory(), levels.AsMemory(), default);
        Assert.All(levels.Index(), l => Assert.Equal(l.Index % dimension == 0 ? 0 : 1, l.Item));
        return [.. Enumerable.Range(0, count).Select(i => (names[i]!, labels[i], values[(i * dimension)..((i + 1) * dimension)]))];
    }

    [Fact]
    public void However_often_it_is_stopped_the_files_have_the_same_bytes()
    {
        using var embedder = Embedder.Open(runs.Run("pictures"));
        var options = new EmbeddingOptions(Batch: 3);
        foreach (var name in formats)
        {
            embedder.Write(null, runs.At($"whole/{name}"), options);
            var starts = 0;
            for (var done = false; !done; starts++)
            {
                using var stop = new CancellationTokenSource();
                var before = -1;
                try
                {
                    embedder.Write(null, runs.At($"stopped/{name}"), options, new Each(p =>
                    {
                        if (before >= 0 && p.Done >= before + 12) stop.Cancel();
                        before = before < 0 ? p.Done : before;
                    }), cancel: stop.Token);
                    done = true;
                }
                catch (OperationCanceledException) { Assert.False(File.Exists(runs.At($"stopped/{name}"))); }
            }
            Assert.InRange(starts, 3, 6);
            foreach (var file in Directory.EnumerateFiles(runs.At("whole"), $"{name}*"))
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(runs.At($"stopped/{Path.GetFileName(file)}")));
            Assert.False(Directory.Exists(runs.At($"stopped/{name}.partial")));
        }
    }

    /// <summary>A kill leaves more than the file of progress speaks of, in part: only that counts.</summary>
    [Fact]
    public void What_a_kill_leaves_half_written_is_taken_back()
    {
        using var embedder = Embedder.Open(runs.Run("pictures"));
        var options = new EmbeddingOptions(Batch: 3);
        embedder.Write(null, runs.At("uncut.npy"), options);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => embedder.Write(null, runs.At("cut.npy"), options,
            new Each(p => { if (p.Done >= 15) stop.Cancel(); }), cancel: stop.Token));
        using (var rows = File.OpenWrite(runs.At("cut.npy.partial/rows.f32"))) { rows.Position = rows.Length; rows.Write(new byte[77]); }
        File.AppendAllText(runs.At("cut.npy.partial/names.jsonl"), "[15,\"half");
        var first = -1;
        embedder.Write(null, runs.At("cut.npy"), options, new Each(p => first = first < 0 ? p.Done : first));
        Assert.Equal(15, first);
        Assert.Equal(File.ReadAllBytes(runs.At("uncut.npy")), File.ReadAllBytes(runs.At("cut.npy")));
        Assert.Equal(File.ReadAllBytes(runs.At("uncut.npy.names.csv")), File.ReadAllBytes(runs.At("cut.npy.names.csv")));
    }

    [Fact]
    public void What_was_begun_for_something_else_is_begun_anew()
    {
        using var embedder = Embedder.Open(runs.Run("pictures"));
        using var stop = new CancellationTokenSource();
        var options = new EmbeddingOptions(Batch: 3);
        Assert.ThrowsAny<OperationCanceledException>(() => embedder.Write(null, runs.At("other.npy"), options,
            new Each(p => { if (p.Done >= 9) stop.Cancel(); }), cancel: stop.Token));
        var words = new List<string>();
        var firsts = new List<int>();
        embedder.Write(null, runs.At("other.npy"), options with { Normalize = true }, new Each(p => firsts.Add(p.Done)), words.Add);
        Assert.Contains("begun anew", Assert.Single(words), StringComparison.Ordinal);
        Assert.Equal(3, firsts[0]);
        using var written = Collection.Open(runs.At("other.npy"));
        Assert.True(written.Manifest!.Normalized);
        for (var i = 0; i < written.Vectors.Count; i++) Assert.Equal(1, written.Vectors[i].ToArray().Sum(v => v * v), 1e-5);
    }

    [Fact]
    public void A_picture_that_cannot_be_read_has_no_vector_and_is_named()
    {
        for (var i = 0; i < 30; i++) SmallRuns.Picture(runs.At($"some/p{i:00}.png"), i, 4 * i);
        File.WriteAllBytes(runs.At("some/p11.png"), File.ReadAllBytes(runs.At("some/p10.png"))[..200]);
        using var embedder = Embedder.Open(runs.Run("pictures"));
        var manifest = embedder.Write($"folder:{runs.At("some")}", runs.At("some.jsonl"), new(Batch: 4));
        var (name, reason) = Assert.Single(manifest.Skipped);
        Assert.Equal(("p11.png", 29), (name, manifest.Count));
        Assert.NotEmpty(reason);
        Assert.Equal(Enumerable.Range(0, 30).Where(i => i != 11).Select(i => $"p{i:00}.png"),
            File.ReadLines(runs.At("some.jsonl")).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("name").GetString()));
    }

    [Fact]
    public void The_manifest_says_where_the_vectors_come_from()
    {
        using var embedder = Embedder.Open(runs.Run("text"));
        embedder.Write(null, runs.At("m.npy"), new("z"));
        var manifest = EmbeddingManifest.Read(runs.At("m.npy"))!;
        Assert.Equal((runs.Run("text"), "simcse", "z", "mean", false, 40),
            (manifest.Run, manifest.Method, manifest.Layer, manifest.Pooling, manifest.Normalized, manifest.Count));
        Assert.Equal(AtomicFile.Measure(Path.Combine(manifest.Run, "checkpoints", manifest.Checkpoint, "model.safetensors")).Sha256, manifest.CheckpointSha256);
    }

    [Fact]
    public void Mistakes_are_told_before_anything_is_embedded()
    {
        using var embedder = Embedder.Open(runs.Run("pictures"));
        Assert.Contains(".parquet", Assert.Throws<ConfigurationException>(() => embedder.Write(null, runs.At("x.txt"))).Message, StringComparison.Ordinal);
        Assert.Contains("layer", Assert.Throws<ConfigurationException>(() => embedder.Write(null, runs.At("x.npy"), new("q"))).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => embedder.Write(null, runs.At("x.npy"), new(Batch: -1)));
        Assert.Throws<DataException>(() => embedder.Write("folder:/nowhere", runs.At("x.npy")));
        Assert.Throws<EnvironmentException>(() => embedder.Write(null, Path.Combine(runs.At("own/dark/00.png"), "x.npy")));
        Assert.False(Directory.Exists(runs.At("x.npy.partial")));
        Assert.Throws<DataException>(() => Embedder.Open(runs.At("own")));
    }

    [Fact]
    public void Names_of_other_vectors_are_noticed()
    {
        using var embedder = Embedder.Open(runs.Run("pictures"));
        embedder.Write(null, runs.At("one.npy"));
        embedder.Write($"folder:{runs.At("flat")}", runs.At("two.npy"));
        File.Copy(runs.At("two.npy.names.csv"), runs.At("one.npy.names.csv"), overwrite: true);
        Assert.Contains("different files", Assert.Throws<DataException>(() => Collection.Open(runs.At("one.npy"))).Message, StringComparison.Ordinal);
    }

    sealed class Each(Action<EmbeddingProgress> act) : IProgress<EmbeddingProgress>
    {
        public void Report(EmbeddingProgress value) => act(value);
    }
}
