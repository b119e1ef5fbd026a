using Kindred.Experiments.Training;

namespace Kindred.Experiments.Runs;

/// <summary>A run's folder and, where a path says it, which of its checkpoints: <c>RUN</c>, <c>RUN/checkpoints/best</c> or <c>RUN/checkpoints/step-000000100</c>.</summary>
/// <param name="Folder">The run.</param>
/// <param name="Mark">What lies in <c>checkpoints</c>, such as <c>best</c>; null for the last one.</param>
public sealed record RunPlace(string Folder, string? Mark)
{
    const string Checkpoints = "checkpoints";

    /// <summary>Takes a path apart; whether there is a run is not asked.</summary>
    /// <param name="path">A run's folder, or what lies in its folder of checkpoints.</param>
    public static RunPlace Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(path ?? throw new ArgumentNullException(nameof(path)));
        return Path.GetDirectoryName(full) is { Length: > 0 } above && Path.GetFileName(above) == Checkpoints && !File.Exists(Path.Combine(full, "config.yaml"))
            ? new(Path.GetDirectoryName(above) is { Length: > 0 } run ? run : ".", Path.GetFileName(full))
            : new(full, null);
    }

    /// <summary>Reads the checkpoint.</summary>
    /// <exception cref="DataException">There is none, or it is damaged.</exception>
    internal Checkpoint Read()
    {
        var store = new CheckpointStore(Path.Combine(Folder, Checkpoints));
        if (Mark is null) return store.LoadLast(out _) ?? throw new DataException($"the run '{Folder}' has no whole checkpoint.");
        if (Directory.Exists(Path.Combine(store.Folder, Mark))) return CheckpointStore.Load(Path.Combine(store.Folder, Mark));
        return store.Marked(Mark) is { } step ? CheckpointStore.Load(store.PathOf(step))
            : throw new DataException($"the run '{Folder}' has no checkpoint '{Mark}'{(Mark == "best" ? "; train.evaluateEvery and train.best keep one" : "")}; "
                + $"it has those of the steps {string.Join(", ", store.Steps)}.");
    }
}
