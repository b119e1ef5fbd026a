using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kindred.Io;

/// <summary>NumPy's array files: one array, a short text header before the raw numbers.</summary>
/// <remarks>
/// Format versions 1 to 3, little-endian numbers in row order. Column order and big-endian numbers are refused with what to do; object arrays
/// (pickles) are never opened.
/// </remarks>
public static partial class Npy
{
    static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    static readonly Dictionary<string, ElementType> Types = new()
    {
        ["|b1"] = ElementType.Bool, ["|u1"] = ElementType.UInt8, ["|i1"] = ElementType.Int8,
        ["<u2"] = ElementType.UInt16, ["<i2"] = ElementType.Int16, ["<u4"] = ElementType.UInt32, ["<i4"] = ElementType.Int32,
        ["<u8"] = ElementType.UInt64, ["<i8"] = ElementType.Int64,
        ["<f2"] = ElementType.Float16, ["<f4"] = ElementType.Float32, ["<f8"] = ElementType.Float64,
    };

    /// <summary>Reads the array of a file.</summary>
    /// <param name="path">An <c>.npy</c> file.</param>
    /// <returns>The array, named after the file.</returns>
    /// <exception cref="DataException">The file is missing, cut short, or not such an array.</exception>
    public static NamedArray Read(string path)
    {
        using var handle = InputFile.Open(path);
        var length = RandomAccess.GetLength(handle);
        var start = new byte[12];
        if (length < start.Length)
            throw Broken(path, $"it has only {length} bytes");
        InputFile.ReadExactly(path, handle, 0, start);
        if (!start.AsSpan(0, 6).SequenceEqual(Magic) || start[6] is < 1 or > 3)
            throw Broken(path, "it does not begin like one");
        long prefix = start[6] == 1 ? 10 : 12, headerLength = start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8)) : BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8));
        if (headerLength > 1 << 20 || prefix + headerLength > length)
            throw Broken(path, $"its header of {headerLength} bytes is no header, or reaches beyond its end");
        var header = new byte[headerLength];
        InputFile.ReadExactly(path, handle, prefix, header);
        var (type, shape) = Parse(path, Encoding.UTF8.GetString(header));

        if (!ElementTypes.TryCount(shape, out var count) || count > int.MaxValue / type.Size() || prefix + headerLength + count * type.Size() != length)
            throw Broken(path, $"{length - prefix - headerLength} bytes of numbers do not fill {type} [{string.Join(", ", shape)}] (arrays beyond 2 GiB are not read)");
        var bytes = new byte[count * type.Size()];
        InputFile.ReadExactly(path, handle, prefix + headerLength, bytes);
        return new NamedArray(Path.GetFileNameWithoutExtension(path), type, shape, bytes);
    }

    /// <summary>Writes an array; the file appears complete or not at all.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="array">What; bf16 has no NumPy type and is refused.</param>
    /// <exception cref="ArgumentException">The element type has no NumPy name.</exception>
    public static void Save(string path, NamedArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        var type = Types.FirstOrDefault(pair => pair.Value == array.Type).Key
            ?? throw new ArgumentException($"NumPy has no {array.Type}: store {array.Name} as float32", nameof(array));
        var sizes = array.Shape.Length == 1 ? $"{array.Shape[0]}," : string.Join(", ", array.Shape);
        var text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({sizes}), }}";
        text = text.PadRight((10 + text.Length + 1 + 63) / 64 * 64 - 10 - 1) + '\n';      // the numbers begin at a multiple of 64
        AtomicFile.Write(path, stream =>
        {
            stream.Write([.. Magic, 1, 0, (byte)text.Length, (byte)(text.Length >> 8)]);
            stream.Write(Encoding.ASCII.GetBytes(text));
            stream.Write(array.Bytes.Span);
        });
    }

    static (ElementType Type, long[] Shape) Parse(string path, string header)
    {
        var match = Header().Match(header);
        if (!match.Success)
            throw Broken(path, "its header cannot be read");
        var descr = match.Groups["type"].Value;
        if (!Types.TryGetValue(descr.Replace('=', '<'), out var type))
            throw Broken(path, $"its numbers are of type '{descr}'; save it as float32 first, for example array.astype('<f4')");
        if (match.Groups["order"].Value == "True")
            throw Broken(path, "it is in column order; save it as numpy.ascontiguousarray(array) first");
        var sizes = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var shape = new long[sizes.Length];
        for (var d = 0; d < shape.Length; d++)
            if (!long.TryParse(sizes[d], NumberStyles.None, CultureInfo.InvariantCulture, out shape[d]))
                throw Broken(path, $"'{sizes[d]}' is no size");
        return (type, shape);
    }

    static DataException Broken(string path, string why) => new($"{path} is not a NumPy array that can be read: {why}.");

    [GeneratedRegex(@"^\s*\{(?=.*'descr':\s*'(?<type>[^']{1,8})')(?=.*'fortran_order':\s*(?<order>True|False))(?=.*'shape':\s*\((?<shape>[0-9,\s]*)\))")]
    private static partial Regex Header();
}
