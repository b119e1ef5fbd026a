using System.Text.Json;
using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Encoders;
using Kindred.Experiments.Runs;
using Kindred.Io;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

public sealed class BertTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-bert-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static Bert Make(TextPooling pooling = TextPooling.Mean, int depth = 2, long vocabulary = 11)
    {
        using var _ = Initialization.Begin(1);
        var bert = new Bert(new(Width: 8, Depth: depth, Heads: 2, Hidden: 12, Positions: 6, Pooling: pooling), DataFacts.None.WithInput("vocabulary", vocabulary));
        bert.Eval();
        return bert;
    }

    // The formula of References/make_bert.py.
    string Published()
    {
        var whole = Make();
        var shapes = whole.State().ToDictionary(s => whole.NameInFile(s.Path), s => s.State.Value.Shape);
        var path = Path.Combine(folder, "model.safetensors");
        SafeTensors.Save(path, shapes.OrderBy(s => s.Key, StringComparer.Ordinal).Select((s, j) => NamedArray.From<float>("bert." + s.Key,
            [.. Enumerable.Range(0, (int)s.Value.Aggregate(1L, (a, b) => a * b)).Select(i =>
        {
            var value = 0.3 * Math.Sin((1.7 * i) + (0.9 * j));
            return (float)(s.Key.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? 1 + (value / 3) : value);
        })], s.Value)).Append(NamedArray.From<float>("bert.pooler.dense.bias", [1f], 1)));
        return path;
    }

    [Theory, InlineData(TextPooling.Mean, "mean"), InlineData(TextPooling.Cls, "cls"), InlineData(TextPooling.FirstLast, "firstLast"), InlineData(TextPooling.LastTwo, "lastTwo")]
    public void Published_weights_give_what_a_plain_program_computes_whatever_is_filled_up(TextPooling pooling, string key)
    {
        using var scope = Scope.Open();
        var bert = Make(pooling);
        Assert.Contains("left out pooler", StartWeights.Load(bert, Published()), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Kindred.Tests", "Encoders", "References", "bert.json")));
        var rows = json.RootElement.EnumerateArray().ToArray();
        var view = TextView.Of([.. rows.Select(r => r.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32()).ToArray())], "");
        var expected = rows.SelectMany(r => r.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())).ToArray();
        var made = bert.Forward(view).ToArray<float>();
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], made[i], 2e-5);
    }

    [Fact]
    public void Of_a_deeper_file_the_first_layers_are_taken_and_another_vocabulary_is_refused()
    {
        using var scope = Scope.Open();
        var path = Published();
        var (whole, first) = (Make(), Make(depth: 1));
        StartWeights.Load(whole, path);
        StartWeights.Load(first, path);
        var view = TextView.Of([[2, 7, 9, 3]], "");
        Assert.Equal(0, (whole.Hidden(view)[1] - first.Hidden(view)[1]).Abs().Max().Item());
        var message = Assert.Throws<DataException>(() => StartWeights.Load(Make(vocabulary: 12), path)).Message;
        Assert.Contains("words is [11, 8]", message.Replace("float32 ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("model.safetensors", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_text_or_too_long_is_refused_with_what_to_do()
    {
        using var scope = Scope.Open();
        Assert.Contains("text:PATH", Assert.Throws<ConfigurationException>(() => Make().Forward((View)Tensor.Zeros([2, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("?length=6", Assert.Throws<ConfigurationException>(() => Make().Forward(TextView.Of([[1, 2, 3, 4, 5, 6, 7]], ""))).Message, StringComparison.Ordinal);
        Assert.Contains("does not divide", Assert.Throws<ConfigurationException>(() => new Bert(new(Width: 9, Heads: 2))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MiniLM_gives_what_its_own_graph_gives_in_OnnxRuntime()
    {
        // The package is 83 MB: fetched once by whoever trains from it (--from minilm, vocab=minilm), not by a test.
        Assert.SkipUnless(Directory.Exists(Path.Combine(SampleCache.Folder, "minilm-24.9.52193")), "MiniLM has not been fetched on this machine");
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        Bert bert;
        using (Initialization.Begin(1)) bert = new(new(Width: 384, Depth: 6, Heads: 12, Hidden: 1536, Positions: 512), DataFacts.None.WithInput("vocabulary", 30522));
        StartWeights.Load(bert, MiniLm.Name);
        bert.Eval();
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Kindred.Tests", "Encoders", "References", "minilm.json")));
        var tokenizer = Tokenizer.Read(MiniLm.Fetch());
        foreach (var row in json.RootElement.EnumerateArray())
        {
            var tokens = tokenizer.Encode(row.GetProperty("sentence").GetString()!, 128);
            Assert.Equal(row.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32()), tokens);
            var made = bert.Forward(TextView.Of([tokens], "")).ToArray<float>();
            foreach (var (i, value) in row.GetProperty("first").EnumerateArray().Index()) Assert.Equal(value.GetDouble(), made[i], 1e-4);
        }
    }
}
