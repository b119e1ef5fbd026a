using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>Decodes encoded pictures of any supported format; one decoder belongs to one thread and reuses its memory.</summary>
/// <remarks>
/// Pictures come out upright (EXIF orientation applied) as RGB, or RGBA where the file has transparency: grey is spread to three channels,
/// CMYK turned to light, palettes looked up, 16 bits cut to 8. A file that ends too early or fails its checksum is refused, not half decoded.
/// </remarks>
/// <param name="limits">What a file may claim to be; <see cref="PictureLimits.Default"/> if null.</param>
public sealed class PictureDecoder(PictureLimits? limits = null) : IDisposable
{
    readonly PictureLimits limits = limits ?? PictureLimits.Default;
    readonly Picture turned = new();
    JpegDecoder? jpeg;

    /// <summary>Reads and checks a picture's header.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="PictureException">Not a supported picture, or larger than allowed.</exception>
    /// <exception cref="Kindred.EnvironmentException">The library that decodes this format is not installed.</exception>
    public PictureInfo Measure(ReadOnlySpan<byte> bytes)
    {
        var format = PictureFormats.Sniff(bytes);
        switch (format)
        {
            case PictureFormat.Jpeg:
                var jpegHeader = JpegHeader.Read(bytes);
                return Upright(format, jpegHeader.Width, jpegHeader.Height, 3, jpegHeader.Orientation);
            case PictureFormat.Png:
                var png = PngDecoder.ReadHeader(bytes);
                return Upright(format, png.Width, png.Height, png.Alpha ? 4 : 3, png.Orientation);
            case PictureFormat.WebP:
                PictureLibrary.Require(PictureLibrary.WebP);
                var webp = WebPDecoder.ReadHeader(bytes);
                return Upright(format, webp.Width, webp.Height, webp.Alpha ? 4 : 3, webp.Orientation);
            default:
                throw new PictureException(PictureFormats.Refusal(bytes));
        }
    }

    /// <summary>Decodes a whole picture.</summary>
    /// <param name="bytes">The whole file. It is altered during the call and restored before it returns.</param>
    /// <param name="into">Receives the pixels.</param>
    /// <exception cref="PictureException">Broken, unsupported, or larger than allowed.</exception>
    public void Decode(Span<byte> bytes, Picture into)
    {
        var info = Measure(bytes);
        Decode(bytes, info, new(0, 0, info.Width, info.Height), 1, into);
    }

    /// <summary>Decodes at least a region of a picture, perhaps reduced.</summary>
    /// <param name="bytes">The whole file. It is altered during the call and restored before it returns.</param>
    /// <param name="info">What <see cref="Measure"/> said about it.</param>
    /// <param name="region">The pixels needed; more may come, and the picture's placement says what came.</param>
    /// <param name="scale">How far it may be reduced: 1, 2, 4 or 8. Only JPEG does; others come at 1.</param>
    /// <param name="into">Receives the pixels and their placement.</param>
    /// <exception cref="PictureException">Broken, in the part that was decoded.</exception>
    public void Decode(Span<byte> bytes, in PictureInfo info, Region region, int scale, Picture into)
    {
        var upright = info.Orientation == 1;
        var target = upright ? into : turned;
        var bottom = upright ? region.Y + region.Height : int.MaxValue;

        // Turning keeps a reduced picture aligned only if the reduction divides its sides.
        if (!upright && (info.Width % scale != 0 || info.Height % scale != 0))
            scale = 1;
        switch (info.Format)
        {
            case PictureFormat.Jpeg:
                jpeg ??= new();
                jpeg.Decode(bytes, JpegHeader.Read(bytes), scale, bottom, target);
                break;
            case PictureFormat.Png:
                PictureLibrary.Require(PictureLibrary.Spng);
                PngDecoder.Decode(bytes, PngDecoder.ReadHeader(bytes), bottom, limits, target);
                break;
            case PictureFormat.WebP:
                WebPDecoder.Decode(bytes, WebPDecoder.ReadHeader(bytes), target);
                break;
            default:
                throw new ArgumentException($"{info.Format} needs no decoder", nameof(info));
        }
        if (upright)
            return;
        Orientation.Apply(turned, info.Orientation, into);
        into.Place(info.Width, info.Height, 0, 0, turned.Scale);
    }

    PictureInfo Upright(PictureFormat format, int width, int height, int channels, int orientation)
    {
        limits.Check(width, height);
        return orientation >= 5 ? new(format, height, width, channels, orientation) : new(format, width, height, channels, orientation);
    }

    /// <summary>Frees the native decoders.</summary>
    public void Dispose()
    {
        jpeg?.Dispose();
        jpeg = null;
    }
}
