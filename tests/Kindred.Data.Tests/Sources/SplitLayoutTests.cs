using System.Formats.Tar;
using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>Names of splits are splits where the layout is one, for folders and archives alike.</summary>
public sealed class SplitLayoutTests
{
    static readonly byte[] Picture = Encoded.Png(Encoded.Photo(8, 8));

    [Theory]
    [InlineData("bus car train", "bus car train", "")]
    [InlineData("vehicles/bus vehicles/car vehicles/train", "bus car train", "")]
    [InlineData("bus car Test", "Test bus car", "")]
    [InlineData("air/plane land/train", "plane train", "")]
    [InlineData("air/plane air/glider land/train land/bus", "bus glider plane train", "")]
    [InlineData("bus train test", "bus test train", "")]
    [InlineData("train/cat train/dog test/cat test/dog", "cat dog", "test train")]
    [InlineData("train/cat train/dog", "cat dog", "train")]
    [InlineData("data/train/cat data/val/cat data/val/dog", "cat dog", "train val")]
    [InlineData("Train/cat VALID/cat testing/dog", "cat dog", "test train val")]
    [InlineData("Training/a Testing/a", "a", "test train")]
    [InlineData("train/bus train/train test/bus test/train", "bus train", "test train")]
    [InlineData("cat/train cat/test dog/train dog/test", "cat dog", "test train")]
    [InlineData("cat/train dog/train dog/test", "cat dog", "test train")]
    [InlineData("train/cat test extra/cat", "cat extra/cat", "test train")]
    [InlineData("bottle/train/good bottle/test/broken bottle/ground_truth/broken", "", "test train")]
    [InlineData("train test", "", "test train")]
    public void A_split_is_one_by_its_neighbours(string folders, string classes, string splits)
    {
        using var scratch = new Scratch();
        var names = folders.Split(' ').Select(folder => folder + "/1.png").ToArray();
        foreach (var name in names)
            scratch.Write("set/" + name, Picture);
        TarTests.Pack(scratch["set.tar"], names.Length, i => (names[i], Picture), TarEntryFormat.Pax);
        foreach (var uri in new[] { "folder:" + scratch["set"], "tar:" + scratch["set.tar"] })
        {
            using var all = PictureSources.Open(uri);
            Assert.Equal(names.Length, all.Count);
            if (classes.Length > 0)
                Assert.Equal(classes.Split(' '), all.Classes.Order(StringComparer.Ordinal));
            var found = 0;
            foreach (var split in splits.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                using var part = PictureSources.Open($"{uri}?split={split}");
                Assert.Equal(all.Classes, part.Classes);
                found += part.Count;
            }
            Assert.InRange(found, splits.Length > 0 ? 1 : 0, names.Length);
            if (splits.Length == 0)
            {
                Assert.DoesNotContain(-1, FolderTests.Labels(all));
                Assert.Throws<DataException>(() => PictureSources.Open(uri + "?split=train"));
            }
        }
    }

    [Fact]
    public void A_class_called_train_keeps_its_pictures_and_the_way_out_is_told()
    {
        using var scratch = new Scratch();
        for (var i = 0; i < 18; i++)
            scratch.Write($"{new[] { "bus", "car", "train" }[i % 3]}/{i}.png", Picture);
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        Assert.Equal(6, FolderTests.Labels(pictures).Count(label => label == 2));
        Assert.Contains("lies beside bus", Assert.Throws<DataException>(() => FilePictures.OpenFolder(scratch.Path, "train")).Message, StringComparison.Ordinal);
    }
}
