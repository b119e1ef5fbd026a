using System.ComponentModel.DataAnnotations;

namespace Kindred;

/// <summary>An option of two numbers, the smaller first, both within bounds: a range to draw from.</summary>
/// <param name="low">The least that either may be.</param>
/// <param name="high">The greatest that either may be.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class IntervalAttribute(double low, double high) : RangeAttribute(low, high);

/// <summary>How often something acts: a probability.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ProbabilityAttribute() : RangeAttribute(0.0, 1.0);

/// <summary>A side or a distance in pixels.</summary>
/// <param name="least">The least, 1 unless given.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PixelsAttribute(int least = 1) : RangeAttribute(least, 8192);
