using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Zeroes single numbers at random in training and scales the rest by 1 / (1 − p).</summary>
/// <param name="probability">p in [0, 1).</param>
public sealed class Dropout(double probability) : Layer
{
    /// <summary>Chance that a number is zeroed.</summary>
    public double Probability { get; set; } = probability;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Training && Probability > 0 ? Tensor.Dropout(x, Probability, train: true) : x;

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x;
}

/// <summary>Stochastic depth: drops a residual branch of whole samples in training. Huang et al., arXiv:1603.09382.</summary>
/// <param name="probability">p in [0, 1).</param>
public sealed class DropPath(double probability) : Layer
{
    /// <summary>Chance that a sample loses this branch.</summary>
    public double Probability { get; set; } = probability;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        if (!Training || Probability <= 0)
            return x;
        double keep = 1 - Probability;
        var shape = new long[x.Dim];
        Array.Fill(shape, 1);
        shape[0] = x.Size(0);
        var mask = Tensor.Empty(shape, x.Dtype, device: x.Device).Bernoulli_(keep).Div_(keep); // [N, 1, ..]
        return x * mask;
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x;
}
