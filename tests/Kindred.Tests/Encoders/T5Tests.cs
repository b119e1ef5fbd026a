using System.Text.Json;
using Kindred.Encoders;
using Kindred.Experiments.Runs;
using Kindred.Io;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

public sealed class T5Tests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-t5-").FullName;
    readonly Scope scope = Scope.Open();

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    static T5 Make(T5.FormKind form = T5.FormKind.Original, long vocabulary = 13)
    {
        using var _ = Initialization.Begin(1);
        var t5 = new T5(new(Width: 8, Depth: 2, Heads: 2, HeadWidth: 3, Hidden: 12, Form: form), DataFacts.None.WithInput("vocabulary", vocabulary).WithInput("end", 3));
        t5.Eval();
        return t5;
    }

    // The formula of References/make_t5.py, under the names of the transformers library.
    T5 Published(T5.FormKind form)
    {
        var t5 = Make(form);
        var path = Path.Combine(folder, $"{form}.safetensors");
        var shapes = t5.State().ToDictionary(s => t5.NameInFile(s.Path), s => s.State.Value.Shape);
        SafeTensors.Save(path, shapes.OrderBy(s => s.Key, StringComparer.Ordinal).Select((s, j) => NamedArray.From<float>(s.Key,
            [.. Enumerable.Range(0, (int)s.Value.Aggregate(1L, (a, b) => a * b)).Select(i =>
            {
                var value = 0.3 * Math.Sin((1.7 * i) + (0.9 * j));
                return (float)(s.Key.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 + (value / 3) : value);
            })], s.Value)).Append(NamedArray.From<float>("encoder.embed_tokens.weight", [1f], 1)));
        Assert.Contains("left out", StartWeights.Load(t5, path), StringComparison.Ordinal);
        return t5;
    }

    static JsonElement Reference(string part)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Kindred.Tests", "Encoders", "References", "t5.json")));
        return json.RootElement.GetProperty(part).Clone();
    }

    static int[] Numbers(JsonElement row, string key) => [.. row.GetProperty(key).EnumerateArray().Select(t => t.GetInt32())];

    [Theory, InlineData(T5.FormKind.Original, "original"), InlineData(T5.FormKind.Gated, "gated")]
    public void Published_weights_give_what_a_plain_program_computes_whatever_is_filled_up(T5.FormKind form, string part)
    {
        var t5 = Published(form);
        JsonElement[] rows = [.. Reference(part).EnumerateArray()];
        var (source, target) = (TextView.Of([.. rows.Select(r => Numbers(r, "source"))], ""), TextView.Of([.. rows.Select(r => Numbers(r, "target"))], ""));
        var mean = rows.SelectMany(r => r.GetProperty("mean").EnumerateArray()).Select(v => v.GetDouble()).ToArray();
        var logits = rows.SelectMany(r => r.GetProperty("logits").EnumerateArray()).SelectMany(v => v.EnumerateArray()).Select(v => v.GetDouble()).ToArray();
        Assert.Equal(mean, t5.Forward(source).ToArray<float>().Select(v => (double)v), (a, b) => Math.Abs(a - b) < 2e-5);
        Assert.Equal(logits, t5.Logits(source, target).ToArray<float>().Select(v => (double)v), (a, b) => Math.Abs(a - b) < 5e-5);
    }

    [Theory, InlineData(T5.FormKind.Original, "original"), InlineData(T5.FormKind.Gated, "gated")]
    public void A_wide_search_finds_the_likeliest_of_all_texts(T5.FormKind form, string part)
    {
        var t5 = Published(form);
        foreach (var row in Reference(part).EnumerateArray())
            Assert.Equal(Numbers(row, "likeliest"), t5.Write(TextView.Of([Numbers(row, "source")], ""), new(Beams: 64, Length: 3, LengthPenalty: 0.6)).Single());
    }

    [Fact]
    public void Distances_share_numbers_as_published()
    {
        var buckets = Reference("buckets");
        Assert.Equal(Numbers(buckets, "both"), Enumerable.Range(-200, 401).Select(d => RelativePositions.Number(d, true, 32, 128)));
        Assert.Equal(Numbers(buckets, "back"), Enumerable.Range(-200, 401).Select(d => RelativePositions.Number(d, false, 32, 128)));
    }

    [Fact]
    public void What_is_written_depends_on_what_stands_before_and_never_on_what_follows()
    {
        var t5 = Make();
        var source = TextView.Of([[4, 5, 3]], "");
        float[] Scores(params int[] text) => t5.Logits(source, TextView.Of([text], "")).Select(0, 1).ToArray<float>();
        Assert.Equal(Scores(5, 6, 7, 3), Scores(5, 9, 3, 0));
        Assert.NotEqual(Scores(5, 6, 7, 3), Scores(6, 6, 7, 3));
        Assert.NotEqual(t5.Forward(source).ToArray<float>(), t5.Forward(TextView.Of([[5, 4, 3]], "")).ToArray<float>());
    }

    [Fact]
    public void A_likelihood_is_the_sum_or_the_mean_over_a_text_s_own_tokens()
    {
        var t5 = Make();
        var (source, target) = (TextView.Of([[4, 3], [5, 6, 3]], ""), TextView.Of([[7, 8, 9, 3], [7, 3]], ""));
        var (sum, mean) = (t5.LogLikelihood(source, target).ToArray<float>(), t5.LogLikelihood(source, target, mean: true).ToArray<float>());
        Assert.Equal([sum[0] / 4, sum[1] / 2], mean, (a, b) => Math.Abs(a - b) < 1e-5);
        var alone = t5.LogLikelihood(TextView.Of([[5, 6, 3]], ""), TextView.Of([[7, 3]], "")).ToArray<float>();
        Assert.Equal(alone[0], sum[1], 1e-5);
        Assert.True(sum.All(s => s < 0));
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_to_do()
    {
        Assert.Contains("concepts:PATH", Assert.Throws<ConfigurationException>(() => Make().Forward((View)Tensor.Zeros([2, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("encoder.headWidth", Assert.Throws<ConfigurationException>(() => new T5(new(Width: 9, Heads: 2))).Message, StringComparison.Ordinal);
        Assert.Contains("13 tokens", Assert.Throws<ConfigurationException>(() => new T5(new(Vocabulary: 13), DataFacts.None.WithInput("vocabulary", 14))).Message, StringComparison.Ordinal);
        Assert.Equal(32128, new T5(new(Vocabulary: 32128), DataFacts.None.WithInput("vocabulary", 32000)).Vocabulary);      // published files have more than their tokenizer
        Assert.Throws<ArgumentException>(() => new RelativePositions(2, true, 32, 16));
    }
}
