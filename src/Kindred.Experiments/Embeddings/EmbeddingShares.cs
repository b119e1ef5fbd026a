using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Torch;

namespace Kindred.Experiments.Embeddings;

/// <summary>Several processes embed one data set: batches go round among them, and rank 0 gets all in order.</summary>
/// <remarks>Batches keep their borders, so that the vectors are those of one process; nothing but what one round gives is held in memory.</remarks>
static class EmbeddingShares
{
    /// <summary>Where all begin, as rank 0 says. Alone, that is what is given.</summary>
    /// <param name="request">What is embedded and how.</param>
    /// <param name="batches">Batches that are done; rank 0's count.</param>
    /// <exception cref="DataException">This process would embed something else than rank 0.</exception>
    internal static int Begin(JsonObject request, int batches)
    {
        if (Everyone.Alone) return batches;
        var first = JsonNode.Parse(Everyone.FromFirst(JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["batches"] = batches, ["request"] = request.DeepClone() })))!;
        // Times of files differ from machine to machine.
        foreach (var (key, own) in request.Where(p => p.Key != "stamps"))
            if (!JsonNode.DeepEquals(own, first["request"]![key]))
                throw new DataException($"rank {Everyone.Rank} would embed something else than rank 0: its {key} is {own}, and not {first["request"]![key]}. Give all the same run and data.");
        return (int)first["batches"]!;
    }

    /// <summary>All batches from one on, in order, at rank 0; none elsewhere, where this does the process's share.</summary>
    /// <param name="data">The data, for labels.</param>
    /// <param name="batches">How many there are.</param>
    /// <param name="from">The first that is wanted.</param>
    /// <param name="make">Makes every so-many-th batch from a first one on.</param>
    /// <param name="cancel">Stops all of them between rounds, whichever process was told to.</param>
    internal static IEnumerable<EmbeddedBatch> Of(IData data, int batches, int from, Func<int, int, IEnumerable<EmbeddedBatch>> make, CancellationToken cancel)
    {
        var (rank, count) = (Everyone.Rank, Everyone.Count);
        using var own = make(from + rank, count).GetEnumerator();
        for (var first = from; first < batches; first += count)
        {
            if (Everyone.Any(cancel.IsCancellationRequested)) throw new OperationCanceledException(cancel);
            var made = Everyone.Each(first + rank < batches ? Next(own) : []);
            if (rank > 0) continue;
            foreach (var bytes in made.Where(b => b.Length > 0)) yield return Read(data, bytes);
        }
    }

    /// <summary>Samples that a process could not use, and why, of all processes.</summary>
    internal static IEnumerable<(string Name, string Reason)> Bad(IData data) => Everyone.Alone ? data.Bad
        : Everyone.Each(JsonSerializer.SerializeToUtf8Bytes(data.Bad.Select(b => new[] { b.Name, b.Reason })))
            .SelectMany(bytes => JsonSerializer.Deserialize<string[][]>(bytes)!).Select(pair => (pair[0], pair[1]));

    // What encodes is not to share its rows out.
    static byte[] Next(IEnumerator<EmbeddedBatch> own)
    {
        using var apart = Everyone.Apart();
        if (!own.MoveNext()) throw new InvalidOperationException("the data gave fewer batches than they have");
        var (number, rows, values, _) = own.Current;
        return [.. MemoryMarshal.AsBytes<int>([number, rows.Length, .. rows]), .. MemoryMarshal.AsBytes<float>(values)];
    }

    static EmbeddedBatch Read(IData data, byte[] bytes)
    {
        var head = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(0, 2 * sizeof(int)));
        var (number, count) = (head[0], head[1]);
        var rows = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(2 * sizeof(int), count * sizeof(int))).ToArray();
        return EmbeddedBatch.Of(data, number, rows, MemoryMarshal.Cast<byte, float>(bytes.AsSpan((2 + count) * sizeof(int))).ToArray());
    }
}
