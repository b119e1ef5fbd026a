using System.Text.Json.Nodes;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>What a folder holds before a run claims it: nothing, a run that never began, a run to go on with, or other things.</summary>
static class FoundFolder
{
    /// <summary>Whether a run ended before its first step and left nothing that could be lost.</summary>
    public static bool NeverBegan(string path, RunInfo before) => before is { Step: 0, State: RunState.Created or RunState.Failed }
        && before.Checkpoint is null && !Holds(path);

    /// <summary>Whether steps of a run are in the folder: checkpoints or metrics.</summary>
    public static bool Holds(string path) => new CheckpointStore(Path.Combine(path, "checkpoints")).Steps.Count > 0 || Logged(path);

    /// <summary>Whether metrics of a step are in the folder, or are there and cannot be read.</summary>
    public static bool Logged(string path)
    {
        try
        {
            return JsonLines.Read(Path.Combine(path, "metrics.jsonl")).Any(line => line["step"] is JsonValue value && value.TryGetValue<long>(out var step) && step > 0);
        }
        catch (DataException)
        {
            return true;
        }
    }

    /// <summary>Stops who would write over a run, or into a folder of other things.</summary>
    /// <exception cref="ConfigurationException">It is one of these.</exception>
    public static void Refuse(string path, RunInfo? before, Resume resume)
    {
        if (before is not null && resume is Resume.Never)
            throw new ConfigurationException($"{path} already holds a run ({before.State.ToString().ToLowerInvariant()}, step {before.Step}). Go on "
                + $"with it with --resume auto, or choose another folder with --out.");

        if (before is null && resume is Resume.Never && Holds(path))
            throw new ConfigurationException($"{path} already holds a run, whose run.json is lost or cannot be read. Go on with it with --resume auto, or choose another folder with --out.");

        if (before is null && Directory.EnumerateFileSystemEntries(path).FirstOrDefault(e => Path.GetFileName(e) is not ".lock") is { } stranger
            && !File.Exists(Path.Combine(path, "run.json")) && !LooksLikeRun(path))
            throw new ConfigurationException($"{path} is not empty and holds no run (there is {Path.GetFileName(stranger)}). Choose an empty or new folder with --out.");
    }

    /// <summary>A run that was killed before its first run.json, or whose run.json was lost, may be taken over.</summary>
    static bool LooksLikeRun(string path) => Directory.Exists(Path.Combine(path, "checkpoints")) || File.Exists(Path.Combine(path, "config.yaml"))
        || Directory.EnumerateFiles(path).All(f => Path.GetFileName(f) is ".lock" || f.EndsWith(".tmp", StringComparison.Ordinal)) && !Directory.EnumerateDirectories(path).Any();

    /// <summary>Makes the folder; false if it is there.</summary>
    /// <exception cref="EnvironmentException">It cannot be made.</exception>
    public static bool Make(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                return false;

            Directory.CreateDirectory(folder);
            Disk.Default.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(folder))!);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw File.Exists(folder)
                ? new EnvironmentException($"{folder} is a file, and a run needs a folder. Choose another name with --out.")
                : StorageFailure.Explain(folder, 0, e);
        }
    }
}
