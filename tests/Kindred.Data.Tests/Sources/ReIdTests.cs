using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>Names that tell identity and camera.</summary>
public sealed class ReIdTests
{
    static readonly byte[] picture = Encoded.Jpeg(Encoded.Photo(8, 8, 1));

    static Scratch Folder(params string[] names)
    {
        var scratch = new Scratch();
        foreach (var name in names) scratch.Write(name, picture);
        return scratch;
    }

    static string[] Shown(IPictures pictures) =>
        [.. Enumerable.Range(0, pictures.Count).Select(i =>
            $"{(pictures.Label(i) < 0 ? "none" : pictures.Classes[pictures.Label(i)])}/{pictures.Value("camera", i)}{(pictures.Value("part", i) is { } part ? $"/{part}" : "")}")];

    [Theory]
    [InlineData("0002_c1s1_000451_03.jpg", "0007_c3s3_077419_01.jpg", "0002/1", "0007/3")]           // Market-1501
    [InlineData("0001_c2_f0046182.jpg", "0005_c10_f0051341.jpg", "0001/2", "0005/10")]                // DukeMTMC-reID
    [InlineData("0001_c001_00016450_0.jpg", "0002_c003_00085.jpg", "0001/001", "0002/003")]           // VeRi
    [InlineData("bus_0001_cam1.jpg", "car_0003_cam2.jpg", "bus_0001/1", "car_0003/2")]
    [InlineData("0108_01.png", "0109_20.png", "0108/01", "0109/20")]
    public void Usual_names_are_read_without_being_told(string first, string second, string one, string two)
    {
        using var folder = Folder(first, second);
        using var pictures = PictureSources.Open($"reid:{folder["."]}");
        Assert.Equal([one, two], Shown(pictures));
        Assert.Equal(["camera", "part"], pictures.Columns);
    }

    [Fact]
    public void Market_s_folders_are_splits_and_parts_and_its_junk_has_no_identity()
    {
        using var folder = Folder("bounding_box_train/0002_c1s1_1_01.jpg", "bounding_box_train/0002_c2s1_1_01.jpg", "query/0001_c1s1_1_00.jpg",
            "bounding_box_test/-1_c1s1_1_01.jpg", "bounding_box_test/0000_c1s1_1_01.jpg", "bounding_box_test/0001_c2s1_1_01.jpg");
        using var train = PictureSources.Open($"reid:{folder["."]}?split=train");
        Assert.Equal(["0002/1/train", "0002/2/train"], Shown(train));
        Assert.Equal(["0002"], train.Classes);
        using var test = PictureSources.Open($"reid:{folder["."]}?split=test");
        Assert.Equal(["none/1/gallery", "0000/1/gallery", "0001/2/gallery", "0001/1/query"], Shown(test));
        using var query = PictureSources.Open($"reid:{folder["."]}?split=query");
        Assert.Equal(["0001/1/query"], Shown(query));
    }

    [Fact]
    public void Without_folders_train_and_test_share_no_identity_and_are_the_whole()
    {
        using var folder = Folder([.. from id in Enumerable.Range(0, 20) from camera in new[] { 1, 2, 3 } select $"{id:D4}_{camera}.jpg"]);
        string[] Ids(string query)
        {
            using var pictures = PictureSources.Open($"reid:{folder["."]}{query}");
            Assert.Equal(3 * pictures.Classes.Count, pictures.Count);
            return [.. pictures.Classes];
        }
        Assert.Equal((14, 6), (Ids("?split=train").Length, Ids("?split=test").Length));
        Assert.Equal(Ids(""), Ids("?split=train").Concat(Ids("?split=test")).Order(StringComparer.Ordinal));
        Assert.Equal(Ids("?split=test"), Ids("?split=test"));
        Assert.NotEqual(Ids("?split=test"), Ids("?split=test&seed=1"));
        Assert.Throws<ConfigurationException>(() => Ids("?split=val"));
    }

    [Fact]
    public void A_pattern_folders_and_identities_choose()
    {
        using var folder = Folder("A/x/7-left.jpg", "A/y/8-right.jpg", "B/x/9-left.jpg", "B/x/notes.png");
        string[] Of(string query)
        {
            using var pictures = PictureSources.Open($"reid:{folder["."]}?{query}");
            return Shown(pictures);
        }
        Assert.Equal(["7/left", "8/right", "9/left"], Of("pattern={id}-{camera}.jpg"));
        Assert.Equal(["7/left", "9/left"], Of("pattern=*/x/{id}-{camera}.jpg"));
        Assert.Equal(["9/left"], Of("pattern={id}-{camera}.jpg&within=B"));
        Assert.Equal(["7/left", "8/right"], Of("pattern={id}-{camera}.jpg&ids=7,8"));
        Assert.Contains("notes.png", Message(() => Of("within=B")), StringComparison.Ordinal);
        Assert.Contains("7-left.jpg", Message(() => Of("pattern={id}_{camera}.jpg")), StringComparison.Ordinal);
        Assert.Contains("{id}_cam{camera}.jpg", Message(() => Of("pattern=*.jpg")), StringComparison.Ordinal);
        Assert.Contains("below a folder C", Message(() => Of("within=C")), StringComparison.Ordinal);
        Assert.Contains("called 5", Message(() => Of("pattern={id}-{camera}.jpg&ids=5")), StringComparison.Ordinal);

        static string Message(Action act) => Assert.ThrowsAny<KindredException>(act).Message;
    }
}
