using System.Buffers.Binary;
using System.Text;

namespace Kindred.Io.Tests;

public sealed class SafeTensorsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_element_type_and_shape_comes_back()
    {
        var arrays = new List<NamedArray>();
        foreach (var type in Enum.GetValues<ElementType>())
        {
            arrays.Add(new($"{type}.matrix", type, [2, 3], Bytes(6 * type.Size())));
            arrays.Add(new($"{type}.number", type, [], Bytes(type.Size())));
            arrays.Add(new($"{type}.nothing", type, [4, 0], default));
        }

        SafeTensors.Save(folder.File("all.safetensors"), arrays, new Dictionary<string, string> { ["made by"] = "ü\n\"quoted\"" });

        using var file = SafeTensorsFile.Open(folder.File("all.safetensors"));
        Assert.Equal("ü\n\"quoted\"", file.Metadata["made by"]);
        Assert.Equal(arrays.Count, file.Entries.Count);
        foreach (var array in arrays)
        {
            var back = file.Read(array.Name);
            Assert.Equal(array.Type, back.Type);
            Assert.Equal(array.Shape, back.Shape);
            Assert.Equal(array.Bytes.ToArray(), back.Bytes.ToArray());
            Assert.Equal(array.Bytes.ToArray(), file.Map(array.Name).Bytes.ToArray());
            Assert.Equal(0, file.Entry(array.Name).Offset % array.Type.Size());
        }
    }

    [Fact]
    public void The_same_arrays_in_another_order_give_the_same_bytes()
    {
        NamedArray[] arrays = [NamedArray.From<float>("b", [1, 2]), NamedArray.From<float>("a", [3]), NamedArray.From<long>("z", [4]), NamedArray.From<byte>("c", [5, 6, 7])];
        var metadata = new Dictionary<string, string> { ["x"] = "1", ["a"] = "2" };

        var one = SafeTensors.Save(folder.File("one"), arrays, metadata);
        var two = SafeTensors.Save(folder.File("two"), arrays.Reverse(), metadata.Reverse().ToDictionary());

        Assert.Equal(one, two);
        Assert.Equal(one, AtomicFile.Measure(folder.File("two")));
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(File.ReadAllBytes(folder.File("one"))) % 8);
    }

    [Fact]
    public void The_layout_is_the_one_of_the_format()
    {
        SafeTensors.Save(folder.File("small"), [NamedArray.From<float>("w", [1.5f, -2], 2, 1)]);

        var bytes = File.ReadAllBytes(folder.File("small"));
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal("""{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""", Encoding.UTF8.GetString(bytes, 8, header).TrimEnd());
        Assert.Equal([0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0], bytes[(8 + header)..]);
    }

    [Fact]
    public void A_piece_of_an_array_can_be_read()
    {
        SafeTensors.Save(folder.File("rows"), [NamedArray.From<byte>("rows", [0, 1, 2, 3, 4, 5, 6, 7], 4, 2)]);

        using var file = SafeTensorsFile.Open(folder.File("rows"));
        var row = new byte[2];
        file.ReadInto("rows", 4, row);
        Assert.Equal([4, 5], row);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadInto("rows", 7, row));
    }

    [Fact]
    public void Mapped_memory_refuses_to_be_touched_after_the_file_is_closed()
    {
        SafeTensors.Save(folder.File("m"), [NamedArray.From<byte>("m", [1, 2, 3])]);
        var file = SafeTensorsFile.Open(folder.File("m"));
        var mapped = file.Map("m");
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => mapped.Bytes.Span[0]);
    }

    [Fact]
    public void A_misspelt_name_is_answered_with_the_nearest()
    {
        SafeTensors.Save(folder.File("m"), [NamedArray.From<byte>("encoder.weight", [1, 2])]);
        using var file = SafeTensorsFile.Open(folder.File("m"));
        Assert.Contains("did you mean 'encoder.weight'?", Assert.Throws<DataException>(() => file.Read("encoder.wieght")).Message);
    }

    [Fact]
    public void Two_arrays_of_one_name_are_not_written()
    {
        Assert.Throws<ArgumentException>(() => SafeTensors.Save(folder.File("x"), [NamedArray.From<byte>("a", [1]), NamedArray.From<byte>("a", [2])]));
        Assert.Throws<ArgumentException>(() => SafeTensors.Save(folder.File("x"), [NamedArray.From<byte>("__metadata__", [1])]));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    const string Good = """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}} x""", "not valid JSON")]
    [InlineData("""[]""", "does not begin with '{'")]
    [InlineData(""" {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "does not begin with '{'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}""", "not valid JSON")]
    [InlineData("""{}""", "belongs to nothing")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "claims the bytes 0 to 3 of 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "belongs to nothing")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "hole")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}""", "claims the bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[-2,0]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0]}}""", "two data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1,2]}}""", "two data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[18446744073709551614,18446744073709551615]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2.5],"data_offsets":[0,2]}}""", "shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":"2","data_offsets":[0,2]}}""", "not a list")]
    [InlineData("""{"a":{"dtype":"U8","shape":[[2]],"data_offsets":[0,2]}}""", "shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3037000500,3037000500],"data_offsets":[0,2]}}""", "overflows")]
    [InlineData("""{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,2]}}""", "takes 8 bytes, but has 2")]
    [InlineData("""{"a":{"dtype":"C64","shape":[2],"data_offsets":[0,2]}}""", "'C64'")]
    [InlineData("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,2]}}""", "dtype")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,2]}}""", "no dtype")]
    [InlineData("""{"a":{"dtype":"U8","data_offsets":[0,2]}}""", "no shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"shape":[2]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"more":1}}""", "unknown key 'more'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}""", "twice")]
    [InlineData("""{"a":3}""", "not an object")]
    [InlineData("""{"__metadata__":{"k":1},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "not a string")]
    [InlineData("""{"__metadata__":"k","a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "not an object")]
    public void A_header_that_breaks_a_rule_is_refused(string header, string why)
    {
        var path = folder.Write("bad", Raw(header, [7, 8]));
        var error = Assert.Throws<DataException>(() => SafeTensors.Read(path));
        Assert.Contains(why, error.Message);
        Assert.Contains(path, error.Message);
    }

    [Fact]
    public void A_header_longer_than_the_file_or_the_limit_is_refused_before_it_is_allocated()
    {
        foreach (var announced in new ulong[] { 60, 100_000_001, 1UL << 63, ulong.MaxValue })
        {
            var bytes = Raw(Good, [7, 8]);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, announced);
            var path = folder.Write("long", bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<DataException>(() => SafeTensors.Read(path));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        var whole = Raw(Good, [7, 8]);
        SafeTensors.Read(folder.Write("whole", whole));
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<DataException>(() => SafeTensors.Read(folder.Write("cut", whole[..length])));
    }

    [Fact]
    public void Names_that_are_not_UTF8_are_refused()
    {
        var bytes = Raw(Good, [7, 8]);
        bytes[10] = 0xFF;
        Assert.Throws<DataException>(() => SafeTensors.Read(folder.Write("latin", bytes)));
    }

    [Fact]
    public void Mutated_files_give_arrays_or_a_DataException_and_nothing_else()
    {
        var random = new Random(3);
        SafeTensors.Save(folder.File("seed"),
            [NamedArray.From<float>("a.b", [1, 2, 3, 4], 2, 2), NamedArray.From<long>("c", [5]), new("d", ElementType.BFloat16, [1, 1], new byte[2])],
            new Dictionary<string, string> { ["k"] = "v" });
        var seed = System.IO.File.ReadAllBytes(folder.File("seed"));

        Mutation.Run(random, seed, Mutation.Times(20_000, 1_000_000), bytes =>
        {
            if (bytes.Length < 8)
                return;
            var header = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            if (header <= (ulong)(bytes.Length - 8))
                SafeTensorsHeader.Parse("mutated", bytes.AsSpan(8, (int)header), 8 + (long)header, bytes.Length);
        });
    }

    static byte[] Raw(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }

    static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
