using Kindred.Data.Audit;
using Kindred.Data.Loading;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Tests.Audit;

public sealed class AuditTests
{
    /// <summary>R12, a tenth of its size: every kind of damage and oddity among a thousand good files.</summary>
    [Fact]
    public void Every_kind_of_damage_is_counted_exactly_and_nothing_else()
    {
        using var scratch = new Scratch();
        var good = Encoded.Jpeg(Encoded.Photo(40, 30));
        var expected = new List<string>();
        var random = new Random(2);
        for (var i = 0; i < 1000; i++)
        {
            var name = $"class{i % 4}/{i:D4}.jpg";
            var damaged = i % 100 == 50;
            var bytes = (i / 100, damaged) switch
            {
                (_, false) => good,
                (0 or 1 or 2 or 3, _) => good[..random.Next(40, good.Length - 30)],
                (4 or 5, _) => [],
                (6, _) => "this is no picture\n"u8.ToArray(),
                (7, _) => File.ReadAllBytes(Fixture("picture.gif")),
                _ => [.. good[..20], .. new byte[500]],
            };
            scratch.Write(name, bytes);
            if (damaged)
                expected.Add(name);
        }
        string[] odd = ["cmyk.jpg", "grey16.png", "palette.png", "orientation6.jpg", "animated.webp", "progressive.jpg"];
        foreach (var name in odd)
            scratch.Write($"class0/odd-{Path.ChangeExtension(name, ".jpg")}", File.ReadAllBytes(Fixture(name))); // every extension is wrong or right by chance

        using var pictures = FilePictures.OpenFolder(scratch.Path);
        var report = DataAudit.Verify(pictures);
        Assert.Equal(expected.Order(StringComparer.Ordinal), report.Bad.Select(sample => sample.Name).Order(StringComparer.Ordinal));
        Assert.Equal(1006, report.Samples);
        Assert.Equal([256, 250, 250, 250], report.Classes.Values);

        ViewGroup[] groups = [new("view", 1, new ViewPlan(new Crop(16)))];
        using var loader = new Loader(pictures, groups, new() { BatchSize = 64, Workers = 2, DropLast = false });
        Assert.Equal(1006, loader.Epoch(0).Sum(batch => batch.Count));
        var met = loader.Bad.Select(sample => sample.Name).ToHashSet();
        Assert.Superset(met, expected.ToHashSet()); // a crop's own rows may be whole in a file that is cut further down
        Assert.InRange(met.Count, expected.Count - 4, expected.Count);
        using var strict = new Loader(pictures, groups, new() { BatchSize = 64, BadBudget = 0.002 });
        Assert.Equal(3, Assert.Throws<DataException>(() => strict.Epoch(0).Count()).ExitCode);
    }

    [Fact]
    public void Statistics_are_those_of_all_pixels()
    {
        using var scratch = new Scratch();
        var (sum, square, count) = (0.0, 0.0, 0);
        for (var i = 0; i < 70; i++)
        {
            var picture = Encoded.Photo(10 + (i % 9), 12, i);
            scratch.Write($"{i}.png", Encoded.Png(picture));
            for (var p = 0; p < picture.Width * picture.Height; p++, count++)
            {
                var value = picture.Span[(3 * p) + 1] / 255.0;
                sum += value;
                square += value * value;
            }
        }
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        var report = DataAudit.Statistics(pictures);
        var mean = sum / count;
        Assert.Equal(mean, report.Mean![1], 1e-12);
        Assert.Equal(Math.Sqrt((square / count) - (mean * mean)), report.Std![1], 1e-9);
        Assert.Equal([10, 14, 18], report.Sizes!.Width);
        Assert.Equal(70, report.Unlabelled);
        Assert.Equal(70, report.Formats["png"]);
    }

    [Fact]
    public void A_scan_reads_headers_and_counts_what_it_passes_over()
    {
        using var scratch = new Scratch();
        var good = Encoded.Jpeg(Encoded.Photo(40, 30));
        scratch.Write("a/1.jpg", good);
        scratch.Write("a/2.jpg", good[..^30]); // the header is whole
        scratch.Write("a/3.jpg", ""u8);
        scratch.Write("a/notes.txt", good);
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        var report = DataAudit.Scan(pictures);
        Assert.Equal("a/3.jpg", Assert.Single(report.Bad).Name);
        Assert.Equal((1, 3), (report.Ignored![".txt"], report.Samples));
        Assert.Null(report.Mean);
    }

    [Fact]
    public void Exact_and_near_duplicates_are_found_and_different_pictures_are_not()
    {
        using var scratch = new Scratch();
        for (var i = 0; i < 60; i++)
            scratch.Write($"{i:D3}.png", Encoded.Png(Encoded.Photo(64, 48, i)));
        scratch.Write("200-copy-of-7.png", Encoded.Png(Encoded.Photo(64, 48, 7)));
        scratch.Write("201-copy-of-7.png", Encoded.Png(Encoded.Photo(64, 48, 7)));
        scratch.Write("300-jpeg-of-9.jpg", Encoded.Jpeg(Encoded.Photo(64, 48, 9), 60));
        scratch.Write("301-large-9.jpg", Encoded.Jpeg(Encoded.Photo(128, 96, 9), 90));
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        var groups = Duplicates.Within(pictures);
        Assert.Equal(2, groups.Count);
        Assert.True(groups[0].Exact);
        Assert.Equal(["007.png", "200-copy-of-7.png", "201-copy-of-7.png"], groups[0].Members.Select(pictures.Name));
        Assert.False(groups[1].Exact);
        Assert.Equal(["009.png", "300-jpeg-of-9.jpg", "301-large-9.jpg"], groups[1].Members.Select(pictures.Name));
    }

    [Fact]
    public void Test_pictures_that_are_also_trained_on_are_named_with_their_twins()
    {
        using var scratch = new Scratch();
        for (var i = 0; i < 40; i++)
            scratch.Write($"train/x/{i:D3}.png", Encoded.Png(Encoded.Photo(64, 48, i)));
        for (var i = 38; i < 60; i++)
            scratch.Write($"test/x/{i:D3}.jpg", i == 38 ? Encoded.Png(Encoded.Photo(64, 48, i)) : Encoded.Jpeg(Encoded.Photo(64, 48, i), 70));
        using var train = FilePictures.OpenFolder(scratch.Path, "train");
        using var test = FilePictures.OpenFolder(scratch.Path, "test");
        var leaks = Duplicates.Between(train, test);
        Assert.Equal([(38, 0, true), (39, 1, false)], leaks.Select(leak => (leak.Train, leak.Test, leak.Exact)));
    }

    [Fact]
    public void A_preview_shows_pictures_and_views_with_their_parameters()
    {
        using var scratch = new Scratch();
        for (var i = 0; i < 5; i++)
            scratch.Write($"{i}.png", i == 2 ? [] : Encoded.Png(Encoded.Photo(64, 48, i)));
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        ViewGroup[] groups = [new("global", 2, new ViewPlan(new Crop(32), new Flip(), new Normalize())), new("edges", 1, new ViewPlan(new Crop(16), new Sobel()))];
        var (grid, parameters) = PreviewGrid.Draw(pictures, groups, rows: 10, tile: 40);
        Assert.Equal(((4 * 44) + 4, (5 * (44 + 10)) + 4 + 10), (grid.Width, grid.Height));
        // Above each column its name, below each picture its own: dark strokes where nothing else is drawn.
        int Dark(int left, int top) => Enumerable.Range(top, 8).Sum(y => Enumerable.Range(left, 40).Count(x => grid.Row(y)[3 * x] < 100));
        Assert.All(Enumerable.Range(0, 4), column => Assert.InRange(Dark(4 + (column * 44), 2), 30, 150));
        Assert.All(Enumerable.Range(0, 4), row => Assert.InRange(Dark(4, 10 + 4 + 40 + 2 + (row * 54)), 15, 150));
        Assert.Equal(0, Dark(48, 10 + 4 + 40 + 2));
        Assert.Equal(4, parameters.Split("row ").Length - 1);
        Assert.Equal(12, parameters.Split("column ").Length - 1);
        Assert.Contains("crop", parameters, StringComparison.Ordinal);
        var colours = new HashSet<(byte, byte, byte)>();
        for (var i = 0; i < grid.Span.Length; i += 3)
            colours.Add((grid.Span[i], grid.Span[i + 1], grid.Span[i + 2]));
        Assert.True(colours.Count > 500, $"{colours.Count} colours");
    }

    static string Fixture(string name) => Path.Combine(Encoded.Fixtures, name);
}
