using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Kindred.Experiments.Runs;

namespace Kindred.Cli;

/// <summary>One of the processes that <c>kindred launch</c> starts: a rank of a training.</summary>
/// <remarks>Rank 0 speaks to the terminal; of the others the last lines are kept for the case that they fail.</remarks>
sealed partial class Launched : IDisposable
{
    /// <summary>Set for a rank's process: it stops when its standard input ends, so that it never outlives the launcher.</summary>
    const string Marker = "KINDRED_LAUNCHED";

    const int Terminate = 15, Lines = 5;

    readonly Process process;
    readonly Queue<string> last = new();

    Launched(Process process, int rank) => (this.process, Rank) = (process, rank);

    internal int Rank { get; }

    internal bool Over => process.HasExited;

    internal int ExitCode => process.ExitCode;

    /// <summary>The last that it said on standard error; null for rank 0, which said it to the terminal.</summary>
    internal string? Said
    {
        get { lock (last) return last.Count == 0 ? null : string.Join('\n', last); }
    }

    /// <summary>This command with other words, as a process that saves and stops when its standard input ends.</summary>
    /// <param name="words">What a person would type behind <c>kindred</c>.</param>
    /// <param name="threads">KINDRED_THREADS of that process; null for none.</param>
    internal static ProcessStartInfo Words(IReadOnlyList<string> words, string? threads)
    {
        var (host, program) = (Environment.ProcessPath!, typeof(Launched).Assembly.Location);
        string[] self = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, program] : [host];
        var start = new ProcessStartInfo(self[0], [.. self[1..], .. words, .. Plugins.Loaded.SelectMany(p => new[] { "--plugin", p.Path })]);
        start.Environment[Marker] = "1";
        start.Environment["KINDRED_THREADS"] = threads;
        return start;
    }

    /// <summary>Starts a rank.</summary>
    /// <param name="words">What a person would type behind <c>kindred</c>.</param>
    /// <param name="rank">Which.</param>
    /// <param name="count">Of how many.</param>
    /// <param name="port">Where they meet on this machine.</param>
    /// <param name="timeout">Seconds that one waits for the others.</param>
    internal static Launched Start(IReadOnlyList<string> words, int rank, int count, int port, int timeout)
    {
        var program = typeof(Launched).Assembly.Location;
        var host = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, program] : [host];
        var start = new ProcessStartInfo(self[0], [.. self[1..], .. words]) { RedirectStandardInput = true, RedirectStandardOutput = rank > 0, RedirectStandardError = rank > 0 };
        foreach (var (name, value) in new[] { ("RANK", rank), ("LOCAL_RANK", rank), ("WORLD_SIZE", count), ("LOCAL_WORLD_SIZE", count), ("MASTER_PORT", port), ("KINDRED_TIMEOUT", timeout) })
            start.Environment[name] = value.ToString(CultureInfo.InvariantCulture);
        start.Environment["MASTER_ADDR"] = "127.0.0.1";
        start.Environment[Marker] = "1";
        var launched = new Launched(Process.Start(start)!, rank);
        if (rank > 0) launched.Listen();
        return launched;
    }

    /// <summary>In a rank's process: asks itself to stop, as SIGTERM would, once the launcher is gone.</summary>
    internal static void StopWithParent()
    {
        if (Environment.GetEnvironmentVariable(Marker) is not { Length: > 0 }) return;
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0) { }
            _ = kill(Environment.ProcessId, Terminate);
        }) { IsBackground = true }.Start();
    }

    /// <summary>Asks it to save and stop.</summary>
    internal void Stop()
    {
        if (!Over) _ = kill(process.Id, Terminate);
    }

    /// <summary>Ends it, frozen or not.</summary>
    internal void Kill()
    {
        if (!Over) process.Kill(entireProcessTree: true);
    }

    void Listen()
    {
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (string.IsNullOrWhiteSpace(line.Data)) return;
            lock (last)
            {
                last.Enqueue(line.Data);
                if (last.Count > Lines) last.Dequeue();
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Lets go of it.</summary>
    public void Dispose() => process.Dispose();

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
