using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Memories;

/// <summary>The moving average of the teacher's outputs, which keeps one dimension from winning everywhere.</summary>
/// <remarks>Caron et al., DINO, arXiv:2104.14294, Eq. 4: c ← m c + (1 − m) mean(raw t), over crops and batch; update after the loss. Starts at zero.</remarks>
public sealed class Center : Module
{
    readonly Buffer value;

    /// <summary>A centre at zero.</summary>
    /// <param name="dim">K, outputs of the head.</param>
    public Center(long dim) => value = new(Tensor.Zeros([dim], dtype: Dtype.Float32));

    /// <summary>A centre at a given point.</summary>
    /// <param name="value">[K]; copied.</param>
    public Center(Tensor value) => this.value = new(value.Detach().Clone());

    /// <summary>[K], in place; never with gradient.</summary>
    public Tensor Value => value.Value;

    /// <summary>Moves the centre towards the mean of the outputs.</summary>
    /// <param name="teacher">[..., K], raw outputs of all global crops.</param>
    /// <param name="momentum">m.</param>
    public void Update(Tensor teacher, double momentum = 0.9)
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        var mean = teacher.Detach().To(value.Value.Dtype).Reshape([-1, value.Value.Size(0)]).Mean(0);
        value.Value.Mul_(momentum).Add_(mean, 1 - momentum);
    }
}
