using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>A table of vectors looked up by index: int64 [..] → [.., D].</summary>
public sealed class Embedding : Layer
{
    readonly Parameter weight;
    readonly long padding;
    readonly SpectralNorm? spectral;

    /// <summary>N(0, deviation²) rows.</summary>
    /// <param name="count">Rows of the table.</param>
    /// <param name="width">D.</param>
    /// <param name="deviation">Spread of the initial rows.</param>
    /// <param name="padding">An index whose row gets no gradient, −1 for none.</param>
    public Embedding(long count, long width, double deviation = 1, long padding = -1)
    {
        weight = new(Weights.Normal([count, width], deviation));
        this.padding = padding;
    }

    Embedding(Tensor weight)
    {
        (this.weight, padding) = (new(weight), -1);
        spectral = new(weight);
    }

    /// <summary>A table that is spectrally normalised as a matrix, drawn orthogonally.</summary>
    /// <param name="count">Rows of the table.</param>
    /// <param name="width">D.</param>
    public static Embedding Spectral(long count, long width) => new(Weights.Orthogonal([count, width]));

    /// <summary>[Count, D].</summary>
    public Parameter Weight => weight;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Tensor.Embedding(spectral?.Of(weight) ?? weight.Value, x, padding);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => onnx.Weight(weight, spectral?.Of(weight)).Gather(x);
}
