namespace Kindred.Numerics;

/// <summary>Arguments that are checked in many places, in one set of words.</summary>
public static class Require
{
    /// <summary>Reads a temperature, or says what is wrong with it.</summary>
    /// <param name="temperature">Any finite number above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void Temperature(double temperature)
    {
        if (!(temperature > 0) || double.IsInfinity(temperature))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "a temperature divides the scores: give a number above 0, for example 0.1");
    }
}
