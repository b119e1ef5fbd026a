namespace Kindred.Objectives;

/// <summary>Which negatives a pairwise objective uses.</summary>
public enum NegativeMining
{
    /// <summary>All 2N − 2.</summary>
    All,

    /// <summary>The most similar negative that is still less similar than the positive.</summary>
    SemiHard,
}
