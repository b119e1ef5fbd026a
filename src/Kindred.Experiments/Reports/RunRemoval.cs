using Kindred.Experiments.Runs;
using Kindred.Io;

namespace Kindred.Experiments.Reports;

/// <summary>What deleting a run would take away. Only what a run leaves is ever deleted: what somebody else put into its folder stays, and links are taken away without what they lead to.</summary>
/// <param name="Run">The run.</param>
/// <param name="Names">The files and folders in it that go.</param>
/// <param name="Strangers">Those that stay, and the folder with them.</param>
public sealed record RunRemoval(RunRecord Run, IReadOnlyList<string> Names, IReadOnlyList<string> Strangers)
{
    static readonly TimeSpan silence = TimeSpan.FromSeconds(60);

    // What a run's folder is known by goes last: a deletion that was interrupted can be begun again.
    static readonly string[] last = ["metrics.jsonl", "config.yaml", "run.json", ".lock"];

    static readonly HashSet<string> known =
    [
        "checkpoints", "tb", "eval", "data", "assets", "samples", "failures", "report", "logs", "embeddings", "exports", "config.input.yaml", "overrides.txt",
            "env.json", "evaluations.jsonl", "geometry.jsonl",
        "bad-samples.jsonl", "plugins.json", "card.md", "reproduction.json", .. last,
    ];

    /// <summary>Looks at what would go.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="ConfigurationException">It is a link, or a process works on it.</exception>
    /// <exception cref="DataException">It is no run's folder.</exception>
    public static RunRemoval Plan(string folder)
    {
        if (new DirectoryInfo(Path.TrimEndingDirectorySeparator(folder)).LinkTarget is { } target)
            throw new ConfigurationException($"'{folder}' is a link to {target}; nothing is removed through links. Name the run's folder itself.");
        var run = RunRecord.Read(folder);
        if (run.Condition == RunCondition.Running) throw InUse(run, null);
        var names = Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal).ToArray();
        return new(run, [.. names.Where(IsOwn)], [.. names.Where(n => !IsOwn(n))]);
    }

    /// <summary>Deletes it. The folder goes too where nothing is left in it.</summary>
    /// <exception cref="ConfigurationException">A process works on the run.</exception>
    /// <exception cref="EnvironmentException">Something cannot be deleted.</exception>
    public void Remove()
    {
        using (Held())
            foreach (var name in Names.OrderBy(n => Array.IndexOf(last, n))) Delete(Path.Combine(Run.Folder, name));
        try
        {
            if (!Directory.EnumerateFileSystemEntries(Run.Folder).Any()) Directory.Delete(Run.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(Run.Folder, 0, e); }
    }

    RunLock Held()
    {
        try { return RunLock.Take(Run.Folder, silence, TimeProvider.System); }
        catch (ConfigurationException e) { throw InUse(Run, e); }
    }

    static ConfigurationException InUse(RunRecord run, Exception? inner) =>
        new($"'{run.Folder}' is in use{(run.Info is { } info ? FormattableString.Invariant($" by process {info.Pid} on {info.Host}") : "")}; nothing of it is removed. Stop it first.", inner);

    static bool IsOwn(string name) => known.Contains(name) || name.EndsWith(".tmp", StringComparison.Ordinal)
        || (name.StartsWith("facts-", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal));

    // Deleting a folder takes the links in it away and leaves what they lead to.
    static void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null) Directory.Delete(path, recursive: true);
            else File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(path, 0, e); }
    }
}
