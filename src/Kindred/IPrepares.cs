using Kindred.Torch;

namespace Kindred;

/// <summary>An encoder whose first act has no weights, such as a spectrogram: what mixes or disturbs inputs does so behind it, where the paper of the method does.</summary>
public interface IPrepares
{
    /// <summary>Does the first act alone; the encoder takes the result in place of the samples. What is prepared already stays as it is.</summary>
    /// <param name="x">Samples first.</param>
    /// <returns>[N, 1, H, W], such as bands over time.</returns>
    Tensor Prepare(Tensor x);
}
