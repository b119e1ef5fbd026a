using System.Collections;
using System.Globalization;
using System.Text;
using Kindred.Io;

namespace Kindred.Index;

/// <summary>Texts of a mapped file, made when they are asked for.</summary>
sealed class NameList(MappedFile map, long offsets, long text, long length, int count) : IReadOnlyList<string>
{
    public int Count => count;

    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count, nameof(index));
            var ends = map.Slice<long>(offsets + (8L * index), 2);
            if (ends[0] < 0 || ends[1] < ends[0] || ends[1] > length)
                throw new DataException($"{map.Path} is damaged: the name of vector {index} lies outside. Build the index again.");
            return Encoding.UTF8.GetString(map.Slice<byte>(text + ends[0], (int)(ends[1] - ends[0])));
        }
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The two arrays in which names are kept: where each begins, and their UTF-8 side by side.</summary>
    internal static StreamedArray[] Arrays(IReadOnlyList<string> names)
    {
        var ends = new long[names.Count + 1];
        for (var i = 0; i < names.Count; i++) ends[i + 1] = ends[i] + Encoding.UTF8.GetByteCount(names[i]);
        return
        [
            new("names.offsets", ElementType.Int64, [ends.Length], to => to.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(ends))),
            new("names.text", ElementType.UInt8, [ends[^1]], to =>
            {
                foreach (var name in names) to.Write(Encoding.UTF8.GetBytes(name));
            }),
        ];
    }

    /// <summary>#0, #1, … for vectors that have no names.</summary>
    internal static IReadOnlyList<string> Numbers(int first, int count) => [.. Enumerable.Range(first, count).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $"#{i}"))];
}
