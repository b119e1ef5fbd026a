using System.Runtime.ExceptionServices;

namespace Kindred.Index;

/// <summary>Work shared out to threads; an error comes out as it was thrown.</summary>
static class Shared
{
    internal static void Out(int count, ParallelOptions options, Action<int> work)
    {
        if (count <= 1 || options.MaxDegreeOfParallelism == 1)
        {
            for (var i = 0; i < count; i++)
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                work(i);
            }
            return;
        }
        try { Parallel.For(0, count, options, work); }
        catch (AggregateException e) { ExceptionDispatchInfo.Throw(e.InnerExceptions.FirstOrDefault(i => i is KindredException) ?? e.InnerExceptions[0]); }
    }
}
