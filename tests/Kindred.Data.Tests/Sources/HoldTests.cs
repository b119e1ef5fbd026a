using Kindred.Data.Files;
using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>A share of the training pictures is held out: always the same one, disjoint from the rest, of every class its part.</summary>
public sealed class HoldTests
{
    static readonly byte[] Picture = Encoded.Png(Encoded.Photo(8, 8));

    [Theory, InlineData(0.1), InlineData(0.25), InlineData(0.5), InlineData(0.9)]
    public void Both_parts_together_are_the_whole_of_any_source(double share)
    {
        using var scratch = new Scratch();
        var names = Enumerable.Range(0, 120).Select(i => $"{(i % 6 == 5 ? "test" : "train")}/{(i % 4 == 0 ? "cat" : "dog")}/{i:D3}.png").ToArray();
        foreach (var name in names)
            scratch.Write("set/" + name, Picture);
        TarTests.Pack(scratch["set.tar"], names.Length, i => (names[i], Picture));
        for (var i = 1; i <= 5; i++)
            scratch.Write($"cifar/data_batch_{i}.bin", Records(40, i));
        scratch.Write("cifar/test_batch.bin", Records(20, 9));
        scratch.Write("mnist/train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 90, 0, 0, 0, 1, 0, 0, 0, 1, .. new byte[90]]);
        scratch.Write("mnist/train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 90, .. Enumerable.Range(0, 90).Select(i => (byte)(i % 7))]);
        foreach (var uri in new[] { "folder:" + scratch["set"], "tar:" + scratch["set.tar"], "cifar10:" + scratch["cifar"], "mnist:" + scratch["mnist"] })
        {
            using var whole = PictureSources.Open($"{uri}?split=train");
            using var kept = PictureSources.Open($"{uri}?split=train&hold={share}");
            using var held = PictureSources.Open($"{uri}?split=train&held={share}");
            Assert.Equal((int)Math.Round(whole.Count * share, MidpointRounding.AwayFromZero), held.Count);
            Assert.Equal(FolderTests.Names(whole).Order(StringComparer.Ordinal), FolderTests.Names(kept).Concat(FolderTests.Names(held)).Order(StringComparer.Ordinal));
            Assert.Equal(whole.Classes, kept.Classes);
            Assert.Equal(whole.Classes, held.Classes);
            foreach (var label in FolderTests.Labels(whole).Distinct())
                Assert.InRange(FolderTests.Labels(held).Count(l => l == label) - (share * FolderTests.Labels(whole).Count(l => l == label)), -1.0, 1.0);
            using var again = PictureSources.Open($"{uri}?split=train&held={share}&seed=7");
            Assert.Equal(FolderTests.Names(held), FolderTests.Names(again));
            using var less = PictureSources.Open($"{uri}?split=train&hold={share}&fraction=0.5&seed=7");
            Assert.Empty(FolderTests.Names(less).Intersect(FolderTests.Names(held)));
        }
    }

    [Fact]
    public void Many_small_classes_hold_out_their_share_together()
    {
        using var scratch = new Scratch();
        for (var i = 0; i < 120; i++)
            scratch.Write($"c{i / 3:D2}/{i}.png", Picture);
        using var held = PictureSources.Open($"folder:{scratch.Path}?held=0.1");
        Assert.Equal(12, held.Count);
        Assert.Equal(12, FolderTests.Labels(held).Distinct().Count());
    }

    [Fact]
    public void Pictures_without_labels_are_held_out_too()
    {
        using var scratch = new Scratch();
        for (var i = 0; i < 50; i++)
            scratch.Write($"{i}.png", Picture);
        using var held = PictureSources.Open($"folder:{scratch.Path}?held=0.1");
        using var kept = PictureSources.Open($"folder:{scratch.Path}?hold=0.1");
        Assert.Equal((5, 45), (held.Count, kept.Count));
    }

    [Fact]
    public void What_shows_the_same_thing_stays_together()
    {
        var drawings = new Drawings(30, 4);
        foreach (var share in new[] { 0.1, 0.5 })
        {
            var (kept, held) = Subsets.Hold(drawings, share);
            Assert.Equal(Enumerable.Range(0, 120), kept.Concat(held).Order());
            Assert.Equal(share * 30, held.Select(drawings.Group).Distinct().Count());
            Assert.Empty(kept.Select(drawings.Group).Intersect(held.Select(drawings.Group)));
        }
    }

    [Theory]
    [InlineData("hold=0", "above 0")]
    [InlineData("held=1", "below 1")]
    [InlineData("hold=10", "below 1")]
    [InlineData("hold=0.1&held=0.1", "one of them")]
    [InlineData("split=test&hold=0.1", "stays whole")]
    [InlineData("hold=ten", "a number")]
    public void A_wrong_share_says_what_is_expected(string query, string words)
    {
        using var scratch = new Scratch();
        scratch.Write("train/a/1.png", Picture);
        scratch.Write("test/a/1.png", Picture);
        Assert.Contains(words, Assert.Throws<ConfigurationException>(() => PictureSources.Open($"folder:{scratch.Path}?{query}")).Message, StringComparison.Ordinal);
        Assert.Contains("none", Assert.Throws<DataException>(() => PictureSources.Open($"folder:{scratch.Path}?held=0.1")).Message, StringComparison.Ordinal);
    }

    static byte[] Records(int count, int seed) => [.. Enumerable.Range(0, count).SelectMany(i => new byte[] { (byte)((i * seed) % 10) }.Concat(new byte[3072]))];

    sealed class Drawings(int things, int hands) : IGroupedPictures
    {
        public string Description => "drawings";

        public int Count => things * hands;

        public IReadOnlyList<string> Classes { get; } = ["a", "b", "c"];

        public int Group(int index) => index / hands;

        public string Name(int index) => $"{index}";

        public int Label(int index) => Group(index) % 3;

        public FileStamp Stamp(int index) => default;

        public PictureReader Open() => throw new NotSupportedException();

        public void Dispose() { }
    }
}
