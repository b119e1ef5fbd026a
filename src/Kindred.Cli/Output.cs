using System.CommandLine;
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

    /// <summary>The option by which a verb answers in JSON.</summary>
    /// <param name="what">What comes then.</param>
    internal static Option<bool> JsonOption(string what = "One JSON object on stdout.") => new("--json") { Description = what };

    internal static void Json(object value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Style));

    internal static void Say(string text) => Console.Error.WriteLine(text);

    internal static void Warn(string text) => Say($"kindred: {text}");

    /// <summary>Columns padded to the widest cell, and broken between words where the terminal is narrower; numbers should come formatted.</summary>
    internal static void Table(string[] header, IEnumerable<string[]> rows)
    {
        var all = rows.Prepend(header).ToList();
        var widths = Fitted(all, Terminal.Width);
        foreach (var row in all)
        {
            var cells = row.Select((cell, c) => Terminal.Wrap(cell, widths[c])).ToArray();
            for (var line = 0; line < cells.Max(c => c.Count); line++)
                Console.Out.WriteLine(string.Join("  ", cells.Select((cell, c) => (line < cell.Count ? cell[line] : "").PadRight(widths[c]))).TrimEnd());
        }
    }

    // The widest column gives way first, and none breaks its words before all have broken their lines.
    static int[] Fitted(IReadOnlyList<string[]> rows, int width)
    {
        const int longestWord = 20, least = 6;
        int[] widths = [.. rows[0].Select((_, c) => rows.Max(r => r[c].Length))];
        int[] words = [.. rows[0].Select((_, c) => Math.Min(longestWord, rows.Max(r => r[c].Split(' ').Max(w => w.Length))))];
        bool Fits() => widths.Sum() + (2 * (widths.Length - 1)) <= width;
        void Narrow(Func<int, int> bound)
        {
            while (!Fits() && Enumerable.Range(0, widths.Length).Where(c => widths[c] > bound(c)).ToArray() is { Length: > 0 } wide) widths[wide.MaxBy(c => widths[c])]--;
        }
        Narrow(c => words[c]);
        Narrow(_ => least);
        return widths;
    }
}
