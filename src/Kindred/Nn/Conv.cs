using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Two-dimensional convolution with a square kernel: [N, In, H, W] → [N, Out, H', W'].</summary>
public sealed class Conv2d : Layer
{
    readonly Parameter weight;
    readonly Parameter? bias;
    readonly long stride, padding, groups;
    readonly bool standardised;
    readonly SpectralNorm? spectral;

    /// <summary>Kaiming-normal weights by fan-out, bias U(±1 / √fan-in).</summary>
    /// <param name="inputs">In.</param>
    /// <param name="outputs">Out.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Step in both directions.</param>
    /// <param name="padding">Zeros added on every side; half the kernel when left out.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="bias">Adds one number a channel.</param>
    /// <param name="standardised">Every filter gets mean 0 and variance 1 before use.</param>
    public Conv2d(long inputs, long outputs, long kernel, long stride = 1, long? padding = null, long groups = 1, bool bias = false, bool standardised = false)
    {
        long[] shape = [outputs, inputs / groups, kernel, kernel];
        weight = new(Weights.KaimingFanOut(shape));
        this.bias = bias ? new(Weights.FanInUniform([outputs], Weights.FanIn(shape))) : null;
        (this.stride, this.padding, this.groups) = (stride, padding ?? kernel / 2, groups);
        this.standardised = standardised;
    }

    Conv2d(Tensor weight, Tensor bias)
    {
        (this.weight, this.bias) = (new(weight), new(bias));
        (stride, padding, groups) = (1, weight.Size(2) / 2, 1);
        spectral = new(weight);
    }

    /// <summary>A convolution of step 1 whose kernels are spectrally normalised as a matrix [Out, In · k · k], drawn orthogonally, with bias zero.</summary>
    /// <param name="inputs">In.</param>
    /// <param name="outputs">Out.</param>
    /// <param name="kernel">Side of the kernel.</param>
    public static Conv2d Spectral(long inputs, long outputs, long kernel) => new(Weights.Orthogonal([outputs, inputs, kernel, kernel]), Weights.Zeros(outputs));

    /// <summary>[Out, In / groups, k, k].</summary>
    public Parameter Weight => weight;

    /// <summary>In.</summary>
    public long Inputs => weight.Value.Size(1) * groups;

    /// <summary>[Out], or null.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (ConvolutionTrace.Active) ConvolutionTrace.Note(x, weight, stride, padding, groups);
        // The weights say how the network lies in memory. Pictures come as rows of pixels, and one such input would draw every layer after it along.
        if (!x.IsContiguous() && x.IsContiguous(MemoryFormat.ChannelsLast) && !weight.Value.IsContiguous(MemoryFormat.ChannelsLast))
            x = x.Contiguous();
        return Convolution.Of(x, Used ?? weight.Value, bias?.Value, stride, padding, groups);
    }

    // What goes over the picture in place of the weight.
    Tensor? Used => standardised ? WeightStandardisation.Of(weight) : spectral?.Of(weight);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) =>
        x.Conv(onnx.Weight(weight, Used), bias is null ? null : onnx.Weight(bias), stride, padding, groups);
}

/// <summary>One-dimensional convolution: [N, In, T] → [N, Out, T'].</summary>
public sealed class Conv1d : Layer
{
    readonly Parameter weight;
    readonly Parameter? bias;
    readonly long stride, padding, groups;

    /// <summary>Kaiming-normal weights by fan-out, bias U(±1 / √fan-in).</summary>
    /// <param name="inputs">In.</param>
    /// <param name="outputs">Out.</param>
    /// <param name="kernel">Length of the kernel.</param>
    /// <param name="stride">Step.</param>
    /// <param name="padding">Zeros added on both ends.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="bias">Adds one number a channel.</param>
    public Conv1d(long inputs, long outputs, long kernel, long stride = 1, long padding = 0, long groups = 1, bool bias = true)
    {
        long[] shape = [outputs, inputs / groups, kernel];
        weight = new(Weights.KaimingFanOut(shape));
        this.bias = bias ? new(Weights.FanInUniform([outputs], Weights.FanIn(shape))) : null;
        (this.stride, this.padding, this.groups) = (stride, padding, groups);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
        => Tensor.Conv1d(x, weight, bias?.Value, stride: [stride], padding: [padding], groups: groups);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x.Conv(onnx.Weight(weight), bias is null ? null : onnx.Weight(bias), stride, padding, groups);
}
