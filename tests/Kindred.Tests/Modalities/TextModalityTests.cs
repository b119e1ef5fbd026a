using System.IO.Compression;
using System.Text;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

public sealed class TextModalityTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-text-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    static byte[] Zipped(string text)
    {
        using var all = new MemoryStream();
        using (var zip = new GZipStream(all, CompressionLevel.Fastest)) zip.Write(Encoding.UTF8.GetBytes(text));
        return all.ToArray();
    }

    static TextData Open(string uri, int batch = 2, ulong seed = 0, string? assets = null) =>
        (TextData)new TextModality().Open(new DataRequest(uri, [], Batch: batch, Seed: seed, Assets: assets));

    const string Some = "the cat sat\nthe dog ran\n\na cat ran far\nthe dog sat\n";

    [Fact]
    public void Lines_are_sentences_packed_or_not_in_a_folder_or_an_archive()
    {
        string[] expected = ["the cat sat", "the dog ran", "a cat ran far", "the dog sat"];
        string plain = Write("a.txt", Some), packed = Write("b.txt.gz", Zipped(Some.Replace("\n", "\r\n", StringComparison.Ordinal)));
        string[] Sentences(string uri) => [.. Open(uri).Set.All];
        Assert.Equal(expected, Sentences($"text:{plain}"));
        Assert.Equal(expected, Sentences($"text:{packed}"));
        Assert.Equal([.. expected, .. expected], Sentences($"text:{folder}"));
        Assert.Equal(expected, Sentences($"text:{folder}/b.*"));
        var archive = folder + ".tar";
        System.Formats.Tar.TarFile.CreateFromDirectory(folder, archive, includeBaseDirectory: true);
        try { Assert.Equal(expected, Sentences($"text:{archive}/a.txt")); }
        finally { File.Delete(archive); }
        Assert.Equal(expected[1..3], Sentences($"text:{plain}?lines=2-3"));
        Assert.Equal(expected[2..3], Sentences($"text:{plain}?min=4"));
        Assert.Equal(2, Sentences($"text:{plain}?n=2").Length);
        Assert.Equal(1, Open($"text:{plain}").Set.Blank);
    }

    [Fact]
    public void Tables_have_pairs_triples_labels_and_scores_and_nothing_is_quoted_between_tabs()
    {
        var pairs = Open($"text:{Write("p.tsv", "sent0\tsent1\thard_neg\na \"b\tc\td\ne\tf\tg\n")}");
        Assert.Equal(["a \"b", "c", "d"], pairs.Set.Rows[0]);
        Assert.Equal(["x, y", "z \"w\""], Open($"text:{Write("q.csv", "\"x, y\",\"z \"\"w\"\"\"\nu,v\n")}").Set.Rows[0]);
        var labelled = Open($"text:{Write("l.tsv", "label\tsentence\ngood\tfine film\nbad\tdull film\n")}");
        Assert.Equal(["bad", "good"], labelled.Classes);
        Assert.Equal([1, 0], labelled.Labels!);
        Assert.Equal([1.5, 4], Open($"sts:{Write("s.tsv", "score\tsentence1\tsentence2\n1.5\ta\tb\n4\tc\td\n")}").Set.Scores!);
        Assert.Equal(["b", "a"], Open($"text:{folder}/s.tsv?columns=sentence2,sentence1").Set.Rows[0]);
        using var scope = Scope.Open();
        var batch = pairs.Batches(0, 0, null, default).Single().Tensors();
        Assert.Equal(["sentence.0", "sentence.1", "sentence.2"], batch.Views.Select(v => v.Name));
    }

    public static TheoryData<string, string, string, string> Bad => new()
    {
        { "empty.txt", "", "", "there is no sentence in it" },
        { "blank.txt", "\n  \n", "", "there is no sentence in it" },
        { "empty.tsv", "", "", "there is no row in it" },
        { "header.tsv", "sentence1\tsentence2\n", "", "a header and no row" },
        { "cut.tsv", "a\tb\nc\n", "", "line 2: 1 column, expected 2" },
        { "hole.tsv", "a\tb\n\nc\t \n", "", "line 3: column 2 has no sentence" },
        { "wide.tsv", "a\tb\tc\td\n", "", "line 1: 4 columns without a header" },
        { "quote.csv", "\"a,b\n", "", "line 1: a quote that does not end" },
        { "few.txt", "a b\n", "min=9", "no sentence left" },
        { "a.txt", "a\nb\n", "group=line", "two files or more" },
        { "cut.txt.gz", "no gzip", "", "no gzip file" },
    };

    [Theory, MemberData(nameof(Bad))]
    public void Bad_text_is_refused_with_file_and_line(string name, string text, string query, string expected)
    {
        var path = Write(name, text);
        var message = Assert.Throws<DataException>(() => Open($"text:{path}{(query.Length > 0 ? "?" + query : "")}")).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(name, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one.tsv", "score\tsentence1\n1\ta\n", "1 column of sentences")]
    [InlineData("none.tsv", "sentence1\tsentence2\na\tb\n", "no column is called score")]
    [InlineData("word.tsv", "score\tsentence1\tsentence2\nhigh\ta\tb\n", "line 2: 'high' is no score")]
    public void Scored_pairs_need_two_sentences_and_a_score(string name, string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<DataException>(() => Open($"sts:{Write(name, text)}")).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_no_UTF_8_or_cut_is_refused_and_no_byte_makes_another_error()
    {
        var latin = Write("latin.txt", [.. "good\ncaf"u8, 0xE9, .. "\n"u8]);
        Assert.Contains("latin.txt, line 2: byte 4 of the line is no UTF-8", Assert.Throws<DataException>(() => Open($"text:{latin}")).Message, StringComparison.Ordinal);
        var whole = Zipped(string.Concat(Enumerable.Repeat(Some, 50)));
        var table = Encoding.UTF8.GetBytes("score\tsentence1\tsentence2\n1.5\ta\tb\n4\tc\td\n");
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            foreach (var (name, bytes) in (ReadOnlySpan<(string, byte[])>)[("f.txt.gz", whole), ("f.tsv", table)])
            {
                var changed = bytes.ToArray();
                if (i % 2 == 0) changed = changed[..random.Next(changed.Length)];
                else changed[random.Next(changed.Length)] = (byte)random.Next(256);
                try { Open($"{(name == "f.tsv" ? "sts" : "text")}:{Write(name, changed)}"); }
                catch (DataException) { } // and nothing else
            }
        }
        Assert.Throws<DataException>(() => Open($"text:{Write("g.txt.gz", whole[..^9])}"));
    }

    [Fact]
    public void Lines_beside_one_another_are_pairs_two_of_a_line_at_random()
    {
        foreach (var k in Enumerable.Range(1, 3)) Write($"train.{k}.txt", string.Concat(Enumerable.Range(0, 6).Select(line => $"w{line} v{k}\n")));
        using var data = Open($"text:{folder}/train.?.txt?group=line", batch: 6);
        using var scope = Scope.Open();
        string[] Seen(int epoch) => [.. data.Batches(epoch, 0, null, default).Single().Tensors().Views.Select(v => string.Join(',', v.X.ToArray<long>()))];
        Assert.Equal(Seen(0), Seen(0));
        Assert.NotEqual(Seen(0), Seen(1));
        Assert.NotEqual(Seen(0)[0], Seen(0)[1]);
        File.AppendAllText(Path.Combine(folder, "train.2.txt"), "more\n");
        Assert.Contains("train.2.txt has 7 lines", Assert.Throws<DataException>(() => Open($"text:{folder}/train.?.txt?group=line")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Short_sentences_are_filled_up_and_the_rest_of_a_view_follows()
    {
        using var scope = Scope.Open();
        var (a, b) = (TextView.Of([[2, 5, 3], [2, 3]], "x.0"), TextView.Of([[2, 5, 6, 7, 3]], "x.1"));
        Assert.Equal([2, 5, 3, 2, 3, 0], a.X.ToArray<long>());
        var joint = (TextView)View.Cat(a, b);
        Assert.Equal([3, 5], joint.X.Shape);
        Assert.Equal([3, 2, 5], joint.Mask.To(Dtype.Int64).Sum(1).ToArray<long>());
        Assert.Equal([2, 5, 6, 7, 3], joint.Part(2, 1).X.ToArray<long>());
        Assert.Equal([2, 3, 0, 0, 0], joint.Rows(Tensor.From<long>([1])).X.ToArray<long>());
    }

    [Fact]
    public void A_run_keeps_its_vocabulary_and_refuses_another()
    {
        var path = Write("a.txt", Some);
        var assets = Directory.CreateDirectory(Path.Combine(folder, "assets")).FullName;
        using var data = Open($"text:{path}?vocabulary=30");
        new TextModality().Keep(data, assets);
        var other = Write("b.txt", "quite other words here\nand more of them\n");
        using var again = Open($"text:{other}", assets: assets);
        Assert.Equal(data.Inputs["vocabulary"], again.Inputs["vocabulary"]);
        var vocabulary = Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nx\n");
        Assert.Contains("another vocabulary (5 tokens)", Assert.Throws<ConfigurationException>(() => Open($"text:{other}?vocab={vocabulary}", assets: assets)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SimCSE_trains_from_a_recipe_and_is_measured_on_scored_pairs_set_by_set()
    {
        var path = Write("a.txt", string.Concat(Enumerable.Range(0, 40).Select(i => $"word{i % 7} thing{i % 5} does{i % 3}\n")));
        foreach (var set in new[] { "sts14-a", "sts14-b", "other" })
            Write($"{set}.tsv", "score\tsentence1\tsentence2\n5\tword1 thing1\tword1 thing1\n3\tword1 thing1\tword1 thing2\n0\tword1 thing1\tdoes2\n");
        var recipe = Recipe.Parse($"{{ method: simcse, data: 'text:{path}?vocabulary=60', encoder: {{ name: bert, width: 8, heads: 2, depth: 1 }}, "
            + $"train: {{ epochs: 2, batch: 8, optimizer: {{ name: adamw }}, schedule: linear }} }}", "simcse", binder: Parts.Binder);
        using var experiment = Experiment.Build(recipe.First);
        Assert.Equal(10, experiment.Trainer().Fit().At.Step);
        var metrics = Evaluations.Run(experiment, new EvaluationRequest("sts", Data: $"sts:{folder}/*.tsv")).Metrics;
        Assert.Equal(["alignment", "all", "all_tfidf", "mean", "mean_tfidf", "other", "other_tfidf", "sts14",
            "sts14-a", "sts14-a_tfidf", "sts14-b", "sts14-b_tfidf", "sts14_tfidf", "uniformity"], metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(100, metrics["sts14-a_tfidf"], 1e-9);
        Assert.Equal(0, metrics["alignment"], 1e-5);
        Assert.Equal(["other"], Evaluations.Run(experiment, new EvaluationRequest("sts", Data: $"sts:{folder}/*.tsv?sets=other",
            Options: (RecipeMap)RecipeReader.Read("{ tfIdf: false }", "x"))).Metrics.Keys.Except(["alignment", "uniformity"]));
    }
}
