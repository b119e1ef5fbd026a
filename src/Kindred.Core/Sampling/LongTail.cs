namespace Kindred.Sampling;

/// <summary>How class sizes fall from the first class to the last.</summary>
public enum TailProfile
{
    /// <summary>n_i = ⌊n_max · μ^(i/(C−1))⌋, an even slope on a logarithmic scale.</summary>
    Exponential,

    /// <summary>The first ⌊C/2⌋ classes keep n_max, the others ⌊n_max · μ⌋.</summary>
    Step,

    /// <summary>Every class keeps n_max.</summary>
    Balanced,
}

/// <summary>Class sizes of a long-tailed data set, and the many / medium / few groups that its accuracy is reported by.</summary>
/// <remarks>
/// Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", arXiv:1901.05555, Sec. 5.1; counts are truncated, not rounded. μ = smallest / largest,
/// the inverse of the imbalance. Many &gt; 100, few &lt; 20: Liu et al., OLTR, arXiv:1904.05160.
/// </remarks>
public static class LongTail
{
    /// <summary>Pictures that each class keeps, largest first.</summary>
    /// <param name="classes">C ≥ 1; a single class keeps everything.</param>
    /// <param name="largest">n_max.</param>
    /// <param name="imbalance">Largest class divided by smallest, 1/μ: at least 1.</param>
    /// <param name="profile">The shape of the tail.</param>
    public static int[] Counts(int classes, int largest, double imbalance, TailProfile profile = TailProfile.Exponential)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (!(imbalance >= 1) || double.IsInfinity(imbalance))
            throw new ConfigurationException($"a long tail of imbalance {imbalance}: expected is the ratio of largest to smallest class, at least 1");
        return [.. Enumerable.Range(0, classes).Select(i => profile switch
        {
            TailProfile.Exponential => (int)(largest * Math.Pow(imbalance, -i / Math.Max(1.0, classes - 1))),
            TailProfile.Step => i < classes / 2 || classes == 1 ? largest : (int)(largest / imbalance),
            _ => largest,
        })];
    }

    /// <summary>The group of each class: 0 many, 1 medium, 2 few.</summary>
    /// <param name="counts">Training pictures of each class.</param>
    /// <param name="manyAbove">More than this is many.</param>
    /// <param name="fewBelow">Less than this is few.</param>
    public static int[] Groups(IEnumerable<int> counts, int manyAbove = 100, int fewBelow = 20) =>
        [.. counts.Select(count => count > manyAbove ? 0 : count < fewBelow ? 2 : 1)];
}
