using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>How single losses become one.</summary>
public enum Reduction
{
    /// <summary>Their mean; 0 where there are none.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The mean of those above zero; 0 where there are none. Keeps a triplet loss from fading as most triplets become easy.</summary>
    MeanOfPositive,
}

/// <summary>Carries out a <see cref="Reduction"/>.</summary>
public static class Reductions
{
    /// <summary>One number of many losses.</summary>
    /// <param name="reduction">How.</param>
    /// <param name="losses">Of any shape, also empty.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Apply(this Reduction reduction, Tensor losses) => reduction switch
    {
        Reduction.Sum => losses.Sum(),
        Reduction.MeanOfPositive => losses.Sum() / losses.Gt(0).Sum().ClampMin(1),
        _ => losses.Sum() / Math.Max(losses.Numel, 1),
    };
}
