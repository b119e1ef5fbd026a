using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kindred.Cli;

/// <summary>Results go to stdout, as text or as one JSON value a line; words for people go to stderr.</summary>
static class Output
{
    internal static readonly JsonSerializerOptions Style = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static void Json(object value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Style));

    internal static void Say(string text) => Console.Error.WriteLine(text);

    internal static void Warn(string text) => Say($"kindred: {text}");

    /// <summary>Columns padded to the widest cell; numbers should come formatted.</summary>
    internal static void Table(string[] header, IEnumerable<string[]> rows)
    {
        var all = rows.Prepend(header).ToList();
        var widths = header.Select((_, c) => all.Max(r => r[c].Length)).ToArray();
        foreach (var row in all) Console.Out.WriteLine(string.Join("  ", row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());
    }
}
