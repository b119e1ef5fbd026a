using System.Runtime.InteropServices;
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
    readonly PictureFileBatches views;

    OnnxPictures(OnnxModel model, string source)
    {
        this.model = model;
        (Dimensions, Name) = Facts.Of(model, source, "pictures");
        var input = JsonText.Read<Dictionary<string, long>>(Facts.Need(model, source, OnnxKeys.Input), $"{source}, {OnnxKeys.Input}");
        views = new(ViewJson.Read(Facts.Need(model, source, OnnxKeys.View)), (int)input.GetValueOrDefault("channels", 3));
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
    public IReadOnlyList<float[]> Encode(IReadOnlyList<ReadOnlyMemory<byte>> samples, CancellationToken cancel = default) =>
        [.. views.Of(samples, Batch, cancel).SelectMany(b =>
            Facts.Rows(model.Run(new NamedArray(model.Inputs[0], ElementType.Float32, b.Shape, MemoryMarshal.AsBytes(b.Pixels.AsSpan()).ToArray()))))];

    /// <inheritdoc/>
    public void Dispose()
    {
        views.Dispose();
        model.Dispose();
    }
}
