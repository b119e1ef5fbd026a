namespace Kindred.Experiments.Studies;

/// <summary>How a study stands.</summary>
/// <param name="Done">Cells that are done, those of earlier times included.</param>
/// <param name="Failed">Cells that failed this time.</param>
/// <param name="Total">Cells in all, each counted once a seed.</param>
/// <param name="Running">What runs, and how far it is, from 0 to 1.</param>
/// <param name="Remaining">Time left as far as one can tell; null at the beginning.</param>
public sealed record StudyProgress(int Done, int Failed, int Total, IReadOnlyList<(string Job, double Share)> Running, TimeSpan? Remaining);

/// <summary>One cell with one seed.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Folder">Where its run and result lie.</param>
/// <param name="After">The run of the job that this one goes on after, if it does.</param>
public sealed record StudyJob(StudyCell Cell, ulong Seed, string Folder, string? After = null)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Cell.Name} seed {Seed}";
}

/// <summary>How an attempt at a job ended: with a result, an error, or neither after a stop.</summary>
/// <param name="Job">The job.</param>
/// <param name="Result">What was measured.</param>
/// <param name="Error">Why there is no result.</param>
/// <param name="ExitCode">0, or what the error's kind means.</param>
/// <param name="Seconds">What this attempt took.</param>
public sealed record StudyOutcome(StudyJob Job, CellResult? Result, string? Error, int ExitCode, double Seconds);

/// <summary>Does one job somewhere: in a process of its own, on another machine, or (in tests) right here.</summary>
/// <param name="job">The job.</param>
/// <param name="progress">Told how far it is, from 0 to 1.</param>
/// <param name="cancel">Stops it; what it has done stays.</param>
/// <returns>Null when it went well or was stopped; otherwise why not, and the exit code that says so.</returns>
public delegate Task<(string Error, int ExitCode)?> StudyWorker(StudyJob job, Action<double> progress, CancellationToken cancel);
