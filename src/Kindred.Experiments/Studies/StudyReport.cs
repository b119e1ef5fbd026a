using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Io;

namespace Kindred.Experiments.Studies;

/// <summary>What a study leaves behind: <c>study.json table.md table.csv plot.svg</c>.</summary>
/// <param name="numbers">The results.</param>
/// <param name="failures">Cells that could not be done, and why.</param>
public sealed class StudyReport(StudyNumbers numbers, IReadOnlyList<(string Cell, ulong Seed, string Error)> failures)
{
    /// <summary>The study's claims, decided.</summary>
    public IReadOnlyList<ClaimVerdict> Verdicts { get; } = [.. numbers.Study.Claims.Select(c => c.Decide(numbers.Results))];

    /// <summary>Reads what the folders of a study hold.</summary>
    /// <param name="study">The study.</param>
    /// <param name="jobs">Its cells and seeds.</param>
    public static StudyReport Of(Study study, IReadOnlyList<StudyJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var results = jobs.Select(j => (Job: j, Result: CellRun.Finished(j.Cell, j.Seed, j.Folder))).ToArray();
        var failed = results.Where(r => r.Result is null).Select(r => (r.Job, Note: CellNote.TryRead(r.Job.Folder)))
            .Where(r => r.Note?.Error is not null && r.Note.TrainingHash == r.Job.Cell.TrainingHash(r.Job.Seed));
        return new(new StudyNumbers(study, [.. results.Select(r => r.Result).OfType<CellResult>()]), [.. failed.Select(f => (f.Job.Cell.Name, f.Job.Seed, f.Note!.Error!))]);
    }

    /// <summary>Table, claims, collapses and failures as Markdown.</summary>
    public string Markdown()
    {
        var section = numbers.Study.Section;
        var text = new StringBuilder($"# {section.Title}\n\n");
        if (section.Claim is { } claim) text.Append(CultureInfo.InvariantCulture, $"{claim}{(section.Paper is { } paper ? $" ({paper})" : "")}\n\n");
        text.Append(StudyTable.Markdown(numbers));
        if (Verdicts.Count > 0) text.Append('\n').AppendJoin("", Verdicts.Select(v => $"- `{v.Claim}` {v}\n"));
        foreach (var result in numbers.Results.Where(r => r.CollapseStep is not null))
            text.Append(CultureInfo.InvariantCulture, $"\n{result.Cell}, seed {result.Seed}: the collapse alarm went off at step {result.CollapseStep}.\n");
        foreach (var (cell, seed, error) in failures)
            text.Append(CultureInfo.InvariantCulture, $"\n{cell}, seed {seed}, failed: {error}\n");
        return text.ToString();
    }

    /// <summary>Everything as JSON.</summary>
    public JsonObject Json() => new()
    {
        ["study"] = numbers.Study.Name,
        ["title"] = numbers.Study.Section.Title,
        ["paper"] = numbers.Study.Section.Paper,
        ["claim"] = numbers.Study.Section.Claim,
        ["cells"] = new JsonArray([.. numbers.Study.Cells.Select(Cell)]),
        ["holds"] = JsonSerializer.SerializeToNode(Verdicts.Select(v =>
            new { v.Claim, v.Holds, Margin = Finite(v.Margin), Error = Finite(v.Error), v.Seeds, v.Reason, Text = v.ToString() }), StudyJson.Style),
        ["failures"] = JsonSerializer.SerializeToNode(failures.Select(f => new { f.Cell, f.Seed, f.Error }), StudyJson.Style),
    };

    /// <summary>Writes all four files.</summary>
    /// <param name="folder">The study's folder.</param>
    /// <exception cref="EnvironmentException">They cannot be written.</exception>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "study.json"), $"{Json().ToJsonString(StudyJson.Style)}\n");
        AtomicFile.WriteText(Path.Combine(folder, "table.md"), Markdown());
        AtomicFile.WriteText(Path.Combine(folder, "table.csv"), StudyTable.Csv(numbers));
        AtomicFile.WriteText(Path.Combine(folder, "plot.svg"), StudyPlot.Svg(numbers));
    }

    JsonObject Cell(StudyCell cell)
    {
        var own = numbers.Results.Where(r => r.Cell == cell.Name).ToArray();
        return new JsonObject
        {
            ["cell"] = cell.Name,
            ["at"] = new JsonObject(cell.At.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))),
            ["recipe"] = cell.Recipe.Name,
            ["baseline"] = cell.Baseline,
            ["mean"] = new JsonObject(own.SelectMany(r => r.Metrics.Keys).Distinct().Select(m => KeyValuePair.Create(m, (JsonNode?)Finite(numbers.Of(cell, m).Mean)))),
            ["runs"] = new JsonArray([.. own.Select(r => r.Json())]),
        };
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
