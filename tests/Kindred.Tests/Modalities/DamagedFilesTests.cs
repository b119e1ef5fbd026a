using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Kindred.Data.Films;
using Kindred.Data.Graphs;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Tests;
using Kindred.Data.Text;
using Kindred.Experiments.Modalities;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

/// <summary>Files of every kind beyond pictures with bytes changed, cut and doubled: a reader reads them, or says what is wrong with them, and does nothing else.</summary>
public sealed class DamagedFilesTests : IDisposable
{
    const int Times = 200;

    readonly string folder = Directory.CreateTempSubdirectory("kindred-damaged-").FullName;
    readonly Scope scope = Scope.Open();

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string In(string name)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    static byte[] Packed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }

    // A key of the address that a damaged header no longer knows is an error of configuration, and as good.
    void Damage(string name, byte[] good, Action<string> read)
    {
        var path = In(name);
        File.WriteAllBytes(path, good);
        read(path);
        Mutations.Run(new Random(name.Length), good, Times, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            try { read(path); }
            catch (ConfigurationException e) { throw new DataException(e.Message, e); }
        });
    }

    const string Pairs = "score\tsentence1\tsentence2\tentailment\n4.5\ta dog runs\tsome dog is running\tENTAILMENT\n1\ta dog runs\tno dog runs\tCONTRADICTION\n2,5\n";

    [Fact]
    public void Text()
    {
        Damage("a.txt", Bytes("A line.\n\nÄ zweite line — with more.\r\nthe third\n"), path => TextFiles.Open(DataUri.Parse($"text:{path}")));
        Damage("a.tsv", Bytes(Pairs[..^4]), path => TextFiles.Open(DataUri.Parse($"text:{path}?triples=entailment")));
        Damage("b.csv", Bytes("label,sentence\nx,\"one, two\"\ny,three \"\"quoted\"\" four\n".Replace("three \"\"quoted\"\" four", "\"three \"\"quoted\"\" four\"", StringComparison.Ordinal)),
            path => TextFiles.Open(DataUri.Parse($"text:{path}?label=label")));
        Damage("c.tsv.gz", Packed(Bytes(Pairs[..^4])), path => StsSets.Open(DataUri.Parse($"sts:{path}")));
    }

    [Fact]
    public void Vocabularies()
    {
        Damage("vocab/vocab.txt", Bytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##b\nword\n"), path => Tokenizer.Read(path).Encode("a word ab", 8));
        Damage("one/bpe.txt", Bytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\n"), path => Tokenizer.Read(path).Encode("nothing known", 8));
    }

    [Fact]
    public void Molecules()
    {
        Damage("m.smi", Bytes("CCO\tethanol\nc1ccccc1C(=O)[O-]\tbenzoate\n[Na+].[Cl-]\tsalt\n"), path => SmilesFiles.Open(DataUri.Parse($"smiles:{path}")));
        Damage("m.csv", Bytes("smiles,kind\n\"CC(C)O\",p\n\"C#N\",q\n"), path => SmilesFiles.Open(DataUri.Parse($"smiles:{path}?label=kind")));
        Damage("m.smi.gz", Packed(Bytes("CCO\nCC\n")), path => SmilesFiles.Open(DataUri.Parse($"smiles:{path}")));
    }

    [Fact]
    public void Graphs_in_an_archive()
    {
        foreach (var (end, text) in new[] { ("A", "1, 2\n2, 1\n4, 3\n3, 4\n"), ("graph_indicator", "1\n1\n2\n2\n"), ("graph_labels", "0\n1\n"), ("node_labels", "1\n2\n1\n1\n") })
            File.WriteAllText(In($"packed/DS_{end}.txt"), text);
        using var tar = new MemoryStream();
        TarFile.CreateFromDirectory(Path.Combine(folder, "packed"), tar, includeBaseDirectory: false);
        Damage("g.tar", tar.ToArray(), path => TuFiles.Open(DataUri.Parse($"tu:{path}/DS")));
    }

    [Fact]
    public void Films()
    {
        FilmSet Read(string path) => FilmFiles.Open(DataUri.Parse($"video-text:{Path.GetDirectoryName(path)}?size=4"));
        FilmSet Above(string path) => Read(Path.GetDirectoryName(path)!);
        Npy.Save(In("films/features/a.npy"), NamedArray.From<float>("x", [1, 2, 3, 4, 5, 6], 2, 3));
        Damage("films/captions.json", Bytes("{\"videos\": [{\"video_id\": \"a\", \"split\": \"train\"}], \"sentences\": [{\"video_id\": \"a\", \"caption\": \"A dog\"}]}"), path => Read(path));
        File.Delete(In("films/captions.json"));
        Damage("films/captions.tsv", Bytes("id\tsplit\ttext\na\ttrain\tA dog\n"), path => Read(path));
        File.WriteAllText(In("films/captions.tsv"), "id\tsplit\ttext\na\ttrain\tA dog\n");
        Damage("films/features/a.npy", File.ReadAllBytes(In("films/features/a.npy")), path => Above(path));
        File.Delete(In("films/features/a.npy"));
        Damage("films/clips/a.jpg", JpegWriter.Encode(new Picture(64, 32, 3), 90), path => Above(path));
    }

    [Fact]
    public void Columns_of_numbers()
    {
        static void Open(string path) => new ColumnModality().Open(new($"columns:{path}?x=1&y=2", [], Batch: 1)).Dispose();
        Damage("n.csv", Bytes("a,b\n1,2\n3.5,-4e2\n\"5\",6\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{i % 7}\n"))), Open);
        Npy.Save(In("n.npy"), NamedArray.From<float>("x", [.. Enumerable.Range(0, 120).Select(i => (float)i)], 60, 2));
        Damage("n.npy", File.ReadAllBytes(In("n.npy")), Open);
    }
}
