using System.Collections.Concurrent;
using Kindred.Data.Pictures;

namespace Kindred.Data.Views;

/// <summary>Picture files in batches of plain views, for use after training. Safe to use from several threads, each of which gets a decoder of its own.</summary>
/// <param name="plan">The view without chance that the network was evaluated with.</param>
/// <param name="channels">Channels that the network takes, 1 or 3.</param>
/// <param name="limits">What a picture may be at most; left out, the usual.</param>
public sealed class PictureFileBatches(ViewPlan plan, int channels, PictureLimits? limits = null) : IDisposable
{
    readonly ConcurrentBag<PictureFileViews> idle = [];

    /// <summary>The views of all files, in order.</summary>
    /// <param name="files">JPEG, PNG or WebP.</param>
    /// <param name="size">Files at once.</param>
    /// <param name="cancel">Stops between files.</param>
    /// <returns>Numbers and shape of each batch, `[N, C, H, W]`.</returns>
    /// <exception cref="DataException">A file is no picture, or its view has another size than those before it; the message says which.</exception>
    public IEnumerable<(float[] Pixels, long[] Shape)> Of(IReadOnlyList<ReadOnlyMemory<byte>> files, int size, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        var views = idle.TryTake(out var free) ? free : new PictureFileViews(plan, channels, limits);
        try
        {
            for (var first = 0; first < files.Count; first += size)
            {
                var count = Math.Min(size, files.Count - first);
                var pixels = Array.Empty<float>();
                var shape = default(ViewShape);
                for (var i = 0; i < count; i++)
                {
                    cancel.ThrowIfCancellationRequested();
                    var view = Made(views, first + i, files[first + i].Span, out var own);
                    if (i == 0) (shape, pixels) = (own, new float[count * own.Length]);
                    else if (own != shape)
                        throw new DataException($"picture {first + i} gives a view of {own}, the ones before it of {shape}: the view of this network keeps sizes; encode one at a time.");
                    view.CopyTo(pixels.AsSpan(i * own.Length));
                }
                yield return (pixels, [count, shape.Channels, shape.Height, shape.Width]);
            }
        }
        finally { idle.Add(views); }
    }

    static float[] Made(PictureFileViews views, int number, ReadOnlySpan<byte> file, out ViewShape shape)
    {
        try { return views.Make(file, out shape); }
        catch (PictureException e) { throw new DataException($"picture {number} {e.Message}", e); }
    }

    /// <summary>Frees the decoders.</summary>
    public void Dispose()
    {
        while (idle.TryTake(out var views)) views.Dispose();
    }
}
