using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Fills a module from named tensors, all or nothing.</summary>
internal static class Loading
{
    public static void Fill(Module module, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var state = module.State().ToArray();
        Check(module, state, tensors);
        foreach (var (path, target) in state)
            target.Set(Fit(target.Value, tensors[path]));
    }

    private static void Check(Module module, (string Path, State State)[] state, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var wanted = state.Select(entry => entry.Path).ToHashSet();
        List<string> wrong = [];
        Report(wrong, "missing", state.Where(entry => !tensors.ContainsKey(entry.Path)).Select(entry => entry.Path));
        Report(wrong, "unexpected", tensors.Keys.Where(name => !wanted.Contains(name)));
        Report(wrong, "of another shape", state
            .Where(entry => entry.State is Parameter && tensors.TryGetValue(entry.Path, out var given)
                && !given.Shape.AsSpan().SequenceEqual(entry.State.Value.Shape))
            .Select(entry => $"{entry.Path} is {Nn.State.Describe(tensors[entry.Path])}, expected {Nn.State.Describe(entry.State)}"));
        if (wrong.Count > 0)
            throw new DataException($"these weights do not fit {module.GetType().Name}: {string.Join("; ", wrong)}. "
                + "Build the same architecture with the same options, or rename the tensors first.");
    }

    private static void Report(List<string> wrong, string what, IEnumerable<string> names)
    {
        var list = names.ToArray();
        if (list.Length > 0)
            wrong.Add($"{list.Length} {what}: {string.Join(", ", list)}");
    }

    /// <summary>A buffer keeps its dtype and device even when the file has another.</summary>
    private static Tensor Fit(Tensor target, Tensor given)
    {
        var typed = given.Dtype == target.Dtype ? given : given.To(target.Dtype);
        return typed.Device == target.Device ? typed : typed.To(target.Device);
    }
}
