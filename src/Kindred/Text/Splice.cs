using Kindred.Torch;

namespace Kindred.Text;

/// <summary>Puts one run of tokens in another's place.</summary>
public static class Splice
{
    /// <summary>Each text with a run of its tokens replaced; one that does not hold the run stays as it is.</summary>
    /// <param name="text">Where it is looked for.</param>
    /// <param name="what">The run, without an end.</param>
    /// <param name="by">What comes in its place.</param>
    public static TextView Replace(TextView text, IReadOnlyList<int[]> what, IReadOnlyList<int[]> by)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(by);
        int[][] whole = Rows(text);
        return (TextView)TextView.Of([.. whole.Select((row, i) => row.AsSpan().IndexOf(what[i]) is >= 0 and var at ? [.. row[..at], .. by[i], .. row[(at + what[i].Length)..]] : row)], text.Name)
            .To(text.X.Device);
    }

    /// <summary>The real tokens of each text.</summary>
    /// <param name="text">`[N, T]`.</param>
    public static int[][] Rows(TextView text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (tokens, lengths, width) = (text.X.To(Device.Cpu).ToArray<long>(), text.Mask.Sum(1).To(Device.Cpu).ToArray<long>(), (int)text.X.Size(1));
        return [.. lengths.Select((length, i) => tokens.AsSpan(i * width, (int)length).ToArray().Select(t => (int)t).ToArray())];
    }
}
