using System.Reflection;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Momentum networks: a frozen copy, and a moving average of another's weights.</summary>
/// <remarks>He et al., "Momentum Contrast", CVPR 2020, arXiv:1911.05722, Eq. 2; Grill et al., BYOL, arXiv:2006.07733, Eq. 1.</remarks>
public static class Ema
{
    static readonly MethodInfo Shallow = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>A copy with the same weights that shares no tensor with the original and takes no gradients.</summary>
    public static T Twin<T>(this T module) where T : Module
    {
        var twin = (T)Copy(module, new(ReferenceEqualityComparer.Instance));
        twin.Trainable = false;
        return twin;
    }

    /// <summary>Moves the target's parameters towards the source's: target ← m · target + (1 − m) · source.</summary>
    /// <param name="target">The momentum network. Its buffers stay its own (batch-norm statistics come from its own forward passes).</param>
    /// <param name="source">A module of the same architecture.</param>
    /// <param name="momentum">m in [0, 1]; 0 copies, 1 keeps.</param>
    /// <exception cref="ArgumentException">The two have different parameters.</exception>
    public static void Follow(this Module target, Module source, double momentum)
    {
        var own = target.Parameters().ToArray();
        var others = source.Parameters().ToArray();
        if (own.Length != others.Length)
            throw new ArgumentException($"a target of {own.Length} parameters cannot follow a source of {others.Length}: make it by Twin()");
        using var _ = NoGradient.Begin();
        // Two plain passes in place: faster on a processor than lerp_, and nothing is allocated.
        for (int i = 0; i < own.Length; i++)
            own[i].Value.Mul_(momentum).Add_(others[i].Value, 1 - momentum);
    }

    static object Copy(object original, Dictionary<object, object> done)
    {
        if (done.TryGetValue(original, out var known))
            return known;
        if (original is State state)
            return done[original] = state.Copy();
        if (original is Array array)
            return CopyArray(array, done);
        if (original is not Module)
            return original;
        var copy = done[original] = Shallow.Invoke(original, null)!;
        foreach (var (_, field) in Fields.Of(original.GetType()))
            if (field.GetValue(original) is { } value)
                field.SetValue(copy, Copy(value, done));
        return copy;
    }

    static Array CopyArray(Array array, Dictionary<object, object> done)
    {
        var copy = (Array)array.Clone();
        done[array] = copy;
        for (int i = 0; i < copy.Length; i++)
            if (array.GetValue(i) is { } element)
                copy.SetValue(Copy(element, done), i);
        return copy;
    }
}
