using System.Runtime.InteropServices;

namespace Kindred.Io.Onnx;

public sealed partial class OnnxValue
{
    /// <summary>A convolution over all axes from the third on, of one kernel size, step and padding in each.</summary>
    /// <param name="weight">[Out, In / groups, k, …].</param>
    /// <param name="bias">[Out], or null.</param>
    /// <param name="stride">Step.</param>
    /// <param name="padding">Zeros added at both ends.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    public OnnxValue Conv(OnnxValue weight, OnnxValue? bias, long stride = 1, long padding = 0, long groups = 1)
    {
        ArgumentNullException.ThrowIfNull(weight);
        long[] kernel = [.. weight.Shape.Skip(2)];
        return Graph.Node("Conv", bias is null ? [this, weight] : [this, weight, bias], [Shape[0], weight.Shape[0], .. Slid(kernel, stride, padding)],
            ("kernel_shape", kernel), ("strides", All(stride)), ("pads", Both(padding)), ("group", groups));
    }

    /// <summary>The largest value in each window.</summary>
    public OnnxValue MaxPool(long kernel, long stride, long padding = 0) => Graph.Node("MaxPool", [this], [Shape[0], Shape[1], .. Slid(All(kernel), stride, padding)],
        ("kernel_shape", All(kernel)), ("strides", All(stride)), ("pads", Both(padding)));

    /// <summary>The mean of each window.</summary>
    /// <param name="kernel">Side of the window.</param>
    /// <param name="stride">Step.</param>
    /// <param name="ceiling">Keeps an incomplete last window, averaged over what it covers.</param>
    public OnnxValue AvgPool(long kernel, long stride, bool ceiling = false) => Graph.Node("AveragePool", [this], [Shape[0], Shape[1], .. Slid(All(kernel), stride, 0, ceiling)],
        ("kernel_shape", All(kernel)), ("strides", All(stride)), ("ceil_mode", ceiling ? 1 : 0), ("count_include_pad", 0));

    /// <summary>Means over a raster of equal cells along both sides: `[N, C, H, W]` → `[N, C, grid, grid]`. Cells overlap by a row where the side does not divide.</summary>
    /// <exception cref="ConfigurationException">Height or width is not known before the model runs.</exception>
    public OnnxValue AdaptiveMean(long grid)
    {
        var (height, width) = (Size(2), Size(3));
        if (height == grid && width == grid) return this;
        if (height == width && height % grid == 0) return AvgPool(height / grid, height / grid);
        // No operator does it: a matrix of shares from the left, another from the right.
        return Shares(height, grid, across: false).Matmul(this).Matmul(Shares(width, grid, across: true));
    }

    // Which rows a cell is the mean of: [grid, length], or its transpose.
    OnnxValue Shares(long length, long grid, bool across)
    {
        var shares = new float[grid * length];
        for (long cell = 0; cell < grid; cell++)
        {
            var (from, to) = (cell * length / grid, (((cell + 1) * length) + grid - 1) / grid);
            for (var at = from; at < to; at++) shares[across ? (at * grid) + cell : (cell * length) + at] = 1f / (to - from);
        }
        return Graph.Weight(new($"shares_{length}_{grid}{(across ? "_t" : "")}", ElementType.Float32, across ? [length, grid] : [grid, length], MemoryMarshal.AsBytes(shares.AsSpan()).ToArray()));
    }

    /// <summary>The last row and column once more: `[N, C, H, W]` → `[N, C, H + 1, W + 1]`.</summary>
    public OnnxValue RepeatLast() => Graph.Node("Pad", [this, Graph.Whole(0, 0, 0, 0, 0, 0, 1, 1)], [Shape[0], Shape[1], .. Shape.Skip(2).Select(s => s < 0 ? -1 : s + 1)], ("mode", "edge"));

    /// <summary>Channels less their mean over their deviation, times a gain, and an offset.</summary>
    public OnnxValue BatchNorm(OnnxValue gain, OnnxValue offset, OnnxValue mean, OnnxValue variance, double eps) =>
        Graph.Node("BatchNormalization", [this, gain, offset, mean, variance], [.. Shape], ("epsilon", eps));

    /// <summary>The last axis less its mean over its deviation, times a gain, and an offset.</summary>
    public OnnxValue LayerNorm(OnnxValue gain, OnnxValue offset, double eps) => Graph.Node("LayerNormalization", [this, gain, offset], [.. Shape], ("axis", -1), ("epsilon", eps));

    /// <summary>Groups of channels of one sample, each less its mean over its deviation; without gain and offset.</summary>
    public OnnxValue GroupNorm(long groups, double eps)
    {
        var (ones, zeros) = (Graph.Weight(Filled($"ones_{groups}", groups, 1)), Graph.Weight(Filled($"zeros_{groups}", groups, 0)));
        var grouped = Reshape(0, groups, -1);
        return Graph.Node("InstanceNormalization", [grouped, ones, zeros], [.. grouped.Shape], ("epsilon", eps)).ReshapeAs(this);
    }

    internal static NamedArray Filled(string name, long count, float value)
    {
        var values = new float[count];
        Array.Fill(values, value);
        return new(name, ElementType.Float32, [count], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    long[] All(long value) => [.. Enumerable.Repeat(value, Rank - 2)];

    long[] Both(long padding) => [.. All(padding), .. All(padding)];

    IEnumerable<long> Slid(long[] kernel, long stride, long padding, bool ceiling = false) =>
        Shape.Skip(2).Select((size, i) => size < 0 ? -1 : ((size + (2 * padding) - kernel[i] + (ceiling ? stride - 1 : 0)) / stride) + 1);
}
