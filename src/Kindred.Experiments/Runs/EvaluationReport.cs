using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Data.Pictures;
using Kindred.Experiments.Recipes;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>What to evaluate.</summary>
/// <param name="Protocol">Its name.</param>
/// <param name="Data">A data URI; the protocol chooses the split. Left out: the protocol's own, or the recipe's.</param>
/// <param name="Layer">h, z or both.</param>
/// <param name="Options">The protocol's settings.</param>
/// <param name="Baseline">Evaluates <c>pixels</c>, the <c>untrained</c> network … instead of the run's weights.</param>
public sealed record EvaluationRequest(string Protocol, string? Data = null, string Layer = "h", RecipeMap? Options = null, string? Baseline = null);

/// <summary>What came out.</summary>
/// <param name="Protocol">Its name.</param>
/// <param name="Metrics">Numbers by name; rates in percent.</param>
/// <param name="Settings">Everything that the numbers depend on: the protocol's settings, data, sizes of the parts, layer, seed.</param>
public sealed record EvaluationReport(string Protocol, IReadOnlyDictionary<string, double> Metrics, JsonObject Settings)
{
    /// <summary>Sheets of pixels that go with the numbers, such as generated samples, by name.</summary>
    public IReadOnlyDictionary<string, Picture> Sheets { get; init; } = new Dictionary<string, Picture>();

    static readonly JsonSerializerOptions style = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Pictures that the protocol drew, as SVG by name.</summary>
    public IReadOnlyDictionary<string, string> Pictures { get; init; } = new Dictionary<string, string>();

    /// <summary><c>{"protocol","metrics":{…},"settings":{…}}</c>; numbers that are not finite become null.</summary>
    public JsonObject ToJson() => new()
    {
        ["protocol"] = Protocol,
        ["metrics"] = new JsonObject(Metrics.Select(m => KeyValuePair.Create(m.Key, double.IsFinite(m.Value) ? (JsonNode?)JsonValue.Create(m.Value) : null))),
        ["settings"] = Settings.DeepClone(),
    };

    /// <summary>The same on one line.</summary>
    public override string ToString() => ToJson().ToJsonString(style);

    /// <summary>Writes <c>eval/PROTOCOL.json</c> into a run's folder, <c>eval/NAME.svg</c> for each picture and <c>eval/NAME.png</c> for each sheet;
    /// a baseline's name stands before the ending.</summary>
    /// <param name="run">The folder.</param>
    /// <param name="mark">The checkpoint that was looked at, if not the last: it stands before the ending too.</param>
    /// <returns>The file.</returns>
    /// <exception cref="EnvironmentException">It cannot be written.</exception>
    public string Save(string run, string? mark = null)
    {
        var of = Settings["baseline"]?.GetValue<string>() is { } baseline ? $".{baseline}" : mark is null ? "" : $".{mark}";
        var file = Path.Combine(run, "eval", $"{Protocol}{of}.json");
        try { Directory.CreateDirectory(Path.GetDirectoryName(file)!); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(file, 0, e); }
        AtomicFile.WriteText(file, $"{ToString()}\n");
        Show(run, mark, of);
        foreach (var (name, svg) in Pictures) AtomicFile.WriteText(Path.Combine(run, "eval", $"{name}{of}.svg"), svg);
        foreach (var (name, sheet) in Sheets) AtomicFile.Write(Path.Combine(run, "eval", $"{name}{of}.png"), stream => PngWriter.Write(stream, sheet));
        return file;
    }

    // TensorBoard shows what was evaluated at the step of the state that was looked at. It is a convenience: that it cannot be written undoes no evaluation.
    void Show(string run, string? mark, string of)
    {
        if (RunInfo.TryRead(Path.Combine(run, "run.json")) is not { Step: > 0 } info) return;
        var step = mark is not null && mark.StartsWith("step-", StringComparison.Ordinal) && long.TryParse(mark["step-".Length..], CultureInfo.InvariantCulture, out var at) ? at : info.Step;
        try
        {
            using var events = EventFile.Create(Path.Combine(run, "tb"));
            foreach (var (name, value) in Metrics) events.Scalar($"eval/{Protocol}{of}.{name}", step, value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EnvironmentException) { /* the report itself is written */ }
    }
}
