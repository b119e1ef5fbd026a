using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>A <see cref="Position"/> as named tensors of a checkpoint.</summary>
/// <remarks>A plan is two rows of whole numbers for each data set: all samples one after another, and the size of each batch.</remarks>
static class PositionTensors
{
    const string Progress = "progress", Plan = "plan/";

    public static IEnumerable<(string Name, Tensor Value)> Write(Position position)
    {
        var at = position.At;
        yield return (Progress, Tensor.From<long>([at.Epoch, at.Epochs, at.Step, at.Steps, position.Began ?? -1, position.Nominal]));
        if (position.Plan is not { } plan) yield break;
        var streams = plan.Batches is { } own ? new Dictionary<string, IReadOnlyList<int[]>> { [""] = own } : plan.Streams;
        foreach (var (stream, batches) in streams.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            yield return ($"{Plan}{stream}/samples", Tensor.From<int>([.. batches.SelectMany(b => b)]));
            yield return ($"{Plan}{stream}/sizes", Tensor.From<int>([.. batches.Select(b => b.Length)]));
        }
    }

    /// <exception cref="DataException">An earlier version wrote it in the middle of an epoch that the method plans.</exception>
    public static Position Read(IReadOnlyDictionary<string, Tensor> rest, Method method)
    {
        var numbers = rest[Progress].ToArray<long>();
        var at = new Kindred.Progress((int)numbers[0], (int)numbers[1], numbers[2], numbers[3]);
        if (numbers.Length >= 6) return new(at, numbers[4] < 0 ? null : numbers[4], ReadPlan(rest), numbers[5]);

        // Before plans were kept every epoch had the same length.
        var perEpoch = at.Epochs == 0 ? 0 : at.Steps / at.Epochs;
        long? began = at.Step > at.Epoch * perEpoch ? at.Epoch * perEpoch : null;
        if (began is not null && method.GetType().GetMethod(nameof(Method.BeginEpoch))!.DeclaringType != typeof(Method))
            throw new DataException("the checkpoint was written by an earlier version in the middle of an epoch, without the plan of its batches; go "
                + "on from one at the end of an epoch, or start anew from its weights with --from.");
        return new(at, began, null, at.Steps);
    }

    static EpochPlan? ReadPlan(IReadOnlyDictionary<string, Tensor> rest)
    {
        var streams = rest.Keys.Where(k => k.StartsWith(Plan, StringComparison.Ordinal) && k.EndsWith("/sizes", StringComparison.Ordinal))
            .ToDictionary(k => k[Plan.Length..^"/sizes".Length], k => Batches(rest[k[..^"sizes".Length] + "samples"].ToArray<int>(), rest[k].ToArray<int>()));
        return streams.Count == 0 ? null : streams.TryGetValue("", out var own) ? new EpochPlan(own) : new EpochPlan(streams);
    }

    static IReadOnlyList<int[]> Batches(int[] samples, int[] sizes)
    {
        var batches = new int[sizes.Length][];
        for (int b = 0, first = 0; b < sizes.Length; first += sizes[b++]) batches[b] = samples[first..(first + sizes[b])];
        return batches;
    }
}
