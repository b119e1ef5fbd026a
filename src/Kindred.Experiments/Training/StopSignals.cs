using System.Runtime.InteropServices;

namespace Kindred.Experiments.Training;

/// <summary>Turns SIGTERM and Ctrl+C into a cancellation: the first asks to stop and save, the second ends the process at once.</summary>
public sealed partial class StopSignals : IDisposable
{
    const int SignalBase = 128;

    readonly CancellationTokenSource source = new();
    readonly PosixSignalRegistration[] registrations;

    /// <summary>Listens until disposed.</summary>
    public StopSignals() =>
        registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Receive(c, 15)), PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Receive(c, 2))];

    /// <summary>Cancelled by the first signal. Check it at every step, and pass it to everything that waits.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The number of the signal that came (15 or 2), or null when none did.</summary>
    public int? Signal { get; private set; }

    /// <summary>The exit code of a process that a signal ended before it could save: 143 or 130; null when none came.</summary>
    public int? ExitCode => SignalBase + Signal;

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();

        source.Dispose();
    }

    void Receive(PosixSignalContext context, int signal)
    {
        context.Cancel = true;

        // Not Environment.Exit: it waits for whoever hangs.
        if (Signal is not null)
            _exit(SignalBase + signal);

        Signal = signal;
        source.Cancel();
    }

    [LibraryImport("libc")]
    private static partial void _exit(int status);
}
