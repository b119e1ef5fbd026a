using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Weight standardisation: each output's weights less their mean, over their deviation. Layers without batch norm stay well conditioned by it.</summary>
/// <remarks>Qiao, Wang, Liu, Shen, Yuille, "Micro-Batch Training with Batch-Channel Normalization and Weight Standardization", arXiv:1903.10520, Eq. 5.</remarks>
static class WeightStandardisation
{
    /// <summary>[Out, In, ..] → the same shape, every row of mean 0 and variance 1.</summary>
    public static Tensor Of(Tensor weight)
    {
        long[] row = [.. Enumerable.Range(1, (int)weight.Dim - 1)];
        var centred = weight - weight.Mean(row, keepdim: true);
        var variance = centred.Square().Mean(row, keepdim: true);
        return centred * (variance + 1e-5).Rsqrt();
    }
}
