using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>Grey pictures laid on one another as colours.</summary>
public sealed class StackedTests
{
    // Pictures of one shade each, 10 of a class: class and number can be read from a pixel.
    static string Folder(Scratch scratch, int channels = 1, Func<int, int>? side = null)
    {
        var folder = Directory.CreateDirectory(scratch["pictures"]).FullName;
        for (var c = 0; c < 4; c++)
        {
            for (var i = 0; i < 10; i++)
            {
                var picture = new Picture(side?.Invoke((10 * c) + i) ?? 5, 3, channels);
                picture.Span.Fill((byte)((50 * c) + i));
                PngWriter.Write(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, $"class {c}")).FullName, $"{i}.png"), picture);
            }
        }
        return folder;
    }

    [Fact]
    public void Each_colour_is_a_picture_of_its_own_and_the_class_is_that_of_all_three()
    {
        using var scratch = new Scratch();
        using var stacks = PictureSources.Open($"folder:{Folder(scratch)}?stacked=300&seed=3");
        Assert.Equal(300, stacks.Count);
        Assert.Equal(64, stacks.Classes.Count);
        Assert.Equal(["red", "green", "blue"], stacks.Columns);
        Assert.Equal(300, Enumerable.Range(0, 300).Select(stacks.Name).Distinct().Count());
        using var reader = stacks.Open();
        var picture = new Picture();
        HashSet<int> seen = [];
        for (var i = 0; i < 300; i++)
        {
            reader.Read(i, picture);
            Assert.Equal((5, 3, 3), (picture.Width, picture.Height, picture.Channels));
            int[] own = [.. picture.Span[..3].ToArray().Select(p => p / 50)];
            Assert.Equal(picture.Span[..3].ToArray(), picture.Span[^3..].ToArray());
            Assert.Equal((((own[0] * 4) + own[1]) * 4) + own[2], stacks.Label(i));
            Assert.Equal($"class {own[0]} class {own[1]} class {own[2]}", stacks.Classes[stacks.Label(i)]);
            Assert.Equal(own.Select(o => $"class {o}"), stacks.Columns.Select(c => stacks.Value(c, i)));
            seen.Add(stacks.Label(i));
        }
        Assert.InRange(seen.Count, 60, 64);                        // of 64 kinds some 0.6 are missing among 300
    }

    [Fact]
    public void The_seed_draws_the_stacks_and_more_of_them_begin_alike()
    {
        using var scratch = new Scratch();
        var folder = Folder(scratch);
        string[] Names(string query)
        {
            using var stacks = PictureSources.Open($"folder:{folder}?{query}");
            return [.. Enumerable.Range(0, stacks.Count).Select(stacks.Name)];
        }
        Assert.Equal(Names("stacked=30&seed=1"), Names("stacked=30&seed=1"));
        Assert.NotEqual(Names("stacked=30&seed=1"), Names("stacked=30&seed=2"));
        Assert.Equal(Names("stacked=30&seed=1"), Names("stacked=50&seed=1")[..30]);
    }

    [Fact]
    public void Held_out_stacks_are_made_of_held_out_pictures()
    {
        using var scratch = new Scratch();
        var folder = Folder(scratch);
        HashSet<string> Members(string query)
        {
            using var stacks = PictureSources.Open($"folder:{folder}?{query}&stacked=400");
            return [.. Enumerable.Range(0, stacks.Count).SelectMany(i => stacks.Name(i)[(stacks.Name(i).IndexOf(':', StringComparison.Ordinal) + 2)..].Split(" + "))];
        }
        var (kept, held) = (Members("hold=0.25"), Members("held=0.25"));
        Assert.Equal(40, kept.Count + held.Count);
        Assert.Empty(kept.Intersect(held));
    }

    [Theory, InlineData("0"), InlineData("-3"), InlineData("2.5"), InlineData("many"), InlineData("1e3"), InlineData("99999999999"), InlineData("999999999")]
    public void So_many_stacks_is_a_whole_number(string count)
    {
        using var scratch = new Scratch();
        var message = Assert.Throws<ConfigurationException>(() => PictureSources.Open($"folder:{Folder(scratch)}?stacked={count}")).Message;
        Assert.Contains($"stacked={count}", message, StringComparison.Ordinal);
        Assert.Contains("stacked=20000", message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_kinds_than_can_be_told_apart_are_refused_before_they_fill_the_memory()
    {
        using var scratch = new Scratch();
        for (var c = 0; c < 102; c++)
        {
            var picture = new Picture(2, 2, 1);
            PngWriter.Write(Path.Combine(Directory.CreateDirectory(scratch[$"many/{c}"]).FullName, "0.png"), picture);
        }
        var message = Assert.Throws<ConfigurationException>(() => PictureSources.Open($"folder:{scratch["many"]}?stacked=5")).Message;
        Assert.Contains("102 classes", message, StringComparison.Ordinal);
        Assert.Contains("only=", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_be_seen_through_and_other_sizes_are_refused_by_name()
    {
        using var clear = new Scratch();
        var message = Assert.Throws<PictureException>(() => PictureSources.Open($"folder:{Folder(clear, channels: 4)}?stacked=5")).Message;
        Assert.Contains("4 channels", message, StringComparison.Ordinal);
        Assert.Contains(".png", message, StringComparison.Ordinal);
        using var odd = new Scratch();
        var sizes = Assert.Throws<PictureException>(() => PictureSources.Open($"folder:{Folder(odd, side: i => 4 + i)}?stacked=40")).Message;
        Assert.Contains("one size", sizes, StringComparison.Ordinal);
    }
}
