namespace Kindred.Experiments.Embeddings;

/// <summary>How samples become vectors.</summary>
/// <param name="Layer">h: the representation; z: the embedding that the loss compares; both: the two side by side, each at unit length.</param>
/// <param name="Normalize">Whether vectors are brought to unit length.</param>
/// <param name="Batch">Samples at once; 0 chooses by their size, so that memory stays the same.</param>
public sealed record EmbeddingOptions(string Layer = "h", bool Normalize = false, int Batch = 0)
{
    /// <summary>Numbers of samples that are in the network at once, where <see cref="Batch"/> is left open: 256 pictures of 64 px.</summary>
    const long Numbers = 256L * 64 * 64 * 3;

    internal int BatchFor(IData data)
    {
        if (Batch is < 0 or > 1 << 16) throw new ConfigurationException($"a batch of {Batch} samples; expected are 1 to 65536, or 0 to let their size decide.");
        if (Batch > 0) return Batch;
        var inputs = data.Inputs;
        var size = inputs.GetValueOrDefault("height", 1) * inputs.GetValueOrDefault("width", 1) * inputs.GetValueOrDefault("channels", 1);
        return (int)Math.Clamp(Numbers / Math.Max(1, size), 4, 256);
    }
}

/// <summary>Some samples as vectors.</summary>
/// <param name="Number">Which batch, from 0.</param>
/// <param name="Rows">The samples' numbers in the data; those that cannot be used are left out.</param>
/// <param name="Values">A vector each, one after another.</param>
/// <param name="Labels">The samples' classes, −1 for none; null where the data have none.</param>
public sealed record EmbeddedBatch(int Number, int[] Rows, float[] Values, int[]? Labels)
{
    internal static EmbeddedBatch Of(IData data, int number, int[] rows, float[] values) => new(number, rows, values, data.Labels is { } labels ? [.. rows.Select(i => labels[i])] : null);
}

/// <summary>How far an embedding is.</summary>
/// <param name="Done">Samples done.</param>
/// <param name="Of">Samples in all.</param>
public readonly record struct EmbeddingProgress(int Done, int Of);
