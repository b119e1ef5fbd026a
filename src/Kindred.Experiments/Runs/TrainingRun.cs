using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Io;
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
public sealed record RunSummary(string Run, long Steps, int Epochs, double Loss, double ImagesPerSecond, double Seconds, string StateSha256, bool Finished)
{
    /// <summary>How long the last phase was expected to take, as its first steps told; null of a training of fewer steps than that takes.</summary>
    public TrainingEstimate? Estimate { get; init; }

    /// <summary>The command that goes on from here, for a person to run; null where nobody said one.</summary>
    public string? Next { get; init; }
}

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

    /// <summary>Goes on although the data are not those that the run began with.</summary>
    public bool AcceptData { get; init; }

    /// <summary>Stops early after this many steps, those of <see cref="After"/> included.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Where tensors live.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Whether the shape of the embeddings is written down (<see cref="GeometryHook"/>); it changes no number.</summary>
    public bool Geometry { get; init; } = true;

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
    static readonly string[] free = ["train.workers", "train.logEvery", "train.checkpointEvery", "train.keep", "train.onlineProbe", "train.evaluateEvery", "train.best",
        "train.guard", "train.guardLimit", "train.spike", "evaluate", "data"];

    TrainingEstimate? estimate;

    /// <summary>Called with each phase's method once the run is over, before it is freed: for evaluations.</summary>
    public Action<Experiment, RunFolder>? Finished { get; init; }

    /// <summary>Told what evaluations gave while training, where <c>train.evaluateEvery</c> asks for them.</summary>
    public Action<Evaluated>? Evaluated { get; init; }

    /// <summary>Told, after the first few steps of a phase, how long it will take.</summary>
    public Action<TrainingEstimate>? Estimated { get; init; }

    /// <summary>Called when everything is checked and loaded, right before the folder is written into: from here on there is something to save.</summary>
    public Action? Begun { get; init; }

    /// <summary>The same as <see cref="Run"/>, on a thread of its own.</summary>
    /// <param name="cancel">Stops after a checkpoint; <see cref="RunSummary.Finished"/> tells, and it is no exception.</param>
    /// <exception cref="ConfigurationException">The settings are not those of the run that is to go on, or two options exclude each other.</exception>
    /// <exception cref="DataException">The checkpoint or the weights do not fit, or the data changed.</exception>
    /// <exception cref="NumericException">The loss or the weights are no longer finite.</exception>
    public Task<RunSummary> RunAsync(CancellationToken cancel = default) => Background.Run(() => Run(cancel));

    /// <summary>Trains until the recipe's end, the step limit or a cancellation; writes a checkpoint in each case.</summary>
    /// <remarks>Nothing of a run that is there is touched before all that could speak against going on is checked: settings, checkpoint, data.</remarks>
    /// <exception cref="ConfigurationException">The settings are not those of the run that is to go on, or two options exclude each other.</exception>
    /// <exception cref="DataException">The checkpoint or the weights do not fit, or the data changed.</exception>
    /// <exception cref="NumericException">The loss or the weights are no longer finite.</exception>
    public RunSummary Run(CancellationToken cancel = default)
    {
        CheckOptions();
        Plugins.Recall(options.Folder, warn);
        RecipeCheck.Refuse(recipe);
        foreach (var warning in RecipeCheck.Warnings(recipe)) warn(warning);
        using var folder = RunFolder.Claim(options.Folder, options.ResumeFrom is null ? options.Resume : Resume.Auto, recipe.First.Train.Keep);
        folder.Warning += warn;
        try
        {
            return Phases(folder, Resumption.Find(folder, options.ResumeFrom, recipe, free, warn), cancel);
        }
        catch (Exception e) when (folder.Info.State is not RunState.Created)
        {
            // A run that failed before its first step has nothing to show, and its folder would be in the way of the next try.
            if (!folder.Discard()) folder.Set(RunState.Failed, message: e.Message);
            throw;
        }
    }

    void CheckOptions()
    {
        if (options is { After: not null, From: not null }) throw new ConfigurationException("--after and --from exclude each other: what goes on after a run starts with that run's weights.");
        if (options is { ResumeFrom: not null, From: not null } or { ResumeFrom: not null, After: not null })
            throw new ConfigurationException($"--resume {options.ResumeFrom} and {(options.From is null ? "--after" : "--from")} exclude each other: both say what to start from.");
    }

    void Begin(RunFolder folder, Resumption resumption)
    {
        Begun?.Invoke();
        folder.Begin(options.From is { } from ? Path.GetFullPath(from) : null);
        folder.WriteRecipe(recipe);
        Plugins.Record(folder.Path);
        folder.Describe(options.Command, new Dictionary<string, string> { ["kindred"] = Version(typeof(TrainingRun)), ["dotnet"] = Environment.Version.ToString(), ["libtorch"] = Engine.Version });
        folder.Set(RunState.Running);
        if (resumption is { GoesBack: true, Checkpoint: { } chosen }) folder.Checkpoints.DropAfter(chosen.Step);
    }

    RunSummary Phases(RunFolder folder, Resumption resumption, CancellationToken cancel)
    {
        var start = resumption.Checkpoint;
        if (start is not null) CheckFrom(folder);
        var earlier = start is null && options.After is { } run ? EarlierRun.Open(run, recipe, free, warn) : null;
        if (options.MaxSteps <= earlier?.Steps)
            throw new ConfigurationException($"--max-steps {options.MaxSteps}: the run that this one goes on after has {earlier.Steps} steps, which count; give more.");
        var (began, offset) = (earlier?.Phases ?? resumption.Phase, earlier?.Steps ?? resumption.Offset);
        var met = false;
        MetricsLog? log = null;
        try
        {
            Experiment? previous = null;
            for (var phase = 0; ; phase++)
            {
                using var experiment = Experiment.Build(recipe.Phases[phase], device: options.Device, previous: previous,
                    layout: phase == began && start is not null ? TrainedRun.LayoutOf(start) : null);
                previous = experiment;
                foreach (var warning in StateCost.Warnings(experiment.Method)) warn(warning);
                if (!met) Agreement.Start(began, offset);
                met = true;
                if (phase == began - 1) earlier?.Fill(experiment.Method);
                if (phase < began) continue;
                var state = experiment.State();
                var record = phase == began ? Check(folder, experiment, state, phase, start) : DataRecord.Of(folder.Path, phase, experiment.Data);
                if (phase == began)
                {
                    Begin(folder, resumption);
                    log = new MetricsLog(folder.MetricsFile, folder.EventFolder, start?.Step, warn);
                }
                folder.WriteEnvironment(Environments.Describe(options.Device, experiment.Layout));
                record.Keep();
                RunFacts.Keep(folder.Path, phase, experiment.Recipe, experiment.Data);
                var outcome = Phase(folder, log!, experiment, state, phase, offset, phase == began ? start : null, cancel);
                var last = phase == recipe.Phases.Count - 1;
                if (outcome.Result.Finished && !last)
                {
                    offset += outcome.Result.At.Step;
                    folder.Checkpoints.Mark(EarlierRun.EndOf(phase), offset);
                    continue;
                }
                var done = outcome.Result.Finished && last;
                folder.Set(done ? RunState.Finished : RunState.Preempted, offset + outcome.Result.At.Step);
                using var apart = Everyone.Apart();                                       // the others are done
                if (done || !cancel.IsCancellationRequested) Finished?.Invoke(experiment, folder);
                var result = outcome.Result;
                return new RunSummary(folder.Path, offset + result.At.Step, result.At.Epoch, outcome.Loss, result.Rate, result.Seconds, outcome.Sha256, done)
                    { Estimate = estimate };
            }
        }
        finally { log?.Dispose(); }
    }

    // Where a run goes on, --from has done its part; that it is still the same is all that is asked.
    void CheckFrom(RunFolder folder)
    {
        if (options.From is { } from && folder.Before is { } before && before.From != Path.GetFullPath(from))
            throw new ConfigurationException($"--from {from}: the run in {folder.Path} was begun "
                + $"{(before.From is null ? "without other weights" : $"from {before.From}")} and goes on from its own checkpoint. Leave --from out, or choose another folder with --out.");
    }

    // All that a first step needs is put in place once, so that what does not fit is found before the folder is touched.
    DataRecord Check(RunFolder folder, Experiment experiment, TrainingState state, int phase, Checkpoint? start)
    {
        if (start is null)
        {
            if (phase == 0 && (options.From ?? recipe.First.Train.From) is { } from)
            {
                if (StartWeights.Load(experiment.Method, from) is { } note) warn(note);
                if (state.Broken is { } broken) throw new DataException($"--from {from}: '{broken}' is not finite; these weights are of no use.");
            }
            return DataRecord.Of(folder.Path, phase, experiment.Data);
        }
        var record = DataRecord.Check(folder.Path, phase, experiment.Data, DataKinds.UriOf(experiment.Recipe) ?? "the data", options.AcceptData, warn);
        Restore(state, start, experiment.Trainer());
        try { state.Position.Plan?.Check(experiment.Data); }
        catch (ConfigurationException e) { throw new DataException($"the checkpoint of step {start.Step} lies within an epoch that was planned for other data: {e.Message}", e); }
        if (state.Broken is { } name)
            throw new DataException($"the checkpoint of step {start.Step} is of no use: '{name}' is not finite. Resume from an older one with --resume {folder.Checkpoints.Folder}/step-….");
        return record;
    }

    static void Restore(TrainingState state, Checkpoint start, Trainer trainer)
    {
        state.Restore(start.Parts);
        trainer.Position = state.Position = trainer.Continued(state.Position)
            ?? throw new DataException($"the checkpoint was written in a run of {state.Position.Nominal} steps; this recipe and data make {trainer.Position.Nominal}. The "
                + $"data has changed, or train.epochs or train.batch; start anew, or from its weights with --from.");
    }

    (TrainingResult Result, double Loss, string Sha256) Phase(RunFolder folder, MetricsLog log, Experiment experiment, TrainingState state, int phase,
        long offset, Checkpoint? start, CancellationToken cancel)
    {
        var train = experiment.Recipe.Train;
        var settings = Resumption.HashOf(recipe, free);
        Trainer? trainer = null;
        void Save(Progress at, double loss, (double Score, string Ranking)? rank = null)
        {
            log.Sync();
            if (state.Broken is { } broken)
                throw new NumericException($"'{broken}' is no longer finite after step {at.Step}, although the loss was: nothing of it is kept, and "
                    + $"the last checkpoint is untouched. Lower train.optimizer.learningRate, clip gradients with train.clipNorm=1, or train with --precision fp32.");
            state.Position = trainer!.Position;
            folder.Checkpoints.Save(new Checkpoint(offset + at.Step, state.Capture(), new JsonObject
            {
                [Resumption.PhaseKey] = phase, [Resumption.OffsetKey] = offset, ["step"] = at.Step, ["epoch"] = at.Epoch, ["loss"] = double.IsFinite(loss) ? loss : null,
                [Resumption.MethodKey] = experiment.Recipe.Method, [Resumption.RecipeKey] = settings, ["layout"] = experiment.Layout.Name,
            }), rank?.Score, rank?.Ranking);
            folder.Saved(offset + at.Step);
        }
        var noted = new HashSet<string>();
        using var probe = train.OnlineProbe ? OnlineProbe.For(experiment.Method, experiment.Data, experiment.Device, train.Seed) : null;
        using var evaluation = EvaluationHook.For(experiment, folder, phase, offset, Save, log, start?.Step ?? (offset == 0 ? -1 : offset), warn, Evaluated, cancel);
        // Back to the last checkpoint of this phase, in all processes alike.
        bool Back()
        {
            var last = folder.Checkpoints.LoadLast(out _) is { } found && found.State[Resumption.OffsetKey]?.GetValue<long>() == offset ? found : null;
            if (last is not null) state.Restore(last.Parts);
            return Agreement.Back(last is not null, state, trainer!);
        }
        using var guard = new Guard(experiment.Guarded, state, warn) { Keep = new Failures(folder.Path, warn).Of(experiment, state, phase, offset), Back = Back };
        state.Guard = guard;
        using var geometry = options.Geometry ? GeometryHook.For(experiment.Method, folder.Path, offset, train.LogEvery, start?.Step ?? offset, warn) : null;
        IHook[] hooks =
        [
            new MetricsHook(log, progress, train.LogEvery, offset),
            new EstimateHook(found => Estimated?.Invoke(estimate = found), experiment.Recipe.Phase),
            new WeightHistograms(experiment.Method, log, offset),
            new CollapseAlarm(warn),
            .. start is null ? new IHook[] { new ViewsInVain(warn) } : [],
            new Watcher(folder, offset, experiment.Data, noted),
            new CheckpointHook((at, loss) => Save(at, loss), train.CheckpointEvery),
            .. geometry is null ? [] : new IHook[] { geometry },
            .. evaluation is null ? [] : new IHook[] { evaluation },
            .. SampleHook.For(experiment.Method, folder.Path, offset) is { } samples ? new[] { samples } : [],
        ];
        trainer = experiment.Trainer(options.MaxSteps - offset, guard, probe is null ? hooks : [probe, .. hooks]);
        if (start is not null) Restore(state, start, trainer);
        else evaluation?.Start(trainer.At);
        Agreement.State(state, trainer);
        if (trainer.LearnsNothing) warn(RestingRate.Warning(trainer.At, options.MaxSteps - offset, train));
        var result = trainer.Fit(cancel);
        state.Position = trainer.Position;
        var loss = double.IsFinite(result.Loss) ? result.Loss : start is null ? double.NaN : JsonText.Value(start.State, "loss", "state.json", double.NaN);
        var sha256 = state.Sha256();
        if (Agreement.Differing(sha256) is { Length: > 0 } others)
            warn($"the processes of ranks {string.Join(", ", others)} ended with another state than rank 0's, which is the one that is kept: are machines and versions of libtorch the same?");
        return (result, loss, sha256);
    }

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
