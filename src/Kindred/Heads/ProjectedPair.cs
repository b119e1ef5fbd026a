using Kindred.Nn;

namespace Kindred.Heads;

/// <summary>Two networks that are one player: each reads its own part of a sample.</summary>
/// <param name="first">Of the first part.</param>
/// <param name="second">Of the second.</param>
sealed class ProjectedPair(Projected first, Projected second) : Module
{
    readonly Projected first = first, second = second;

    internal Projected First => first;

    internal Projected Second => second;
}
