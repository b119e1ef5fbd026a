using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>Steps that went wrong, as a run keeps them: <c>failures/step-…</c>, a checkpoint of the state before the step with the batch beside it.</summary>
/// <remarks>As many as <see cref="Most"/> are kept. Where the answer to a failure is to stop, running statistics are those that the failed step left,
/// and of several players some may have stepped already.</remarks>
/// <param name="run">The run's folder.</param>
/// <param name="warn">Told where one lies, or that it could not be written.</param>
public sealed class Failures(string run, Action<string> warn)
{
    /// <summary>The folder's name in a run.</summary>
    public const string FolderName = "failures";

    /// <summary>The file of a batch: its views <c>view/NAME</c>, sample numbers <c>index</c> and labels <c>labels</c>.</summary>
    public const string BatchFile = "batch";

    /// <summary>How many are kept.</summary>
    public const int Most = 3;

    const string ErrorKey = "error", StepKey = "step";
    const long LargestBatch = 256L << 20;

    /// <summary>Keeps a failed step of a phase.</summary>
    /// <param name="experiment">What is trained.</param>
    /// <param name="state">Its state.</param>
    /// <param name="phase">The phase's number.</param>
    /// <param name="offset">Steps of the phases before.</param>
    /// <returns>What a <see cref="Guard"/> tells of it.</returns>
    internal Action<Position, Batch, NumericException, byte[]> Of(Experiment experiment, TrainingState state, int phase, long offset) => (position, batch, error, random) =>
    {
        try
        {
            state.Position = position;
            var parts = new Dictionary<string, IReadOnlyList<NamedArray>>(state.Capture()) { [BatchFile] = [.. Arrays(batch)] };
            parts[TrainingState.Rest] = [.. parts[TrainingState.Rest].Select(a => a.Name == "generator" ? NamedArray.From<byte>(a.Name, random) : a)];
            var step = offset + position.At.Step;
            var folder = new CheckpointStore(Path.Combine(run, FolderName), Most).Save(new Checkpoint(step, parts, new JsonObject
            {
                [Resumption.PhaseKey] = phase, [Resumption.OffsetKey] = offset, [StepKey] = position.At.Step, ["epoch"] = position.At.Epoch, [ErrorKey] = error.Message,
                [Resumption.MethodKey] = experiment.Recipe.Method, ["layout"] = experiment.Layout.Name,
            }));
            warn($"step {step} is kept with its batch; `kindred replay {folder}` takes it again.");
        }
        catch (KindredException e) { warn($"the failed step could not be kept: {e.Message}"); }
    };

    /// <summary>Takes a kept step again: the same state, the same samples in the same views, the same random numbers.</summary>
    /// <param name="folder"><c>RUN/failures/step-…</c>.</param>
    /// <param name="device">Where tensors live.</param>
    /// <returns>What it failed with then, and whether the batch is the one of then to the bit; null where none was kept.</returns>
    /// <exception cref="NumericException">It fails again.</exception>
    /// <exception cref="DataException">It is no kept step, or the run's data are gone.</exception>
    public static (string Error, bool? SameBatch) Replay(string folder, Device device)
    {
        var place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.GetFileName(Path.GetDirectoryName(place)) != FolderName)
            throw new DataException($"'{folder}' is no kept step: give RUN/{FolderName}/step-….");
        var kept = CheckpointStore.Load(place);
        if (JsonText.Value<string?>(kept.State, ErrorKey, folder, null) is not { } error) throw new DataException($"'{folder}' does not say what went wrong; it was not written by a training.");
        var recipe = TrainedRun.ReadRecipe(Path.GetDirectoryName(Path.GetDirectoryName(place))!);
        var phase = JsonText.Value(kept.State, Resumption.PhaseKey, folder, 0);
        if (phase < 0 || phase >= recipe.Phases.Count) throw new DataException($"'{folder}' is of phase {phase}, and its run's recipe has {recipe.Phases.Count}.");
        Experiment? previous = null;
        for (var i = 0; ; i++)
        {
            using var experiment = Experiment.Build(recipe.Phases[i], device: device, previous: previous, layout: i == phase ? TrainedRun.LayoutOf(kept) : null);
            previous = experiment;
            if (i == phase) return (error, Again(experiment, kept));
        }
    }

    static bool? Again(Experiment experiment, Checkpoint kept)
    {
        var state = experiment.State();
        state.Restore(kept.Parts);
        bool? same = null;
        using var guard = new Guard(new(), state, _ => { }) { Keep = (_, batch, _, _) => same = Same(batch, kept) };
        var trainer = experiment.Trainer(state.Position.At.Step + 1, guard, new Look(batch => same = Same(batch, kept)));
        trainer.Position = state.Position;
        using var watch = NotFinite.Watch();
        try
        {
            trainer.Fit();
            if (state.Broken is { } broken) throw new NumericException($"'{broken}' is no longer finite after the step.");
        }
        catch (NumericException e)
        {
            throw new NumericException($"{(same is false ? "although the batch is another than it was, " : "")}the step fails again"
                + $"{(watch.First is { } first ? $", first in {first}" : "; no operator's result was infinite or no number on the way to the loss")}: {e.Message}", e);
        }
        return same;
    }

    static bool? Same(Batch batch, Checkpoint kept)
    {
        if (!kept.Parts.TryGetValue(BatchFile, out var then)) return null;
        var now = Arrays(batch).ToDictionary(a => a.Name);
        return then.All(a => now.TryGetValue(a.Name, out var other) && a.Bytes.Span.SequenceEqual(other.Bytes.Span));
    }

    // Views of several processes are everybody's own share: only numbers are kept of them.
    static IEnumerable<NamedArray> Arrays(Batch batch)
    {
        using var scope = Scope.Open();
        yield return TensorArrays.ToArray("index", batch.Index);
        if (batch.Labels is { } labels) yield return TensorArrays.ToArray("labels", labels);
        if (!Everyone.Alone || batch.Views.Sum(v => v.X.Numel * 8) > LargestBatch) yield break;
        foreach (var (view, i) in batch.Views.Select((v, i) => (v, i))) yield return TensorArrays.ToArray($"view/{i}/{view.Name}", view.X);
    }

    sealed class Look(Action<Batch> look) : IHook
    {
        public void Batch(Batch batch, Progress at) => look(batch);
    }
}
