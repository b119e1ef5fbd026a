using Kindred.Io;
using Kindred.Experiments.Studies;
using Kindred.Torch;

namespace Kindred.Tests.Studies;

public sealed class NumberFileTests : IDisposable
{
    readonly Scope scope = Scope.Open();
    readonly string folder = Directory.CreateTempSubdirectory("kindred-numbers").FullName;

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string Written(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void Columns_are_picked_by_name_number_and_range()
    {
        var path = Written("a.csv", "id,height,weight\nx,1.5,60\ny,1.75,7e1\n");
        Assert.Equal([1.5, 1.75], NumberFile.Read(path + ":height").ToArray<double>());
        Assert.Equal([60, 1.5, 70, 1.75], NumberFile.Read(path + ":3,2").ToArray<double>());
        Assert.Equal([2, 2], NumberFile.Read(path + ":2-3").Shape);
        Assert.Equal([1, 2, 3, 4], NumberFile.Read(Written("b.tsv", "1\t2\n3\t4\n")).ToArray<double>());
    }

    [Fact]
    public void Arrays_of_any_shape_become_a_row_a_sample()
    {
        var npy = Path.Combine(folder, "c.npy");
        Npy.Save(npy, NamedArray.From<float>("c", [1, 2, 3, 4, 5, 6], 3, 2));
        Assert.Equal([3, 2], NumberFile.Read(npy).Shape);
        Assert.Equal([2, 4, 6], NumberFile.Read(npy + ":2").ToArray<double>());
        var tensors = Path.Combine(folder, "d.safetensors");
        SafeTensors.Save(tensors, [NamedArray.From<float>("train", [1, 2, 3, 4], 2, 1, 2), NamedArray.From<float>("test", [9, 8])]);
        Assert.Equal([2, 2], NumberFile.Read(tensors + ":train").Shape);
        Assert.Equal([2, 1], NumberFile.Read(tensors + ":test").Shape);
        Assert.Contains("train", Assert.Throws<DataException>(() => NumberFile.Read(tensors + ":trian")).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => NumberFile.Read(tensors));
    }

    [Theory]
    [InlineData(":2", "line 3")]
    [InlineData(":hieght", "height")]
    [InlineData(":7", "no column")]
    public void Mistakes_say_where_they_are(string pick, string part)
    {
        var path = Written("e.csv", "height,weight\n1,2\n3,tall\n");
        Assert.Contains(part, Assert.Throws<DataException>(() => NumberFile.Read(path + pick)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_foreign_file_is_said_so()
    {
        Assert.Throws<DataException>(() => NumberFile.Read(Path.Combine(folder, "none.csv")));
        Assert.Throws<DataException>(() => NumberFile.Read(Written("f.parquet", "")));
        Assert.Throws<DataException>(() => NumberFile.Read(Written("g.csv", "")));
    }
}
