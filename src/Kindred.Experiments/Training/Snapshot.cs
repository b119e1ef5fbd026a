using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>A copy of a training's weights, memories, optimizer slots and random state in memory; written over at every step.</summary>
sealed class Snapshot : IDisposable
{
    readonly TrainingState state;
    readonly Dictionary<string, Dictionary<string, Tensor>> files = [];

    Snapshot(TrainingState state) => this.state = state;

    /// <summary>Copies a state.</summary>
    /// <param name="state">What.</param>
    /// <param name="into">An earlier copy whose memory is used again.</param>
    internal static Snapshot Of(TrainingState state, Snapshot? into)
    {
        var copy = into ?? new Snapshot(state);
        state.Visit((file, tensors) => copy.Take(file, tensors));
        return copy;
    }

    /// <summary>Puts everything back; where training stands is left as it is.</summary>
    internal void Restore() => state.Put(files.ToDictionary(f => f.Key, IReadOnlyDictionary<string, Tensor> (f) => f.Value));

    void Take(string file, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        var before = files.GetValueOrDefault(file) ?? [];
        files[file] = tensors.ToDictionary(t => t.Name, t => before.Remove(t.Name, out var kept) && Fits(kept, t.Value) ? kept.Copy_(t.Value) : Copied(t.Value, kept));
        foreach (var gone in before.Values) gone.Dispose();
    }

    static bool Fits(Tensor kept, Tensor value) => kept.Dtype == value.Dtype && kept.Shape.AsSpan().SequenceEqual(value.Shape);

    static Tensor Copied(Tensor value, Tensor? old)
    {
        old?.Dispose();
        return Scope.Release(value.Clone());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in files.Values.SelectMany(f => f.Values)) tensor.Dispose();
        files.Clear();
    }
}
