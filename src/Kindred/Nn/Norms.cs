using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Group normalisation: each picture on its own, channels in groups. Wu, He, arXiv:1803.08494.</summary>
public sealed class GroupNorm : Layer
{
    readonly Parameter weight, bias;
    readonly long groups;
    readonly double eps;

    /// <summary>Normalises [N, C, ..] per picture and group.</summary>
    /// <param name="channels">C.</param>
    /// <param name="groups">Wanted groups; the largest number up to it that divides C is taken.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="zero">Starts the gain at zero.</param>
    public GroupNorm(long channels, long groups = 32, double eps = 1e-5, bool zero = false)
    {
        weight = new(zero ? Weights.Zeros(channels) : Weights.Ones(channels));
        bias = new(Weights.Zeros(channels));
        this.groups = Math.Min(groups, channels);
        while (channels % this.groups != 0)
            this.groups--;
        this.eps = eps;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        // Under autocast the input may be bf16; older libtorchs want one type, and the statistics deserve the wider one.
        var y = Tensor.GroupNorm(x.To(weight.Value.Dtype), groups, weight, bias, eps);
        return y.To(x.Dtype);
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        // One gain a channel, whatever comes behind the channels.
        OnnxValue PerChannel(Parameter p)
        {
            var w = onnx.Weight(p);
            for (var axis = 2; axis < x.Rank; axis++) w = w.Unsqueeze(-1);
            return w;
        }
        return (x.GroupNorm(groups, eps) * PerChannel(weight)) + PerChannel(bias);
    }
}

/// <summary>Layer normalisation over the last dimension. Ba, Kiros, Hinton, arXiv:1607.06450.</summary>
public sealed class LayerNorm : Layer
{
    readonly Parameter weight, bias;
    readonly long width;
    readonly double eps;

    /// <summary>Normalises [.., width] row by row.</summary>
    public LayerNorm(long width, double eps = 1e-6)
    {
        weight = new(Weights.Ones(width));
        bias = new(Weights.Zeros(width));
        (this.width, this.eps) = (width, eps);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Tensor.LayerNorm(x, [width], weight, bias, eps);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x.LayerNorm(onnx.Weight(weight), onnx.Weight(bias), eps);
}
