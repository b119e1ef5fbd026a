using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>Finds and names what is no longer a finite number in a step: samples, gradients, weights, the loss.</summary>
static class BrokenStep
{
    /// <summary>What a person can do about it.</summary>
    internal const string Advice = "Lower train.optimizer.learningRate, raise options.temperature, or train with --precision fp32; the last checkpoint is untouched.";

    /// <summary>Names the samples whose view is not finite; null where all are. What several processes share out is looked at by all of them.</summary>
    internal static string? View(Batch batch) => batch.Views.Where(v => v.X.Dtype.IsFloatingPoint && v.X.Numel > 0).Select(view =>
    {
        var bad = view.X.Reshape([view.X.Size(0), -1]).Isfinite().All(1).LogicalNot().Nonzero().Reshape([-1]).ToArray<long>();
        if (bad.Length == 0) return null;
        var samples = view.Count == batch.Count ? batch.Index.ToArray<long>().Where((_, i) => bad.Contains(i)) : bad;
        return $"the view '{view.Name}' of {(bad.Length == 1 ? "the sample" : $"{bad.Length} samples, among them")} {string.Join(", ", samples.Take(4))} is not finite";
    }).FirstOrDefault(text => text is not null);

    /// <summary>The first gradient or weight that is not finite; null where all are. One pass over all of them; a norm that only overflowed is looked at again.</summary>
    internal static string? Of((string Path, Parameter Parameter)[] named, Func<Parameter, Tensor?> of)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var all = named.Select(p => (p.Path, Value: of(p.Parameter))).Where(p => p.Value is not null).ToArray();
        if (all.Length == 0) return null;
        var norms = Tensor.ForeachNorm(Array.ConvertAll(all, p => p.Value!));
        return IsFinite(Tensor.Stack(Array.ConvertAll(norms, n => n.To(Dtype.Float64)))) ? null : all.FirstOrDefault(p => !IsFinite(p.Value!)).Path;
    }

    /// <summary>What there is to say of a loss that is not finite.</summary>
    internal static NumericException Loss(Method method, string player, double value, Progress at)
    {
        var broken = method.NamedParameters().Where(p => !IsFinite(p.Parameter.Value)).Select(p => p.Path).FirstOrDefault();
        return new NumericException($"the loss of '{player}' is {value} at step {at.Step} (epoch {at.Epoch}): "
            + $"{(broken is null ? "all weights are still finite, so the batch or the objective made it" : $"the first weight that is no longer finite is '{broken}'")}. "
            + Advice);
    }

    static bool IsFinite(Tensor value)
    {
        using var scope = Scope.Open();
        return value.Isfinite().All().Item() != 0;
    }
}
