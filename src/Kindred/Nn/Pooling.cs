using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Largest value in each window: [N, C, H, W] → [N, C, H', W'].</summary>
/// <param name="kernel">Side of the window.</param>
/// <param name="stride">Step; the kernel when left out.</param>
/// <param name="padding">Border that never wins.</param>
public sealed class MaxPool(long kernel, long? stride = null, long padding = 0) : Layer
{
    readonly long stride = stride ?? kernel;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.MaxPool2d([kernel, kernel], [stride, stride], [padding, padding]);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x.MaxPool(kernel, stride, padding);
}

/// <summary>Mean of each window: [N, C, H, W] → [N, C, H', W'].</summary>
/// <param name="kernel">Side of the window.</param>
/// <param name="stride">Step; the kernel when left out.</param>
/// <param name="ceiling">Keeps an incomplete last window, averaged over what it covers.</param>
public sealed class AvgPool(long kernel, long? stride = null, bool ceiling = false) : Layer
{
    readonly long stride = stride ?? kernel;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
        => x.AvgPool2d([kernel, kernel], [stride, stride], ceilMode: ceiling, countIncludePad: false);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x.AvgPool(kernel, stride, ceiling);
}

/// <summary>Means over a grid of fixed size, flattened: [N, C, H, W] → [N, C · grid · grid].</summary>
/// <param name="grid">Cells along each side; 1 averages the whole picture.</param>
public sealed class AdaptiveAvgPool(long grid = 1) : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        if (grid == 1)
            return x.Mean([2, 3]);
        // A raster that is already as coarse as wanted needs no pooling, whose backward is slow.
        if (x.Size(2) != grid || x.Size(3) != grid) x = x.AdaptiveAvgPool2d([grid, grid]);
        // NHWC pictures are brought back to channel-major order, so that the flattened order does not depend on the layout.
        return x.Contiguous().Flatten(1);
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => grid == 1 ? x.Mean([2, 3]) : x.AdaptiveMean(grid).Flatten();
}
