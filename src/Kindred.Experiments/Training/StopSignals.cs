using System.Runtime.InteropServices;

namespace Kindred.Experiments.Training;

/// <summary>Turns SIGTERM, SIGHUP and Ctrl+C into a cancellation: the first asks to stop and save, the second ends the process at once.</summary>
/// <remarks>While there is nothing to save (recipes, data and libtorch are loaded), the first ends the process at once too: see <see cref="Hold"/>.</remarks>
public sealed partial class StopSignals : IDisposable
{
    const int SignalBase = 128;

    readonly Lock gate = new();
    readonly CancellationTokenSource source = new();
    readonly PosixSignalRegistration[] registrations;
    bool held;

    /// <summary>Listens until disposed.</summary>
    /// <param name="held">Whether the first signal only asks to stop; otherwise it ends the process until <see cref="Hold"/> is called.</param>
    public StopSignals(bool held = true)
    {
        this.held = held;
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Receive(c, 15)),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Receive(c, 2)),
            // A process that was told to ignore hang-ups (nohup) goes on ignoring them: the runtime leaves ignored signals alone.
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => Receive(c, 1)),
        ];
    }

    /// <summary>Cancelled by the first signal. Check it at every step, and pass it to everything that waits.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The number of the signal that came (15, 2 or 1), or null when none did.</summary>
    public int? Signal { get; private set; }

    /// <summary>The exit code of a process that a signal ended before it could save: 143, 130 or 129; null when none came.</summary>
    public int? ExitCode => SignalBase + Signal;

    /// <summary>From now on there is something to save: the first signal only asks to stop.</summary>
    public void Hold()
    {
        lock (gate) held = true;
    }

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

        lock (gate)
        {
            // Not Environment.Exit: it waits for whoever hangs.
            if (!held || Signal is not null)
                _exit(SignalBase + signal);

            Signal = signal;
        }

        source.Cancel();
    }

    [LibraryImport("libc")]
    private static partial void _exit(int status);
}
