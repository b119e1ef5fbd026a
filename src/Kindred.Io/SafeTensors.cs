using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kindred.Io;

/// <summary>Writes and reads whole safetensors files: a JSON header with names, types, shapes and offsets, then plain bytes.</summary>
/// <remarks>
/// Format: github.com/huggingface/safetensors. The same arrays always give the same bytes: larger element types first (so that every array is
/// aligned to its element), then names in ordinal order, header padded with spaces to eight bytes, metadata sorted.
/// </remarks>
public static class SafeTensors
{
    internal const int MaxHeader = 100_000_000;
    internal const string MetadataKey = "__metadata__";

    static readonly (ElementType Type, string Name)[] TypeNames =
    [
        (ElementType.Bool, "BOOL"), (ElementType.UInt8, "U8"), (ElementType.Int8, "I8"), (ElementType.UInt16, "U16"), (ElementType.Int16, "I16"),
        (ElementType.UInt32, "U32"), (ElementType.Int32, "I32"), (ElementType.UInt64, "U64"), (ElementType.Int64, "I64"),
        (ElementType.Float16, "F16"), (ElementType.BFloat16, "BF16"), (ElementType.Float32, "F32"), (ElementType.Float64, "F64"),
    ];

    /// <summary>Reads every array of a file into memory.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The arrays in the order of the file.</returns>
    /// <exception cref="DataException">The file breaks a rule of the format; the message says which, and where.</exception>
    public static IReadOnlyList<NamedArray> Read(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return [.. file.Entries.Select(e => file.Read(e.Name))];
    }

    /// <summary>Replaces a file in one act.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">Arrays with distinct names, in any order.</param>
    /// <param name="metadata">Words to keep beside them.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <returns>Length and hash of the file.</returns>
    /// <exception cref="EnvironmentException">The file could not be written.</exception>
    public static Written Save(string path, IEnumerable<NamedArray> arrays, IReadOnlyDictionary<string, string>? metadata = null, IDisk? disk = null) =>
        AtomicFile.Write(path, stream => Write(stream, arrays, metadata), disk);

    /// <summary>Writes arrays to a stream.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="arrays">Arrays with distinct names, in any order.</param>
    /// <param name="metadata">Words to keep beside them.</param>
    /// <exception cref="ArgumentException">Two arrays share a name, or one is called <c>__metadata__</c>.</exception>
    public static void Write(Stream stream, IEnumerable<NamedArray> arrays, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(stream, arrays.Select(a => new StreamedArray(a.Name, a.Type, a.Shape, to => to.Write(a.Bytes.Span))), metadata);

    /// <summary>Writes arrays that are made while they are written, of any length.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="arrays">Arrays with distinct names, in any order.</param>
    /// <param name="metadata">Words to keep beside them.</param>
    /// <exception cref="ArgumentException">Two arrays share a name, or one is called <c>__metadata__</c>.</exception>
    /// <exception cref="InvalidOperationException">An array wrote another number of bytes than its shape takes.</exception>
    public static void Write(Stream stream, IEnumerable<StreamedArray> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var sorted = arrays.OrderByDescending(a => a.Type.Size()).ThenBy(a => a.Name, StringComparer.Ordinal).ToArray();
        var header = Header(sorted, metadata);
        Span<byte> length = stackalloc byte[8];

        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);

        foreach (var array in sorted)
        {
            using var counted = new PassingStream(stream);
            array.Write(counted);

            if (counted.Position != array.Bytes)
                throw new InvalidOperationException($"'{array.Name}' of {array.Bytes} bytes wrote {counted.Position}");
        }
    }

    internal static ElementType? TypeOf(string name)
    {
        foreach (var known in TypeNames)
        {
            if (known.Name == name)
                return known.Type;
        }

        return null;
    }

    static byte[] Header(StreamedArray[] arrays, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            WriteEntries(json, arrays);
            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');

        if (buffer.Length > MaxHeader)
            throw new ArgumentException($"the header of {arrays.Length} arrays would take {buffer.Length} bytes; the format allows {MaxHeader}", nameof(arrays));

        return buffer.ToArray();
    }

    static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
            return;

        json.WriteStartObject(MetadataKey);

        foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            json.WriteString(key, value);

        json.WriteEndObject();
    }

    static void WriteEntries(Utf8JsonWriter json, StreamedArray[] arrays)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { MetadataKey };
        long offset = 0;

        foreach (var array in arrays)
        {
            if (!names.Add(array.Name))
                throw new ArgumentException($"two arrays are called '{array.Name}'", nameof(arrays));

            json.WriteStartObject(array.Name);
            json.WriteString("dtype", TypeNames.First(t => t.Type == array.Type).Name);
            json.WriteStartArray("shape");

            foreach (var size in array.Shape)
                json.WriteNumberValue(size);

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += array.Bytes);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
