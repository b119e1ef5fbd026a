using System.Diagnostics;
using System.Globalization;
using System.Numerics;

namespace Kindred.Io.Tests;

public sealed class TorchFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "torch", name);

    [Theory]
    [InlineData("zip.pt")]
    [InlineData("legacy.pt")]
    public void What_Python_saved_is_read(string name)
    {
        using var file = TorchFile.Open(Golden(name));
        var root = Assert.IsType<TorchMap>(file.Root);
        Assert.Equal(7L, root["epoch"]);
        Assert.Equal(BigInteger.Pow(2, 80), root["big"]);
        Assert.Equal(-3L, root["negative"]);
        Assert.Equal(0.1, root["lr"]);
        Assert.Equal("größe 大", root["name"]);
        Assert.Equal(true, root["flag"]);
        Assert.Null(root["none"]);
        Assert.Equal([1L, 2.5, "x"], Assert.IsType<TorchSequence>(root["tuple"]).Items);
        Assert.Equal(new byte[] { 0, 255, (byte)'a', (byte)'b' }, root["bytes"]);
        Assert.Equal("argparse.Namespace", Assert.IsType<TorchOpaque>(root["args"]).Name);
        Assert.Equal("numpy.core.multiarray.scalar", Assert.IsType<TorchOpaque>(root["scalar"]).Name);

        var arrays = file.Read("state_dict").ToDictionary(a => a.Name);
        var all = Enumerable.Range(0, 24).Select(i => (double)i).ToArray();
        Check(arrays["weight"], ElementType.Float32, [4, 6], all);
        Check(arrays["transposed"], ElementType.Float32, [6, 4], [.. from column in Enumerable.Range(0, 6) from row in Enumerable.Range(0, 4) select all[(row * 6) + column]]);
        Check(arrays["view"], ElementType.Float32, [2, 3], [8, 9, 10, 14, 15, 16]);
        Check(arrays["number"], ElementType.Float32, [], [3.5]);
        Check(arrays["nothing"], ElementType.Float32, [0, 3], []);
        Check(arrays["expanded"], ElementType.Float32, [3], [1, 1, 1]);
        Check(arrays["f16"], ElementType.Float16, [2], [1.5, -2]);
        Check(arrays["bf16"], ElementType.BFloat16, [2], [1.5, -2]);
        Check(arrays["f64"], ElementType.Float64, [1], [1e300]);
        Check(arrays["i64"], ElementType.Int64, [1], [4611686018427387904.0]);
        Check(arrays["i32"], ElementType.Int32, [1], [-7]);
        Check(arrays["i16"], ElementType.Int16, [1], [300]);
        Check(arrays["i8"], ElementType.Int8, [1], [-5]);
        Check(arrays["u8"], ElementType.UInt8, [1], [250]);
        Check(arrays["truth"], ElementType.Bool, [2], [1, 0]);
        Check(arrays["parameter"], ElementType.Float32, [1], [4]);
    }

    [Fact]
    public void Model_and_optimizer_of_a_training_are_read()
    {
        using var file = TorchFile.Open(Golden("training.pt"));
        Assert.Equal(
            ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"],
            file.Read("model").Select(a => a.Name));
        Assert.Contains("state.0.momentum_buffer", file.Read("optimizer").Select(a => a.Name));
        Assert.Contains("it has model.0.weight", Assert.Throws<DataException>(() => file.Read("modell")).Message);
    }

    [Fact]
    public void What_is_written_is_read_and_written_the_same_under_every_culture()
    {
        object root = new TorchMap()
            .Add("state_dict", new TorchMap("OrderedDict").Add("w", NamedArray.From<float>("w", [1, 2, 3, 4, 5, 6], 2, 3)).Add("n",
                NamedArray.From<long>("n", [7])).Add("e", new NamedArray("e", ElementType.BFloat16, [0, 2], default)))
            .Add("lr", 0.25).Add("step", 5_000_000_000L).Add("big", BigInteger.Pow(2, 90)).Add("name", "größe").Add("flags",
                new object?[] { true, false, null }).Add("pair", new TorchSequence("tuple", [1L, "x"])).Add(3L, -4L);

        var one = TorchFile.Save(folder.File("one.pt"), root);
        var before = CultureInfo.CurrentCulture;
        try
        {
            var hostile = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            hostile.NumberFormat.NegativeSign = "−";
            hostile.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = hostile;
            Assert.Equal(one, TorchFile.Save(folder.File("two.pt"), root));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        using var file = TorchFile.Open(folder.File("one.pt"));
        var map = (TorchMap)file.Root!;
        Assert.Equal(["state_dict.w", "state_dict.n", "state_dict.e"], file.Tensors().Select(t => t.Key));
        Check(file.Read("state_dict")[0], ElementType.Float32, [2, 3], [1, 2, 3, 4, 5, 6]);
        Assert.Equal(new object[] { 0.25, 5_000_000_000L, BigInteger.Pow(2, 90), "größe" }, [map["lr"]!, map["step"]!, map["big"]!, map["name"]!]);
        Assert.Equal([true, false, null], ((TorchSequence)map["flags"]!).Items);
        Assert.Equal(-4L, map.Entries[^1].Value);
    }

    [Fact]
    public void What_Python_cannot_load_is_not_written() =>
        Assert.Throws<ArgumentException>(() => TorchFile.Save(folder.File("x.pt"), new Dictionary<string, object> { ["u"] = NamedArray.From<uint>("u", [1]), ["when"] = 1 }));

    [Theory]
    [InlineData("system.pt", "GLOBAL")]
    [InlineData("system-legacy.pt", "GLOBAL")]
    public void A_file_that_would_run_a_program_is_refused_by_opcode_and_name(string name, string opcode)
    {
        var message = Assert.Throws<DataException>(() => TorchFile.Open(Golden(name))).Message;
        Assert.Contains($"the opcode {opcode} at byte", message);
        Assert.Contains("posix.system", message);

        using var kept = TorchFile.Open(Golden(name), UnknownNames.Keep);
        Assert.Equal("posix.system", Assert.IsType<TorchOpaque>(((TorchMap)kept.Root!)["weight"]).Name);
        Assert.False(File.Exists("canary"));
    }

    [Fact]
    public void TorchScript_and_foreign_files_are_told_apart()
    {
        Assert.Contains("TorchScript program", Refuse(File.ReadAllBytes(Golden("script.pt"))));
        Assert.Contains("not one of torch.save", Refuse(Zip("a.txt", "hello"u8.ToArray())));
        Assert.Contains("neither a zip nor the legacy form", Refuse("hello, I am a text file"u8.ToArray()));
        Assert.Contains("neither a zip nor the legacy form", Refuse(new PickleBuilder().Op("}").ToArray()));
        Assert.Contains("has 2 bytes", Refuse([1, 2]));
        var tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Contains("tar file", Refuse(tar));
        Assert.Contains("byte order 'big'", Refuse(new PickleBuilder().Op("}").ToFile(("archive/byteorder", "big"u8.ToArray()))));
    }

    public static TheoryData<string, string> Evil => new()
    {
        { "eval by GLOBAL", "builtins.eval" },
        { "getattr by GLOBAL", "builtins.getattr" },
        { "system by STACK_GLOBAL", "STACK_GLOBAL" },
        { "dotted name", "torch._utils.x.y" },
        { "nested REDUCE", "calls something that is no name" },
        { "REDUCE of a text", "calls something that is no name" },
        { "EXT1", "EXT1" },
        { "EXT4", "EXT4" },
        { "INST", "INST" },
        { "OBJ", "OBJ" },
        { "NEWOBJ_EX", "NEWOBJ_EX" },
        { "unknown opcode", "0xFF" },
        { "DUP", "DUP" },
        { "deep stack", "stacks more than" },
        { "deep lists", "nested deeper" },
        { "list in itself", "contains itself" },
        { "empty stack", "empty stack" },
        { "no mark", "mark" },
        { "memo missing", "never stored" },
        { "huge text", "announced" },
        { "cut short", "announced" },
        { "append to tuple", "no list" },
        { "odd items", "without a value" },
        { "missing storage", "missing or compressed" },
        { "past the end", "reaches to element" },
        { "negative size", "not a whole number" },
        { "overflow", "shape" },
    };

    [Theory]
    [MemberData(nameof(Evil))]
    public void An_evil_pickle_is_refused_quickly_and_by_name(string which, string why)
    {
        var clock = Stopwatch.StartNew();
        var message = Refuse(Make(which));
        Assert.Contains(why, message);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
        Assert.False(File.Exists("canary"));
    }

    static byte[] Make(string which)
    {
        var p = new PickleBuilder();
        var storage = ("archive/data/0", new byte[16]);

        return which switch
        {
            "eval by GLOBAL" => p.Global("builtins", "eval").Op("(").Text("open('canary','w')").Op("tR").ToFile(),
            "getattr by GLOBAL" => p.Global("builtins", "getattr").Op("(").Global("torch", "FloatStorage").Text("x").Op("tR").ToFile(),
            "system by STACK_GLOBAL" => p.Text("os").Text("system").Raw(0x93).Op("(").Text("touch canary").Op("tR").ToFile(),
            "dotted name" => p.Global("torch._utils", "x.y").ToFile(),
            "nested REDUCE" => p.Global("argparse", "Namespace").Op(")R").Op(")R").ToFile(),
            "REDUCE of a text" => p.Text("os.system").Op("(").Text("touch canary").Op("tR").ToFile(),
            "EXT1" => p.Raw(0x82, 1).ToFile(),
            "EXT4" => p.Raw(0x84, 1, 0, 0, 0).ToFile(),
            "INST" => p.Op("(ios\nsystem\n").ToFile(),
            "OBJ" => p.Op("(").Global("argparse", "Namespace").Op("o").ToFile(),
            "NEWOBJ_EX" => p.Global("argparse", "Namespace").Op(")}").Raw(0x92).ToFile(),
            "unknown opcode" => p.Raw(0xFF).ToFile(),
            "DUP" => p.Op("]2").ToFile(),
            "deep stack" => p.Op(new string(']', 1_000_000)).Op(new string('a', 999_999)).ToFile(),
            "deep lists" => p.Op("]q\0").Op(string.Concat(Enumerable.Repeat("0]h\0aq\0", 1000))).ToFile(),
            "list in itself" => p.Op("]q\0h\0a").ToFile(),
            "empty stack" => p.Op("a").ToFile(),
            "no mark" => p.Op("t").ToFile(),
            "memo missing" => p.Op("h\u0007").ToFile(),
            "huge text" => p.Op("X").Raw(255, 255, 255, 127).ToFile(),
            "cut short" => p.Op("J\u0001").ToFile(),
            "append to tuple" => p.Op(")Na").ToFile(),
            "odd items" => p.Op("}(Nu").ToFile(),
            "missing storage" => p.Tensor(4, 0, [4], [1]).ToFile(),
            "past the end" => p.Tensor(4, 1, [2, 2], [2, 1]).ToFile(storage),
            "negative size" => p.Tensor(4, 0, [-1], [1]).ToFile(storage),
            "overflow" => p.Tensor(4, 0, [int.MaxValue, int.MaxValue, int.MaxValue], [0, 0, 0]).ToFile(storage),
            _ => throw new ArgumentException(which),
        };
    }

    [Fact]
    public void A_memo_bomb_opens_but_does_not_unfold()
    {
        var p = new PickleBuilder().Op("]q\0");
        for (var i = 0; i < 60; i++)
            p.Op($"0](h{(char)i}h{(char)i}eq{(char)(i + 1)}");
        var path = folder.Write("bomb.pt", p.ToFile());

        using var file = TorchFile.Open(path);
        Assert.Contains("unfold", Assert.Throws<DataException>(file.Tensors).Message);
    }

    [Fact]
    public void A_tensor_of_no_bytes_and_a_vast_shape_is_not_unfolded()
    {
        var path = folder.Write("expand.pt", new PickleBuilder().Tensor(4, 0, [40_000, 40_000], [0, 0]).ToFile(("archive/data/0", new byte[16])));
        using var file = TorchFile.Open(path);
        Assert.Contains("6400000000 bytes", Assert.Throws<DataException>(() => file.Read()).Message);
    }

    [Fact]
    public void Damaged_numbers_are_noticed()
    {
        TorchFile.SaveState(folder.File("good.pt"), [NamedArray.From<float>("w", [1, 2, 3, 4])]);
        var bytes = File.ReadAllBytes(folder.File("good.pt"));
        bytes[bytes.AsSpan().IndexOf(BitConverter.GetBytes(3f))] ^= 1;
        using var file = TorchFile.Open(folder.Write("bad.pt", bytes));
        Assert.Contains("checksum", Assert.Throws<DataException>(() => file.Read()).Message);
    }

    [Theory]
    [InlineData("zip.pt")]
    [InlineData("legacy.pt")]
    public void A_file_cut_anywhere_is_refused(string name)
    {
        var whole = File.ReadAllBytes(Golden(name));
        for (var length = 0; length < whole.Length; length += 13)
            Refuse(whole[..length]);
    }

    [Theory]
    [InlineData("training.pt")]
    [InlineData("legacy.pt")]
    public void Mutated_files_give_tensors_or_a_DataException_and_nothing_else(string name) =>
        Mutation.Run(new(5), File.ReadAllBytes(Golden(name)), 1500, bytes =>
        {
            using var file = TorchFile.Open(folder.Write("mutated.pt", bytes), UnknownNames.Keep);
            file.Read();
        });

    string Refuse(byte[] bytes) => Assert.Throws<DataException>(() =>
    {
        using var file = TorchFile.Open(folder.Write("refused.pt", bytes));
        file.Read();
    }).Message;

    static byte[] Zip(string name, byte[] content)
    {
        var stream = new MemoryStream();
        var zip = new ZipWriter(stream);
        zip.Add(name, content);
        zip.Finish();
        return stream.ToArray();
    }

    static void Check(NamedArray array, ElementType type, long[] shape, double[] values)
    {
        Assert.Equal(type, array.Type);
        Assert.Equal(shape, array.Shape);
        Assert.Equal(values, array.ToDoubles());
    }
}
