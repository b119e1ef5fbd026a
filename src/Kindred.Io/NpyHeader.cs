using System.Globalization;
using System.Text.RegularExpressions;

namespace Kindred.Io;

/// <summary>The dictionary in front of a .npy array, read without evaluating it.</summary>
sealed partial record NpyHeader(ElementType Type, bool BigEndian, bool ColumnOrder, long[] Shape)
{
    const int MaxDimensions = 32;

    public static NpyHeader Parse(string file, string text)
    {
        var match = Pattern().Match(text);

        if (!match.Success)
            throw new DataException($"{file}: the header of the array is not understood; only plain arrays of numbers are read, no structures: {(text.Length > 80 ? $"{text[..80]}…" : text.Trim())}");

        var descr = match.Groups["descr"].Value;
        var type = TypeOf(descr[1..])
            ?? throw new DataException($"{file}: it holds elements of the type '{descr}'"
                + $"{(descr[1] == 'O' ? ", which are pickled Python objects and never read here" : "")}; save it as integers or floats.");
        var sizes = match.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var shape = new long[sizes.Length];

        for (var d = 0; d < sizes.Length; d++)
        {
            if (sizes.Length > MaxDimensions || !long.TryParse(sizes[d], NumberStyles.None, CultureInfo.InvariantCulture, out shape[d]))
                throw new DataException($"{file}: the shape ({match.Groups["shape"].Value}) of the array is not understood.");
        }

        return new(type, descr[0] == '>', match.Groups["order"].Value == "True", shape);
    }

    static ElementType? TypeOf(string code) => code switch
    {
        "b1" => ElementType.Bool,
        "u1" => ElementType.UInt8,
        "i1" => ElementType.Int8,
        "u2" => ElementType.UInt16,
        "i2" => ElementType.Int16,
        "u4" => ElementType.UInt32,
        "i4" => ElementType.Int32,
        "u8" => ElementType.UInt64,
        "i8" => ElementType.Int64,
        "f2" => ElementType.Float16,
        "f4" => ElementType.Float32,
        "f8" => ElementType.Float64,
        _ => null,
    };

    // NumPy writes the keys in this order, and so does every writer known.
    [GeneratedRegex(@"^\{\s*'descr'\s*:\s*'(?<descr>[<>|=][a-zA-Z][0-9]*)'\s*,\s*'fortran_order'\s*:\s*(?<order>True|False)\s*,\s*'shape'\s*:\s*\((?<shape>[0-9,\s]*)\)\s*,?\s*\}\s*$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
