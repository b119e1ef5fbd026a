namespace Kindred.Experiments.Training;

/// <summary>Work that takes long, on a thread of its own rather than one of the pool.</summary>
static class Background
{
    // A cancellation is the work's to answer: it stops where its state is whole.
    internal static Task<T> Run<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
