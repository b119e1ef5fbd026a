using System.Diagnostics;
using System.Globalization;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Studies;

namespace Kindred.Cli;

/// <summary>Does a study's job in a process of its own: small networks gain more from a second process than from a second thread.</summary>
/// <param name="study">The study as it was named on the command line.</param>
/// <param name="output">The study's folder.</param>
/// <param name="arguments">What else every cell is told.</param>
/// <param name="threads">Threads of each process.</param>
/// <param name="note">Told what a job has to say to a person.</param>
sealed class StudyProcess(string study, string output, IReadOnlyList<string> arguments, int threads, Action<string> note)
{
    /// <summary>Set for a job's process: it stops when its standard input ends, so that it never outlives the study, however that dies.</summary>
    internal const string Marker = "KINDRED_STUDY_JOB";

    const int Killed = 137;

    internal async Task<(string Error, int ExitCode)?> Do(StudyJob job, Action<double> progress, CancellationToken cancel)
    {
        using var process = Process.Start(Start(job))!;
        using var stop = cancel.Register(() => process.StandardInput.Close());
        var last = "";
        process.OutputDataReceived += (_, line) => { if (double.TryParse(line.Data, CultureInfo.InvariantCulture, out var share)) progress(share); };
        process.ErrorDataReceived += (_, line) =>
        {
            if (string.IsNullOrWhiteSpace(line.Data)) return;
            last = line.Data;
            if (line.Data.Contains("collapse:", StringComparison.Ordinal) || line.Data.Contains(RestingRate.Mark, StringComparison.Ordinal))
                note($"{job}: {line.Data.Replace("kindred: ", "", StringComparison.Ordinal)}");
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode == 0 || (cancel.IsCancellationRequested && process.ExitCode is Launcher.Preempted or 129 or 130 or 143)) return null;
        return (process.ExitCode == Killed ? "its process was killed; most likely memory ran out: use fewer --jobs"
            : last.Length > 0 ? last.Replace("kindred: ", "", StringComparison.Ordinal) : "its process ended without a word", process.ExitCode);
    }

    ProcessStartInfo Start(StudyJob job)
    {
        var program = typeof(StudyProcess).Assembly.Location;
        var host = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, program] : [host];
        var start = new ProcessStartInfo(self[0], [.. self[1..], "study", study, "--out", output, "--cell", job.Cell.Name, "--seed", job.Seed.ToString(CultureInfo.InvariantCulture), .. arguments])
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KINDRED_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        start.Environment[Marker] = "1";
        return start;
    }
}
