namespace Kindred.Golden;

/// <summary>Compares what an adapter delivered with what the case expects.</summary>
static class Judgement
{
    public static IEnumerable<string> Faults(GoldenCase golden, CaseResult result)
    {
        foreach (var (name, expected) in golden.ExpectedOutputs)
        {
            if (!result.TryGet(name, out var value))
                yield return $"output '{name}' is not delivered";
            else if (Difference(expected, GoldenValue.From(value), golden.Tolerance, result.IsUnordered(name)) is { } fault)
                yield return $"output '{name}': {fault}";
        }
        foreach (var fault in GradientFaults(golden, result))
            yield return fault;
    }

    static IEnumerable<string> GradientFaults(GoldenCase golden, CaseResult result)
    {
        var expected = golden.ExpectedGradients.ToDictionary(g => g.Name, g => g.Value);
        if (result.Loss is null && expected.Count == 0)
            yield break;                                    // a case about values only
        var actual = Gradients(golden, result);
        foreach (var (name, leaf) in golden.Differentiable)
        {
            var gradient = actual[name] ?? leaf.ZerosLike();
            if (expected.TryGetValue(name, out var wanted))
            {
                if (Difference(wanted, GoldenValue.From(gradient), golden.Tolerance, unordered: false) is { } fault)
                    yield return $"gradient of '{name}': {fault}";
            }
            else if (GoldenValue.From(gradient).Numbers.FirstOrDefault(g => g != 0) is var leak and not 0)
                yield return $"gradient of '{name}' should be stopped; it holds {leak:R}";
        }
    }

    static Dictionary<string, Tensor?> Gradients(GoldenCase golden, CaseResult result)
    {
        var leaves = golden.Differentiable.ToArray();
        var found = leaves.ToDictionary(leaf => leaf.Name, _ => (Tensor?)null);
        if (result.Loss is { RequiresGrad: true } loss)
        {
            var gradients = Autograd.Grad([loss], [.. leaves.Select(leaf => leaf.Leaf)], allowUnused: true);
            for (var i = 0; i < leaves.Length; i++)
                found[leaves[i].Name] = gradients[i];
        }
        foreach (var (name, gradient) in result.Gradients)
            found[name] = gradient;
        return found;
    }

    /// <summary>Null where the two agree.</summary>
    static string? Difference(GoldenValue expected, GoldenValue actual, double tolerance, bool unordered)
    {
        if (expected.Kind == "text" || actual.Kind == "text")
            return expected.Text == actual.Text ? null : $"expected \"{expected.Text}\", got \"{actual.Text}\"";
        if (expected.Shape is { } shape && actual.Shape is { } given && !shape.SequenceEqual(given))
            return $"expected shape [{string.Join(", ", shape)}], got [{string.Join(", ", given)}]";
        if (expected.Numbers.Length != actual.Numbers.Length)
            return $"expected {expected.Numbers.Length} numbers, got {actual.Numbers.Length}";
        if (unordered)
            (expected, actual) = (expected.Sorted(), actual.Sorted());

        var scale = expected.Kind == "float64" ? tolerance * expected.Numbers.Where(double.IsFinite).Aggregate(1.0, (m, x) => Math.Max(m, Math.Abs(x))) : 0;
        for (var i = 0; i < expected.Numbers.Length; i++)
        {
            double e = expected.Numbers[i], a = actual.Numbers[i];
            var same = e.Equals(a) || Math.Abs(e - a) <= scale; // Equals: two NaN, two infinities
            if (!same)
                return $"element {i} expected {e:R}, got {a:R} (off by {Math.Abs(e - a):G3}, allowed {scale:G3})";
        }
        return null;
    }
}
