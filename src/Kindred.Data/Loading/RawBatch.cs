using Kindred.Data.Views;

namespace Kindred.Data.Loading;

/// <summary>One view of every picture of a batch, in memory that does not move.</summary>
public sealed class ViewBlock
{
    internal ViewBlock(string name, int height, int width, int channels, int capacity)
    {
        (Name, Height, Width, Channels) = (name, height, width, channels);
        Length = new ViewShape(height, width, channels).Length;
        if ((long)capacity * Length > Array.MaxLength)
            throw new ConfigurationException($"a batch of {capacity} views of {height}×{width}×{channels} takes {(long)capacity * Length} numbers; at "
                + $"most {Array.MaxLength} fit: make the batch or the view smaller");
        Memory = GC.AllocateUninitializedArray<float>(capacity * Length, pinned: true);
    }

    /// <summary>Group and number: <c>global.0</c>, <c>global.1</c>, <c>local.0</c>.</summary>
    public string Name { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Values a pixel.</summary>
    public int Channels { get; }

    /// <summary>Values a picture.</summary>
    public int Length { get; }

    /// <summary>The values, <c>[N, Height, Width, Channels]</c> from the start; pinned, and as long as a full batch needs.</summary>
    public float[] Memory { get; }

    /// <summary>One picture's view, <c>[Height, Width, Channels]</c>.</summary>
    /// <param name="position">Its place in the batch.</param>
    public Span<float> this[int position] => Memory.AsSpan(position * Length, Length);
}

/// <summary>A finished batch. Its memory is used again as soon as the next batch is asked for.</summary>
public sealed class RawBatch
{
    readonly long[] index, labels;

    internal RawBatch(ViewBlock[] views, int capacity)
    {
        Views = views;
        (index, labels) = (new long[capacity], new long[capacity]);
    }

    /// <summary>The views, group after group.</summary>
    public IReadOnlyList<ViewBlock> Views { get; }

    /// <summary>How many pictures there are.</summary>
    public int Count { get; internal set; }

    /// <summary>Which batch of the epoch this is, from 0.</summary>
    public int Number { get; internal set; }

    /// <summary>The pictures' places in the source, <c>[N]</c>; where a picture was replaced, the replacement's.</summary>
    public Span<long> Index => index.AsSpan(0, Count);

    /// <summary>The pictures' classes, <c>[N]</c>; −1 without.</summary>
    public Span<long> Labels => labels.AsSpan(0, Count);

    /// <summary>Seconds that the asking thread waited for this batch.</summary>
    public double Waited { get; internal set; }
}
