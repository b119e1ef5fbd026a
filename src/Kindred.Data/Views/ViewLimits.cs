using Kindred.Data.Pictures;

namespace Kindred.Data.Views;

/// <summary>The sizes that kernels with pointers may be asked for: whatever passes here can be multiplied in 32 bits and fits its buffer.</summary>
static class ViewLimits
{
    /// <summary>Most numbers of a view or of an intermediate picture: 1 GiB of floats.</summary>
    internal const int MaxNumbers = 1 << 28;

    /// <summary>Longest side: up to here every whole number is a float.</summary>
    internal const int MaxSide = 1 << 24;

    /// <summary>Whether a view of that shape can be made.</summary>
    internal static bool Fits(long height, long width, long channels) =>
        height is >= 1 and <= MaxSide && width is >= 1 and <= MaxSide && channels is >= 1 and <= 4 && height * width <= MaxNumbers / channels;

    /// <summary>Refuses a shape that cannot be made.</summary>
    /// <exception cref="ConfigurationException">A side below 1 or too long, or more numbers than <see cref="MaxNumbers"/>.</exception>
    internal static void Require(long height, long width, long channels)
    {
        if (!Fits(height, width, channels))
            throw new ConfigurationException($"a view of {height}×{width}×{channels} (rows, columns, channels): expected are 1 to {MaxSide} a side, 1 "
                + $"to 4 channels and at most {MaxNumbers} numbers in all; mend the size that a crop, resize or patch asks for");
    }

    /// <summary>Refuses a shape that an operation makes of another; where the picture's proportions are to blame and not the setting, the picture is.</summary>
    /// <exception cref="ConfigurationException">The setting is to blame.</exception>
    /// <exception cref="PictureException">The picture is.</exception>
    internal static void Require(Augmentation operation, ViewShape before, ViewShape after)
    {
        if (Fits(after.Height, after.Width, after.Channels))
            return;
        if (operation is Resize { Square: false } resize && Fits(resize.Size, resize.Size, after.Channels))
            throw new PictureException($"is {before.Width}×{before.Height}, and becomes {after.Width}×{after.Height} with a shorter side of "
                + $"{resize.Size}, more than {MaxNumbers} numbers; crop it first");
        Require(after.Height, after.Width, after.Channels);
    }

    /// <summary>A product of sizes as the length of a buffer.</summary>
    /// <exception cref="ConfigurationException">More than a buffer holds.</exception>
    internal static int Items(Int128 count) => count >= 0 && count <= 2L * MaxNumbers
        ? (int)count
        : throw new ConfigurationException($"a resampling needs a buffer of {count} numbers; take a smaller crop or resize");
}
