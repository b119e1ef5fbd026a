using System.Formats.Tar;
using System.Text;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>Archives whose headers lie, and those that hold what a folder passes over.</summary>
public sealed class TarDamageTests
{
    static readonly byte[] Picture = Encoded.Png(Encoded.Photo(8, 8));

    public static TheoryData<string, byte[]> Sizes => new()
    {
        { "largest", [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
        { "beyond 64 bits", [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "negative", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
        { "most negative", [0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0] },
        { "all but a block", [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFD, 0xFF] },
        { "all octal digits", "777777777777"u8.ToArray() },
        { "no number", "12x4\0\0\0\0\0\0\0\0"u8.ToArray() },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void A_size_that_cannot_be_is_refused_with_its_offset(string what, byte[] size)
    {
        using var scratch = new Scratch();
        foreach (var type in "0xLKg5")
        {
            var tar = Tar(("a.png", Picture), ("b.png", Picture));
            size.CopyTo(tar, 1024 + 124);
            tar[1024 + 156] = (byte)type;
            Sum(tar, 1024);
            Refused(scratch, tar, "byte 1024", what + type);
        }
    }

    [Theory]
    [InlineData("27 size=9223372036854775807\n1")]
    [InlineData("28 size=9223372036854775807\n")]
    [InlineData("28 size=9223372036854775296\n")]
    [InlineData("29 size=99999999999999999999\n")]
    [InlineData("11 size=-1\n")]
    [InlineData("10 size=x\n")]
    [InlineData("2 x")]
    [InlineData("3 x")]
    [InlineData("1 ")]
    [InlineData("0 path=a\n")]
    [InlineData("-5 path=a\n")]
    [InlineData("99999999999 path=a\n")]
    [InlineData("2147483647 path=a\n")]
    [InlineData("999 path=a\n")]
    [InlineData("9 pat=a\n")]
    [InlineData("7 path\n")]
    [InlineData("path=a\n")]
    [InlineData("4 =\n")]
    public void A_pax_record_that_cannot_be_is_refused_with_its_offset(string records)
    {
        using var scratch = new Scratch();
        var bytes = Encoding.ASCII.GetBytes(records);
        var tar = Tar(("PaxHeader", bytes), ("b.png", Picture));
        tar[156] = (byte)'x';
        Sum(tar, 0);
        Refused(scratch, tar, "byte", records);
    }

    [Fact]
    public void A_pax_size_and_path_are_taken()
    {
        using var scratch = new Scratch();
        var tar = Tar(("PaxHeader",
            Encoding.ASCII.GetBytes($"18 path=cat/1.png\n{10 + Picture.Length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length - 1} size={Picture.Length}\n")), ("b.png", Picture));
        tar[156] = (byte)'x';
        Sum(tar, 0);
        using var pictures = TarPictures.Open(scratch.Write("set.tar", tar));
        Assert.Equal(["cat/1.png"], FolderTests.Names(pictures));
    }

    /// <summary>What a folder passes over, an archive of it does too, and the other way round.</summary>
    [Fact]
    public void An_archive_lists_as_the_folder_does()
    {
        using var scratch = new Scratch();
        string[] names = ["cat/1.png", "cat/.2.png", "cat/._1.png", "cat/.ipynb_checkpoints/1-checkpoint.png", ".git/objects/3.png", "dog/a/4.png", "dog/notes.txt", ".5.png", "dog/6.PNG"];
        foreach (var name in names)
            scratch.Write("set/" + name, Picture);
        File.CreateSymbolicLink(scratch["set/dog/soft.png"], "../cat/1.png");
        File.CreateSymbolicLink(scratch["set/dog/softer.png"], "soft.png");
        File.CreateSymbolicLink(scratch["set/dog/away.png"], "/nowhere/1.png");
        File.CreateSymbolicLink(scratch["set/dog/up.png"], "../../../../cat/1.png");
        System.Diagnostics.Process.Start("ln", [scratch["set/cat/1.png"], scratch["set/dog/hard.png"]]).WaitForExit();
        using var folder = FilePictures.OpenFolder(scratch["set"]);
        Assert.Equal(["cat/1.png", "dog/6.PNG", "dog/hard.png", "dog/soft.png", "dog/softer.png", "dog/a/4.png"], FolderTests.Names(folder));
        foreach (var (format, what) in new[] { ("gnu", "."), ("pax", "cat dog .git .5.png"), ("ustar", ".") })
        {
            var packing = System.Diagnostics.Process.Start("tar", ["--format=" + format, "-cf", scratch["set.tar"], "-C", scratch["set"], .. what.Split(' ')]);
            packing.WaitForExit();
            using var tar = TarPictures.Open(scratch["set.tar"]);
            Assert.Equal(FolderTests.Names(folder).Order(StringComparer.Ordinal), FolderTests.Names(tar).Order(StringComparer.Ordinal));
            Assert.Equal(folder.Classes, tar.Classes);
            using var reader = tar.Open();
            for (var i = 0; i < tar.Count; i++)
                Assert.Equal(8, reader.Measure(i).Width);
        }
    }

    [Fact]
    public void A_path_is_there_once_and_the_later_file_counts()
    {
        using var scratch = new Scratch();
        var tar = Tar(("c/a.png", Picture), ("c/b.png", Picture), ("./c//a.png", Encoded.Png(Encoded.Photo(9, 9))), ("../c/./b.png", Encoded.Png(Encoded.Photo(7, 7))));
        using var pictures = TarPictures.Open(scratch.Write("set.tar", tar));
        Assert.Equal(["c/a.png", "c/b.png"], FolderTests.Names(pictures));
        using var reader = pictures.Open();
        Assert.Equal((9, 7), (reader.Measure(0).Width, reader.Measure(1).Width));
    }

    [Fact]
    public void Shards_with_the_same_keys_keep_their_own_labels()
    {
        using var scratch = new Scratch();
        for (var shard = 0; shard < 2; shard++)
            scratch.Write($"s{shard}.tar", Tar(("0.png", Picture), ("0.cls", Encoding.ASCII.GetBytes($"{shard}\n"))));
        using var pictures = PictureSources.Open($"tar:{scratch.Path}");
        Assert.Equal([0, 1], FolderTests.Labels(pictures));
    }

    /// <summary>Mutated archives are read or refused with a DataException, nothing else; half of the mutants get right checksums.</summary>
    [Theory, InlineData(TarEntryFormat.Ustar), InlineData(TarEntryFormat.Pax), InlineData(TarEntryFormat.Gnu)]
    public void A_mutated_archive_is_read_or_refused(TarEntryFormat format)
    {
        using var scratch = new Scratch();
        var small = Encoded.Png(Encoded.Photo(2, 2));
        var deep = string.Join('/', Enumerable.Repeat("long-folder-name", format == TarEntryFormat.Ustar ? 4 : 12));
        TarTests.Pack(scratch["good.tar"], 4, i => (new[] { "cat/1.png", deep + "/2.png", "cat/1.cls", "dog/3.png" }[i], i == 2 ? "7"u8.ToArray() : small), format);
        var good = File.ReadAllBytes(scratch["good.tar"]);
        foreach (var mended in new[] { false, true })
        {
            Mutations.Run(new Random(11), good, 400, bytes =>
            {
                using var pictures = TarPictures.Open(scratch.Write("set.tar", bytes));
                using var reader = pictures.Open();
                for (var i = 0; i < pictures.Count; i++)
                {
                    _ = pictures.Name(i);
                    Assert.InRange(pictures.Label(i), -1, pictures.Classes.Count - 1);
                    try
                    {
                        reader.Read(i, new Picture());
                    }
                    catch (PictureException)
                    {
                        // one unusable picture
                    }
                }
            }, mended ? bytes => { for (var at = 0; at + 512 <= bytes.Length; at += 512) Sum(bytes, at); } : null);
        }
    }

    static void Refused(Scratch scratch, byte[] tar, string words, string what)
    {
        var path = scratch.Write("set.tar", tar);
        var exception = Record.Exception(() => TarPictures.Open(path).Dispose());
        Assert.True(exception is DataException, $"{what}: {exception}");
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    static byte[] Tar(params (string Name, byte[] Bytes)[] files)
    {
        var tar = new List<byte>();
        foreach (var (name, bytes) in files)
        {
            var header = new byte[512];
            Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
            Encoding.ASCII.GetBytes(Convert.ToString(bytes.Length, 8).PadLeft(11, '0')).CopyTo(header, 124);
            header[156] = (byte)'0';
            "ustar\0"u8.CopyTo(header.AsSpan(257));
            Sum(header, 0);
            tar.AddRange(header);
            tar.AddRange(bytes);
            tar.AddRange(new byte[(512 - (bytes.Length % 512)) % 512]);
        }
        tar.AddRange(new byte[1024]);
        return [.. tar];
    }

    static void Sum(byte[] tar, int at)
    {
        if (!tar.AsSpan(at, 512).ContainsAnyExcept((byte)0))
            return;
        tar.AsSpan(at + 148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in tar.AsSpan(at, 512))
            sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(tar, at + 148);
    }
}
