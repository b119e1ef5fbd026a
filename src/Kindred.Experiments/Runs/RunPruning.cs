using Kindred.Experiments.Training;

namespace Kindred.Experiments.Runs;

/// <summary>Deletes checkpoints of a run that nobody works on.</summary>
public static class RunPruning
{
    static readonly TimeSpan silence = TimeSpan.FromSeconds(60);

    /// <summary>Deletes those that nothing points to, see <see cref="CheckpointStore.Spare"/>.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="store">Its checkpoints.</param>
    /// <exception cref="ConfigurationException">Another process works on the run.</exception>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public static void Prune(string run, CheckpointStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        using var held = RunLock.Take(run, silence, TimeProvider.System);
        store.Retire();
    }
}
