using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>What to do when a run folder already holds a run.</summary>
public enum Resume
{
    /// <summary>Go on with it.</summary>
    Auto,

    /// <summary>Refuse, so that no run is ever overwritten.</summary>
    Never,
}

/// <summary>The folder of one run: its state, settings, metrics, checkpoints and everything else that it leaves behind.</summary>
/// <remarks>
/// <c>run.json config.yaml config.input.yaml overrides.txt env.json metrics.jsonl geometry.jsonl evaluations.jsonl tb/ checkpoints/ eval/ bad-samples.jsonl .lock</c>.
/// One process at a time may have it open.
/// </remarks>
public sealed class RunFolder : IDisposable
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(10), Silence = TimeSpan.FromSeconds(60);

    readonly RunLock runLock;
    readonly TimeProvider clock;
    readonly bool made, stale;
    readonly Lock gate = new();
    ITimer? heart;
    JsonLines? badSamples;
    bool begun, disposed, discarded;

    RunFolder(string path, RunLock runLock, RunInfo info, RunInfo? before, bool resumed, bool made, bool stale, int keep, TimeProvider clock)
    {
        Path = path;
        this.runLock = runLock;
        this.clock = clock;
        (this.made, this.stale) = (made, stale);
        Info = info;
        Before = before;
        Resumed = resumed;
        Checkpoints = new(System.IO.Path.Combine(path, "checkpoints"), keep);
    }

    /// <summary>Something that a person should know but that need not stop the run, such as a heartbeat that could not be written.</summary>
    public event Action<string>? Warning;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What <c>run.json</c> says.</summary>
    public RunInfo Info { get; private set; }

    /// <summary>Whether the folder held a run before.</summary>
    public bool Resumed { get; }

    /// <summary>What <c>run.json</c> said when the folder was claimed; null for a new run, or where it was lost.</summary>
    public RunInfo? Before { get; }

    /// <summary>Whether the run that the folder holds had saved a checkpoint once, as far as anything in it tells.</summary>
    public bool HadCheckpoint => Resumed && (Checkpoints.Steps.Count > 0
        || (Before is null ? FoundFolder.Logged(Path) : Before.Checkpoint is not null || Before is { Step: > 0, State: RunState.Finished or RunState.Preempted }));

    /// <summary>The checkpoints.</summary>
    public CheckpointStore Checkpoints { get; }

    /// <summary>Where TensorBoard looks.</summary>
    public string EventFolder => In("tb");

    /// <summary>The metrics, one object a line.</summary>
    public string MetricsFile => In("metrics.jsonl");

    /// <summary>Claims a folder and begins at once: <see cref="Claim"/> and <see cref="Begin"/>.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="resume">What to do when it already holds a run.</param>
    /// <param name="keep">Checkpoints to keep, besides the best one.</param>
    /// <param name="clock">Tells the time; left out, the machine's.</param>
    /// <returns>The folder; dispose it.</returns>
    /// <exception cref="ConfigurationException">It holds a run and <paramref name="resume"/> says never, another process has it, or it is full of other things.</exception>
    /// <exception cref="EnvironmentException">It cannot be written.</exception>
    public static RunFolder Open(string path, Resume resume = Resume.Never, int keep = 3, TimeProvider? clock = null)
    {
        var folder = Claim(path, resume, keep, clock);
        try
        {
            folder.Begin();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Claims a folder for training: no other process can have it, and nothing in it is touched before <see cref="Begin"/>.</summary>
    /// <remarks>A run that ended before its first step and left no checkpoint has nothing to lose: its folder is taken as a new one.</remarks>
    /// <param name="path">The folder.</param>
    /// <param name="resume">What to do when it already holds a run.</param>
    /// <param name="keep">Checkpoints to keep, besides the best one.</param>
    /// <param name="clock">Tells the time; left out, the machine's.</param>
    /// <returns>The folder; dispose it.</returns>
    /// <exception cref="ConfigurationException">It holds a run and <paramref name="resume"/> says never, another process has it, or it is full of other things.</exception>
    /// <exception cref="EnvironmentException">It cannot be written.</exception>
    public static RunFolder Claim(string path, Resume resume = Resume.Never, int keep = 3, TimeProvider? clock = null)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new ConfigurationException("the run folder has an empty name. Name a new folder with --out.");

        clock ??= TimeProvider.System;
        var made = FoundFolder.Make(path);
        var runLock = RunLock.Take(path, Silence, clock);

        try
        {
            var before = RunInfo.TryRead(System.IO.Path.Combine(path, "run.json"));
            var stale = before is not null && FoundFolder.NeverBegan(path, before);
            if (stale)
                before = null;
            else
                FoundFolder.Refuse(path, before, resume);

            var found = stale ? [] : Directory.EnumerateFileSystemEntries(path).ToHashSet(StringComparer.Ordinal);
            var now = clock.GetUtcNow();
            var info = new RunInfo(RunState.Created, Environment.ProcessId, Environment.MachineName, before?.Created ?? now, now, before?.Step ?? 0,
                Checkpoint: before?.Checkpoint, From: before?.From);
            return new(path, runLock, info, before, before is not null || (!stale && FoundFolder.Holds(path)), made, stale, keep, clock) { Found = found };
        }
        catch
        {
            runLock.Dispose();
            throw;
        }
    }

    /// <summary>Begins to write: call it when everything that could speak against it has been checked.</summary>
    /// <param name="from">The weights that a new run starts from, if any.</param>
    /// <exception cref="ConfigurationException">A process on another machine was faster.</exception>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void Begin(string? from = null)
    {
        if (begun)
            return;

        if (stale)
            Clear(Path);

        runLock.Sign();
        begun = true;
        Info = Info with { From = Resumed ? Info.From : from };
        WriteInfo();
        heart = clock.CreateTimer(_ => Pulse(), null, Beat, Beat);
    }

    /// <summary>What lay in the folder when it was claimed.</summary>
    HashSet<string> Found { get; init; } = [];

    /// <summary>Takes away, when it is disposed, what was written since the folder was claimed: of a new run that failed before its first step. A first step that went wrong and was
    /// kept (<see cref="Failures"/>) is left to be looked at.</summary>
    /// <returns>Whether that is what it is.</returns>
    public bool Discard() => discarded = !Resumed && Info is { Step: 0, Checkpoint: null or 0 } && !Directory.Exists(In(Failures.FolderName));

    /// <summary>Notes that there is a checkpoint of a step, so that its loss is noticed.</summary>
    /// <param name="step">Its step.</param>
    public void Saved(long step)
    {
        lock (gate)
            Info = Info with { Checkpoint = step };

        TryWriteInfo();
    }

    /// <summary>Says what the run is doing.</summary>
    /// <param name="state">The state.</param>
    /// <param name="step">Steps done; left out, as before.</param>
    /// <param name="message">Why it stopped, if it did.</param>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void Set(RunState state, long? step = null, string? message = null)
    {
        lock (gate)
            Info = Info with { State = state, Step = step ?? Info.Step, Message = message };

        WriteInfo();
    }

    /// <summary>Counts a step; the next heartbeat writes it down.</summary>
    /// <param name="step">Steps done.</param>
    public void Count(long step)
    {
        lock (gate)
            Info = Info with { Step = step };
    }

    /// <summary>Says who runs, from what and with what.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="versions">Versions of the program, .NET and libtorch.</param>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void Describe(string command, IReadOnlyDictionary<string, string> versions)
    {
        lock (gate)
            Info = Info with { Command = command, Versions = versions, Git = GitCommit.Of(Directory.GetCurrentDirectory()) };

        WriteInfo();
    }

    /// <summary>Keeps the recipe: as it runs, as it was given, and the overrides.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="resolved">The recipe with every default filled in; left out, what was said.</param>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void WriteRecipe(Recipe recipe, RecipeNode? resolved = null)
    {
        AtomicFile.WriteText(In("config.yaml"), (resolved ?? recipe.Resolved).ToString());
        AtomicFile.WriteText(In("config.input.yaml"), recipe.Input);
        AtomicFile.WriteText(In("overrides.txt"), string.Concat(recipe.Overrides.Select(o => $"{o}\n")));
    }

    /// <summary>Refuses to go on with other settings than the run began with; how long it trains is not compared.</summary>
    /// <param name="resolved">The settings of now.</param>
    /// <param name="free">Paths that may differ, such as <c>train.workers</c>; everything below them too.</param>
    /// <exception cref="ConfigurationException">Something else differs; the message lists it.</exception>
    public void CheckSame(RecipeMap resolved, params IReadOnlyList<string> free)
    {
        if (!File.Exists(In("config.yaml")))
            return;

        var begun = RecipeReader.ReadFile(In("config.yaml"));
        if (begun["method"] is null && begun["phases"] is null)
            throw new DataException($"{In("config.yaml")} is damaged: it holds no recipe, and is to say how the run was begun. "
                + "Bring it back from a copy, or choose another folder with --out; nothing was changed.");
        var changes = RecipeDifference.Between(TrainingLength.Without(begun), TrainingLength.Without(RecipeReader.ReadMap(resolved.ToString(), "now")))
            .Where(c => !free.Any(f => c.Path == f || c.Path.StartsWith($"{f}.", StringComparison.Ordinal))).ToArray();

        if (changes.Length > 0)
            throw new ConfigurationException($"{Path} was begun with other settings: {Suggest.Some(changes.Select(c => c.ToString()))}. Resume with "
                + $"the same ones, or start a new run from its weights with --from {Path} --out another folder.");
    }

    /// <summary>Keeps what the machine was: libtorch, processor, threads, device, packages.</summary>
    /// <param name="environment">Names and values.</param>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void WriteEnvironment(JsonObject environment) => AtomicFile.WriteText(In("env.json"), $"{environment.ToJsonString(new() { WriteIndented = true })}\n");

    /// <summary>Notes a sample that could not be used.</summary>
    /// <param name="name">The sample.</param>
    /// <param name="reason">Why.</param>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void AddBadSample(string name, string reason)
    {
        lock (gate)
        {
            badSamples ??= new(In("bad-samples.jsonl"));
            badSamples.Append(new() { ["name"] = name, ["reason"] = reason });
        }
    }

    /// <summary>Lets others have the folder. A run that still says it runs is left as failed, for nobody works on it any more.</summary>
    public void Dispose()
    {
        if (disposed)
            return;

        disposed = true;

        if (!begun)
        {
            Leave();
            return;
        }

        heart?.Dispose();
        badSamples?.Dispose();

        if (discarded)
        {
            Empty();
            Leave();
            return;
        }

        if (Info.State is RunState.Running)
            Info = Info with { State = RunState.Failed, Message = "the run was abandoned" };

        TryWriteInfo();
        runLock.Dispose();
    }

    /// <summary>Takes away what is new in it.</summary>
    void Empty()
    {
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(Path).Where(e => !Found.Contains(e) && System.IO.Path.GetFileName(e) != ".lock").ToArray())
                if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
                else File.Delete(entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warning?.Invoke($"what the run began to write in {Path} cannot be taken away: {e.Message}");
        }
    }

    /// <summary>Gives the folder back as it was found.</summary>
    void Leave()
    {
        try
        {
            if (made)
            {
                runLock.Forget();
                Directory.Delete(Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else has put something into it; then it is theirs.
        }

        runLock.Dispose();
    }

    /// <summary>Takes away what the run that never began says of itself, so that other settings can be written.</summary>
    static void Clear(string path)
    {
        foreach (var name in new[] { "run.json", "config.yaml", "config.input.yaml", "overrides.txt", "metrics.jsonl", EvaluationHook.FileName })
            File.Delete(System.IO.Path.Combine(path, name));
    }

    string In(string name) => System.IO.Path.Combine(Path, name);

    void Pulse()
    {
        if (!disposed)
            TryWriteInfo();
    }

    void TryWriteInfo()
    {
        try
        {
            WriteInfo();
        }
        catch (KindredException e)
        {
            Warning?.Invoke(e.Message);
        }
    }

    void WriteInfo()
    {
        lock (gate)
        {
            Info = Info with { Heartbeat = clock.GetUtcNow() };
            AtomicFile.WriteText(In("run.json"), Info.ToJson());
        }
    }
}
