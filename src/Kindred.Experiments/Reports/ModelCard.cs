using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Experiments.Reports;

/// <summary>What a person who is handed a run should know of it, as Markdown: what it is, what it learnt from, how well it does, where it ends, how to use and to cite it.</summary>
/// <remarks>Everything in it is read from the run's folder; where something is missing there, the card says so.</remarks>
public static class ModelCard
{
    const int MostClasses = 20;

    /// <summary>The file in the run's folder.</summary>
    public const string FileName = "card.md";

    /// <summary>Writes the card into the run's folder.</summary>
    /// <param name="run">The run's folder.</param>
    /// <returns>The file.</returns>
    /// <exception cref="DataException">It is no run, or holds no whole checkpoint.</exception>
    public static string Write(string run)
    {
        var file = Path.Combine(run, FileName);
        AtomicFile.WriteText(file, Markdown(run));
        return file;
    }

    /// <summary>The card.</summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="DataException">It is no run, or holds no whole checkpoint.</exception>
    public static string Markdown(string run)
    {
        var record = RunRecord.Read(run);
        var (recipe, last) = TrainedRun.Read(run);
        var phase = recipe.Phases[^1];
        var method = Catalogues.Methods.Find(phase.Method).Attribute;
        var data = RunFacts.Read(run, recipe.Phases.Count - 1, phase);
        var text = new StringBuilder();
        text.Append(Line($"# {Plain(record.Name)}\n\n"));
        text.Append(Line($"{method.Title} on {method.Modality}, trained by Kindred {record.Info?.Versions?.GetValueOrDefault("kindred") ?? "of an unknown version"} for {last.Step} steps"));
        text.Append(Line($" ({RunText.Condition(record)}{(record.Created is { } created ? $", begun {created:yyyy-MM-dd}" : "")}).\n\n"));
        What(text, phase, method, last);
        Data(text, phase, data);
        Figures(text, record, run);
        Machine(text, record);
        Use(text, run, phase);
        Limits(text, record, data);
        text.Append("## Recipe\n").Append(Fenced("yaml", File.ReadAllText(Path.Combine(run, "config.yaml"))));
        Citation(text, recipe);
        return text.ToString();
    }

    static void What(StringBuilder text, RecipeFile phase, MethodAttribute method, Checkpoint last)
    {
        var weights = StartWeights.ModelOf(last);
        text.Append("## What it is\n| | |\n|---|---|\n");
        Row(text, "method", $"{method.Title} (`{method.Name}`), {method.Family}; minimises {method.Objective}");
        Row(text, "paper", method.Paper);
        if (phase.Encoder is { } encoder) Row(text, "encoder", Code(RecipeJson.Of(encoder)));
        foreach (var (name, node) in phase.Networks) Row(text, $"network {name}", Code(RecipeJson.Of(node)));
        Row(text, "numbers in its state", Line($"{weights.Sum(w => (long)w.Count):#,0} in {weights.Count} arrays, heads and memories included"));
        text.Append('\n');
    }

    static void Data(StringBuilder text, RecipeFile phase, IData? data)
    {
        text.Append("## What it learnt from\n| | |\n|---|---|\n");
        Row(text, "data", DataKinds.UriOf(phase) is { } uri ? Code(uri) : "not said");
        if (data is null) Row(text, "counts", "this run kept none");
        else
        {
            Row(text, "samples", Line($"{data.Count:#,0}"));
            var classes = data.Classes.ToArray();
            Row(text, "classes", classes.Length == 0 ? "none: the samples carry no labels"
                : Line($"{classes.Length}: {string.Join(", ", classes.Take(MostClasses).Select(c => Code(c)))}{(classes.Length > MostClasses ? ", …" : "")}; a method without labels did not look at them"));
            if (data.Inputs.Count > 0) Row(text, "an input", string.Join(", ", data.Inputs.Select(i => Line($"{i.Key} {i.Value}"))));
        }
        text.Append('\n');
    }

    static void Figures(StringBuilder text, RunRecord record, string run)
    {
        text.Append("## Figures\n");
        text.Append(Line($"Loss {RunText.Loss(record)} at step {record.Step}{(record.Epoch is { } epoch ? Line($", epoch {epoch:0.#}") : "")}.\n\n"));
        if (record.Evaluations.Count == 0)
        {
            text.Append(Line($"It has not been evaluated: `kindred eval knn --run {Shell(run)} --data URI`.\n\n"));
            return;
        }
        text.Append("| evaluation | metric | value | data |\n|---|---|---|---|\n");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(run, "eval"), "*.json").Order(StringComparer.Ordinal))
        {
            var stem = Path.GetFileNameWithoutExtension(file);
            foreach (var (name, value) in record.Evaluations.Where(e => e.Key.StartsWith($"{stem}.", StringComparison.Ordinal) && !e.Key[(stem.Length + 1)..].Contains('.', StringComparison.Ordinal)))
                text.Append(Line($"| {Plain(stem)} | {Plain(name[(stem.Length + 1)..])} | {value:0.####} | {Code(Setting(file, "data"))} |\n"));
        }
        text.Append("\nRates are in percent. Names such as `knn.untrained` are baselines: the same protocol on a network that learnt nothing, or on pixels.\n\n");
    }

    static void Machine(StringBuilder text, RunRecord record)
    {
        if (record.Environment is not { } machine) return;
        text.Append("## Where it was trained\n| | |\n|---|---|\n");
        foreach (var key in new[] { "libtorch", "processor", "threads", "device", "layout", "os", "dotnet" })
            if (machine[key] is { } value) Row(text, key, Plain($"{value}"));
        if (record.Info?.Git is { } git) Row(text, "commit", Code(git));
        if (record.Info?.Command is { Length: > 0 } command) Row(text, "command", Code(command));
        if (record.Info?.From is { } from) Row(text, "began from", Code(from));
        text.Append('\n');
    }

    static void Use(StringBuilder text, string run, RecipeFile phase)
    {
        var data = DataKinds.UriOf(phase) is { } uri ? Shell(DataKinds.Of(uri).Bare(uri)) : "URI";
        text.Append("## How to use it\n").Append(Fenced("bash", $"""
            kindred embed {Shell(run)} --data {data} --out vectors.npy
            kindred search {Shell(run)} --data {data} --query FILE
            kindred export onnx --run {Shell(run)} --out encoder.onnx --verify
            """)).Append(Fenced("csharp", $$"""
            using Kindred;
            using Kindred.Experiments.Runs;
            using Kindred.Torch;

            using var experiment = TrainedRun.Open({{JsonValue.Create(run).ToJsonString()}});
            experiment.Method.Eval();
            foreach (var raw in experiment.Data.Plain(256))
            {
                using var scope = Scope.Open();
                using var nothing = NoGradient.Begin();
                var features = ((IEncodes)experiment.Method).Features(raw.Tensors().Views[0]);
            }
            """));
    }

    static void Limits(StringBuilder text, RunRecord record, IData? data)
    {
        text.Append("## Limits\n");
        if (record.Condition != RunCondition.Finished) text.Append(Line($"- The training is {RunText.Condition(record)}; it did not come to the end of its recipe.\n"));
        if (record.Evaluations.Count == 0) text.Append("- Nothing was measured of it.\n");
        else if (!record.Evaluations.Keys.Any(k => k.Contains(".untrained.", StringComparison.Ordinal)))
            text.Append("- No untrained network was measured beside it (`--baseline untrained`), so that its figures do not say what training brought.\n");
        if (data is { Count: < 5000 }) text.Append(Line($"- It saw {data.Count:#,0} different samples; what is not like them it was never asked about.\n"));
        text.Append("- It finds alike what its views made alike: a colour that the views changed is no longer told from another.\n");
        text.Append("- Whatever is unbalanced, wrong or private in its data may be in its vectors too. Nobody has checked it for a use; that is for who uses it.\n\n");
    }

    static void Citation(StringBuilder text, Recipe recipe)
    {
        string[] papers = [.. recipe.Phases.Select(p => Catalogues.Methods.Find(p.Method).Attribute.Paper).Distinct()];
        var known = papers.Select(Papers.BibTeX).OfType<string>().ToArray();
        text.Append("## Citation\n");
        text.Append(known.Length > 0 ? Fenced("bibtex", string.Join('\n', known)) : Line($"The method is from {string.Join(", ", papers.Select(Plain))}.\n"));
    }

    static void Row(StringBuilder text, string name, string value) => text.Append(Line($"| {name} | {value} |\n"));

    static string Setting(string file, string key)
    {
        try { return JsonNode.Parse(RegularFile.ReadAllText(file))?["settings"]?[key]?.ToString() ?? ""; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException or KindredException) { return ""; }
    }

    // Markup in a name stays a name.
    static string Plain(string text) => text.ReplaceLineEndings(" ").Replace("<", "&lt;", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    static string Code(JsonNode? node) => Code(node is JsonValue value && value.TryGetValue<string>(out var word) ? word : node?.ToJsonString() ?? "");

    static string Code(string text) => text.Length == 0 ? "" : $"`{text.ReplaceLineEndings(" ").Replace('`', '\'').Replace("|", "\\|", StringComparison.Ordinal)}`";

    static string Shell(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '=') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    static string Fenced(string language, string content)
    {
        var fence = "```";
        while (content.Contains(fence, StringComparison.Ordinal)) fence += "`";
        return $"{fence}{language}\n{content.TrimEnd()}\n{fence}\n\n";
    }

    static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
