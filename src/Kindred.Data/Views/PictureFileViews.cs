using Kindred.Data.Pictures;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Makes the plain view of picture files one at a time, for use after training: bytes in, numbers of one shape out.</summary>
/// <remarks>One thread at a time. Decoded pictures are coloured; where the network takes grey they are made so.</remarks>
/// <param name="plan">The view without chance that the network was evaluated with.</param>
/// <param name="channels">Channels that the network takes, 1 or 3.</param>
/// <param name="limits">What a picture may be at most; left out, the usual.</param>
public sealed class PictureFileViews(ViewPlan plan, int channels, PictureLimits? limits = null) : IDisposable
{
    readonly PictureDecoder decoder = new(limits);
    readonly Picture picture = new(), grey = new();
    readonly ViewWorkspace workspace = new();

    /// <summary>The view of a picture file, `[C, H, W]`.</summary>
    /// <param name="file">JPEG, PNG or WebP.</param>
    /// <param name="shape">What came out.</param>
    /// <exception cref="PictureException">It is no picture, or a damaged one.</exception>
    public float[] Make(ReadOnlySpan<byte> file, out ViewShape shape)
    {
        byte[] bytes = [.. file];                                              // a decoder writes into its input for a while
        var info = decoder.Measure(bytes);
        var drawn = plan.Draw(new RandomKey(0, 0, 0, 0), info.Width, info.Height, channels == 1 ? 1 : info.Channels);
        var box = drawn.Region;
        decoder.Decode(bytes, info, new Region(box.X, box.Y, box.Width, box.Height), drawn.DecodeScale, picture);
        shape = drawn.Shape;
        var rows = new float[shape.Length];
        plan.Render(channels == 1 ? Grey() : picture, drawn, rows, workspace);
        var planes = new float[rows.Length];
        var area = shape.Height * shape.Width;
        for (var at = 0; at < area; at++)
            for (var c = 0; c < shape.Channels; c++) planes[(c * area) + at] = rows[(at * shape.Channels) + c];
        return planes;
    }

    // The weights of PIL's grey.
    Picture Grey()
    {
        var step = picture.Channels;
        grey.Reset(picture.Width, picture.Height, 1);
        grey.Place(picture.FullWidth, picture.FullHeight, picture.OffsetX, picture.OffsetY, picture.Scale);
        var (from, to) = (picture.Pixels, grey.Pixels);
        for (int i = 0, o = 0; o < grey.Width * grey.Height; i += step, o++)
            to[o] = (byte)(((from[i] * 19595) + (from[i + 1] * 38470) + (from[i + 2] * 7471) + 0x8000) >> 16);
        return grey;
    }

    /// <inheritdoc/>
    public void Dispose() => decoder.Dispose();
}
