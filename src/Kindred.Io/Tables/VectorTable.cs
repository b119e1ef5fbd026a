namespace Kindred.Io.Tables;

/// <summary>Vectors with their names and labels, as they are handed to a writer: everything is asked for once, in order, and never held as a whole.</summary>
/// <param name="Count">How many.</param>
/// <param name="Dimension">Numbers in each.</param>
/// <param name="Rows">Opens the vectors one after another: single precision, little-endian.</param>
/// <param name="Names">Gives a name a vector.</param>
/// <param name="Labels">Gives a label a vector, null for none; null where there are no labels.</param>
public sealed record VectorTable(int Count, int Dimension, Func<Stream> Rows, Func<IEnumerable<string>> Names, Func<IEnumerable<string?>>? Labels = null)
{
    /// <summary>Words to keep with them, where the format has room.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Names, labels and vectors side by side. The vector is the same memory each time.</summary>
    internal IEnumerable<(string Name, string? Label, float[] Vector)> Walk()
    {
        var vector = new float[Dimension];
        using var rows = Rows();
        using var labels = Labels?.Invoke().GetEnumerator();
        foreach (var name in Names())
        {
            labels?.MoveNext();
            rows.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan()));
            yield return (name, labels?.Current, vector);
        }
    }
}
