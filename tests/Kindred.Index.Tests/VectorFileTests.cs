using Kindred.Io;

namespace Kindred.Index.Tests;

public sealed class VectorFileTests : WithFolder
{
    readonly float[] values = Clouds.Sheet(9, 5);

    [Theory]
    [InlineData("v.npy")]
    [InlineData("v.safetensors")]
    public void Files_are_opened_without_being_read(string name)
    {
        Save(At(name), NamedArray.From<float>("embeddings", values, 9, 5));
        using var vectors = Vectors.Open(At(name));
        Assert.Equal((9, 5), (vectors.Count, vectors.Dimension));
        Assert.Equal(values[35..40], vectors[7].ToArray());
        var some = new float[10];
        vectors.Read(3, some);
        Assert.Equal(values[15..25], some);
        Assert.Throws<ArgumentOutOfRangeException>(() => vectors[9].Length);
    }

    [Theory]
    [InlineData("v.npy")]
    [InlineData("v.safetensors")]
    public void Files_that_are_cut_short_at_any_byte_are_refused(string name)
    {
        Save(At(name), NamedArray.From<float>("embeddings", values, 9, 5));
        var bytes = File.ReadAllBytes(At(name));
        for (var length = 0; length < bytes.Length; length += 7)
        {
            File.WriteAllBytes(At(name), bytes[..length]);
            Assert.Throws<DataException>(() => Vectors.Open(At(name)));
        }
    }

    [Fact]
    public void What_is_no_matrix_of_single_precision_is_refused_with_a_reason()
    {
        Refused("v.npy", NamedArray.From<float>("e", values, 45), "[N, D]");
        Refused("v.npy", NamedArray.From<double>("e", [1, 2], 1, 2), "Float64");
        Refused("v.npy", NamedArray.From<float>("e", [], 0, 4), "no vectors");
        Refused("v.safetensors", NamedArray.From<float>("e", values, 45), "no file of vectors");
        Assert.Contains(".npy", Assert.Throws<DataException>(() => Vectors.Open(At("v.txt"))).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Vectors.Open(At("missing.npy")));
    }

    void Refused(string name, NamedArray array, string because)
    {
        Save(At(name), array);
        Assert.Contains(because, Assert.Throws<DataException>(() => Vectors.Open(At(name))).Message, StringComparison.Ordinal);
    }

    static void Save(string path, NamedArray array)
    {
        if (path.EndsWith(".npy", StringComparison.Ordinal)) Npy.Save(path, array);
        else SafeTensors.Save(path, [array]);
    }
}
