using Kindred.Nn;

namespace Kindred.Experiments.Training;

/// <summary>The players whose turn it is not: gradients go through them, and not into them.</summary>
readonly struct FrozenParameters : IDisposable
{
    readonly Parameter[] held;

    public FrozenParameters(Parameter[] parameters)
    {
        held = Array.FindAll(parameters, p => p.Trainable);
        foreach (var parameter in held) parameter.Trainable = false;
    }

    public void Dispose()
    {
        foreach (var parameter in held) parameter.Trainable = true;
    }
}
