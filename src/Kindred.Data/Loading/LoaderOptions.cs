using Kindred.Data.Views;

namespace Kindred.Data.Loading;

/// <summary>How a <see cref="Loader"/> walks through a source.</summary>
public sealed record LoaderOptions
{
    /// <summary>Pictures a batch.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Decides order and views; the same seed gives the same stream whatever the other options but the batch size.</summary>
    public ulong Seed { get; init; }

    /// <summary>A new random order each epoch; else the source's own order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether a last batch that is not full is left out.</summary>
    public bool DropLast { get; init; } = true;

    /// <summary>Threads that decode and render; 0 does it on the asking thread, −1 takes one a core, at most 8.</summary>
    public int Workers { get; init; } = -1;

    /// <summary>Batches made ahead of the one in use.</summary>
    public int Prefetch { get; init; } = 3;

    /// <summary>The share of unusable pictures up to which they are replaced; beyond it the loader stops.</summary>
    public double BadBudget { get; init; } = 0.05;

    internal int WorkerCount => Workers >= 0 ? Workers : Math.Min(8, Environment.ProcessorCount);

    internal void Check()
    {
        if (BatchSize < 1)
            throw new ConfigurationException($"batch size {BatchSize}: expected is at least 1");
        if (Workers is < -1 or > 256)
            throw new ConfigurationException($"workers {Workers}: expected is 0 to 256, or -1 for one a core");
        if (Prefetch < 1)
            throw new ConfigurationException($"prefetch {Prefetch}: expected is at least 1 batch");
        if (!(BadBudget is >= 0 and <= 1))
            throw new ConfigurationException($"bad-sample budget {BadBudget}: expected is a share between 0 and 1");
    }
}
