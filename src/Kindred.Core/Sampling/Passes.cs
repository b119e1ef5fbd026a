namespace Kindred.Sampling;

/// <summary>Batches that go through some samples again and again, in a new order each time.</summary>
public static class Passes
{
    /// <summary>Batches of one size. None holds a sample twice; a pass's rest that fills no batch is left out of that pass.</summary>
    /// <param name="samples">Different from one another, at least one.</param>
    /// <param name="size">Samples a batch, at least one; all of them where there are fewer.</param>
    /// <param name="count">How many batches.</param>
    /// <param name="shuffler">Orders each pass; its number is the key.</param>
    /// <exception cref="ConfigurationException">There is no sample, or the size is below one.</exception>
    public static int[][] Batches(IReadOnlyList<int> samples, int size, int count, Shuffler shuffler)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(shuffler);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (samples.Count == 0) throw new ConfigurationException("batches of no samples: expected is at least one sample to go through");
        if (size < 1) throw new ConfigurationException($"batches of {size} samples: expected is at least 1");

        size = Math.Min(size, samples.Count);
        IReadOnlyList<int> order = samples;
        var (pass, next) = (0, samples.Count);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            if (next + size > order.Count) (order, next) = (shuffler.Shuffled(order, pass++), 0);
            next += size;
            return order.Skip(next - size).Take(size).ToArray();
        })];
    }
}
