using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Stems and shortcuts of residual networks.</summary>
static class ResNetParts
{
    public static Layer Stem(ResNetStem stem, long channels, long width, Norming norming) => stem switch
    {
        ResNetStem.Cifar => norming.Conv(channels, width, 3),
        ResNetStem.ImageNet => norming.Conv(channels, width, 7, stride: 2),
        _ => new Sequential(
            norming.Conv(channels, width / 2, 3, stride: 2), norming.Norm(width / 2), new Relu(),
            norming.Conv(width / 2, width / 2, 3), norming.Norm(width / 2), new Relu(),
            norming.Conv(width / 2, width, 3)),
    };

    /// <summary>What brings a block's input to the shape of its output; null when it already has it.</summary>
    public static Layer[]? Shortcut(long inputs, long outputs, long stride, Norming norming, bool pooled)
    {
        if (stride == 1 && inputs == outputs)
            return null;
        return pooled
            ? [new ShortcutPool(stride), norming.Conv(inputs, outputs, 1), norming.Norm(outputs)]
            : [norming.Conv(inputs, outputs, 1, stride), norming.Norm(outputs)];
    }

    public static Tensor Through(this Layer[] layers, Tensor x)
    {
        foreach (var layer in layers)
            x = layer.Forward(x);
        return x;
    }

    public static OnnxValue Through(this Layer[] layers, OnnxExport onnx, OnnxValue x) => layers.Aggregate(x, (h, layer) => layer.Export(onnx, h));
}

/// <summary>2×2 averages of ResNet-D shortcuts; with stride 1 the border repeats what little it covers, so the size stays.</summary>
sealed class ShortcutPool(long stride) : Layer
{
    public override Tensor Forward(Tensor x)
    {
        if (stride > 1)
            return x.AvgPool2d([2, 2], [stride, stride], ceilMode: true, countIncludePad: false);
        var padded = x.Pad([0, 1, 0, 1], "replicate");
        return padded.AvgPool2d([2, 2], [1, 1]);
    }

    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => stride > 1 ? x.AvgPool(2, stride, ceiling: true) : x.RepeatLast().AvgPool(2, 1);
}

/// <summary>Two 3×3 convolutions around which the input is carried.</summary>
sealed class BasicBlock : Layer
{
    readonly Conv2d conv1, conv2;
    readonly Layer bn1, bn2;
    readonly Layer[]? downsample;

    public BasicBlock(long inputs, long width, long stride, Norming norming, bool pooledShortcut)
    {
        conv1 = norming.Conv(inputs, width, 3, stride);
        bn1 = norming.Norm(width);
        conv2 = norming.Conv(width, width, 3);
        bn2 = norming.Norm(width, last: true);
        downsample = ResNetParts.Shortcut(inputs, width, stride, norming, pooledShortcut);
    }

    public override Tensor Forward(Tensor x)
    {
        using var scope = Scope.Open(); // only what backward needs outlives the block
        var h = bn1.Forward(conv1.Forward(x)).Relu_();
        h = bn2.Forward(conv2.Forward(h));
        return scope.Return(h.Add_(downsample?.Through(x) ?? x).Relu_());
    }

    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        var h = bn2.Export(onnx, conv2.Export(onnx, bn1.Export(onnx, conv1.Export(onnx, x)).Relu()));
        return (h + (downsample?.Through(onnx, x) ?? x)).Relu();
    }
}

/// <summary>1×1, 3×3, 1×1 convolutions, the last four times as wide; with selective kernels in the middle if wanted.</summary>
sealed class Bottleneck : Layer
{
    readonly Layer conv1, bn1, conv2, bn2, conv3, bn3;
    readonly Layer[]? downsample;

    public Bottleneck(long inputs, long width, long stride, Norming norming, double skRatio, bool pooledShortcut)
    {
        bool selective = skRatio > 0;
        conv1 = norming.Conv(inputs, width, 1);
        bn1 = norming.Norm(width);
        conv2 = selective ? new SelectiveKernel(width, width, stride, norming, skRatio) : norming.Conv(width, width, 3, stride);
        bn2 = selective ? new Unchanged() : norming.Norm(width);
        conv3 = norming.Conv(width, 4 * width, 1);
        bn3 = norming.Norm(4 * width, last: true);
        downsample = ResNetParts.Shortcut(inputs, 4 * width, stride, norming, pooledShortcut || selective);
    }

    public override Tensor Forward(Tensor x)
    {
        using var scope = Scope.Open(); // only what backward needs outlives the block
        var h = bn1.Forward(conv1.Forward(x)).Relu_();
        h = bn2.Forward(conv2.Forward(h)).Relu_();
        h = bn3.Forward(conv3.Forward(h));
        return scope.Return(h.Add_(downsample?.Through(x) ?? x).Relu_());
    }

    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        var h = bn1.Export(onnx, conv1.Export(onnx, x)).Relu();
        h = bn2.Export(onnx, conv2.Export(onnx, h)).Relu();
        h = bn3.Export(onnx, conv3.Export(onnx, h));
        return (h + (downsample?.Through(onnx, x) ?? x)).Relu();
    }
}

/// <summary>Two 3×3 streams, mixed per channel by a softmax that looks at the whole picture.</summary>
/// <remarks>
/// One convolution to 2F channels, norm, ReLU; g = global mean of the two streams' sum → 1×1 to max(F · ratio, 32) → norm,
/// ReLU → 1×1 to 2F → softmax over the two streams.
/// </remarks>
sealed class SelectiveKernel : Layer
{
    readonly Conv2d conv, squeeze, excite;
    readonly Layer bn, squeezeBn;

    public SelectiveKernel(long inputs, long outputs, long stride, Norming norming, double ratio)
    {
        long inner = Math.Max((long)(outputs * ratio), 32);
        conv = norming.Conv(inputs, 2 * outputs, 3, stride);
        bn = norming.Norm(2 * outputs);
        squeeze = norming.Conv(outputs, inner, 1);
        squeezeBn = norming.Norm(inner);
        excite = norming.Conv(inner, 2 * outputs, 1);
    }

    public override Tensor Forward(Tensor x)
    {
        var streams = bn.Forward(conv.Forward(x)).Relu_().Chunk(2, 1);       // 2 × [N, F, H, W]
        var g = (streams[0] + streams[1]).Mean([2, 3], keepdim: true);        // [N, F, 1, 1]
        var mix = excite.Forward(squeezeBn.Forward(squeeze.Forward(g)).Relu_()).Chunk(2, 1);
        var gate = (mix[0] - mix[1]).Sigmoid();                               // softmax of two
        return streams[0] * gate + streams[1] * (1 - gate);
    }

    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        var streams = bn.Export(onnx, conv.Export(onnx, x)).Relu().Chunk(2, 1);
        var g = (streams[0] + streams[1]).Mean([2, 3], keep: true);
        var mix = excite.Export(onnx, squeezeBn.Export(onnx, squeeze.Export(onnx, g)).Relu()).Chunk(2, 1);
        var gate = (mix[0] - mix[1]).Sigmoid();
        return (streams[0] * gate) + (streams[1] * gate.Mul(-1).Add(1));
    }
}
