using Kindred.Experiments.Modalities;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

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
    public void A_quoted_cell_keeps_the_columns_where_they_are()
    {
        var path = Written("q.csv", "\uFEFFname,x,\"y, in cm\"\r\n\"Smith, J1\",1,2\r\n\"Two\nlines\",3,4\r\n\r\n\"Miller \"\"M\"\"\",\"5\",6\r\n");
        Assert.Equal([1, 3, 5], NumberFile.Read(path + ":x").ToArray<double>());
        Assert.Equal([2, 4, 6], NumberFile.Read(path + ":y, in cm").ToArray<double>());
        Assert.Equal([2, 4, 6], NumberFile.Read(path + ":3").ToArray<double>());
        Assert.Equal([1, 2, 3, 4], NumberFile.Read(Written("s.csv", "1;2\n3;4\n")).ToArray<double>());
    }

    [Theory]
    [InlineData("1,2\n3,4,5\n", "line 2: 3 cells, unlike line 1 with 2")]
    [InlineData("a,b\n\"1\n\",2\n3\n", "line 4: 1 cell")]
    [InlineData("a,b\n1,2\n", "")]
    [InlineData("a,b\n\"1,2\n", "quote that does not end")]
    [InlineData("a,b\n", "no rows")]
    [InlineData("NA,2\n3,4\n", "line 1: column 1")]
    public void A_row_of_another_length_is_refused_by_its_line(string text, string words)
    {
        var path = Written("r.csv", text);
        if (words.Length == 0)
            Assert.Equal([1, 2], NumberFile.Read(path).Shape);
        else
            Assert.Contains(words, Assert.Throws<DataException>(() => NumberFile.Read(path)).Message, StringComparison.Ordinal);
    }

    /// <summary>A header is a row where a column of numbers has something else; a first row of data is never taken for one.</summary>
    [Theory]
    [InlineData("x,1.5,60\ny,1.75,70\n", ":2,3", 2)]
    [InlineData("id,2019,2020\n1,5,6\n2,7,8\n", ":2,3", 2)]
    [InlineData("0,1,2\n0.5,0.25,1\n1.5,2,3\n", "", 2)]
    [InlineData("0,1,2\n3,4,5\n", "", 2)]
    [InlineData("1\n2\n", "", 2)]
    public void Headers_are_told_from_data(string text, string pick, int rows) => Assert.Equal(rows, NumberFile.Read(Written("h.csv", text) + pick).Size(0));

    [Fact]
    public void A_range_that_runs_backwards_picks_nothing() =>
        Assert.Contains("3-1", Assert.Throws<DataException>(() => NumberFile.Read(Written("b.csv", "1,2,3\n") + ":3-1")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_or_foreign_file_is_said_so()
    {
        Assert.Throws<DataException>(() => NumberFile.Read(Path.Combine(folder, "none.csv")));
        Assert.Throws<DataException>(() => NumberFile.Read(Written("f.parquet", "")));
        Assert.Throws<DataException>(() => NumberFile.Read(Written("g.csv", "")));
    }
}
