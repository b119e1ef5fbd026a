using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>What a look at a run in the middle of its training gave.</summary>
/// <param name="Step">Steps done, all phases together.</param>
/// <param name="Metrics">By <c>protocol.metric</c>.</param>
/// <param name="Best">Whether it is the best so far by <c>train.best</c>.</param>
public sealed record Evaluated(long Step, IReadOnlyDictionary<string, double> Metrics, bool Best);

/// <summary>Evaluates what the recipe asks for before the first step, every few steps and after the last, and keeps the best state.</summary>
/// <remarks>
/// An evaluation leaves weights, mode and random numbers as they were, so that training does not notice. The numbers go into <c>evaluations.jsonl</c>; steps that a
/// resumed run takes again are evaluated again. What is evaluated with a baseline does not change while training, and is left for the end.
/// </remarks>
sealed class EvaluationHook : IHook, IDisposable
{
    readonly Experiment experiment;
    readonly int every;
    readonly long offset;
    readonly CheckpointStore store;
    readonly Action<Progress, double, (double Score, string Ranking)?> save;
    readonly MetricsLog lines, log;
    readonly Action<Evaluated>? tell;
    readonly CancellationToken cancel;
    readonly BestMetric? best;
    readonly EvaluationRequest[] requests;
    readonly string ranking;
    double loss = double.NaN;
    long last = -1;

    EvaluationHook(Experiment experiment, RunFolder folder, int phase, long offset, Action<Progress, double, (double, string)?> save, MetricsLog log, long? resumeAt,
        Action<string> warn, Action<Evaluated>? tell, CancellationToken cancel)
    {
        (this.experiment, this.offset, this.save, this.log, this.tell, this.cancel) = (experiment, offset, save, log, tell, cancel);
        (every, store) = (experiment.Recipe.Train.EvaluateEvery, folder.Checkpoints);
        best = BestMetric.Of(experiment.Recipe);
        requests = [.. Evaluations.Requested(experiment.Recipe).Where(r => r.Baseline is null)];
        ranking = $"phase {phase}: {best}";
        if (best is not null) store.Rank(ranking);
        lines = new(Path.Combine(folder.Path, FileName), null, resumeAt, warn);
    }

    /// <summary>The file of numbers in a run's folder.</summary>
    public const string FileName = "evaluations.jsonl";

    /// <summary>The hook of a phase; null of one that asks for nothing.</summary>
    /// <param name="experiment">What is trained.</param>
    /// <param name="folder">The run.</param>
    /// <param name="phase">The phase's number: another phase's best is none of this one.</param>
    /// <param name="offset">Steps of the phases before.</param>
    /// <param name="save">Writes a checkpoint with a score.</param>
    /// <param name="log">Shows the numbers to TensorBoard.</param>
    /// <param name="resumeAt">The step that the run goes on from; −1 for a new one.</param>
    /// <param name="warn">Told when numbers cannot be written.</param>
    /// <param name="tell">Told every result.</param>
    /// <param name="cancel">Stops an evaluation.</param>
    public static EvaluationHook? For(Experiment experiment, RunFolder folder, int phase, long offset, Action<Progress, double, (double, string)?> save, MetricsLog log,
        long resumeAt, Action<string> warn, Action<Evaluated>? tell, CancellationToken cancel) =>
        experiment.Recipe.Train.EvaluateEvery == 0 ? null : new(experiment, folder, phase, offset, save, log, resumeAt, warn, tell, cancel);

    /// <summary>The state before the first step: a wrong name of a metric is found here, and what training is worth is seen against it.</summary>
    public void Start(Progress at) => Evaluate(at);

    /// <inheritdoc/>
    public void Step(StepReport report)
    {
        loss = report.Loss;
        var done = report.At.Step + 1;
        if (done % every == 0) Evaluate(report.At with { Step = done });
    }

    /// <inheritdoc/>
    public void End(TrainingResult result)
    {
        if (result is { Whole: true, Failed: false, Finished: true, Samples: > 0 }) Evaluate(result.At);
    }

    void Evaluate(Progress at)
    {
        if (at.Step == last || cancel.IsCancellationRequested) return;
        var metrics = new Dictionary<string, double>();
        double? value = null;
        using var apart = Everyone.Apart();                                              // other processes wait at the next step
        try
        {
            foreach (var request in requests)
            {
                var found = Evaluations.Run(experiment, request, cancel).Metrics;
                if (best is not null && request.Protocol == best.Protocol) value ??= best.Find(found);
                foreach (var (name, number) in found) metrics.TryAdd($"{request.Protocol}.{name}", number);
            }
        }
        // A stop is no error: the run goes on from before this step's evaluation, which then comes again.
        catch (OperationCanceledException) when (cancel.IsCancellationRequested) { return; }
        last = at.Step;
        var epoch = at.Steps == 0 ? 0 : (double)at.Step * at.Epochs / at.Steps;
        lines.Write(offset + at.Step, epoch, metrics);
        log.Show(offset + at.Step, metrics);
        lines.Sync();
        var better = best is not null && value is { } number2 && best.Score(number2) > store.BestScore;
        if (better) save(at, loss, (best!.Score(value!.Value), ranking));
        tell?.Invoke(new(offset + at.Step, metrics, better));
    }

    /// <inheritdoc/>
    public void Dispose() => lines.Dispose();
}
