using Kindred.Data.Pictures;

namespace Kindred.Cli.Tests;

/// <summary>A folder as people have it: large pictures without labels, and what else lies between them.</summary>
static class Photographs
{
    /// <summary>Whether tests take the numbers that users have, not those of a suite.</summary>
    internal static bool Large => Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1";

    /// <summary>The name of the picture that has a near twin.</summary>
    internal const string Original = "photo-00007.jpg";

    /// <summary>Its twin: brighter, of another size, and with a name that is not plain.</summary>
    internal const string Twin = "Größe 2 (Kopie).jpg";

    /// <summary>Fills a folder with pictures of 300 to 1,000 pixels: scenes of large shapes, a near twin, a PNG with alpha, a JPEG that ends early, a text.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="count">JPEGs.</param>
    internal static void Fill(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < count; i++) Jpeg(Path.Combine(folder, $"photo-{i:D5}.jpg"), Scene(i, Side(i), Side(i + 7919)), 80);
        Jpeg(Path.Combine(folder, Twin), Scene(7, 640, 480, brighter: 12), 70);
        PngWriter.Write(Path.Combine(folder, "sticker.png"), Transparent(Scene(count, 320, 300)));
        var whole = File.ReadAllBytes(Path.Combine(folder, "photo-00000.jpg"));
        File.WriteAllBytes(Path.Combine(folder, "cut.jpg"), whole[..(whole.Length / 2)]);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "not a picture");
    }

    /// <summary>Another file of the scene that has a twin.</summary>
    /// <param name="path">The file.</param>
    internal static void Again(string path) => Jpeg(path, Scene(7, 500, 420), 60);

    static void Jpeg(string path, Picture picture, int quality) => File.WriteAllBytes(path, JpegWriter.Encode(picture, quality));

    /// <summary>Small pictures, fast to make in numbers.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="count">How many.</param>
    internal static void FillSmall(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        var picture = new Picture(16, 16, 3);
        for (var i = 0; i < count; i++)
        {
            new Random(i).NextBytes(picture.Span);
            PngWriter.Write(Path.Combine(folder, $"{i:D6}.png"), picture);
        }
    }

    static int Side(int seed) => 300 + new Random(seed).Next(701);

    // A few soft shapes on a ground, as fractions of the sides: the same scene in another size is the same scene.
    static Picture Scene(int number, int width, int height, int brighter = 0)
    {
        var random = new Random(number);
        var picture = new Picture(width, height, 3);
        var shapes = Enumerable.Range(0, 5).Select(_ => (X: random.NextDouble(), Y: random.NextDouble(), R: 0.1 + (0.3 * random.NextDouble()), Colour: Colour(random))).ToArray();
        var ground = Colour(random);
        var pixels = picture.Span;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var colour = ground;
                foreach (var (sx, sy, r, c) in shapes)
                    if (Square(((double)x / width) - sx) + Square(((double)y / height) - sy) < r * r) colour = c;
                for (var k = 0; k < 3; k++) pixels[(((y * width) + x) * 3) + k] = (byte)Math.Clamp(colour[k] + brighter + (20 * x / width), 0, 255);
            }
        return picture;
    }

    static double Square(double value) => value * value;

    static int[] Colour(Random random) => [random.Next(230), random.Next(230), random.Next(230)];

    static Picture Transparent(Picture solid)
    {
        var picture = new Picture(solid.Width, solid.Height, 4);
        for (var i = 0; i < solid.Width * solid.Height; i++)
        {
            solid.Span.Slice(3 * i, 3).CopyTo(picture.Span[(4 * i)..]);
            picture.Span[(4 * i) + 3] = (byte)(i % 2 == 0 ? 255 : 128);
        }
        return picture;
    }
}
