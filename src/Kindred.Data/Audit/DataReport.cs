using Kindred.Data.Loading;
using Kindred.Data.Views;

namespace Kindred.Data.Audit;

/// <summary>What was found in a source; what a pass did not look at is null.</summary>
public sealed record DataReport
{
    /// <summary>The source's description.</summary>
    public required string Source { get; init; }

    /// <summary>How many pictures it lists, the unusable ones included.</summary>
    public required int Samples { get; init; }

    /// <summary>Pictures of each class, in the order of the labels.</summary>
    public required IReadOnlyDictionary<string, int> Classes { get; init; }

    /// <summary>Pictures without a class.</summary>
    public required int Unlabelled { get; init; }

    /// <summary>The pictures that cannot be used, in order.</summary>
    public required IReadOnlyList<BadSample> Bad { get; init; }

    /// <summary>Pictures of each format.</summary>
    public required IReadOnlyDictionary<string, int> Formats { get; init; }

    /// <summary>Smallest, median and largest sizes.</summary>
    public required PictureSizes? Sizes { get; init; }

    /// <summary>Files passed over because of their names, by extension.</summary>
    public IReadOnlyDictionary<string, int>? Ignored { get; init; }

    /// <summary>Shortest, median and longest duration, of sound.</summary>
    public double[]? Seconds { get; init; }

    /// <summary>Mean of each channel over all pixels, in 0…1, transparency on white.</summary>
    public double[]? Mean { get; init; }

    /// <summary>Standard deviation of each channel over all pixels.</summary>
    public double[]? Std { get; init; }
}

/// <summary>The spread of picture sizes, each side for itself, in pixels.</summary>
/// <param name="Width">Smallest, median and largest width.</param>
/// <param name="Height">Smallest, median and largest height.</param>
public sealed record PictureSizes(int[] Width, int[] Height)
{
    internal static PictureSizes? Of(IEnumerable<(int Width, int Height)> sizes)
    {
        var all = sizes.Where(size => size.Width > 0).ToArray();
        return all.Length == 0 ? null : new(Spread([.. all.Select(s => s.Width)]), Spread([.. all.Select(s => s.Height)]));
    }

    static int[] Spread(int[] sides)
    {
        Array.Sort(sides);
        return [sides[0], sides[sides.Length / 2], sides[^1]];
    }
}
