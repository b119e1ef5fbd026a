using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>How a run ended, as scripts read it.</summary>
/// <param name="Run">Its folder.</param>
/// <param name="Steps">Steps done, all phases together.</param>
/// <param name="Epochs">Epochs done in the last phase.</param>
/// <param name="Loss">The last step's loss.</param>
/// <param name="ImagesPerSecond">Samples a second of this process.</param>
/// <param name="Seconds">Seconds that this process trained.</param>
/// <param name="StateSha256">The hash of everything the next step depends on.</param>
/// <param name="Finished">Whether the recipe is done.</param>
public sealed record RunSummary(string Run, long Steps, int Epochs, double Loss, double ImagesPerSecond, double Seconds, string StateSha256, bool Finished);

/// <summary>What a run is asked for, beside its recipe.</summary>
public sealed record RunOptions
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>What to do when the folder holds a run already.</summary>
    public Resume Resume { get; init; } = Resume.Never;

    /// <summary>A checkpoint's folder to go on from instead of the run's last.</summary>
    public string? ResumeFrom { get; init; }

    /// <summary>Weights to start from: a run, a checkpoint or a file of tensors.</summary>
    public string? From { get; init; }

    /// <summary>A run whose first phases are this recipe's too: they are not trained again.</summary>
    public string? After { get; init; }

    /// <summary>Stops early after this many steps, those of <see cref="After"/> included.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Where tensors live.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>The command line, for the record.</summary>
    public string Command { get; init; } = "";
}

/// <summary>A training in a run folder: phases, checkpoints, metrics, resumption.</summary>
/// <param name="recipe">What to train.</param>
/// <param name="options">Where and how far.</param>
/// <param name="progress">Who is shown every step.</param>
/// <param name="warn">Who is told what a person should know.</param>
public sealed class TrainingRun(Recipe recipe, RunOptions options, IProgress<TrainingProgress>? progress, Action<string> warn)
{
    /// <summary>Settings that may change when a run goes on: they do not touch its numbers.</summary>
    static readonly string[] free = ["train.workers", "train.logEvery", "train.checkpointEvery", "train.keep", "train.onlineProbe", "evaluate", "data"];

    /// <summary>Called with each phase's method once the run is over, before it is freed: for evaluations.</summary>
    public Action<Experiment, RunFolder>? Finished { get; init; }

    /// <summary>Trains until the recipe's end, the step limit or a cancellation; writes a checkpoint in each case.</summary>
    public RunSummary Run(CancellationToken cancel = default)
    {
        if (options is { After: not null, From: not null }) throw new ConfigurationException("--after and --from exclude each other: what goes on after a run starts with that run's weights.");
        Plugins.Recall(options.Folder, warn);
        RecipeCheck.Refuse(recipe);
        foreach (var warning in RecipeCheck.Warnings(recipe)) warn(warning);
        var train = recipe.First.Train;
        using var folder = RunFolder.Open(options.Folder, options.ResumeFrom is null ? options.Resume : Resume.Auto, train.Keep);
        folder.Warning += warn;
        var start = Start(folder);
        if (folder.Resumed) folder.CheckSame(recipe.Resolved, free);
        folder.WriteRecipe(recipe);
        Plugins.Record(folder.Path);
        folder.Describe(options.Command, new Dictionary<string, string> { ["kindred"] = Version(typeof(TrainingRun)), ["dotnet"] = Environment.Version.ToString(), ["libtorch"] = Engine.Version });
        folder.WriteEnvironment(Environments.Describe(options.Device));
        folder.Set(RunState.Running);
        try { return Phases(folder, start, cancel); }
        catch (Exception e)
        {
            folder.Set(RunState.Failed, message: e.Message);
            throw;
        }
    }

    Checkpoint? Start(RunFolder folder)
    {
        if (options.ResumeFrom is { } path)
        {
            var chosen = CheckpointStore.Load(path);
            folder.Checkpoints.DropAfter(chosen.Step);
            return chosen;
        }
        var last = folder.Checkpoints.LoadLast(out var problems);
        foreach (var problem in problems) warn($"{problem}; an older checkpoint is used.");
        return last;
    }

    RunSummary Phases(RunFolder folder, Checkpoint? start, CancellationToken cancel)
    {
        var earlier = start is null && options.After is { } run ? EarlierRun.Open(run, recipe, free, warn) : null;
        if (options.MaxSteps <= earlier?.Steps) throw new ConfigurationException($"--max-steps {options.MaxSteps}: the run that this one goes on after has {earlier.Steps} steps, which count; give more.");
        var began = start?.State["phase"]?.GetValue<int>() ?? earlier?.Phases ?? 0;
        var offset = start?.State["offset"]?.GetValue<long>() ?? earlier?.Steps ?? 0;
        using var log = new MetricsLog(folder.MetricsFile, folder.EventFolder, start?.Step, warn);
        Experiment? previous = null;
        for (var phase = 0; ; phase++)
        {
            using var experiment = Experiment.Build(recipe.Phases[phase], device: options.Device, previous: previous, layout: phase == began ? LayoutOf(start) : null);
            previous = experiment;
            if (phase == began - 1) earlier?.Fill(experiment.Method);
            if (phase < began) continue;
            folder.WriteEnvironment(Environments.Describe(options.Device, experiment.Layout));
            if (phase == 0 && start is null && options.From is { } from && Weights.Load(experiment.Method, from) is { } note) warn(note);
            var outcome = Phase(folder, log, experiment, phase, offset, phase == began ? start : null, cancel);
            var last = phase == recipe.Phases.Count - 1;
            if (outcome.Result.Finished && !last)
            {
                offset += outcome.Result.At.Step;
                folder.Checkpoints.Mark(EarlierRun.EndOf(phase), offset);
                continue;
            }
            var done = outcome.Result.Finished && last;
            folder.Set(done ? RunState.Finished : RunState.Preempted, offset + outcome.Result.At.Step);
            if (done || !cancel.IsCancellationRequested) Finished?.Invoke(experiment, folder);
            return new RunSummary(folder.Path, offset + outcome.Result.At.Step, outcome.Result.At.Epoch, outcome.Loss, outcome.Result.Rate, outcome.Result.Seconds, outcome.Sha256, done);
        }
    }

    (TrainingResult Result, double Loss, string Sha256) Phase(RunFolder folder, MetricsLog log, Experiment experiment, int phase, long offset, Checkpoint? start, CancellationToken cancel)
    {
        var state = experiment.State();
        var train = experiment.Recipe.Train;
        Trainer? trainer = null;
        void Save(Progress at, double loss)
        {
            log.Sync();
            state.Position = trainer!.Position;
            folder.Checkpoints.Save(new Checkpoint(offset + at.Step, state.Capture(), new JsonObject
            {
                ["phase"] = phase, ["offset"] = offset, ["step"] = at.Step, ["epoch"] = at.Epoch, ["loss"] = double.IsFinite(loss) ? loss : null, ["method"] = experiment.Recipe.Method, ["layout"] = experiment.Layout.Name,
            }));
        }
        var noted = new HashSet<string>();
        using var probe = train.OnlineProbe ? OnlineProbe.For(experiment.Method, experiment.Data, experiment.Device, train.Seed) : null;
        IHook[] hooks =
        [
            new MetricsHook(log, progress, train.LogEvery, offset),
            new CollapseAlarm(warn),
            new Watcher(folder, offset, experiment.Data, noted),
            new CheckpointHook(Save, train.CheckpointEvery),
        ];
        trainer = experiment.Trainer(options.MaxSteps - offset, probe is null ? hooks : [probe, .. hooks]);
        if (start is not null)
        {
            state.Restore(start.Parts);
            var nominal = trainer.Position.Nominal;
            if (state.Position.Nominal != nominal) throw new DataException($"the checkpoint was written in a run of {state.Position.Nominal} steps; this recipe and data make {nominal}. The data has changed, or train.epochs or train.batch; start anew, or from its weights with --from.");
            trainer.Position = state.Position;
        }
        var result = trainer.Fit(cancel);
        state.Position = trainer.Position;
        var loss = double.IsFinite(result.Loss) ? result.Loss : start?.State["loss"]?.GetValue<double>() ?? double.NaN;
        return (result, loss, state.Sha256());
    }

    // What goes on stays as it was: another layout would move the last bits. Before there was a choice, everything lay channels last.
    static LayoutChoice? LayoutOf(Checkpoint? start) =>
        start is null ? null : new(start.State["layout"]?.GetValue<string>() is not MemoryLayout.NchwName, "as the run began");

    static string Version(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "?";

    // Keeps run.json's step and the list of bad samples up to date.
    sealed class Watcher(RunFolder folder, long offset, IData data, HashSet<string> noted) : IHook
    {
        public void Step(StepReport report)
        {
            folder.Count(offset + report.At.Step + 1);
            if (data.Bad.Count == noted.Count) return;
            foreach (var (name, reason) in data.Bad)
                if (noted.Add(name)) folder.AddBadSample(name, reason);
        }
    }
}
