using Kindred.Randomness;

namespace Kindred.Information;

/// <summary>A law of pairs (x, y) that can be drawn from and whose mutual information is known.</summary>
public interface IPairLaw
{
    /// <summary>Width of x.</summary>
    int X { get; }

    /// <summary>Width of y.</summary>
    int Y { get; }

    /// <summary>I(X; Y) in nats.</summary>
    double MutualInformation { get; }

    /// <summary>Draws one pair.</summary>
    /// <param name="draws">Source of the draws.</param>
    /// <param name="x">Filled with x.</param>
    /// <param name="y">Filled with y.</param>
    void Draw(ref Draws draws, Span<float> x, Span<float> y);
}
