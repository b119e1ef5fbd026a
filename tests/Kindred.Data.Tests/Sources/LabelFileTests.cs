using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>Scenario R15: label files that are wrong, and those that only look odd.</summary>
public sealed class LabelFileTests
{
    [Theory]
    [InlineData("a.jpg,cat\nb.jpg\nc.jpg,dog\n", "line 2", "1 cell, unlike line 1 with 2")]
    [InlineData("a.jpg,cat\nb.jpg,dog,x\n", "line 2", "3 cells")]
    [InlineData("a.jpg,cat\nb\"c.jpg,dog\n", "line 2", "quote")]
    [InlineData("a.jpg,\"two\nlines\"\n,b\n", "line 3", "without a name")]
    [InlineData("a.jpg,0\nb.jpg,-1\n", "line 2", "count from 0")]
    [InlineData("a.jpg,0\nb.jpg,1\na.jpg,1\n", "line 3", "line 1 already")]
    [InlineData("a.jpg,0\nb.jpg,1\nc.jpg,999999\n", "line 3", "1000000 classes")]
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
    public void A_picture_without_a_row_or_with_an_empty_cell_has_no_label()
    {
        using var scratch = new Scratch();
        foreach (var name in new[] { "a.jpg", "b.jpg", "c.jpg" })
            scratch.Write("p/" + name, Encoded.Jpeg(Encoded.Photo(16, 16)));
        var labels = scratch.Write("labels.csv", "a.jpg,x\nc.jpg,y\n");
        using (var some = PictureSources.Open($"folder:{scratch["p"]}?labels={labels}"))
            Assert.Equal([0, -1, 1], FolderTests.Labels(some));
        foreach (var text in new[] { "a.jpg,x\nb.jpg,\nc.jpg,y\n", "a.jpg,0\nb.jpg,\nc.jpg,1\n", "file,class\nb.jpg,\nc.jpg,1\na.jpg,0\n" })
        {
            using var list = PictureSources.Open($"list:{scratch.Write("p/some.csv", text)}");
            Assert.Equal(["a.jpg 0", "b.jpg -1", "c.jpg 1"], Enumerable.Range(0, 3).Select(i => $"{list.Name(i)} {list.Label(i)}").Order(StringComparer.Ordinal));
        }
        using (var none = PictureSources.Open($"list:{scratch.Write("p/none.csv", "file,class\na.jpg,\nb.jpg,\n")}"))
            Assert.Empty(none.Classes);
        var other = scratch.Write("labels.csv", "d.jpg,x\ne.jpg,y\n");
        var message = Assert.Throws<DataException>(() => PictureSources.Open($"folder:{scratch["p"]}?labels={other}")).Message;
        Assert.Contains("2 rows (to line 2)", message, StringComparison.Ordinal);
        Assert.Contains("d.jpg", message, StringComparison.Ordinal);
        Assert.Contains("a.jpg", message, StringComparison.Ordinal);
    }

    /// <summary>A column of parts is known by its word and its cells, wherever it stands, and is no class.</summary>
    [Theory]
    [InlineData("path,label,split\na.jpg,x,train\nb.jpg,y,train\nc.jpg,y,test\n", "")]
    [InlineData("split;file;species\nTraining;a.jpg;x\nTrain;b.jpg;y\nTesting;c.jpg;y\n", "")]
    [InlineData("image,class,subset,width\na.jpg,x,train,9\nb.jpg,y,train,9\nc.jpg,y,test,9\n", "")]
    [InlineData("a.jpg,x,train\nb.jpg,y,train\nc.jpg,y,test\n", "?columns=1,2,3")]
    [InlineData("bild,rasse,teil\na.jpg,x,train\nb.jpg,y,train\nc.jpg,y,test\n", "?columns=bild,rasse,teil")]
    public void A_list_may_say_the_parts(string text, string keys)
    {
        using var scratch = new Scratch();
        var uri = $"list:{scratch.Write("all.csv", text)}{keys}";
        Assert.True(PictureSources.Divided(uri));
        var mark = keys.Length > 0 ? '&' : '?';
        using var all = PictureSources.Open(uri);
        using var train = PictureSources.Open($"{uri}{mark}split=train");
        using var test = PictureSources.Open($"{uri}{mark}split=test");
        Assert.Equal((3, 2), (all.Count, train.Count));
        Assert.Equal(["x", "y"], test.Classes);
        Assert.Equal([1], FolderTests.Labels(test));
        Assert.Contains("train", Assert.Throws<DataException>(() => PictureSources.Open($"{uri}{mark}split=val")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_without_labels_are_no_classes_and_no_parts_are_said_to_be_none()
    {
        using var scratch = new Scratch();
        using var list = PictureSources.Open($"list:{scratch.Write("all.csv", "path,split\na.jpg,train\nb.jpg,test\n")}?split=train");
        Assert.Empty(list.Classes);
        Assert.Equal(1, list.Count);
        // Classes that happen to be called so are classes where the header says so.
        using var classes = PictureSources.Open($"list:{scratch.Write("kinds.csv", "path,label\na.jpg,train\nb.jpg,bus\n")}");
        Assert.Equal(["bus", "train"], classes.Classes);
        Assert.False(PictureSources.Divided($"list:{scratch["kinds.csv"]}"));
        Assert.Contains("no column", Assert.Throws<DataException>(() => PictureSources.Open($"list:{scratch["kinds.csv"]}?split=train")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_two_lists_is_one_source_of_two_parts()
    {
        using var scratch = new Scratch();
        for (var i = 0; i < 8; i++)
            scratch.Write($"p/{"xyz"[i % 3]}/{i}.png", Encoded.Png(Encoded.Photo(8, 8)));
        using var pictures = FilePictures.OpenFolder(scratch["p"]);
        Directory.CreateDirectory(scratch["lists"]);
        ListWriter.Write(scratch["lists/train.csv"], pictures, [0, 1, 2, 3, 4, 5]);
        ListWriter.Write(scratch["lists/test.csv"], pictures, [6, 7]);
        foreach (var uri in new[] { scratch["lists"], $"list:{scratch["lists"]}" })
        {
            Assert.True(PictureSources.Divided(uri));
            using var all = PictureSources.Open(uri);
            using var test = PictureSources.Open($"{uri}?split=test");
            Assert.Equal(8, all.Count);
            // The test list alone knows one class; together they agree on three.
            Assert.Equal([pictures.Label(6), pictures.Label(7)], FolderTests.Labels(test));
            Assert.Equal(["x", "y", "z"], test.Classes);
        }
        File.Copy(scratch["lists/test.csv"], scratch["lists/testing.txt"]);
        Assert.Contains("testing.txt", Assert.Throws<DataException>(() => PictureSources.Open(scratch["lists"])).Message, StringComparison.Ordinal);
        Assert.Contains("train.csv", Assert.Throws<DataException>(() => PictureSources.Open($"list:{scratch["p"]}")).Message, StringComparison.Ordinal);
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
