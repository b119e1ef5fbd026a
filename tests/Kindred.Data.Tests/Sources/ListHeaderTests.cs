using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>Lists are tables by CSV's own rules, and a header is never a picture: it is recognised, or asked for.</summary>
public sealed class ListHeaderTests
{
    [Theory]
    [InlineData("img/0.jpg,\"cat, big\"\nimg/1.jpg,\"cat, big\"\n")]
    [InlineData("\"img/0.jpg\",\"cat, big\"\r\nimg/1.jpg, \"cat, big\"\r\n")]
    [InlineData("img/0.jpg\tcat, big\nimg/1.jpg\tcat, big\n")]
    [InlineData("img/0.jpg;cat, big\nimg/1.jpg;cat, big\n")]
    public void A_cell_may_hold_the_other_separators(string text)
    {
        using var scratch = new Scratch();
        var file = LabelFile.Read(scratch.Write("list.csv", text));
        Assert.Equal(["img/0.jpg", "img/1.jpg"], file.Names);
        Assert.Equal(["cat, big"], file.Classes);
    }

    [Fact]
    public void Cells_hold_quotes_line_breaks_and_outer_spaces_when_quoted()
    {
        using var scratch = new Scratch();
        var file = LabelFile.Read(scratch.Write("list.csv", "\" a\n\"\"b\"\".jpg\" , cat \n c.jpg,\" dog\"\n"));
        Assert.Equal([" a\n\"b\".jpg", "c.jpg"], file.Names);
        Assert.Equal([" dog", "cat"], file.Classes);
    }

    [Theory]
    [InlineData("file_name"), InlineData("filepath"), InlineData("image_path"), InlineData("image_id"), InlineData("img"), InlineData("filenames"), InlineData("Image Name")]
    [InlineData("path"), InlineData("FileName"), InlineData("img-file"), InlineData("photos"), InlineData("relative_path"), InlineData("whatever"), InlineData("bild")]
    public void A_header_is_no_picture_and_no_class(string header)
    {
        using var scratch = new Scratch();
        foreach (var text in new[] { $"{header},label\n0.jpg,cat\n1.jpg,dog\n", $"{header},species\n0.jpg,cat\n", $"{header}\n0.jpg\n", $"\"{header}\";klasse\n0.jpg;cat\n1.jpg;dog\n" })
        {
            var file = LabelFile.Read(scratch.Write("list.csv", text));
            Assert.Equal("0.jpg", file.Names[0]);
            Assert.All(file.Classes, name => Assert.Contains(name, new[] { "cat", "dog" }));
        }
    }

    [Theory]
    [InlineData("image_id,label\n0001,3\n0002,4\n")]
    [InlineData("id,target\nalpha,3\nbeta,4\n")]
    public void Names_without_an_extension_have_headers_too(string text)
    {
        using var scratch = new Scratch();
        Assert.Equal(2, LabelFile.Read(scratch.Write("list.csv", text), scratch.Write("classes.txt", "a\nb\nc\nd\ne\n")).Names.Count);
    }

    [Theory]
    [InlineData("photo,breed\nalpha,cat\nbeta,dog\n", 2)]
    [InlineData("0001,cat\n0002,dog\n", 2)]
    [InlineData("a.jpg,label\nb.jpg,name\n", 2)]
    public void What_is_plain_needs_no_question(string text, int rows)
    {
        using var scratch = new Scratch();
        Assert.Equal(rows, LabelFile.Read(scratch.Write("list.csv", text)).Names.Count);
    }

    [Theory]
    [InlineData("bild,rasse\nalpha,cat\nbeta,dog\n")]
    [InlineData("image,0\nalpha,1\nbeta,0\n")]
    public void What_the_content_does_not_tell_is_asked_for(string text)
    {
        using var scratch = new Scratch();
        var path = scratch.Write("list.csv", text);
        Assert.Contains("header=yes", Assert.Throws<DataException>(() => LabelFile.Read(path)).Message, StringComparison.Ordinal);
        Assert.Equal(2, LabelFile.Read(path, layout: new(Header: true)).Names.Count);
        Assert.Equal(3, LabelFile.Read(path, layout: new(Header: false)).Names.Count);
        using var list = PictureSources.Open($"list:{path}?header=yes");
        Assert.Equal(2, list.Count);
    }

    [Fact]
    public void Columns_are_found_by_their_header_or_asked_for()
    {
        using var scratch = new Scratch();
        var known = scratch.Write("known.csv", ",class,file\n0,cat,a.jpg\n1,dog,b.jpg\n");
        Assert.Equal(["a.jpg", "b.jpg"], LabelFile.Read(known).Names);
        Assert.Equal(["cat", "dog"], LabelFile.Read(known).Classes);
        var turned = scratch.Write("turned.csv", "label,filename\ncat,a.jpg\ndog,b.jpg\n");
        Assert.Equal(["a.jpg", "b.jpg"], LabelFile.Read(turned).Names);
        Assert.Equal(["cat", "dog"], LabelFile.Read(scratch.Write("bare.csv", "cat,a.jpg\ndog,b.jpg\n")).Classes);

        var unclear = scratch.Write("unclear.csv", "a.jpg,cat,left\nb.jpg,dog,right\n");
        Assert.Contains("columns=", Assert.Throws<DataException>(() => LabelFile.Read(unclear)).Message, StringComparison.Ordinal);
        using var list = PictureSources.Open($"list:{unclear}?columns=1,3");
        Assert.Equal(["left", "right"], list.Classes);
        Assert.Equal(["a.jpg", "b.jpg"], LabelFile.Read(known, layout: new(Name: "file", Label: "class")).Names);
        Assert.Contains("class", Assert.Throws<DataException>(() => LabelFile.Read(known, layout: new(Name: "file", Label: "clas"))).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => PictureSources.Open($"list:{unclear}?header=perhaps"));
    }

    [Fact]
    public void Written_lists_hold_any_name()
    {
        using var scratch = new Scratch();
        string[] odd = ["new\nline.png", " lead.png", "a, b;c\t\"d\".png", "no 5.png", "id"];
        foreach (var name in odd[..4])
            scratch.Write("p/x/" + name, Encoded.Png(Encoded.Photo(8, 8)));
        foreach (var folder in new[] { "p", "p/x" })
        {
            using var pictures = FilePictures.OpenFolder(scratch[folder]);
            ListWriter.Write(scratch["list.csv"], pictures, Enumerable.Range(0, 4));
            using var list = PictureSources.Open(scratch["list.csv"]);
            Assert.Equal(Enumerable.Range(0, 4).Select(pictures.FullPath), FolderTests.Names(list));
            Assert.Equal(pictures.Classes, list.Classes);
        }
        scratch.Write("p/outside.png", Encoded.Png(Encoded.Photo(8, 8)));
        using var mixed = FilePictures.OpenFolder(scratch["p"]);
        ListWriter.Write(scratch["list.csv"], mixed, Enumerable.Range(0, 5));
        using var back = PictureSources.Open(scratch["list.csv"]);
        Assert.Equal(FolderTests.Labels(mixed), FolderTests.Labels(back));
    }

    /// <summary>Mutated lists are read or refused with a DataException, nothing else.</summary>
    [Theory]
    [InlineData("path,label\n\"a, 1.jpg\",cat\r\nb.jpg,\"dog \"\"big\"\"\"\n\nc.jpg,cat\n")]
    [InlineData("x.jpg 3\ny.jpg 1\nz.jpg 2\nw.jpg 0\n")]
    [InlineData("id;file;class\n1;a.jpg;cat\n2;b.jpg;dog\n")]
    public void A_mutated_list_is_read_or_refused(string text)
    {
        using var scratch = new Scratch();
        Mutations.Run(new Random(5), System.Text.Encoding.UTF8.GetBytes(text), 600, bytes =>
        {
            var path = scratch.Write("list.csv", bytes);
            using var list = FilePictures.OpenList(path);
            for (var i = 0; i < list.Count; i++)
                Assert.InRange(list.Label(i), -1, list.Classes.Count - 1);
            _ = FolderTests.Names(list);
        });
    }
}
