using System.Globalization;
using System.Text;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>Sees to it that one process works on a run folder.</summary>
/// <remarks>
/// On one machine the operating system holds the lock and frees it when the process dies, however it dies. Between machines that share a folder
/// without sharing locks, the heartbeat of <c>run.json</c> decides: a lock whose owner has been silent longer than the timeout is taken over.
/// </remarks>
sealed class RunLock : IDisposable
{
    const int Busy = 11;

    readonly FileStream stream;

    readonly string folder;
    readonly TimeSpan timeout;
    readonly TimeProvider clock;
    bool signed;

    RunLock(FileStream stream, string folder, TimeSpan timeout, TimeProvider clock) => (this.stream, this.folder, this.timeout, this.clock) = (stream, folder, timeout, clock);

    public static RunLock Take(string folder, TimeSpan timeout, TimeProvider clock)
    {
        var path = Path.Combine(folder, ".lock");
        FileStream stream;

        try
        {
            stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is Busy or unchecked((int)0x80070020))
        {
            throw InUse(folder, RunInfo.TryRead(Path.Combine(folder, "run.json")), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFailure.Explain(path, 0, e);
        }

        try
        {
            CheckOtherMachine(folder, stream, timeout, clock);
            return new(stream, folder, timeout, clock);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Says who works on the folder from now on; until then the lock leaves the file as it is.</summary>
    public void Sign()
    {
        CheckOtherMachine(folder, stream, timeout, clock);
        stream.SetLength(0);
        stream.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}@{Environment.MachineName}\n")));
        stream.Flush();
        signed = true;
    }

    /// <summary>Deletes the file of a folder that this process made and put nothing into. While the lock is held nobody else can have it.</summary>
    public void Forget() => File.Delete(stream.Name);

    /// <summary>The file stays: deleting it would let two processes lock two files of one name.</summary>
    public void Dispose()
    {
        try
        {
            if (signed)
                stream.SetLength(0);
        }
        catch (IOException)
        {
            // The folder may be gone; then nobody asks for the lock any more.
        }

        stream.Dispose();
    }

    static void CheckOtherMachine(string folder, FileStream stream, TimeSpan timeout, TimeProvider clock)
    {
        stream.Position = 0;
        var owner = new StreamReader(stream, Encoding.UTF8, leaveOpen: true).ReadLine();

        if (owner is null || owner.EndsWith($"@{Environment.MachineName}", StringComparison.Ordinal))
            return;

        // A heartbeat from the future is a clock that was set; it counts by its distance.
        if (RunInfo.TryRead(Path.Combine(folder, "run.json")) is { State: RunState.Running } run && (clock.GetUtcNow() - run.Heartbeat).Duration() < timeout)
            throw InUse(folder, run, null);
    }

    static ConfigurationException InUse(string folder, RunInfo? run, Exception? inner) =>
        new($"{folder} is in use{(run is null ? "" : string.Create(CultureInfo.InvariantCulture, $" by process {run.Pid} on {run.Host}"))}: wait for "
            + $"it, stop it, or choose another folder with --out.", inner);
}
