using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Puts a module's tensors, their gradients' switches and its mode back as they were.</summary>
sealed class KeptState : IDisposable
{
    readonly Module module;
    readonly bool training;
    readonly (State State, Tensor Value, bool Trainable)[] kept;

    public KeptState(Module module)
    {
        (this.module, training) = (module, module.Training);
        using var _ = NoGradient.Begin();
        kept = [.. module.State().Select(s => (s.State, Scope.Release(s.State.Value.Detach().Clone()), s.State is Parameter { Trainable: true }))];
    }

    public void Dispose()
    {
        foreach (var (state, value, trainable) in kept)
        {
            state.Set(value);
            value.Dispose();
            if (state is not Parameter parameter) continue;
            parameter.Gradient = null;
            parameter.Trainable = trainable;
        }
        if (training) module.Train();
        else module.Eval();
    }
}
