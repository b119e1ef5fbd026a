using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Divides each row by the root of its mean square and scales it; no mean is taken off and nothing added. Zhang, Sennrich, arXiv:1910.07467.</summary>
public sealed class RmsNorm : Layer
{
    readonly Parameter weight;
    readonly double eps;

    /// <summary>Normalises [.., width] row by row.</summary>
    /// <param name="width">Width of a row.</param>
    /// <param name="eps">Added to the mean square.</param>
    public RmsNorm(long width, double eps = 1e-6) => (weight, this.eps) = (new(Weights.Ones(width)), eps);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var wide = x.To(weight.Value.Dtype);                                        // the mean square of half precision would overflow
        return (wide * (wide.Square().Mean([-1], keepdim: true) + eps).Rsqrt() * weight.Value).To(x.Dtype);
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(x);
        return x / (x * x).Mean([-1], keep: true).Add(eps).Sqrt() * onnx.Weight(weight);
    }
}
