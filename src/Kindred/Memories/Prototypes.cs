using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Memories;

/// <summary>Learned unit vectors that features are scored against: SwAV's prototypes.</summary>
/// <remarks>Caron et al., arXiv:2006.09882: rows are brought back to unit length, without gradient, before every forward pass.</remarks>
public sealed class Prototypes : Layer
{
    readonly Parameter weight;

    /// <summary>Random unit rows.</summary>
    /// <param name="count">K.</param>
    /// <param name="dim">D.</param>
    public Prototypes(long count, long dim) => weight = new(Tensor.Randn([count, dim], dtype: Dtype.Float32).Normalize());

    /// <summary>[K, D].</summary>
    public Parameter Weight => weight;

    /// <summary>Brings the rows back to unit length.</summary>
    public void Normalize_()
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        weight.Value.Copy_(weight.Value.Normalize());
    }

    /// <summary>Scores of unit features: [..., D] → [..., K], in float32 at least.</summary>
    public override Tensor Forward(Tensor x)
    {
        using var _ = Autocast.Suspend(x.Device);
        return x.To(weight.Value.Dtype).Matmul(weight.Value.T());
    }
}
