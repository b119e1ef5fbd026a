using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>Shows TensorBoard how weights are distributed: at the ends of epochs, at most about a hundred times in a training.</summary>
/// <remarks>Of a large tensor every n-th weight is taken; vectors (biases, norms) are left out. Nothing is drawn, so that training does not notice.</remarks>
/// <param name="method">Whose weights.</param>
/// <param name="log">Where to.</param>
/// <param name="offset">Steps of the phases before.</param>
sealed class WeightHistograms(Method method, MetricsLog log, long offset) : IHook
{
    const int Times = 100, Most = 4096, Tensors = 200;

    /// <inheritdoc/>
    public void Epoch(Progress at)
    {
        if (at.Epoch % Math.Max(1, (at.Epochs + Times - 1) / Times) != 0 && at.Epoch != at.Epochs) return;
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        foreach (var (path, parameter) in method.NamedParameters().Where(p => p.Parameter.Value.Shape.Length > 1).Take(Tensors))
            log.Distribution($"weights/{path}", offset + at.Step, Some(parameter.Value));
    }

    static float[] Some(Tensor value)
    {
        using var scope = Scope.Open();
        var flat = value.Detach().Reshape([-1]);
        var every = Math.Max(1, flat.Numel / Most);
        var rows = flat.Numel / every;
        return flat.Narrow(0, 0, rows * every).Reshape([rows, every]).Select(1, 0).To(Dtype.Float32).To(Device.Cpu).ToArray<float>();
    }
}
