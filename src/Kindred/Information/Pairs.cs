using Kindred.Torch;

namespace Kindred.Information;

/// <summary>Which scores of an N × N matrix stand for independent pairs.</summary>
public enum Negatives
{
    /// <summary>Everything but the diagonal.</summary>
    OffDiagonal,

    /// <summary>The whole matrix, the true pairs included.</summary>
    All,
}

/// <summary>Reads true and independent pairs off a score matrix.</summary>
public static class Pairs
{
    /// <summary>The diagonal, `[N]`.</summary>
    /// <param name="scores">`[N, N]`, row x, column y.</param>
    public static Tensor Joint(Tensor scores) => scores.Diagonal();

    /// <summary>The independent pairs, `[N(N−1)]` or `[N²]`.</summary>
    /// <param name="scores">`[N, N]`, row x, column y.</param>
    /// <param name="negatives">With or without the diagonal; a single pair has nothing off the diagonal.</param>
    /// <exception cref="ArgumentException">One pair only, and its diagonal left out.</exception>
    public static Tensor Marginal(Tensor scores, Negatives negatives)
    {
        if (negatives == Negatives.All)
            return scores.Reshape([-1]);
        var n = scores.Size(0);
        if (n < 2)
            throw new ArgumentException("a single pair has no independent pairs beside it: give a batch of at least two.");
        // After its first element the flat matrix has a diagonal entry at the end of every N + 1: rows of that width drop them.
        return scores.Reshape([-1]).Narrow(0, 1, n * n - 1).Reshape([n - 1, n + 1]).Narrow(1, 0, n).Reshape([-1]);
    }
}
