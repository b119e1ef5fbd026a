using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Layers one after the other.</summary>
/// <param name="layers">From input to output.</param>
public sealed class Sequential(params Layer[] layers) : Layer
{
    readonly Layer[] layers = layers;

    /// <summary>The layers, from input to output.</summary>
    public IReadOnlyList<Layer> Layers => layers;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        foreach (var layer in layers)
            x = layer.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => layers.Aggregate(x, (h, layer) => layer.Export(onnx, h));
}

/// <summary>Nothing: where a layer may be left out.</summary>
public sealed class Unchanged : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x;

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x;
}

/// <summary>A function without weights as a layer.</summary>
/// <param name="function">What it does.</param>
public sealed class Map(Func<Tensor, Tensor> function) : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => function(x);
}

/// <summary>max(x, 0).</summary>
public sealed class Relu : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Relu();

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x.Relu();
}

/// <summary>x Φ(x). Hendrycks, Gimpel, arXiv:1606.08415.</summary>
public sealed class Gelu : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Gelu();

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x.Gelu();
}
