using Kindred.Data.Loading;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Tests.Loading;
using Kindred.Data.Views;

namespace Kindred.Data.Tests.Sources;

public sealed class SubsetTests
{
    [Fact]
    public void A_long_tail_falls_exponentially_from_class_to_class()
    {
        using var scratch = new Scratch();
        using var pictures = Labelled(scratch, 5, 40);
        using var tail = Subsets.LongTailed(pictures, 16, seed: 1);
        Assert.Equal([40, 20, 10, 5, 2], Counts(tail));
        using var same = Subsets.LongTailed(pictures, 16, seed: 1);
        using var other = Subsets.LongTailed(pictures, 16, seed: 2);
        Assert.Equal(tail.Indices, same.Indices);
        Assert.NotEqual(tail.Indices, other.Indices);
        Assert.Throws<ConfigurationException>(() => Subsets.LongTailed(pictures, 0.5));
    }

    [Fact]
    public void So_many_pictures_are_the_same_number_of_every_class()
    {
        using var scratch = new Scratch();
        using var pictures = Labelled(scratch, 5, 40);
        using var some = Subsets.Balanced(pictures, 52, seed: 1);
        Assert.Equal([11, 11, 10, 10, 10], Counts(some));
        using var same = Subsets.Balanced(pictures, 52, seed: 1);
        using var other = Subsets.Balanced(pictures, 52, seed: 2);
        Assert.Equal(some.Indices, same.Indices);
        Assert.NotEqual(some.Indices, other.Indices);
        using var all = Subsets.Balanced(pictures, 10_000);
        Assert.Equal(200, all.Count);
        Assert.Throws<ConfigurationException>(() => Subsets.Balanced(pictures, 4));
        Assert.Throws<ConfigurationException>(() => Subsets.Balanced(pictures, 10.5));
    }

    [Fact]
    public void A_fraction_is_balanced_over_the_classes()
    {
        using var scratch = new Scratch();
        using var pictures = Labelled(scratch, 5, 40);
        using var tenth = Subsets.Fraction(pictures, 0.1);
        using var hundredth = Subsets.Fraction(pictures, 0.01);
        Assert.Equal([4, 4, 4, 4, 4], Counts(tenth));
        Assert.Equal([1, 1, 1, 1, 1], Counts(hundredth));
        using var byUri = PictureSources.Open($"{scratch["list.csv"]}?fraction=0.1");
        Assert.Equal(FolderTests.Names(tenth), FolderTests.Names(byUri));
        Assert.Throws<ConfigurationException>(() => PictureSources.Open($"{scratch["list.csv"]}?fraction=2"));
        Assert.Contains("needs", Assert.Throws<DataException>(() => Subsets.Fraction(new LoaderTests.Counting(9), 0.1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_held_out_part_is_disjoint_and_stratified()
    {
        using var scratch = new Scratch();
        using var pictures = Labelled(scratch, 5, 40);
        var (kept, held) = Subsets.Hold(pictures, 0.25);
        Assert.Equal(Enumerable.Range(0, 200), kept.Concat(held).Order());
        Assert.Equal([10, 10, 10, 10, 10], Counts(new PictureSubset(pictures, held, "held")));
    }

    [Fact]
    public void Joined_sources_share_classes_by_name_and_know_their_domain()
    {
        using var a = new Scratch();
        using var b = new Scratch();
        foreach (var name in new[] { "cat/1.png", "dog/2.png" })
            a.Write(name, Encoded.Png(Encoded.Photo(8, 8)));
        foreach (var name in new[] { "bird/1.png", "cat/2.png" })
            b.Write(name, Encoded.Png(Encoded.Photo(9, 9)));
        using var both = new ConcatenatedPictures(FilePictures.OpenFolder(a.Path), FilePictures.OpenFolder(b.Path));
        Assert.Equal(["cat", "dog", "bird"], both.Classes);
        Assert.Equal([0, 1, 2, 0], FolderTests.Labels(both));
        Assert.Equal([0, 0, 1, 1], Enumerable.Range(0, 4).Select(both.Part));
        using var reader = both.Open();
        Assert.Equal([8, 8, 9, 9], Enumerable.Range(0, 4).Select(i => reader.Measure(i).Width));
        using var domains = new TwoDomains(FilePictures.OpenFolder(a.Path), FilePictures.OpenFolder(b.Path));
        Assert.Equal((-1, 0), (domains.Unlabelled.Label(0), domains.Unlabelled.Classes.Count));
    }

    [Theory]
    [InlineData("movie:/x", "'movie:' is no source of pictures")]
    [InlineData("cifar10:", "a path is missing")]
    [InlineData("folder:/x?spilt=train", "'spilt' is not known")]
    [InlineData("folder:/x?split=a&split=b", "given twice")]
    [InlineData("emoji?vendor=nokia", "apple, google, twitter, facebook")]
    [InlineData("", "empty")]
    public void A_wrong_URI_says_what_is_expected(string uri, string words) =>
        Assert.Contains(words, Assert.Throws<ConfigurationException>(() => PictureSources.Open(uri)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_path_names_the_kinds() =>
        Assert.Contains("tar:PATH", Assert.Throws<DataException>(() => PictureSources.Open("/no/such/place")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_packed_file_holds_the_same_pictures_and_reads_only_the_rows_asked_for()
    {
        using var scratch = new Scratch();
        using var pictures = Labelled(scratch, 2, 4);
        Assert.Empty(Packing.Write(pictures, scratch["all.packed"]));
        using var packed = PictureSources.Open(scratch["all.packed"]);
        Assert.Equal(FolderTests.Names(pictures), FolderTests.Names(packed));
        Assert.Equal(FolderTests.Labels(pictures), FolderTests.Labels(packed));
        var (expected, got) = (new Picture(), new Picture());
        using var first = pictures.Open();
        using var second = packed.Open();
        first.Read(5, expected);
        second.Measure(5);
        second.Decode(new(2, 3, 4, 5), 1, got);
        Assert.Equal((5, 3, 10), (got.Height, got.OffsetY, got.FullHeight));
        Assert.True(expected.Span.Slice(3 * expected.Stride, 5 * expected.Stride).SequenceEqual(got.Span));

        Packing.Write(pictures, scratch["small.packed"], shorterSide: 5);
        using var small = PackedPictures.Open(scratch["small.packed"]);
        using var third = small.Open();
        Assert.Equal((6, 5), (third.Measure(0).Width, third.Measure(0).Height));
    }

    /// <summary>R17: what changed between two moments is named, and a run does not go on with other data.</summary>
    [Fact]
    public void A_manifest_tells_added_deleted_and_changed_files()
    {
        using var scratch = new Scratch();
        for (var i = 0; i < 100; i++)
            scratch.Write($"c/{i:D3}.png", Encoded.Png(Encoded.Photo(8, 8, i)));
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        var before = Manifest.Of(pictures);
        before.Write(scratch["manifest"]);
        before = Manifest.Read(scratch["manifest"]);
        Manifest.Of(pictures).Require(before, "folder");

        File.Delete(scratch["c/007.png"]);
        File.Delete(scratch["c/008.png"]);
        scratch.Write("c/050.png", Encoded.Png(Encoded.Photo(12, 8, 1)));
        scratch.Write("c/100.png", Encoded.Png(Encoded.Photo(8, 8, 1)));
        using var reader = pictures.Open();
        Assert.Contains("gone", Assert.Throws<PictureException>(() => reader.Measure(7)).Message, StringComparison.Ordinal);
        Assert.Equal(["c/007.png", "c/008.png"], Manifest.Of(pictures).Since(before).Deleted);

        using var now = FilePictures.OpenFolder(scratch.Path);
        var changes = Manifest.Of(now).Since(before);
        Assert.Equal((1, 2, 1), (changes.Added.Count, changes.Deleted.Count, changes.Changed.Count));
        var message = Assert.Throws<DataException>(() => Manifest.Of(now).Require(before, "folder:x")).Message;
        Assert.Contains("1 added (first: c/100.png), 2 deleted (first: c/007.png, c/008.png), 1 changed (first: c/050.png)", message, StringComparison.Ordinal);
        File.AppendAllText(scratch["manifest"], "9\t9\t0\tYQ==\n");
        Assert.Throws<DataException>(() => Manifest.Read(scratch["manifest"]));
    }

    [Fact]
    public void The_emoji_sample_holds_four_drawings_of_each_and_splits_by_emoji()
    {
        using var all = EmojiSample.Open();
        using var train = EmojiSample.Open("train");
        using var test = EmojiSample.Open("test");
        Assert.Equal((7408, 5188, 2220), (all.Count, train.Count, test.Count));
        Assert.Equal(9, all.Classes.Count);
        Assert.Empty(Captions(train).Intersect(Captions(test)));
        Assert.Equal(["apple", "google", "twitter", "facebook"], Enumerable.Range(4, 4).Select(all.Vendor));
        using var reader = all.Open();
        var picture = new Picture();
        reader.Read(4321, picture);
        Assert.Equal((32, 32, 4), (picture.Width, picture.Height, picture.Channels));
        var alpha = Enumerable.Range(0, 1024).Select(i => picture.Span[(4 * i) + 3]).ToArray();
        Assert.Contains((byte)0, alpha);
        Assert.Contains((byte)255, alpha);
        using var google = PictureSources.Open("emoji?vendor=google&label=subcategory");
        Assert.Equal((1852, true), (google.Count, google.Classes.Count > 90));

        // For re-identification: emoji are identities, vendors cameras.
        using var seen = PictureSources.Open("emoji?camera=vendor&vendor=twitter,google");
        Assert.Equal((3704, 1852), (seen.Count, seen.Classes.Count));
        Assert.Equal(["google", "twitter"], Enumerable.Range(8, 2).Select(i => seen.Value("camera", i)));
        Assert.Equal(seen.Label(8), seen.Label(9));
        Assert.DoesNotContain("camera", all.Columns);
        Assert.Throws<ConfigurationException>(() => PictureSources.Open("emoji?vendor=google,nobody"));

        static HashSet<string> Captions(EmojiPictures pictures) => [.. Enumerable.Range(0, pictures.EmojiCount).Select(i => pictures.Of(i * 4).Name)];
    }

    [Fact]
    public void A_class_with_an_ampersand_in_its_name_can_be_chosen()
    {
        using var chosen = PictureSources.Open("emoji?split=train&only=Animals & Nature,Flags&n=64");
        Assert.Equal(["Animals & Nature", "Flags"], Enumerable.Range(0, chosen.Count).Select(i => chosen.Classes[chosen.Label(i)]).Distinct().Order());
        Assert.Equal([32, 32], Enumerable.Range(0, chosen.Count).CountBy(chosen.Label).Select(c => c.Value));
        Assert.Equal("Animals & Nature,Flags", DataUri.Parse("emoji?only=Animals & Nature,Flags").With("n", "3").With("n", null)["only"]);
        Assert.Contains("split=train&fast", Assert.Throws<ConfigurationException>(() => PictureSources.Open("emoji?split=train&fast")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chosen_classes_share_a_number_and_a_tail_among_themselves()
    {
        static int[] Counts(string more)
        {
            using var pictures = PictureSources.Open($"emoji?vendor=google&only=Activities,Objects,Symbols{more}");
            return [.. Enumerable.Range(0, pictures.Count).CountBy(pictures.Label).OrderBy(c => c.Key).Select(c => c.Value)];
        }

        Assert.Equal([34, 33, 33], Counts("&n=100"));
        var tail = Counts("&tail=4");
        Assert.Equal(Counts("").Max() / 4.0, tail[^1], 1.0);                                // of the largest class, whichever place it has
        Assert.Equal(3, tail.Length);
        Assert.Contains("at least one of each of the 3 classes", Assert.Throws<ConfigurationException>(() => Counts("&n=2")).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("category"), InlineData("subcategory"), InlineData("vendor"), InlineData("hue")]
    public void A_kind_of_emoji_has_one_number_in_both_splits(string label)
    {
        using var train = EmojiSample.Open("train", label: label);
        using var test = EmojiSample.Open("test", label: label);
        Assert.Equal(train.Classes, test.Classes);
        foreach (var split in new[] { train, test })
            for (var i = 0; i < split.Count; i += 7)
                Assert.Equal(split.Value(label, i), split.Classes[split.Label(i)]);
    }

    [Theory]
    [InlineData(255, 0, 0, 255, "red"), InlineData(200, 100, 0, 255, "orange"), InlineData(128, 255, 0, 255, "lime"), InlineData(0, 255, 0, 255, "green"), InlineData(0, 200, 100, 255, "green")]
    [InlineData(0, 200, 200, 255, "cyan"), InlineData(0, 0, 255, 255, "blue"), InlineData(160, 0, 255, 255, "violet"), InlineData(255, 0, 160, 255, "magenta")]
    [InlineData(255, 0, 10, 255, "red"), InlineData(90, 90, 90, 255, "grey"), InlineData(255, 0, 0, 2, "grey")]
    public void A_pictures_hue_is_the_one_that_there_is_most_of(byte r, byte g, byte b, byte alpha, string hue)
    {
        byte[] one = [r, g, b, alpha], other = [0, 40, 60, alpha];
        Assert.Equal(hue, DominantHue.Of([.. one, .. one]));
        if (alpha == 255 && hue != "grey") Assert.Equal(hue, DominantHue.Of([.. one, .. one, .. other])); // paler, and less of it
    }

    static FilePictures Labelled(Scratch scratch, int classes, int each)
    {
        var lines = new List<string>();
        for (var i = 0; i < classes * each; i++)
        {
            scratch.Write($"p/{i:D3}.png", Encoded.Png(Encoded.Photo(12, 10, i)));
            lines.Add($"p/{i:D3}.png,{i % classes}");
        }
        return FilePictures.OpenList(scratch.Write("list.csv", string.Join('\n', lines)));
    }

    static int[] Counts(IPictures pictures) => [.. Enumerable.Range(0, pictures.Count).CountBy(pictures.Label).OrderBy(pair => pair.Key).Select(pair => pair.Value)];
}
