using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Tests.Pictures;

public sealed class DecodingTests
{
    public static TheoryData<string> Fixtures()
    {
        var data = new TheoryData<string>();
        foreach (var path in Directory.GetFiles(Path.Combine(Encoded.Fixtures, "expected")).Order())
            data.Add(Path.GetFileNameWithoutExtension(path));
        return data;
    }

    /// <summary>JPEG within 2 of PIL (its own rounding differs by build), CMYK within 3, everything else exactly.</summary>
    [Theory, MemberData(nameof(Fixtures))]
    public void Every_kind_of_file_decodes_to_what_PIL_reads(string name)
    {
        var extension = name[(name.LastIndexOf('-') + 1)..];
        var expected = Decode(File.ReadAllBytes(Path.Combine(Encoded.Fixtures, "expected", name + ".png")));
        var got = Decode(File.ReadAllBytes(Path.Combine(Encoded.Fixtures, name[..name.LastIndexOf('-')] + "." + extension)));
        Assert.Equal((expected.Width, expected.Height, expected.Channels), (got.Width, got.Height, got.Channels));
        var tolerance = name.StartsWith("cmyk", StringComparison.Ordinal) ? 3 : extension == "jpg" ? 2 : 0;
        Assert.InRange(Largest(expected, got), 0, tolerance);
    }

    [Fact]
    public void A_region_of_a_JPEG_is_the_same_as_in_the_whole()
    {
        var bytes = Encoded.Jpeg(Encoded.Photo(300, 700));
        var copy = bytes.ToArray();
        var whole = Decode(bytes);
        using var decoder = new PictureDecoder();
        var info = decoder.Measure(bytes);
        var part = new Picture();
        decoder.Decode(bytes, info, new(10, 50, 200, 250), 1, part);
        Assert.Equal(copy, bytes);
        Assert.Equal((300, 700), (part.FullWidth, part.FullHeight));
        Assert.InRange(part.Height, 300, 400);
        for (var y = 0; y < 300; y++)
            Assert.True(whole.Row(y).SequenceEqual(part.Row(y)), $"row {y}");
    }

    [Theory, InlineData(2), InlineData(4), InlineData(8)]
    public void A_reduced_JPEG_shows_block_means(int scale)
    {
        var bytes = Encoded.Jpeg(Encoded.Photo(161, 97), 98);
        var whole = Decode(bytes);
        using var decoder = new PictureDecoder();
        var small = new Picture();
        decoder.Decode(bytes, decoder.Measure(bytes), new(0, 0, 161, 97), scale, small);
        Assert.Equal(((161 + scale - 1) / scale, (97 + scale - 1) / scale, scale), (small.Width, small.Height, small.Scale));
        for (var y = 0; y < 97 / scale; y++)
        {
            for (var x = 0; x < 161 / scale; x++)
            {
                double mean = 0;
                for (var i = 0; i < scale * scale; i++)
                    mean += whole.Row((y * scale) + (i / scale))[3 * ((x * scale) + (i % scale))] / (double)(scale * scale);
                Assert.InRange(small.Row(y)[3 * x] - mean, -12, 12);
            }
        }
    }

    [Fact]
    public void Rows_below_the_region_of_a_PNG_are_left_alone()
    {
        var bytes = Encoded.Png(Encoded.Photo(90, 80));
        var whole = Decode(bytes);
        using var decoder = new PictureDecoder();
        var part = new Picture();
        decoder.Decode(bytes, decoder.Measure(bytes), new(0, 5, 90, 20), 1, part);
        Assert.Equal(25, part.Height);
        Assert.True(whole.Span[..part.Span.Length].SequenceEqual(part.Span));
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[][] files = [Encoded.Jpeg(Encoded.Photo(64, 64)), Encoded.Png(Encoded.Photo(64, 64)), File.ReadAllBytes(Path.Combine(Encoded.Fixtures, "lossy.webp"))];
        var random = new Random(5);
        foreach (var file in files)
        {
            for (var i = 0; i < 50; i++)
            {
                var cut = file[..random.Next(1, file.Length - 20)];
                Assert.Throws<PictureException>(() => Decode(cut));
            }
        }
    }

    [Fact]
    public void Damaged_bytes_end_in_a_picture_or_a_refusal()
    {
        byte[][] files = [Encoded.Jpeg(Encoded.Photo(64, 64)), Encoded.Png(Encoded.Photo(64, 64)), File.ReadAllBytes(Path.Combine(Encoded.Fixtures, "animated.webp"))];
        var random = new Random(6);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var bytes = files[i % 3].ToArray();
            for (var k = 0; k < 4; k++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (Record.Exception(() => Decode(bytes)) is { } exception)
            {
                Assert.IsType<PictureException>(exception);
                refused++;
            }
        }
        Assert.InRange(refused, 500, 3000);
    }

    [Theory]
    [InlineData("picture.gif", "GIF")]
    public void An_unsupported_format_is_named(string file, string word) =>
        Assert.Contains(word, Assert.Throws<PictureException>(() => Decode(File.ReadAllBytes(Path.Combine(Encoded.Fixtures, file)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Text_and_nothing_are_refused_with_what_they_are()
    {
        Assert.Contains("this is no p", Assert.Throws<PictureException>(() => Decode("this is no picture"u8.ToArray())).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Assert.Throws<PictureException>(() => Decode([])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Written_PNG_reads_back_in_every_channel_count()
    {
        foreach (var channels in new[] { 1, 2, 3, 4 })
        {
            var picture = new Picture(37, 21, channels);
            new Random(channels).NextBytes(picture.Span);
            var got = Decode(Encoded.Png(picture));
            Assert.Equal(channels % 2 == 0 ? 4 : 3, got.Channels);
            for (var i = 0; i < 37 * 21; i++)
            {
                var expected = picture.Span.Slice(i * channels, channels);
                var pixel = got.Span.Slice(i * got.Channels, got.Channels);
                Assert.Equal(expected[0], pixel[0]);
                Assert.Equal(expected[channels < 3 ? 0 : 2], pixel[2]);
                if (channels % 2 == 0)
                    Assert.Equal(expected[^1], pixel[3]);
            }
        }
    }

    static Picture Decode(byte[] bytes)
    {
        using var decoder = new PictureDecoder();
        var picture = new Picture();
        decoder.Decode(bytes, picture);
        return picture;
    }

    static int Largest(Picture expected, Picture got)
    {
        var largest = 0;
        for (var i = 0; i < expected.Span.Length; i++)
            largest = Math.Max(largest, Math.Abs(expected.Span[i] - got.Span[i]));
        return largest;
    }
}
