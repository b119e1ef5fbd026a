using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Spectral normalisation: a weight over its largest singular value, so that its layer stretches nothing.</summary>
/// <remarks>
/// Miyato, Kataoka, Koyama, Yoshida, "Spectral Normalization for Generative Adversarial Networks", ICLR 2018, arXiv:1802.05957, Algorithm 1: the weight as a matrix `[Out, …]`, one step of
/// power iteration each time it is used in training, σ = uᵀWv with u and v held constant. In evaluation u and v stay as they are.
/// </remarks>
public sealed class SpectralNorm : Module
{
    const int FirstSteps = 15;                                          // as in PyTorch, so that the first σ is near the truth
    const double Least = 1e-12;

    readonly Buffer left, right;

    /// <summary>Starts the iteration for a weight from random vectors.</summary>
    /// <param name="weight">`[Out, …]`.</param>
    public SpectralNorm(Tensor weight)
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        var matrix = weight.Detach().Reshape([weight.Size(0), -1]);
        left = new(Unit(Weights.Normal([matrix.Size(0)], 1)));
        right = new(Unit(Weights.Normal([matrix.Size(1)], 1)));
        for (var i = 0; i < FirstSteps; i++) Iterate(matrix);
    }

    /// <summary>The weight over its largest singular value; in training after one more step of the iteration.</summary>
    /// <param name="weight">The weight it was made for.</param>
    public Tensor Of(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var matrix = weight.Reshape([weight.Size(0), -1]);
        if (Training)
        {
            using var _ = NoGradient.Begin();
            using var scope = Scope.Open();
            Iterate(matrix.Detach());
        }
        return weight / matrix.Mv(right.Value).Dot(left.Value);
    }

    void Iterate(Tensor matrix)
    {
        right.Set(Unit(matrix.T().Mv(left.Value)));
        left.Set(Unit(matrix.Mv(right.Value)));
    }

    static Tensor Unit(Tensor vector) => vector / vector.Norm().ClampMin(Least);
}
