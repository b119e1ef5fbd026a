using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Fills a module from named tensors, all or nothing.</summary>
static class Loading
{
    public static void Fill(Module module, IReadOnlyDictionary<string, Tensor> tensors, bool anySize)
    {
        tensors = tensors.ToDictionary(t => StateMovedAttribute.Today(module, t.Key), t => t.Value);
        var state = module.State().ToArray();
        Check(module, state, tensors, anySize);
        foreach (var (path, target) in state)
            target.Set(Fit(target.Value, tensors[path]));
    }

    static void Check(Module module, (string Path, State State)[] state, IReadOnlyDictionary<string, Tensor> tensors, bool anySize)
    {
        var wanted = state.Select(entry => entry.Path).ToHashSet();
        List<string> wrong = [];
        Report(wrong, "missing", state.Where(entry => !tensors.ContainsKey(entry.Path)).Select(entry => entry.Path));
        Report(wrong, "unexpected", tensors.Keys.Where(name => !wanted.Contains(name)));
        Report(wrong, "of another shape", state
            .Where(entry => tensors.TryGetValue(entry.Path, out var given) && !Fits(entry.State, given, anySize))
            .Select(entry => $"{entry.Path} is {Nn.State.Describe(tensors[entry.Path])}, expected {Nn.State.Describe(entry.State)}"));
        if (wrong.Count > 0)
            throw new DataException($"these weights do not fit {module.GetType().Name}: {string.Join("; ", wrong)}. "
                + "Build the same architecture with the same options and data, or rename the tensors first.");
    }

    // A queue of another length would make the settings and the state tell two stories.
    static bool Fits(State state, Tensor given, bool anySize)
    {
        ReadOnlySpan<long> came = given.Shape, wanted = state.Value.Shape;
        if (anySize && state is Buffer) return true;
        return state is Buffer { Grows: true } ? came.Length == wanted.Length && (wanted.Length == 0 || came[1..].SequenceEqual(wanted[1..])) : came.SequenceEqual(wanted);
    }

    static void Report(List<string> wrong, string what, IEnumerable<string> names)
    {
        var list = names.ToArray();
        if (list.Length > 0)
            wrong.Add($"{list.Length} {what}: {string.Join(", ", list)}");
    }

    /// <summary>A buffer keeps its dtype and device even when the file has another.</summary>
    static Tensor Fit(Tensor target, Tensor given)
    {
        var typed = given.Dtype == target.Dtype ? given : given.To(target.Dtype);
        return typed.Device == target.Device ? typed : typed.To(target.Device);
    }
}
