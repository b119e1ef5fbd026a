using System.Globalization;
using System.Text;
using Kindred.Io.Csv;

namespace Kindred.Io.Tests;

public sealed class NpyTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "numpy", name);

    [Fact]
    public void What_NumPy_saved_is_read()
    {
        var column = Npy.Read(Golden("column.npy"));
        Assert.Equal(ElementType.Int32, column.Type);
        Assert.Equal([2, 3, 4], column.Shape);
        Assert.Equal(Enumerable.Range(0, 24), column.As<int>().ToArray());

        var packed = Npz.Read(Golden("packed.npz")).ToDictionary(a => a.Name);
        Assert.Equal([0, 1, 2, 3, 4, 5], packed["weight"].ToDoubles());
        Assert.Equal([2, 3], packed["weight"].Shape);
        Assert.Equal(2.5, packed["number"].ToDoubles().Single());
        Assert.Equal([], packed["number"].Shape);
        Assert.Equal([1.5], packed["half"].ToDoubles());
        Assert.Equal([1, 0], packed["truth"].ToDoubles());
    }

    [Fact]
    public void Pickled_objects_are_refused() =>
        Assert.Contains("pickled Python objects", Assert.Throws<DataException>(() => Npy.Read(Golden("objects.npy"))).Message);

    [Fact]
    public void Every_type_and_shape_comes_back()
    {
        var arrays = new List<NamedArray>();
        foreach (var type in Enum.GetValues<ElementType>())
        {
            arrays.Add(new($"{type}.matrix", type, [2, 3], Enumerable.Range(0, 6 * type.Size()).Select(i => (byte)(i % 2)).ToArray()));
            arrays.Add(new($"{type}.row", type, [1], new byte[type.Size()]));
            arrays.Add(new($"{type}.number", type, [], new byte[type.Size()]));
            arrays.Add(new($"{type}.nothing", type, [0, 5], default));
        }

        Npz.Save(folder.File("all.npz"), arrays);
        var back = Npz.Read(folder.File("all.npz"));
        foreach (var (before, after) in arrays.Zip(back))
        {
            Assert.Equal(before.Name, after.Name);
            Assert.Equal(before.Shape, after.Shape);
            Assert.Equal(before.ToDoubles(), after.ToDoubles());
            Assert.Equal(before.Type == ElementType.BFloat16 ? ElementType.Float32 : before.Type, after.Type);
        }
    }

    [Fact]
    public void The_data_begins_where_NumPy_wants_it()
    {
        Npy.Save(folder.File("a.npy"), NamedArray.From<float>("a", [1, 2, 3]));
        var bytes = File.ReadAllBytes(folder.File("a.npy"));
        Assert.Equal(128 + 12, bytes.Length);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", Encoding.ASCII.GetString(bytes, 10, 118).TrimEnd());
        Assert.Equal((byte)'\n', bytes[127]);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", "does not take the 12 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }", "not understood")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4,), }", "does not take")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "not understood")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }", "'<c8'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", "no structures")]
    [InlineData("__import__('os').system('touch canary')", "not understood")]
    public void Headers_that_lie_are_refused(string header, string why)
    {
        var path = folder.Write("bad.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[12]]);
        Assert.Contains(why, Assert.Throws<DataException>(() => Npy.Read(path)).Message);
    }

    [Fact]
    public void Mutated_files_give_arrays_or_a_DataException_and_nothing_else()
    {
        Npz.Save(folder.File("seed"), [NamedArray.From<float>("a", [1, 2, 3, 4], 2, 2)]);
        Mutation.Run(new(2), File.ReadAllBytes(folder.File("seed")), Mutation.Times(3000, 100_000), bytes => Npz.Read(folder.Write("m", bytes)));
        Mutation.Run(new(3), File.ReadAllBytes(Golden("column.npy")), Mutation.Times(10_000, 100_000), bytes => Npy.Parse("m", "m", bytes));
    }

    [Fact]
    public void Embeddings_become_a_table_that_no_spreadsheet_runs()
    {
        var before = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        german.NumberFormat.NegativeSign = "−";

        try
        {
            CultureInfo.CurrentCulture = german;
            CsvFile.SaveEmbeddings(folder.File("e.csv"), ["a,\"b\"", "=cmd()", "-x"], ["+1", "two\nlines", ""], NamedArray.From<float>("e", [0.1f, -1, 2, 3e-9f, 1e20f, 0], 3, 2));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.Equal("name,label,e0,e1\n\"a,\"\"b\"\"\",'+1,0.1,-1\n'=cmd(),\"two\nlines\",2,3E-09\n'-x,,1E+20,0\n", File.ReadAllText(folder.File("e.csv")));
        Assert.Throws<ArgumentException>(() => CsvFile.SaveEmbeddings(folder.File("e.csv"), ["a"], null, NamedArray.From<float>("e", [1, 2], 2, 1)));
    }
}
