using System.Text.Json;
using Kindred.Experiments.Training;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>What the processes of one training agree on: rank 0 opens the run and its checkpoint, the others take over what it found.</summary>
static class Agreement
{
    sealed record Entry(string File, string Name, ElementType Type, long[] Shape);

    /// <summary>The phase that training goes on with and the steps of those before, as rank 0 has them.</summary>
    public static (int Phase, long Offset) Start(int phase, long offset)
    {
        var agreed = JsonSerializer.Deserialize<long[]>(Everyone.FromFirst(JsonSerializer.SerializeToUtf8Bytes(new[] { phase, offset })))!;
        return ((int)agreed[0], agreed[1]);
    }

    /// <summary>Everybody's training stands where rank 0's does.</summary>
    public static void State(TrainingState state, Trainer trainer)
    {
        if (Everyone.Alone) return;
        state.Position = trainer.Position;
        var own = Everyone.Rank == 0 ? state.Capture().SelectMany(f => f.Value.Select(array => (f.Key, Array: array))).ToArray() : [];
        var entries = JsonSerializer.Deserialize<Entry[]>(Everyone.FromFirst(JsonSerializer.SerializeToUtf8Bytes(own.Select(o => new Entry(o.Key, o.Array.Name, o.Array.Type, o.Array.Shape)))))!;
        byte[] Bytes(int i) => Everyone.FromFirst(own.Length > 0 ? own[i].Array.Bytes.ToArray() : []);
        var arrays = entries.Select((entry, i) => (entry.File, Array: new NamedArray(entry.Name, entry.Type, entry.Shape, Bytes(i)))).ToArray();
        if (Everyone.Rank == 0) return;
        state.Restore(TrainingState.Files.ToDictionary(file => file, IReadOnlyList<NamedArray> (file) => [.. arrays.Where(a => a.File == file).Select(a => a.Array)]));
        trainer.Position = state.Position;
    }

    /// <summary>Everybody's state becomes the one that rank 0 has put back, if it had one; where training stands is not changed.</summary>
    /// <returns>Whether it had one.</returns>
    public static bool Back(bool found, TrainingState state, Trainer trainer)
    {
        found = Everyone.FromFirst([(byte)(found ? 1 : 0)])[0] == 1;
        if (found) State(state, trainer);
        return found;
    }

    /// <summary>Which ranks ended with another state than rank 0's; none, where all is well.</summary>
    public static int[] Differing(string sha256)
    {
        var all = Everyone.Tell(sha256);
        return [.. Enumerable.Range(1, all.Length - 1).Where(rank => all[rank] != all[0])];
    }
}
