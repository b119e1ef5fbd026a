using System.Globalization;

namespace Kindred.Experiments.Recipes;

/// <summary>Says what a method keeps beside its weights, where that is much: queues, banks, memories whose size follows from options and data.</summary>
static class StateCost
{
    /// <summary>Bytes from which on a memory is worth a word: 256 MiB.</summary>
    internal const long Much = 256L << 20;

    /// <summary>A sentence a memory that is large.</summary>
    internal static IEnumerable<string> Warnings(Method method) =>
        from entry in method.State()
        where entry.State is Nn.Buffer
        let value = entry.State.Value
        let warning = Of(entry.Path, value.Shape, value.Dtype.Size)
        where warning is not null
        select warning;

    /// <summary>What is said of one; null where it is small.</summary>
    internal static string? Of(string path, IReadOnlyList<long> shape, long each)
    {
        var bytes = shape.Aggregate((double)each, (all, size) => all * size);
        return bytes < Much ? null
            : string.Create(CultureInfo.InvariantCulture, $"the method keeps {bytes / (1L << 30):0.##} GiB in '{path}' [{string.Join(", ", shape)}]: steps work with it, and every checkpoint ")
            + "holds it. Options such as a queue, a width or a number of experts decide how much; kindred train … --estimate says what a training takes.";
    }
}
