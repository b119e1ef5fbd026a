using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Batch normalisation over all dimensions but the channels: [N, C], [N, C, T] or [N, C, H, W].</summary>
/// <remarks>Ioffe, Szegedy, arXiv:1502.03167. In training statistics come from the batch, else from the running averages.</remarks>
public class BatchNorm : Layer
{
    readonly Parameter? weight, bias;
    readonly Buffer runningMean, runningVar;

    /// <summary>Weight one, bias zero, running mean zero, running variance one.</summary>
    /// <param name="channels">C.</param>
    /// <param name="weight">Learns a gain per channel.</param>
    /// <param name="bias">Learns an offset per channel.</param>
    /// <param name="momentum">Share of the newest batch in the running averages.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="zero">Starts the gain at zero, so that a residual block begins as the identity.</param>
    public BatchNorm(long channels, bool weight = true, bool bias = true, double momentum = 0.1, double eps = 1e-5, bool zero = false)
    {
        this.weight = weight ? new(zero ? Weights.Zeros(channels) : Weights.Ones(channels)) : null;
        this.bias = bias ? new(Weights.Zeros(channels)) : null;
        runningMean = new(Weights.Zeros(channels));
        runningVar = new(Weights.Ones(channels));
        (Momentum, Eps) = (momentum, eps);
    }

    /// <summary>Share of the newest batch in the running averages.</summary>
    public double Momentum { get; set; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>[C], the running mean.</summary>
    public Buffer RunningMean => runningMean;

    /// <summary>[C], the running (unbiased) variance.</summary>
    public Buffer RunningVariance => runningVar;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Normalise(x, runningMean, runningVar);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        var channels = runningMean.Value.Size(0);
        return x.BatchNorm(weight is null ? onnx.Filled(channels, 1) : onnx.Weight(weight), bias is null ? onnx.Filled(channels, 0) : onnx.Weight(bias),
            onnx.Weight(runningMean), onnx.Weight(runningVar), Eps);
    }

    private protected Tensor Normalise(Tensor x, Tensor mean, Tensor variance)
        => Training && Everyone.Sharing ? NormaliseAmong(x, mean, variance)
        : Tensor.BatchNorm(x, weight?.Value, bias?.Value, mean, variance, Training, Momentum, Eps, cudnnEnabled: true);

    Tensor NormaliseAmong(Tensor x, Tensor running, Tensor runningVariance)
    {
        var wide = x.Dtype == Dtype.Float64 ? x : x.To(Dtype.Float32);
        var (ones, zeros) = (weight?.Value ?? Tensor.Ones([x.Size(1)], wide.Dtype, x.Device), bias?.Value ?? Tensor.Zeros([x.Size(1)], wide.Dtype, x.Device));
        return new NormAmong(running, runningVariance, Momentum, Eps).Apply(wide, ones, zeros).To(x.Dtype);
    }
}

/// <summary>Batch normalisation whose statistics come from chunks of the batch, as if each chunk sat on a device of its own.</summary>
/// <remarks>
/// Stands in for MoCo's shuffled BN on one device (He et al., arXiv:1911.05722, Sec. 3.3): chunk i holds the contiguous
/// rows [i · N / splits, (i + 1) · N / splits). Running averages take the mean of the chunks. One split is plain batch norm.
/// </remarks>
public sealed class SplitBatchNorm : BatchNorm
{
    /// <summary>Batch norm in <paramref name="splits"/> chunks.</summary>
    public SplitBatchNorm(long channels, long splits, bool weight = true, bool bias = true, double momentum = 0.1, double eps = 1e-5, bool zero = false)
        : base(channels, weight, bias, momentum, eps, zero)
        => Splits = splits;

    /// <summary>How many chunks a training batch falls into.</summary>
    public long Splits { get; }

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The batch does not divide into the chunks.</exception>
    public override Tensor Forward(Tensor x)
    {
        if (!Training || Splits == 1)
            return base.Forward(x);
        if (Everyone.Sharing)
            throw new ConfigurationException($"split batch norm stands in for several processes, and this training has {Everyone.Count}: leave encoder.splitBn at 1, or train with one process.");
        if (x.Size(0) % Splits != 0)
            throw new ConfigurationException($"a batch of {x.Size(0)} does not divide into {Splits} chunks of split batch norm: "
                + $"make train.batch a multiple of {Splits}, or encoder.splitBn a number that divides it.");
        var (means, variances) = (Copies(RunningMean), Copies(RunningVariance));
        var chunks = x.Chunk(Splits);
        var outputs = new Tensor[chunks.Length];
        for (int i = 0; i < chunks.Length; i++)
            outputs[i] = Normalise(chunks[i], means.Select(0, i), variances.Select(0, i));
        using (NoGradient.Begin())
        {
            RunningMean.Value.Copy_(means.Mean(0));
            RunningVariance.Value.Copy_(variances.Mean(0));
        }
        return Tensor.Cat(outputs);
    }

    Tensor Copies(Tensor running) => running.Unsqueeze(0).Repeat([Splits, 1]); // [S, C]
}
