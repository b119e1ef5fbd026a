using System.Text.Json;
using System.Text.Json.Serialization;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>What a run is doing, or how it ended.</summary>
public enum RunState
{
    /// <summary>Its folder exists; no step was taken yet.</summary>
    Created,

    /// <summary>A process works on it; the heartbeat says whether it still does.</summary>
    Running,

    /// <summary>It was asked to stop and saved its state.</summary>
    Preempted,

    /// <summary>It stopped for an error.</summary>
    Failed,

    /// <summary>It did what its recipe asked.</summary>
    Finished,
}

/// <summary>What <c>run.json</c> says.</summary>
/// <param name="State">What the run is doing.</param>
/// <param name="Pid">The process that works or worked on it.</param>
/// <param name="Host">Its machine.</param>
/// <param name="Created">When the folder was made.</param>
/// <param name="Heartbeat">When the process last showed that it lives.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Command">The command line.</param>
/// <param name="Versions">Versions of the program, .NET and libtorch.</param>
/// <param name="Git">The commit of the working folder, if it is a repository.</param>
/// <param name="Message">Why it stopped, if it did.</param>
/// <param name="Checkpoint">The step of the checkpoint saved last; null before the first.</param>
/// <param name="From">The weights that it started from, if any.</param>
public sealed record RunInfo(
    RunState State,
    int Pid,
    string Host,
    DateTimeOffset Created,
    DateTimeOffset Heartbeat,
    long Step = 0,
    string? Command = null,
    IReadOnlyDictionary<string, string>? Versions = null,
    string? Git = null,
    string? Message = null,
    long? Checkpoint = null,
    string? From = null)
{
    static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads <c>run.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What it says; null when there is none or it is unreadable.</returns>
    public static RunInfo? TryRead(string path)
    {
        try
        {
            return JsonText.ReadFile<RunInfo>(path, Format);
        }
        catch (DataException)
        {
            return null;
        }
    }

    /// <summary>This as JSON.</summary>
    /// <returns>Indented lines that end with a line feed.</returns>
    public string ToJson() => $"{JsonSerializer.Serialize(this, Format)}\n";
}
