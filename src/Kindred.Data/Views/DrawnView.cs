using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kindred.Data.Pictures;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Everything that chance decided about one view, before a pixel was touched: copy it, print it, render it.</summary>
public struct DrawnView
{
    /// <summary>The most operations a plan may have.</summary>
    public const int Capacity = 16;

    Steps steps;

    /// <summary>The key that all numbers were drawn with.</summary>
    public RandomKey Key { get; set; }

    /// <summary>Columns of the whole picture that the view was drawn for.</summary>
    public int SourceWidth { get; set; }

    /// <summary>Rows of the whole picture that the view was drawn for.</summary>
    public int SourceHeight { get; set; }

    /// <summary>The part of the whole picture that the view shows: a decoder needs to deliver no more.</summary>
    public PixelBox Region { get; set; }

    /// <summary>The columns that <see cref="Region"/> is resampled to first, or 0 if it is taken pixel by pixel: a decoder may shrink down to it.</summary>
    public int TargetWidth { get; set; }

    /// <summary>The rows that <see cref="Region"/> is resampled to first, or 0 if it is taken pixel by pixel.</summary>
    public int TargetHeight { get; set; }

    /// <summary>The finished view's shape.</summary>
    public ViewShape Shape { get; set; }

    /// <summary>What the plan's operations drew, in their order.</summary>
    /// <param name="index">The operation's place in the plan.</param>
    [UnscopedRef]
    public readonly ref readonly DrawnStep this[int index] => ref steps[index];

    /// <summary>The same, to write: a study may set a number instead of drawing it.</summary>
    /// <param name="index">The operation's place in the plan.</param>
    [UnscopedRef]
    public ref DrawnStep Edit(int index) => ref steps[index];

    /// <summary>The largest of 1, 2, 4 and 8 by which a decoder may shrink the picture and still hold a pixel of the region for every pixel wanted.</summary>
    public readonly int DecodeScale
    {
        get
        {
            if (TargetWidth == 0 || TargetHeight == 0)
                return 1;
            var scale = 8;
            while (scale > 1 && (Region.Width < TargetWidth * scale || Region.Height < TargetHeight * scale))
                scale /= 2;
            return scale;
        }
    }

    [InlineArray(Capacity)]
    struct Steps
    {
        DrawnStep first;
    }
}
