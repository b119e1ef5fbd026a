using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Kindred.Data.Audio;
using Kindred.Data.Films;
using Kindred.Data.Graphs;
using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Experiments.Modalities;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

/// <summary>Files beyond pictures that used to be read as something else than they say: each is read as meant, or refused with file and line.</summary>
public sealed class MisreadDataTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-misread-").FullName;
    readonly Scope scope = Scope.Open();

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    static Sentences Text(string path, string query = "") => TextFiles.Open(DataUri.Parse($"text:{path}{query}"));

    static void Refused(string expected, Action read) => Assert.Contains(expected, Assert.ThrowsAny<KindredException>(read).Message, StringComparison.Ordinal);

    static string Rows(string header, Func<int, string> row, int count = 16) => header + string.Concat(Enumerable.Range(0, count).Select(i => row(i) + "\n"));

    [Theory]
    [InlineData("a.csv", "text,label\nfine, really,1\n", "line 2: 3 cells")]
    [InlineData("b.csv", "sentence\nfine, really\n", "line 2: 2 cells")]
    [InlineData("c.tsv", "score\tsentence1\tsentence2\n1\ta dog\truns\ta cat\n", "line 2: 4 columns")]
    [InlineData("d.tsv", "label\tsentence\n1\ta\n\tb\n", "line 3: column 1 (label) is empty")]
    [InlineData("e.tsv", "anchor\tnegative\na dog\ta cat\n", "a column 'negative' and no 'positive' before it")]
    [InlineData("f.tsv", "sentence\tsentence\na dog\ta cat\n", "two columns are called 'sentence'")]
    [InlineData("g.jsonl", "{\"text\": \"a dog\"}\n", "text is not read from files of this kind")]
    public void A_row_that_would_be_shifted_or_has_a_hole_is_refused_with_its_line(string name, string text, string expected) => Refused(expected, () => Text(Write(name, text)));

    [Fact]
    public void A_class_beside_a_sentence_is_not_its_twin()
    {
        Refused("column 1 holds numbers (0, 1)", () => Text(Write("a.tsv", Rows("", i => $"{i % 2}\ta film of number {i}"))));
        var words = Write("b.csv", Rows("review,sentiment\n", i => $"\"a film, of number {i}\",{(i % 2 == 0 ? "good" : "bad")}"));
        Refused("column 2 holds the same few words (bad, good)", () => Text(words));
        var read = Text(words, "?columns=review&label=sentiment");
        Assert.Equal(["bad", "good"], read.Classes);
        Assert.Equal(["a film, of number 0"], read.Rows[0]);
        Assert.Equal(16, read.Rows.Count);
        Assert.Equal(["a film of number 3"], Text(Path.Combine(folder, "a.tsv"), "?label=1").Rows[3]);
        Assert.Equal(2, Text(Write("c.tsv", Rows("", i => $"word{i}\twhat the word of number {i} means"))).Columns.Count); // words with what they mean are pairs
    }

    [Theory]
    [InlineData("a.CSV", "Text,Label\n\"one, two\",x\nthree,y\n")]
    [InlineData("b.csv", "label;text\nx;one, two\ny;three\n")]
    [InlineData("c.csv", "label, text\nx, \"one, two\"\ny, three\n")]
    [InlineData("d.TSV", "LABEL\tText\nx\tone, two\ny\tthree\n")]
    [InlineData("e.csv", "text,label\n\"one,\n two\",x\nthree,y\n")]
    [InlineData("f.tsv", "label\ttext\rx\tone, two\ry\tthree")]
    public void Tables_in_other_hands_say_the_same(string name, string text)
    {
        var read = Text(Write(name, text));
        Assert.Equal(["one, two", "three"], read.Rows.Select(r => r.Single().Replace("  ", " ", StringComparison.Ordinal)));
        Assert.Equal(["x", "y"], read.Labels!.Select(l => read.Classes[l]));
    }

    [Fact]
    public void What_is_tested_on_is_never_learnt_from_where_files_name_one_part()
    {
        Write("d/train.tsv", Rows("label\tsentence\n", i => $"{i % 2}\tsentence {i}", 40));
        string[] Part(string split) => [.. Text(Path.Combine(folder, "d"), $"?split={split}").All];
        Assert.Empty(Part("train").Intersect(Part("test")));
        Assert.Equal(40, Part("train").Length + Part("test").Length);
        Write("d/test.tsv", "label\tsentence\n0\tanother\n");
        Assert.Equal((40, "another"), (Part("train").Length, Part("test").Single()));
    }

    [Fact]
    public void Files_packed_one_by_one_may_stand_behind_one_another_and_a_cut_one_is_noticed()
    {
        static byte[] Packed(string text)
        {
            using var all = new MemoryStream();
            using (var zip = new GZipStream(all, CompressionLevel.Fastest)) zip.Write(Encoding.UTF8.GetBytes(text));
            return all.ToArray();
        }
        byte[] both = [.. Packed("a dog\n"), .. Packed("a cat\n")];
        Assert.Equal(["a dog", "a cat"], Text(Write("a.txt.gz", both)).All);
        for (var cut = 1; cut < 8; cut++) Assert.Throws<DataException>(() => Text(Write("b.txt.gz", both[..^cut])));
    }

    [Theory]
    [InlineData("points:gaussian?deviation=0,1")]
    [InlineData("columns:noisy?sigma=0,3")]
    [InlineData("columns:gaussian?dim=1,5")]
    [InlineData("points:ring?n=Infinity")]
    [InlineData("points:ring?n=")]
    [InlineData("columns:table.csv?x=&y=2")]
    [InlineData("points:gaussian?n=10000000&dim=1024")]
    public void Numbers_have_a_point_and_keys_a_value(string uri)
    {
        Modality kind = uri[0] == 'p' ? new PointModality() : new ColumnModality();
        Assert.Throws<ConfigurationException>(() => kind.Open(new(uri, [], Batch: 1)));
    }

    [Fact]
    public void A_number_that_is_not_finite_is_named_by_its_row_and_large_ones_are_numbers()
    {
        var table = Write("n.csv", Rows("a,b\n", i => i == 7 ? $"{i},NaN" : $"{i},{i % 5}", 60));
        Refused("row 8 of y holds a number that is not finite", () => ColumnModality.SourceOf(DataUri.Parse($"columns:{table}?x=a&y=b")));
        Assert.Equal(36, ColumnModality.SourceOf(DataUri.Parse($"columns:{Write("m.csv", Rows("a,b\n", i => $"1e308,{i % 5}", 60))}?x=a&y=b")).Count(PairPart.Train));
        Refused("2 columns are called 'a'", () => NumberFile.Read(Write("d.csv", "a,a,b\n1,2,3\n") + ":a"));
    }

    // What macOS writes beside every file, a capital, and a link.
    [Fact]
    public void Every_kind_is_listed_by_the_rules_of_pictures()
    {
        byte[] junk = [0, 5, 22, 7];
        var sound = Wav([.. Enumerable.Range(0, 500).SelectMany(i => BitConverter.GetBytes((short)i))]);
        foreach (var (name, bytes) in new (string, byte[])[] { ("audio/0_ann_7.wav", sound), ("audio/1_ann_8.WAV", sound), ("text/a.txt", "a dog\n"u8.ToArray()), ("text/B.TXT", "a cat\n"u8.ToArray()),
            ("graphs/DS_A.txt", "1, 2\n2, 1\n"u8.ToArray()), ("graphs/DS_graph_indicator.txt", "\uFEFF1\n1\n"u8.ToArray()),
            ("films/captions.tsv", "id\ttext\nv\ta dog\n"u8.ToArray()), ("films/features/v.npy", Npy()) })
        {
            Write(name, bytes);
            Write(Path.Combine(Path.GetDirectoryName(name)!, "._" + Path.GetFileName(name)), junk);
        }
        File.CreateSymbolicLink(Path.Combine(folder, "audio/2_ann_9.wav"), "0_ann_7.wav");
        Directory.CreateSymbolicLink(Path.Combine(folder, "audio/again"), ".");
        Directory.CreateSymbolicLink(Path.Combine(folder, "films/again"), ".");
        File.CreateSymbolicLink(Path.Combine(folder, "text/c.txt"), "a.txt");
        foreach (var kind in new[] { "audio", "text", "graphs", "films" })
            TarFile.CreateFromDirectory(Path.Combine(folder, kind), Path.Combine(folder, $"{kind}.tar"), includeBaseDirectory: true);
        foreach (var end in new[] { "", ".tar" })
        {
            Assert.Equal(["0_ann_7.wav", "1_ann_8.WAV", "2_ann_9.wav"], Recordings.Open(Path.Combine(folder, "audio" + end)).Names.Select(Path.GetFileName));
            Assert.Equal(["0", "1", "2"], Recordings.Open(Path.Combine(folder, "audio" + end)).Classes);
            Assert.Equal(["a cat", "a dog", "a dog"], Text(Path.Combine(folder, "text" + end)).All.Order(StringComparer.Ordinal));
            Assert.Single(TuFiles.Open(DataUri.Parse($"tu:{Path.Combine(folder, "graphs" + end)}")).Graphs);
            Assert.Single(FilmFiles.Open(DataUri.Parse($"video-text:{Path.Combine(folder, "films" + end)}")).Films);
        }
        // A folder whose name has .tar in it is no archive.
        Directory.Move(Path.Combine(folder, "text"), Path.Combine(folder, "my.tar.text"));
        Assert.Equal(3, Text(Path.Combine(folder, "my.tar.text")).Rows.Count);
        Assert.Equal(["a dog"], Text(Path.Combine(folder, "my.tar.text/a.txt")).All);
        Refused("no path was given", () => FilmFiles.Open(DataUri.Parse("video-text:")));
    }

    static byte[] Npy()
    {
        var path = Path.GetTempFileName();
        try
        {
            Io.Npy.Save(path, Io.NamedArray.From<float>("x", [1, 2], 1, 2));
            return File.ReadAllBytes(path);
        }
        finally { File.Delete(path); }
    }

    static byte[] Wav(byte[] data, uint? announced = null, short kind = 1, short bits = 16)
    {
        var bytes = new byte[44 + data.Length];
        var at = bytes.AsSpan();
        "RIFF"u8.CopyTo(at);
        "WAVEfmt "u8.CopyTo(at[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(at[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(at[20..], kind);
        BinaryPrimitives.WriteInt16LittleEndian(at[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(at[24..], 8000);
        BinaryPrimitives.WriteInt16LittleEndian(at[34..], bits);
        "data"u8.CopyTo(at[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(at[40..], announced ?? (uint)data.Length);
        data.CopyTo(at[44..]);
        return bytes;
    }

    [Fact]
    public void Sound_that_is_cut_silent_by_mistake_or_no_number_is_refused_and_a_pipe_s_is_read()
    {
        byte[] data = new byte[200];
        Refused("cut off: 200 bytes of samples are announced, and 150 are there", () => WavFile.Parse(Wav(data)[..^50], "x"));
        Refused("not one sample", () => WavFile.Parse(Wav([]), "x"));
        Refused("sample 2 is no finite number", () => WavFile.Parse(Wav([.. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(float.NaN)], kind: 3, bits: 32), "x"));
        foreach (var open in new uint[] { 0, uint.MaxValue, 0x7FFFF000 }) Assert.Equal(100, WavFile.Parse(Wav(data, open), "x").Samples.Length);
    }

    [Theory]
    [InlineData("a.csv", "smiles;kind\nCCO;x\nCC;y\n", "?label=kind", null)]
    [InlineData("b.CSV", "smiles,kind\nCCO,x\nCC,y\n", "?label=kind", null)]
    [InlineData("c.smi", "CCO x\rCC y", "?label=2", null)]
    [InlineData("d.csv", "smiles,name,kind\nCCO,2,3-ol,x\n", "?label=kind", "line 2: 4 columns, and the first line has 3")]
    [InlineData("e.tsv", "smiles\tkind\nCCO\tx\tz\n", "?label=kind", "line 2: 3 columns, and the first line has 2")]
    public void Molecules_between_other_signs_are_read_and_shifted_ones_refused(string name, string text, string query, string? expected)
    {
        var uri = DataUri.Parse($"smiles:{Write(name, text)}{query}");
        if (expected is not null) Refused(expected, () => SmilesFiles.Open(uri));
        else
        {
            var read = SmilesFiles.Open(uri);
            Assert.Equal(["x", "y"], read.Classes);
            Assert.Equal([3, 2], read.Graphs.Select(g => g.Nodes));
        }
    }

    [Fact]
    public void Questions_are_so_many_as_asked_for_and_options_have_no_gap()
    {
        var questions = Write("q.tsv", Rows("answer\tquestion\toption0\toption1\n", i => $"{i % 2}\twhat is {i}\tone {i}\ttwo {i}"));
        Assert.Equal(3, ConceptSet.Read(DataUri.Parse($"concepts:{questions}?n=3")).Rows.Count);
        Refused("a column 'option2' and no 'option1'", () => ConceptSet.Read(DataUri.Parse($"concepts:{Write("gap.tsv", "answer\tquestion\toption0\toption2\n1\twhat\ta\tb\n")}")));
    }

    [Fact]
    public void Two_files_of_one_set_are_refused_instead_of_one_being_lost()
    {
        foreach (var name in new[] { "s/a/x.tsv", "s/b/x.tsv" }) Write(name, "score\tsentence1\tsentence2\n1\ta\tb\n");
        TarFile.CreateFromDirectory(Path.Combine(folder, "s"), Path.Combine(folder, "s.tar"), includeBaseDirectory: false);
        Refused("two files are the set 'x'", () => StsSets.Open(DataUri.Parse($"sts:{folder}/s.tar")));
    }

    [Fact]
    public void Films_say_which_part_of_their_captions_is_missing_and_a_scan_refuses_what_training_does()
    {
        Write("f/features/v.npy", Npy());
        Write("f/captions.json", "\uFEFF{\"videos\": [{\"video_id\": \"v\"}], \"sentences\": [{\"video_id\": \"v\", \"caption\": \"a dog\"}]}");
        var uri = $"video-text:{folder}/f";
        Assert.Single(FilmFiles.Open(DataUri.Parse(uri)).Films);
        foreach (var query in new[] { "shown=0", "words=1", "least=0", "sentences=x", "hold=0.2&held=0.2" })
            Assert.Throws<ConfigurationException>(() => new FilmModality().Audit($"{uri}?{query}", Look.Scan));
        Write("f/captions.json", "{\"videos\": [{\"video_id\": 3}], \"sentences\": []}");
        Refused("'video_id' is 3, and a text was expected", () => FilmFiles.Open(DataUri.Parse(uri)));
        Write("f/captions.json", "{\"sentences\": []}");
        Refused("'videos' is missing", () => FilmFiles.Open(DataUri.Parse(uri)));
    }
}
