using System.Diagnostics;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Experiments.Studies;

/// <summary>One cell with one seed: trained, evaluated, and written down, or gone on with where it stopped.</summary>
/// <remarks>
/// The folder holds <c>cell.json</c>, the run in <c>run/</c>, and at the end <c>result.json</c>. A folder of another recipe is done anew;
/// where only the evaluations changed, the training stays.
/// </remarks>
/// <param name="cell">The cell.</param>
/// <param name="seed">The seed.</param>
/// <param name="folder">Its folder.</param>
/// <param name="warn">Told what a person should know.</param>
public sealed class CellRun(StudyCell cell, ulong seed, string folder, Action<string> warn)
{
    readonly string run = RunOf(folder);

    /// <summary>Where the network lives.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>The run of the cell that this one goes on after; null when it begins at the beginning.</summary>
    public string? After { get; init; }

    /// <summary>Threads that prepare views; 0 lets the machine decide.</summary>
    public int Workers { get; init; }

    /// <summary>Shown every step.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Called when all is loaded and training begins: from here on there is something to save.</summary>
    public Action? Begun { get; init; }

    /// <summary>Where a cell's folder keeps its run.</summary>
    internal static string RunOf(string folder) => Path.Combine(folder, "run");

    /// <summary>The result that the folder holds already, if it is of this recipe and these evaluations.</summary>
    public static CellResult? Finished(StudyCell cell, ulong seed, string folder)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return CellResult.TryRead(folder) is { } result && result.TrainingHash == cell.TrainingHash(seed) && result.EvaluationHash == cell.EvaluationHash ? result : null;
    }

    /// <summary>Trains and evaluates, unless that is done.</summary>
    /// <param name="cancel">Stops; what is done is kept.</param>
    /// <returns>The result, or null after a stop.</returns>
    /// <exception cref="KindredException">The cell cannot be trained or evaluated; <c>cell.json</c> says why.</exception>
    public CellResult? Run(CancellationToken cancel = default)
    {
        if (Finished(cell, seed, folder) is { } finished) return finished;
        var note = Prepare();
        var clock = Stopwatch.StartNew();
        try
        {
            var result = cell.Baseline is null ? Train(cancel) : Baseline(cancel);
            result?.Write(folder);
            (note with { Seconds = note.Seconds + clock.Elapsed.TotalSeconds }).Write(folder);
            return result;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested) { return null; }
        catch (Exception e)
        {
            (note with { Seconds = note.Seconds + clock.Elapsed.TotalSeconds, Error = e.Message }).Write(folder);
            throw;
        }
    }

    CellNote Prepare()
    {
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, CellResult.FileName));
        var before = CellNote.TryRead(folder);
        var note = before is not null && before.TrainingHash == cell.TrainingHash(seed) ? before with { Error = null } : new CellNote(cell.Name, seed, cell.TrainingHash(seed));
        // Only a folder that this study made is cleared.
        if (before is not null && before.TrainingHash != note.TrainingHash && Directory.Exists(run)) Directory.Delete(run, recursive: true);
        note.Write(folder);
        return note;
    }

    CellResult? Train(CancellationToken cancel)
    {
        Dictionary<string, double>? measured = null;
        var training = new TrainingRun(Recipe(), new RunOptions { Folder = run, Resume = Resume.Auto, After = After, Device = Device, Command = $"kindred study, cell {cell.Name}" }, Progress, warn)
        {
            Begun = Begun,
            Finished = (experiment, _) => measured = cancel.IsCancellationRequested ? null : CellEvaluation.Run(cell, experiment, cancel),
        };
        var summary = training.Run(cancel);
        if (measured is null || !summary.Finished) return null;
        var log = Path.Combine(run, "metrics.jsonl");
        foreach (var (name, value) in TrainingLog.Late(log)) measured[name] = value;
        var collapse = TrainingLog.Collapse(log);
        (measured["loss"], measured["collapsed"]) = (summary.Loss, collapse is null ? 0 : 1);
        return Result(measured, collapse, summary.Steps, summary.StateSha256);
    }

    CellResult Baseline(CancellationToken cancel)
    {
        using var experiment = Experiment.Build(Recipe().First, device: Device);
        return Result(CellEvaluation.Run(cell, experiment, cancel), null, 0, null);
    }

    Recipe Recipe() => cell.Seeded(seed).With([new("train.workers", new RecipeScalar($"{Workers}", false, RecipePlace.Default))]);

    CellResult Result(Dictionary<string, double> metrics, long? collapse, long steps, string? sha) =>
        new(cell.Name, seed, cell.TrainingHash(seed), cell.EvaluationHash, new SortedDictionary<string, double>(metrics, StringComparer.Ordinal), collapse, steps, sha);
}
