namespace Kindred.Experiments.Training;

/// <summary>Says so when a recipe makes views that the method does not look at: they cost their time, and a larger <c>count</c> changes nothing that is learnt.</summary>
/// <remarks>Two are never too many, as methods that look at one share their views with others that compare two.</remarks>
/// <param name="warn">Told once.</param>
sealed class ViewsInVain(Action<string> warn) : IHook
{
    const int Usual = 2;
    bool looked;

    /// <inheritdoc/>
    public void Batch(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (looked) return;
        looked = true;
        if (batch.ViewsLookedAt is { } used && batch.Views.Length > Math.Max(Usual, used))
            warn($"views: {batch.Views.Length} views of each sample are made, and the method looks at {(used == 1 ? "the first one" : $"the first {used}")} "
                + $"({string.Join(", ", batch.Views.Take(used).Select(v => v.Name))}): the others cost time and change nothing. Lower 'count', or leave groups out.");
    }
}
