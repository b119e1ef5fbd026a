using System.Text.Json;
using Kindred.Io;

namespace Kindred.Experiments.Studies;

/// <summary>What a cell's folder was made for, and how its last attempt went: <c>cell.json</c>.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Seed">The seed.</param>
/// <param name="TrainingHash">What is trained in it.</param>
/// <param name="Seconds">What all attempts took together.</param>
/// <param name="Error">Why the last attempt failed, or null.</param>
public sealed record CellNote(string Cell, ulong Seed, string TrainingHash, double Seconds = 0, string? Error = null)
{
    const string FileName = "cell.json";

    /// <summary>Reads a folder's note.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <returns>The note, or null when there is none or it cannot be read.</returns>
    public static CellNote? TryRead(string folder)
    {
        try { return JsonText.ReadFile<CellNote>(Path.Combine(folder, FileName), StudyJson.Style); }
        catch (DataException) { return null; }
    }

    /// <summary>Writes this in one act.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <exception cref="EnvironmentException">It cannot be written.</exception>
    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), $"{JsonSerializer.Serialize(this, StudyJson.Style)}\n");
}
