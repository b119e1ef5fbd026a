using System.Globalization;
using System.Text.Json;

namespace Kindred.Golden;

/// <summary>One value of a case, expected or computed: numbers with a shape, or a text.</summary>
/// <param name="Kind"><c>float64</c>, <c>int64</c>, <c>bool</c> or <c>text</c>.</param>
/// <param name="Shape">Null where the shape is not stated, as for a plain JSON number.</param>
/// <param name="Numbers">Row-major.</param>
/// <param name="Text">The text, for <c>text</c>.</param>
sealed record GoldenValue(string Kind, long[]? Shape, double[] Numbers, string? Text = null)
{
    public static GoldenValue Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new(
            json.GetProperty("dtype").GetString()!,
            [.. json.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())],
            [.. json.GetProperty("data").EnumerateArray().Select(Number)]),
        JsonValueKind.Array => new("float64", null, [.. json.EnumerateArray().Select(Number)]),
        JsonValueKind.String => new("text", null, [], json.GetString()),
        _ => new("float64", null, [Number(json)]),
    };

    /// <summary>What an adapter handed back, in comparable form.</summary>
    public static GoldenValue From(object value) => value switch
    {
        Tensor tensor => new(KindOf(tensor), tensor.Shape, tensor.Detach().To(Dtype.Float64).Contiguous().ToArray<double>()),
        string text => new("text", null, [], text),
        bool flag => new("bool", null, [flag ? 1 : 0]),
        double[] numbers => new("float64", null, numbers),
        IEnumerable<long> numbers => new("int64", null, [.. numbers.Select(n => (double)n)]),
        IEnumerable<int> numbers => new("int64", null, [.. numbers.Select(n => (double)n)]),
        IConvertible number => new("float64", null, [number.ToDouble(CultureInfo.InvariantCulture)]),
        _ => throw new ArgumentException($"an adapter returned a {value.GetType().Name}; return a Tensor, number, boolean, string or array of numbers"),
    };

    public Tensor ToTensor() => (Kind switch
    {
        "int64" => Tensor.From<long>([.. Numbers.Select(n => (long)n)]),
        "bool" => Tensor.From<bool>([.. Numbers.Select(n => n != 0)]),
        _ => Tensor.From<double>(Numbers),
    }).Reshape(Shape!);                                     // a scalar's shape is empty

    /// <summary>The same rows in lexicographic order.</summary>
    public GoldenValue Sorted()
    {
        var width = Shape is { Length: > 1 } ? (int)(Shape[1..].Aggregate(1L, (a, b) => a * b)) : 1;
        var rows = width == 0 ? [] : Numbers.Chunk(width).ToArray();
        Array.Sort(rows, (a, b) => a.AsSpan().SequenceCompareTo(b));
        return this with { Numbers = [.. rows.SelectMany(row => row)] };
    }

    static double Number(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Null => double.NaN,
        JsonValueKind.String => json.GetString()!.ToLowerInvariant() switch
        {
            "inf" or "infinity" or "+inf" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            _ => double.NaN,
        },
        _ => json.GetDouble(),
    };

    static string KindOf(Tensor tensor) => tensor.Dtype == Dtype.Bool ? "bool" : tensor.Dtype == Dtype.Int64 ? "int64" : "float64";
}
