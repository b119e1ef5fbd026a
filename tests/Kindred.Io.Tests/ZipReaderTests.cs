using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kindred.Io.Tests;

public sealed class ZipReaderTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static byte[] Good(params (string Name, string Content)[] entries)
    {
        var stream = new MemoryStream();
        var zip = new ZipWriter(stream, 64);
        foreach (var (name, content) in entries)
            zip.Add(name, Encoding.UTF8.GetBytes(content));
        zip.Finish();
        return stream.ToArray();
    }

    static readonly byte[] Two = Good(("a", "first"), ("b", "second"));

    static int Find(byte[] bytes, uint signature, int nth = 0)
    {
        var at = -1;
        for (; nth >= 0; nth--)
            at += 1 + bytes.AsSpan(at + 1).IndexOf(BitConverter.GetBytes(signature));
        return at;
    }

    const uint Local = 0x04034B50, Central = 0x02014B50, End = 0x06054B50;

    [Fact]
    public void The_platform_reads_what_is_written_and_the_other_way_round()
    {
        using (var zip = new ZipArchive(new MemoryStream(Two)))
        {
            Assert.Equal("second", new StreamReader(zip.GetEntry("b")!.Open()).ReadToEnd());
            Assert.Equal(1980, zip.GetEntry("b")!.LastWriteTime.Year);
        }

        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("packed/größe", CompressionLevel.Optimal).Open();
            entry.Write(Encoding.UTF8.GetBytes(new string('x', 10_000)));
        }

        using var reader = ZipReader.Open(folder.Write("z", stream.ToArray()));
        var item = Assert.Single(reader.Items).Value;
        Assert.True(item.Deflated);
        Assert.Equal(new string('x', 10_000), Encoding.UTF8.GetString(reader.Read(item, 1 << 20)));
        Assert.Throws<DataException>(() => reader.Read(item, 9_999));
    }

    [Fact]
    public void Entries_begin_at_multiples_of_the_alignment()
    {
        using var reader = ZipReader.Open(folder.Write("z", Two));
        Assert.All(reader.Items.Values, i => Assert.Equal(0, i.Data % 64));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("a/../../up")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("c:x")]
    [InlineData("nul\0")]
    public void Names_that_lead_elsewhere_are_refused(string name) => Refuse(Good((name, "x")), "leads elsewhere");

    [Fact]
    public void Two_entries_of_one_name_are_refused() => Refuse(Good(("a", "x"), ("a", "y")), "two entries");

    [Fact]
    public void A_directory_that_differs_from_the_headers_is_refused()
    {
        Refuse(Edit(Two, Find(Two, Local) + 30, (byte)'c'), "does not agree");
        Refuse(Edit(Two, Find(Two, Local) + 22, 4), "does not agree");
        Refuse(Edit(Two, Find(Two, Local) + 14, 0), "does not agree");
        Refuse(Edit(Two, Find(Two, Local) + 8, 8), "does not agree");
        Refuse(Edit(Two, Find(Two, Central, 1) + 42, 0), "does not agree");
    }

    [Fact]
    public void Overlapping_entries_are_refused()
    {
        // Both entries of the directory lead to the same data under different names: the second header lies in the data of the first.
        var inner = Good(("b", "x"))[..32];
        var bytes = Good(("a", Encoding.Latin1.GetString(inner)), ("b", "x"));
        var start = (uint)bytes.AsSpan(0).IndexOf("b"u8);
        Assert.True(start > 0);
        Refuse(Edit32(bytes, Find(bytes, Central, 1) + 42, 64), "");
    }

    [Fact]
    public void Sizes_beyond_the_file_are_refused_before_they_are_allocated()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var size in new uint[] { 1000, 0x7FFFFFFF, 0xFFFFFFFE })
        {
            var bytes = Edit32(Edit32(Two, Find(Two, Central) + 20, size), Find(Two, Central) + 24, size);
            Refuse(bytes, "");
        }

        Refuse(Edit32(Two, Find(Two, End) + 12, 0x7FFFFFFF), "end record");
        Refuse(Edit32(Two, Find(Two, End) + 16, 0xFFFFFFFF), "zip64");
        Refuse(Edit(Two, Find(Two, End) + 10, 7), "end record");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void A_bomb_that_unpacks_to_more_than_it_says_is_refused()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("bomb", CompressionLevel.SmallestSize).Open();
            entry.Write(new byte[10_000_000]);
        }

        var bytes = stream.ToArray();
        var central = Find(bytes, Central);
        using (var reader = ZipReader.Open(folder.Write("z", Edit32(Edit32(bytes, central + 24, 1000), Find(bytes, Local) + 22, 1000))))
            Assert.Contains("more than the 1000 bytes", Assert.Throws<DataException>(() => reader.Read(reader.Items["bomb"], 1 << 20)).Message);

        Refuse(Edit32(Edit32(bytes, central + 24, 0x7FFFFFFF), Find(bytes, Local) + 22, 0x7FFFFFFF), "claims 2147483647 bytes");
    }

    [Fact]
    public void Encrypted_and_foreign_methods_are_refused()
    {
        Refuse(Edit(Two, Find(Two, Central) + 8, 1), "encrypted");
        Refuse(Edit(Two, Find(Two, Central) + 10, 12), "method 12");
    }

    [Fact]
    public void A_file_cut_anywhere_or_lengthened_is_refused()
    {
        for (var length = 0; length < Two.Length; length++)
            Refuse(Two[..length], "");
        Refuse([.. Two, 0], "end record");
    }

    [Fact]
    public void Mutated_files_give_entries_or_a_DataException_and_nothing_else() =>
        Mutation.Run(new(9), Two, 5000, bytes =>
        {
            using var reader = ZipReader.Open(folder.Write("m", bytes));
            foreach (var item in reader.Items.Values)
                reader.Read(item, 1 << 20);
        });

    [Fact]
    public void The_checksum_is_the_one_of_zip_files() => Assert.Equal(0xCBF43926, System.IO.Hashing.Crc32.HashToUInt32("123456789"u8));

    void Refuse(byte[] bytes, string why)
    {
        var error = Assert.Throws<DataException>(() =>
        {
            using var reader = ZipReader.Open(folder.Write("refused", bytes));
        });
        Assert.Contains(why, error.Message);
    }

    static byte[] Edit(byte[] bytes, int at, byte value)
    {
        var edited = (byte[])bytes.Clone();
        edited[at] = value;
        return edited;
    }

    static byte[] Edit32(byte[] bytes, int at, uint value)
    {
        var edited = (byte[])bytes.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(edited.AsSpan(at), value);
        return edited;
    }
}
