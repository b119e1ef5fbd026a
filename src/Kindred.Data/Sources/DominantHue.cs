namespace Kindred.Data.Sources;

/// <summary>The colour that there is most of in a picture: one of eight hues, or none in a grey one.</summary>
/// <remarks>Hues are eighths of a turn around HSV, the first around pure red. Each pixel votes with its chroma and as far as it is opaque; below a mean vote of 0.02 a picture is grey.</remarks>
static class DominantHue
{
    const double Grey = 0.02;

    /// <summary>The names in the order of their hues, grey last.</summary>
    internal static string[] Names { get; } = ["red", "orange", "lime", "green", "cyan", "blue", "violet", "magenta", "grey"];

    /// <summary>The name of a picture's hue.</summary>
    /// <param name="pixels">RGB and alpha, four bytes a pixel.</param>
    internal static string Of(ReadOnlySpan<byte> pixels)
    {
        Span<double> votes = stackalloc double[8];
        votes.Clear();
        for (var i = 0; i + 3 < pixels.Length; i += 4)
        {
            int r = pixels[i], g = pixels[i + 1], b = pixels[i + 2];
            int most = Math.Max(r, Math.Max(g, b)), chroma = most - Math.Min(r, Math.Min(g, b));
            if (chroma == 0) continue;
            var sixth = most == r ? (double)(g - b) / chroma : most == g ? 2 + ((double)(b - r) / chroma) : 4 + ((double)(r - g) / chroma);
            votes[((int)Math.Round(sixth * 8 / 6) + 8) % 8] += chroma / 255.0 * pixels[i + 3] / 255.0;
        }
        var best = 0;
        var sum = 0.0;
        for (var hue = 0; hue < 8; hue++)
        {
            sum += votes[hue];
            if (votes[hue] > votes[best]) best = hue;
        }
        return Names[sum * 4 / pixels.Length < Grey ? 8 : best];
    }
}
