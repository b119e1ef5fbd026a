using System.Formats.Tar;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

public sealed class TarTests
{
    [Theory, InlineData(TarEntryFormat.Ustar), InlineData(TarEntryFormat.Pax), InlineData(TarEntryFormat.Gnu), InlineData(TarEntryFormat.V7)]
    public void Every_tar_dialect_reads_like_the_folder(TarEntryFormat format)
    {
        using var scratch = new Scratch();
        var deep = format == TarEntryFormat.V7 ? "train/dog" : "train/" + string.Join('/', Enumerable.Repeat("long-folder-name", 8)) + "/dog";
        string[] names = ["train/cat/1.jpg", deep + "/2.jpg", "test/cat/3.jpg", "test/cat/readme.txt"];
        byte[][] files = [.. Enumerable.Range(0, 4).Select(i => Encoded.Jpeg(Encoded.Photo(16 + i, 16, i)))];
        Pack(scratch["set.tar"], 4, i => (names[i], files[i]), format);
        using var pictures = PictureSources.Open(scratch["set.tar"]);
        Assert.Equal(names[..3], FolderTests.Names(pictures));
        Assert.Equal(["cat", "dog"], pictures.Classes);
        Assert.Equal([0, 1, 0], FolderTests.Labels(pictures));
        using var test = PictureSources.Open($"tar:{scratch["set.tar"]}?split=test");
        using var reader = test.Open();
        Assert.Equal((1, 18), (test.Count, reader.Measure(0).Width));
    }

    [Theory, InlineData("*.tar"), InlineData("shard-{000..002}.tar"), InlineData("")]
    public void Shards_are_one_source_and_cls_files_label_it(string pattern)
    {
        using var scratch = new Scratch();
        for (var shard = 0; shard < 3; shard++)
        {
            var first = shard * 4;
            Pack(scratch[$"shard-{shard:D3}.tar"], 8, i => i % 2 == 0
                ? ($"{first + (i / 2):D4}.jpg", Encoded.Jpeg(Encoded.Photo(8, 8, first + (i / 2))))
                : ($"{first + (i / 2):D4}.cls", System.Text.Encoding.ASCII.GetBytes($"{(first + (i / 2)) % 5}\n")));
        }
        using var pictures = PictureSources.Open("tar:" + scratch[pattern].TrimEnd('/'));
        Assert.Equal(12, pictures.Count);
        Assert.Equal([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1], FolderTests.Labels(pictures));
        var picture = new Picture();
        using var reader = pictures.Open();
        reader.Read(11, picture);
        Assert.Equal("0011.jpg", pictures.Name(11));
    }

    [Fact]
    public void A_compressed_tar_says_what_to_do()
    {
        using var scratch = new Scratch();
        scratch.Write("set.tar", [0x1F, 0x8B, .. new byte[2000]]);
        Assert.Contains("gunzip", Assert.Throws<DataException>(() => PictureSources.Open(scratch["set.tar"])).Message, StringComparison.Ordinal);
    }

    internal static void Pack(string path, int count, Func<int, (string Name, byte[] Bytes)> file, TarEntryFormat format = TarEntryFormat.Ustar)
    {
        using var writer = new TarWriter(File.Create(path), format);
        for (var i = 0; i < count; i++)
        {
            var (name, bytes) = file(i);
            System.Formats.Tar.TarEntry entry = format switch
            {
                TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                _ => new UstarTarEntry(TarEntryType.RegularFile, name),
            };
            entry.DataStream = new MemoryStream(bytes);
            writer.WriteEntry(entry);
        }
    }
}
