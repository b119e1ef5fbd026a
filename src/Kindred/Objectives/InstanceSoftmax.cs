using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>The full non-parametric softmax: every image is a class, its weight vector is its entry in the bank.</summary>
/// <remarks>
/// Wu, Xiong, Yu, Lin, arXiv:1805.01978, Eq. 2: L = −mean log exp(vᵢ·f/τ) / Σⱼ exp(vⱼ·f/τ) over all n entries. The bank is a constant.
/// A bank of one entry has loss 0.
/// </remarks>
public static class InstanceSoftmax
{
    /// <summary>The loss.</summary>
    /// <param name="features">[B, D], unit rows.</param>
    /// <param name="memory">[n, D]; detached here.</param>
    /// <param name="indices">[B], which bank row each feature is.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Loss(Tensor features, Tensor memory, Tensor indices, double temperature = 0.07) =>
        PerAnchor(features, memory, indices, temperature).Mean();

    /// <summary>The loss of each row: [B].</summary>
    public static Tensor PerAnchor(Tensor features, Tensor memory, Tensor indices, double temperature = 0.07)
    {
        Require.Temperature(temperature);
        return CrossEntropy.PerRow(Pairwise.Dot(features, memory.Detach()) / temperature, indices);
    }
}
