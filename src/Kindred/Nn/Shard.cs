namespace Kindred.Nn;

/// <summary>Which shard of a batch this thread works on, where a batch goes through a network in several.</summary>
/// <remarks>Each shard has batch statistics of its own; the running averages are those of the first, as if the others sat on other devices.</remarks>
public static class Shard
{
    [ThreadStatic] private static int index;

    /// <summary>Whether this thread keeps running averages; true outside of shards.</summary>
    public static bool Leads => index == 0;

    /// <summary>Runs something as the shard of a number.</summary>
    public static void As(int number, Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        int before = index;
        index = number;
        try
        {
            work();
        }
        finally
        {
            index = before;
        }
    }
}
