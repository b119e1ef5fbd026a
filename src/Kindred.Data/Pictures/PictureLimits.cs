using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>What a file may claim to be before a pixel of it is decoded: a few bytes can declare a picture that fills the memory.</summary>
public sealed record PictureLimits
{
    /// <summary>16,384 a side, 64 Mi pixels, 256 MiB of file.</summary>
    public static PictureLimits Default { get; } = new();

    /// <summary>Longest side, in pixels.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Most pixels, width × height.</summary>
    public long MaxPixels { get; init; } = 64L << 20;

    /// <summary>Longest file, in bytes.</summary>
    public int MaxFileBytes { get; init; } = 256 << 20;

    /// <summary>Refuses a declared size that is not positive or beyond the limits.</summary>
    internal void Check(long width, long height)
    {
        if (width < 1 || height < 1)
            throw new PictureException($"declares a size of {width}×{height}");
        if (width > MaxSide || height > MaxSide || width * height > MaxPixels)
        {
            throw new PictureException(
                $"declares {width}×{height} pixels; at most {MaxSide} a side and {MaxPixels} in all are decoded: shrink it, or raise the picture limits if you trust it");
        }
    }
}
