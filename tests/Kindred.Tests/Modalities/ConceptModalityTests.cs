using System.IO.Compression;
using System.Text;
using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Experiments.Modalities;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

public sealed class ConceptModalityTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-concepts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    static byte[] Zipped(string text)
    {
        using var all = new MemoryStream();
        using (var zip = new GZipStream(all, CompressionLevel.Fastest)) zip.Write(Encoding.UTF8.GetBytes(text));
        return all.ToArray();
    }

    static readonly ConceptTagger tagger = new(Lexicon.Read(Encoding.UTF8.GetBytes(string.Join('\n',
        "dog cat ball park boy girl".Split(' ').Select(n => $"{n}%1:05:00:: 0 1 9").Concat("chase see throw kick run".Split(' ').Select(v => $"{v}%2:38:00:: 0 1 9"))) + "\n"), "index.sense"));

    const string Table = "concepts\tsentence\ndog chase cat\tThe dog chases a cat.\ndog chase cat\tA cat was chased; the dog ran.\nboy throw ball\tA boy throws the ball\nrun\tThe girl runs.\n";

    static ConceptSet Open(string uri)
    {
        var parsed = DataUri.Parse(uri);
        return ConceptSet.Of(ConceptSet.Read(parsed), parsed, tagger);
    }

    static ConceptData Make(ConceptSet set, int length = 32, int batch = 2, ulong seed = 0)
        => new(set, new WordPieceTokenizer(WordPieceTraining.Learn(set.Sentences.Select(s => s.Sentence).Concat(ConceptData.Prompts), 300)), length, batch, seed);

    [Fact]
    public void Tables_have_concepts_and_a_sentence_and_lines_are_sentences_whose_own_words_are_concepts()
    {
        foreach (var path in (string[])[Write("a.tsv", Table), Write("b.tsv.gz", Zipped(Table.Replace("\n", "\r\n", StringComparison.Ordinal))), Write("c.tsv", Table[(Table.IndexOf('\n') + 1)..])])
        {
            var set = Open($"concepts:{path}");
            Assert.Equal(["dog chase cat", "dog chase cat", "boy throw ball"], set.Concepts);
            Assert.Equal("The dog chases a cat .", set.Sentences[0].Sentence);
            Assert.Equal(1, set.Alone);                                              // one concept alone has no distractor
        }
        var plain = Open($"concepts:{Write("d.txt", "A boy throws the ball\nThe girl runs.\nthe dog sees and chases\n")}");
        Assert.Equal(["throw boy ball", "see chase dog"], plain.Concepts);
        Assert.Single(Open($"concepts:{folder}/d.txt?n=1").Sentences);
    }

    [Fact]
    public void Rows_with_the_same_concepts_stay_on_one_side()
    {
        var text = "concepts\tsentence\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"dog cat {i / 3}\tThe dog {i} sees a cat\n"));
        var path = Write("many.tsv", text);
        foreach (var (one, other) in (ReadOnlySpan<(string, string)>)[("split=train", "split=test"), ("hold=0.25", "held=0.25"), ("split=train&hold=0.3", "split=train&held=0.3")])
        {
            string[] a = [.. Open($"concepts:{path}?{one}").Concepts], b = [.. Open($"concepts:{path}?{other}").Concepts];
            Assert.Empty(a.Intersect(b));
            Assert.True(b.Length > 0 && a.Length > b.Length && a.Length % 3 == 0 && b.Length % 3 == 0, $"{a.Length} and {b.Length}");
        }
        Assert.Equal(15, Open($"concepts:{path}?held=0.25").Sentences.Count);
        Assert.Contains("one of them", Assert.Throws<ConfigurationException>(() => Open($"concepts:{path}?hold=0.2&held=0.2")).Message, StringComparison.Ordinal);
        Assert.Contains("between 0 and 1", Assert.Throws<ConfigurationException>(() => Open($"concepts:{path}?hold=2")).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Bad => new()
    {
        { "one.tsv", "The dog chases a cat\nA boy throws the ball\n", "1 column (sentence1)" },
        { "three.tsv", "a\tb\tc\n", "3 columns" },
        { "cut.tsv", "concepts\tsentence\ndog cat\tThe dog sees a cat\nboy\n", "line 3: 1 column" },
        { "hole.tsv", "concepts\tsentence\ndog cat\t \n", "line 2: column 2 has no sentence" },
        { "cut.tsv.gz", "no gzip", "no gzip file" },
        { "empty.tsv", "", "there is no row in it" },
        { "none.txt", "xyzzy plugh\n", "no distractor can be made" },
    };

    [Theory, MemberData(nameof(Bad))]
    public void Bad_tables_are_refused_with_file_and_line(string name, string text, string expected)
    {
        var path = Write(name, text);
        var message = Assert.Throws<DataException>(() => Open($"concepts:{path}")).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(name, message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_UTF_8_or_cut_is_refused_and_no_byte_makes_another_error()
    {
        var latin = Write("latin.tsv", [.. Encoding.UTF8.GetBytes("concepts\tsentence\ndog\tcaf"), 0xE9, .. "\n"u8]);
        Assert.Contains("latin.tsv, line 2: byte 8 of the line is no UTF-8", Assert.Throws<DataException>(() => Open($"concepts:{latin}")).Message, StringComparison.Ordinal);
        var (whole, plain, random) = (Zipped(string.Concat(Enumerable.Repeat(Table[(Table.IndexOf('\n') + 1)..], 30))), Encoding.UTF8.GetBytes(Table), new Random(1));
        for (var i = 0; i < 150; i++)
            foreach (var (name, bytes) in (ReadOnlySpan<(string, byte[])>)[("f.tsv.gz", whole), ("f.tsv", plain)])
            {
                var changed = bytes.ToArray();
                if (i % 2 == 0) changed = changed[..random.Next(changed.Length)];
                else changed[random.Next(changed.Length)] = (byte)random.Next(256);
                var path = Write(name, changed);
                try { Open($"concepts:{path}"); }
                catch (DataException e) { Assert.Contains(name, e.Message, StringComparison.Ordinal); }
            }
    }

    [Fact]
    public void A_question_has_options_and_the_number_of_the_right_one()
    {
        IReadOnlyList<Question> Questions(string text) => Question.Of(ConceptSet.Read(DataUri.Parse($"concepts:{Write("q.tsv", text)}")));
        const string header = "answer\tquestion\toption0\toption1\n";
        var questions = Questions(header + "1\tWhere is the dog?\tpark\thouse\n0\tWho ran?\tboy\tball\n");
        Assert.Equal([1, 0], questions.Select(q => q.Answer));
        Assert.Equal("context: Where is the dog?  options: 1: park 2: house", questions[0].Prompt);
        Assert.Contains("row 2: the answer '2' is none of 2 options", Assert.Throws<DataException>(() => Questions(header + "1\ta\tb\tc\n2\ta\tb\tc\n")).Message, StringComparison.Ordinal);
        Assert.Contains("no column is called answer", Assert.Throws<DataException>(() => Questions("question\toption0\toption1\na\tb\tc\n")).Message, StringComparison.Ordinal);
        Assert.Contains("at least two options", Assert.Throws<DataException>(() => Questions("answer\tquestion\toption0\n0\ta\tb\n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_read_as_text_is_text_whatever_its_words_and_columns_are_called()
    {
        static Sentences Read(string uri) => TextFiles.Open(DataUri.Parse(uri));
        Assert.Equal(2, Read($"text:{Write("w.tsv", "question\tanswer\nconcepts\tideas\n")}").Rows.Count);
        Assert.Equal(["sentence"], Read($"text:{Write("c.tsv", Table)}").Columns);
        Assert.Null(Read($"text:{Write("v.tsv", "question\tanswer\twhy\na\tb\tc\n")}?columns=question").Labels);
    }

    [Fact]
    public void A_batch_has_every_exercise_in_the_published_words_and_the_distractor_is_drawn_anew()
    {
        using var scope = Scope.Open();
        using var data = Make(Open($"concepts:{Write("a.tsv", Table)}"), batch: 3);
        string[] Text(Batch batch, string name) => Array.ConvertAll(Splice.Rows((TextView)batch.View(name)), r => data.Tokenizer.Text(r));
        Batch Of(int epoch) => data.Batches(epoch, 0, null, default).Single().Tensors();
        var batch = Of(0);
        Assert.Equal(["sentence", "distractor", "concepts", "order", "choice", "repair", "number", "sense", "verdict"], batch.Views.Select(v => v.Name));
        foreach (var (i, row) in batch.Index.ToArray<long>().Index())
        {
            var (sentence, wrong) = (Text(batch, "sentence")[i], Text(batch, "distractor")[i]);
            Assert.NotEqual(sentence, wrong);
            Assert.Equal(sentence.Split(' ').Order(), wrong.Split(' ').Order());
            Assert.Equal("generate a sentence with the following concepts : " + data.Concepts((int)row), Text(batch, "concepts")[i]);
            Assert.Equal("correct the order of the following sentence : " + wrong, Text(batch, "order")[i]);
            Assert.Equal("correct the following sentence : " + wrong, Text(batch, "repair")[i]);
            const string asked = "which sentence is correct ? : options : 1 : ";
            var first = Text(batch, "number")[i] == "1";
            Assert.Equal(first ? $"{asked}{sentence} 2 : {wrong}" : $"{asked}{wrong} 2 : {sentence}", Text(batch, "choice")[i]);
            Assert.Equal("does this sentence make sense ? : " + (first ? sentence : wrong), Text(batch, "sense")[i]);
            Assert.Equal(first ? "true" : "false", Text(batch, "verdict")[i]);
        }
        foreach (var view in batch.Views) Assert.All(Splice.Rows((TextView)view), r => Assert.Equal(data.Tokenizer.End, r[^1]));
        Assert.Contains(Enumerable.Range(1, 8), e => Text(Of(e), "choice").Order().Except(Text(batch, "choice")).Any());
        Assert.Equal(Text(batch, "choice"), Text(Of(0), "choice"));
        Assert.Equal(["sentence"], data.Plain(2).First().Tensors().Views.Select(v => v.Name));
    }

    [Fact]
    public void Sentences_that_are_too_long_are_left_out_and_none_at_all_is_an_error()
    {
        var set = Open($"concepts:{Write("a.tsv", Table)}");
        Assert.Equal(3, Make(set).Count);
        var lengths = set.Sentences.Select(s => Make(set).Tokens(s.Sentence).Length).Order().ToArray();
        Assert.Equal(1, Make(set, length: lengths[0]).Count);
        Assert.Contains("?length=", Assert.Throws<DataException>(() => Make(set, length: 4)).Message, StringComparison.Ordinal);
        Assert.Equal(3, Make(set).Stamps().Select(s => s.Name).Distinct().Count());
    }
}
