using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Io;
using Kindred.Io.Onnx;

namespace Kindred.Onnx;

/// <summary>An exported encoder of pictures: the bytes of JPEG, PNG and WebP files in, vectors out, prepared as the network was evaluated.</summary>
/// <example><code>
/// using var encoder = OnnxPictures.Open("encoder.onnx");
/// float[] vector = encoder.Encode([File.ReadAllBytes("cat.jpg")])[0];
/// </code></example>
public sealed class OnnxPictures : ISampleEncoder<ReadOnlyMemory<byte>>
{
    const int Batch = 32;

    readonly OnnxModel model;
    readonly ViewPlan plan;
    readonly int channels;
    readonly ConcurrentBag<PictureFileViews> idle = [];

    OnnxPictures(OnnxModel model, string source)
    {
        this.model = model;
        (Dimensions, Name) = Facts.Of(model, source, "pictures");
        plan = ViewJson.Read(Facts.Need(model, source, OnnxKeys.View));
        channels = JsonDocument.Parse(Facts.Need(model, source, OnnxKeys.Input)).RootElement.GetProperty("channels").GetInt32();
    }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Opens an exported file.</summary>
    /// <param name="path">From <c>kindred export onnx</c>.</param>
    /// <param name="threads">Threads of an operator; 0 for as many as there are processors.</param>
    /// <exception cref="DataException">It is no such file, or one of an encoder of something else.</exception>
    public static OnnxPictures Open(string path, int threads = 0) => Facts.Opened(OnnxModel.Open(path, threads), model => new OnnxPictures(model, path));

    /// <inheritdoc/>
    public IReadOnlyList<float[]> Encode(IReadOnlyList<ReadOnlyMemory<byte>> samples, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var vectors = new List<float[]>(samples.Count);
        var views = idle.TryTake(out var free) ? free : new PictureFileViews(plan, channels);
        try
        {
            foreach (var batch in samples.Index().Chunk(Batch))
            {
                List<float> pixels = [];
                ViewShape? shape = null;
                foreach (var (number, file) in batch)
                {
                    cancel.ThrowIfCancellationRequested();
                    var view = Made(views, number, file.Span, out var own);
                    if (own != (shape ??= own)) throw new DataException($"picture {number} gives a view of {own}, the one before it of {shape}: the exported view keeps sizes; encode one at a time.");
                    pixels.AddRange(view);
                }
                var input = new NamedArray(model.Inputs[0], ElementType.Float32, [batch.Length, channels, shape!.Value.Height, shape.Value.Width],
                    MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(pixels)).ToArray());
                vectors.AddRange(Facts.Rows(model.Run(input)));
            }
        }
        finally { idle.Add(views); }
        return vectors;
    }

    static float[] Made(PictureFileViews views, int number, ReadOnlySpan<byte> file, out ViewShape shape)
    {
        try { return views.Make(file, out shape); }
        catch (PictureException e) { throw new DataException($"picture {number} {e.Message}", e); }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (idle.TryTake(out var views)) views.Dispose();
        model.Dispose();
    }
}
