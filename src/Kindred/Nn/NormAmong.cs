using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Batch normalisation of this process's rows by the statistics of all processes' rows: one exchange on the way out, one on the way back.</summary>
/// <remarks>
/// Each process takes mean and variance of its own rows in one pass; those of all rows follow from them by Chan's rule, which loses no digits. On the way back
/// the two sums that the gradient of the statistics needs are taken in one pass and summed over all; gains and offsets get the gradient of the own rows.
/// Written as one function, because the single operations would each go through the whole activation again.
/// </remarks>
/// <param name="running">[C], the running mean; updated.</param>
/// <param name="runningVariance">[C], the running variance; updated with the unbiased one.</param>
/// <param name="momentum">Share of the newest batch in the running averages.</param>
/// <param name="eps">Added to the variance.</param>
sealed class NormAmong(Tensor running, Tensor runningVariance, double momentum, double eps) : Autograd.Function
{
    double rows;

    /// <summary>[N, C, …], [C] gains, [C] offsets → [N, C, …].</summary>
    protected override Tensor[] Forward(Tensor[] inputs)
    {
        var (x, weight, bias) = (inputs[0], inputs[1], inputs[2]);
        var channels = x.Size(1);
        var (mean, variance) = Tensor.BatchNormUpdateStats(x, null, null, 0);
        var own = Tensor.Cat([mean, variance, Tensor.Full([1], (double)x.Numel / channels, x.Dtype, x.Device)]);
        var all = Tensor.Stack(Everyone.Each(own)).To(Dtype.Float64);                                         // [K, 2C + 1]
        var (means, variances, counts) = (all.Narrow(1, 0, channels), all.Narrow(1, channels, channels), all.Narrow(1, 2 * channels, 1));
        rows = counts.Sum().Item();
        var shared = (means * counts).Sum([0]) / rows;
        var spread = ((variances + (means - shared).Square()) * counts).Sum([0]) / rows;
        running.Lerp_(shared.To(running.Dtype), momentum);
        runningVariance.Lerp_((spread * (rows / (rows - 1))).To(running.Dtype), momentum);
        (mean, variance) = (shared.To(x.Dtype), spread.To(x.Dtype));
        Save(x, weight, mean, variance);
        return [Tensor.NativeBatchNorm(x, weight, bias, mean, variance, training: false, 0, eps).Item1];
    }

    /// <summary>The gradients of rows, gains and offsets.</summary>
    protected override Tensor?[] Backward(Tensor?[] gradients)
    {
        var (dy, x, weight, mean, variance) = (gradients[0]!, Saved[0], Saved[1], Saved[2], Saved[3]);
        var channels = x.Size(1);
        var (_, ofWeight, ofBias) = Tensor.NativeBatchNormBackward(dy, x, weight, mean, variance, null, null, train: false, eps, [false, true, true]);
        var sums = Everyone.Sum(Tensor.Cat([ofWeight, ofBias])) / rows;
        // dx = γ/σ · (dy − mean(dy) − x̂ · mean(dy · x̂)): an affine map of x by channels, and dy times a factor by channels.
        var inverse = (variance + eps).Rsqrt();
        var factor = weight * inverse;
        var slope = factor * inverse * sums.Narrow(0, 0, channels) * -1;
        var offset = factor * sums.Narrow(0, channels, channels) * -1 - slope * mean;
        long[] shape = [1, channels, .. Enumerable.Repeat(1L, x.Dim - 2)];
        var (zero, one) = (Tensor.Zeros([channels], x.Dtype, x.Device), Tensor.Ones([channels], x.Dtype, x.Device));
        var dx = Tensor.NativeBatchNorm(x, slope, offset, zero, one, training: false, 0, 0).Item1.Addcmul_(dy, factor.View(shape));
        return [dx, ofWeight, ofBias];
    }
}
