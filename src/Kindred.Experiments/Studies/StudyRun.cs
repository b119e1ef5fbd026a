using System.Diagnostics;
using System.Globalization;
using Kindred.Experiments.Runs;

namespace Kindred.Experiments.Studies;

/// <summary>Runs the cells of a study, several at a time, and leaves out what is done: it may be stopped or killed at any moment and started again.</summary>
/// <param name="study">The study.</param>
/// <param name="folder">Where everything lies: <c>cells/CELL-seedS</c>, <c>study.json</c>, table and plot.</param>
/// <param name="worker">Does a job.</param>
public sealed class StudyRun(Study study, string folder, StudyWorker worker)
{
    const string SeedMark = "-seed";

    readonly Lock gate = new();
    readonly Dictionary<StudyJob, double> running = [];
    readonly Stopwatch clock = new();
    double ended;
    int done, failed, total;

    /// <summary>Every cell runs once with each; the study's own if left out.</summary>
    public IReadOnlyList<ulong>? Seeds { get; init; }

    /// <summary>The only cells to run; all if left out.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Jobs at a time.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Called after each job, one call at a time.</summary>
    public Action<StudyOutcome>? Ended { get; init; }

    /// <summary>How the study stands.</summary>
    public StudyProgress Progress
    {
        get
        {
            lock (gate)
            {
                var shares = running.Select(r => (r.Key.ToString(), r.Value)).ToArray();
                var work = ended + shares.Sum(s => s.Value);                // jobs' worth of work done by this process
                var left = total - done - failed - shares.Sum(s => s.Value);
                return new(done, failed, total, shares, work > 0.02 * Jobs ? clock.Elapsed / work * left : null);
            }
        }
    }

    /// <summary>Everything that the study consists of, cell by cell, seed by seed.</summary>
    public IReadOnlyList<StudyJob> All => [.. (Seeds ?? study.Seeds).Distinct().SelectMany(seed => study.Cells.Select(cell => Job(cell, seed)))];

    /// <summary>What a report shows: everything that the study consists of, and what the folder already holds with other seeds.</summary>
    public IReadOnlyList<StudyJob> Reported
    {
        get
        {
            var asked = All;
            var others = from seed in SeedsInFolder().Except(asked.Select(j => j.Seed)).Order()
                         from cell in study.Cells
                         let job = Job(cell, seed)
                         where CellRun.Finished(cell, seed, job.Folder) is not null
                         select job;
            return [.. asked, .. others];
        }
    }

    IEnumerable<ulong> SeedsInFolder()
    {
        var cells = Path.Combine(folder, "cells");
        return Directory.Exists(cells) ? Directory.EnumerateDirectories(cells).Select(d => SeedOf(Path.GetFileName(d))).OfType<ulong>() : [];
    }

    static ulong? SeedOf(string cellFolder)
    {
        var at = cellFolder.LastIndexOf(SeedMark, StringComparison.Ordinal);
        return at >= 0 && ulong.TryParse(cellFolder.AsSpan(at + SeedMark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : null;
    }

    /// <summary>The folder of a job.</summary>
    public StudyJob Job(StudyCell cell, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return new(cell, seed, FolderOf(cell, seed), cell.After is { } after ? CellRun.RunOf(FolderOf(after, seed)) : null);
    }

    /// <summary>Runs what is not done yet; a job that fails does not stop the others.</summary>
    /// <param name="cancel">Stops all jobs; they can be gone on with.</param>
    /// <returns>How the jobs of this time ended; those that were done before are not among them.</returns>
    /// <exception cref="ConfigurationException">A name in <see cref="Only"/> is no cell.</exception>
    public async Task<IReadOnlyList<StudyOutcome>> Run(CancellationToken cancel = default)
    {
        foreach (var name in Only ?? []) study.Cell(name);
        using var alone = Take();
        var jobs = All.Where(j => Only is null || Only.Any(name => Needs(study.Cell(name), j.Cell))).ToArray();
        var open = jobs.Where(j => CellRun.Finished(j.Cell, j.Seed, j.Folder) is null).ToArray();
        (total, done) = (jobs.Length, jobs.Length - open.Length);
        clock.Start();
        var outcomes = new List<StudyOutcome>();
        // Those that others go on after come first.
        foreach (var wave in open.GroupBy(j => j.Cell.Depth).OrderBy(w => w.Key)) await Wave(new(wave), outcomes, cancel);
        return outcomes;
    }

    async Task Wave(Queue<StudyJob> open, List<StudyOutcome> outcomes, CancellationToken cancel)
    {
        var lanes = Enumerable.Range(0, Math.Max(1, Math.Min(Jobs, open.Count))).Select(_ => Lane());
        await Task.WhenAll(lanes.ToArray());

        async Task Lane()
        {
            while (!cancel.IsCancellationRequested && Next() is { } job)
            {
                var outcome = await Do(job, cancel);
                lock (gate) outcomes.Add(outcome);
                lock (outcomes) Ended?.Invoke(outcome);
            }
        }

        StudyJob? Next()
        {
            lock (gate) return open.TryDequeue(out var job) ? job : null;
        }
    }

    static bool Needs(StudyCell? wanted, StudyCell cell) => wanted is not null && (wanted == cell || Needs(wanted.After, cell));

    string FolderOf(StudyCell cell, ulong seed) => Path.Combine(folder, "cells", string.Create(CultureInfo.InvariantCulture, $"{cell.FileName}{SeedMark}{seed}"));

    // One process at a time, and only in a folder that is a study's.
    RunLock Take()
    {
        Directory.CreateDirectory(folder);
        var strangers = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Where(f => f != ".lock").ToArray();
        if (strangers.Length > 0 && !strangers.Contains("cells"))
            throw new ConfigurationException($"{folder} is not empty and holds no study (there is {strangers[0]}). Choose an empty or new folder with --out.");
        var taken = RunLock.Take(folder, TimeSpan.FromSeconds(60), TimeProvider.System);
        Directory.CreateDirectory(Path.Combine(folder, "cells"));
        return taken;
    }

    async Task<StudyOutcome> Do(StudyJob job, CancellationToken cancel)
    {
        var began = clock.Elapsed;
        lock (gate) running[job] = 0;
        (string Error, int ExitCode)? error;
        try { error = await Task.Run(() => worker(job, share => Report(job, share), cancel), CancellationToken.None); }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested) { error = null; }
        catch (Exception e) when (e is KindredException or IOException or UnauthorizedAccessException) { error = (e.Message, (e as KindredException)?.ExitCode ?? 4); }
        var result = error is null ? CellRun.Finished(job.Cell, job.Seed, job.Folder) : null;
        if (error is null && result is null && !cancel.IsCancellationRequested) error = ("it ended without a result and without saying why", 1);
        lock (gate)
        {
            running.Remove(job);
            if (result is not null) done++;
            if (error is not null) failed++;
            if (result is not null || error is not null) ended++;
        }
        return new(job, result, error?.Error, error?.ExitCode ?? 0, (clock.Elapsed - began).TotalSeconds);
    }

    void Report(StudyJob job, double share)
    {
        lock (gate)
            if (running.ContainsKey(job)) running[job] = Math.Clamp(share, 0, 1);
    }
}
