using System.ComponentModel.DataAnnotations;

namespace Kindred;

/// <summary>A temperature or another divisor of scores: 0.001 … 100.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class TemperatureAttribute() : RangeAttribute(0.001, 100.0);

/// <summary>A part of a whole, a momentum or a mixing weight: 0 … 1. <c>MinimumIsExclusive</c> where nothing at all makes no sense.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class ShareAttribute() : RangeAttribute(0.0, 1.0);

/// <summary>How strongly a term counts in a sum: 0 … 10⁶.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class WeightAttribute() : RangeAttribute(0.0, 1e6);

/// <summary>The width of a layer or of an embedding: 1 … 2²⁰.</summary>
/// <param name="least">0 where that says "none" or "as wide as the input".</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class WidthAttribute(int least = 1) : RangeAttribute(least, 1 << 20);

/// <summary>The layers of a head: 1 … 16.</summary>
/// <param name="least">0 where that says "none".</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class DepthAttribute(int least = 1) : RangeAttribute(least, 16);

/// <summary>How many rows, prototypes, negatives or classes: 1 … 2²⁴.</summary>
/// <param name="least">0 where that says "none", or "all".</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class CountAttribute(int least = 1) : RangeAttribute(least, 1 << 24);

/// <summary>A number of epochs counted from the first: 0 … 2²⁰.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class EpochsAttribute() : RangeAttribute(0, 1 << 20)
{
    /// <summary>What begins when they are over, such as <c>clustering</c>: a training that ends before is warned of. Null where nothing is lost.</summary>
    public string? Before { get; init; }

    /// <summary>The option without which nothing begins: nobody is warned while it is 0.</summary>
    public string? With { get; init; }
}
