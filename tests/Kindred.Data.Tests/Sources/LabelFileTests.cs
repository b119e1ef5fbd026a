using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>Scenario R15: label files that are wrong, and those that only look odd.</summary>
public sealed class LabelFileTests
{
    [Theory]
    [InlineData("a.jpg,cat\nb.jpg\nc.jpg,dog\n", "line 2", "1 cell, unlike line 1 with 2")]
    [InlineData("a.jpg,cat\nb.jpg,dog,x\n", "line 2", "3 cells")]
    [InlineData("a.jpg,cat\nb\"c.jpg,dog\n", "line 2", "quote")]
    [InlineData("a.jpg,\"two\nlines\"\nb.jpg,\n", "line 3", "empty label")]
    [InlineData("a.jpg,0\nb.jpg,-1\n", "line 2", "count from 0")]
    [InlineData("a.jpg,0\nb.jpg,1\na.jpg,1\n", "line 3", "line 1 already")]
    [InlineData("a.jpg,0\nb.jpg,1\nc.jpg,999999\n", "line 3", "1000000 classes")]
    [InlineData("a.jpg,\nb.jpg,1\n", "line 1", "empty label")]
    [InlineData(",cat\n", "line 1", "without a name")]
    [InlineData("name,label\n\"a.jpg,cat\n", "line 2", "quote")]
    [InlineData("a.jpg\nb.jpg,1\n", "line 2", "unlike")]
    [InlineData("", "", "names no pictures")]
    [InlineData("a.jpg,2147483648\nb.jpg,1\n", "", "")]
    public void A_wrong_line_is_refused_by_its_number(string text, string line, string words)
    {
        using var scratch = new Scratch();
        var path = scratch.Write("labels.csv", text);
        if (words.Length == 0)
        {
            Assert.Equal(["1", "2147483648"], LabelFile.Read(path).Classes); // too large for a number: a name
            return;
        }
        var message = Assert.Throws<DataException>(() => LabelFile.Read(path)).Message;
        Assert.Contains(line, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jpg,cat\nb.jpg,wolf\n", "cat\ndog\n", "line 2", "wolf")]
    [InlineData("a.jpg,0\nb.jpg,2\n", "cat\ndog\n", "line 2", "0 to 1")]
    [InlineData("a.jpg,0\n", "cat\ncat\n", "line 2", "again")]
    public void A_label_outside_the_given_classes_is_refused(string text, string classes, string line, string words)
    {
        using var scratch = new Scratch();
        var message = Assert.Throws<DataException>(() => LabelFile.Read(scratch.Write("labels.csv", text), scratch.Write("classes.txt", classes))).Message;
        Assert.Contains(line, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jpg,cat\r\nb.jpg,dog\r\n")]
    [InlineData("\uFEFFa.jpg,cat\nb.jpg,dog")]
    [InlineData("\uFEFFpath,label\r\n\"a.jpg\",\"cat\"\r\n\r\nb.jpg,dog\r\n")]
    [InlineData("a.jpg\tcat\nb.jpg\tdog\n")]
    public void Byte_order_marks_line_ends_quotes_and_headers_change_nothing(string text)
    {
        using var scratch = new Scratch();
        var file = LabelFile.Read(scratch.Write("labels.csv", text));
        Assert.Equal(["a.jpg", "b.jpg"], file.Names);
        Assert.Equal(["cat", "dog"], file.Classes);
        Assert.Equal([0, 1], file.Labels);
    }

    [Fact]
    public void A_picture_without_a_row_is_named()
    {
        using var scratch = new Scratch();
        foreach (var name in new[] { "a.jpg", "b.jpg", "c.jpg" })
            scratch.Write("p/" + name, Encoded.Jpeg(Encoded.Photo(16, 16)));
        var labels = scratch.Write("labels.csv", "a.jpg,x\nc.jpg,y\n");
        var message = Assert.Throws<DataException>(() => PictureSources.Open($"folder:{scratch["p"]}?labels={labels}")).Message;
        Assert.Contains("2 rows (to line 2)", message, StringComparison.Ordinal);
        Assert.Contains("b.jpg", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_opens_its_files_in_its_order()
    {
        using var scratch = new Scratch();
        var outside = scratch.Write("far/away.png", Encoded.Png(Encoded.Photo(9, 8)));
        scratch.Write("lists/near/one.jpg", Encoded.Jpeg(Encoded.Photo(16, 12)));
        var list = scratch.Write("lists/all.csv", $"{outside},b\nnear/one.jpg,a\n");
        using var pictures = PictureSources.Open(list);
        Assert.Equal([1, 0], FolderTests.Labels(pictures));
        using var reader = pictures.Open();
        Assert.Equal((9, 16), (reader.Measure(0).Width, reader.Measure(1).Width));
    }

    [Fact]
    public void A_written_list_reads_back_whatever_the_names()
    {
        using var scratch = new Scratch();
        foreach (var name in new[] { "a b/x,y.png", "c\"d/\"q\".png", "plain/1.png", "plain/2.png" })
            scratch.Write("p/" + name, Encoded.Png(Encoded.Photo(8, 8)));
        using var pictures = FilePictures.OpenFolder(scratch["p"]);
        ListWriter.Write(scratch["list.csv"], pictures, [3, 0, 1]);
        using var list = PictureSources.Open(scratch["list.csv"]);
        Assert.Equal(new[] { 3, 0, 1 }.Select(i => (pictures.FullPath(i), pictures.Classes[pictures.Label(i)])), Enumerable.Range(0, 3).Select(i => (list.Name(i), list.Classes[list.Label(i)])));
        using var reader = list.Open();
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(8, reader.Measure(i).Width));
    }
}
