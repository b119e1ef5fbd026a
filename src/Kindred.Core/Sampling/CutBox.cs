using Kindred.Randomness;

namespace Kindred.Sampling;

/// <summary>A rectangle to be cut out of a picture and filled from another one (CutMix).</summary>
/// <param name="X">First column.</param>
/// <param name="Y">First row.</param>
/// <param name="Width">Columns; 0 for none.</param>
/// <param name="Height">Rows; 0 for none.</param>
public readonly record struct CutBox(int X, int Y, int Width, int Height)
{
    /// <summary>Draws a box of area 1 − λ, cut at the picture's edges; λ is the larger half of a Beta(α, α).</summary>
    /// <remarks>Yun et al., arXiv:1905.04899, as in i-Mix's code: the middle is anywhere in the picture, sides are rounded down to whole and then to even numbers.</remarks>
    /// <param name="draws">Where chance comes from.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="alpha">α.</param>
    public static CutBox Draw(ref Draws draws, int width, int height, double alpha)
    {
        var share = draws.Beta(alpha, alpha);
        var side = Math.Sqrt(1 - Math.Max(share, 1 - share));
        int halfWidth = (int)(width * side) / 2, halfHeight = (int)(height * side) / 2;
        int x = draws.Integer(width), y = draws.Integer(height);
        int left = Math.Max(0, x - halfWidth), right = Math.Min(width, x + halfWidth), top = Math.Max(0, y - halfHeight), bottom = Math.Min(height, y + halfHeight);
        return new(left, top, right - left, bottom - top);
    }

    /// <summary>The share of a picture that stays outside.</summary>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    public float Kept(int width, int height) => 1 - ((float)Width * Height / ((float)width * height));
}
