using System.CommandLine;
using Kindred.Experiments.Recipes;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred list methods|objectives|datasets|encoders|optimizers|schedules|augmentations|evaluations|recipes</c>: what there is.</summary>
static class ListVerb
{
    static readonly string[] kinds = ["methods", "objectives", "datasets", "encoders", "optimizers", "schedules", "augmentations", "evaluations", "recipes"];

    internal static Command Create()
    {
        var what = new Argument<string>("what") { Description = string.Join(", ", kinds) };
        what.CompletionSources.Add(kinds);
        var json = Output.JsonOption("One JSON array on stdout.");
        var markdown = new Option<bool>("--markdown") { Description = "A Markdown table on stdout." };
        var all = new Option<bool>("--all") { Description = "Also methods that are phases of others, and baselines." };
        var command = new Command("list",
            "Lists methods, objectives, data sets, encoders, optimizers, schedules, augmentations, evaluations and recipes; parts with their options, "
                + "defaults and ranges.") { what, json, markdown, all };
        command.SetAction(result => Run(result.GetValue(what)!, result.GetValue(json), result.GetValue(markdown), result.GetValue(all)));
        return command;
    }

    static int Run(string what, bool json, bool markdown, bool all)
    {
        var rows = Rows(what, all);
        if (json) Output.Json(rows);
        else if (markdown) Markdown(rows);
        else if (rows.Count > 0) Output.Table([.. rows[0].Keys], rows.Select(r => r.Values.Select(Text).ToArray()));
        return 0;
    }

    static List<Dictionary<string, object>> Rows(string what, bool all) => what switch
    {
        "methods" => [.. Catalogues.Methods.Where(m => all
            || m.Attribute.Role == MethodRole.Method).Select(m =>
            Row(("name", m.Attribute.Name), ("title", m.Attribute.Title), ("family", m.Attribute.Family), ("modality", m.Attribute.Modality),
            ("paper", m.Attribute.Paper), ("objective", m.Attribute.Objective), ("recipe", m.Attribute.Recipe ?? m.Attribute.Name)))],
        "objectives" => [.. ObjectiveList.All().Select(o => Row(("name", o.Name), ("title", o.Title), ("paper", o.Paper)))],
        "datasets" => [.. DataKinds.All.Select(k => Row(("name", k.Kind), ("path", k.Path), ("title", k.What), ("modality", k.Modality)))],
        "encoders" => OfParts(Catalogues.Encoders),
        "optimizers" => OfParts(Catalogues.Optimizers),
        "schedules" => OfParts(Catalogues.Schedules),
        "augmentations" => OfParts(Catalogues.Operations),
        "evaluations" => OfParts(Catalogues.Protocols),
        "recipes" => [.. RecipeList.All().Select(r => Row(("name", r.Name), ("encoder", r.Encoder), ("pixels", r.Pixels), ("epochs", r.Epochs), ("batch", r.Batch),
            ("needs", r.Needs), ("title", r.Title)))],
        _ => throw new ConfigurationException($"there is no list of '{what}'{Suggest.Nearest(what, kinds)}; there are {string.Join(", ", kinds)}."),
    };

    static List<Dictionary<string, object>> OfParts(Catalogue catalogue)
    {
        var cited = catalogue.Parts.Any(p => p.Attribute.Paper.Length > 0);
        return [.. catalogue.Parts.Select(p => cited
            ? Row(("name", p.Attribute.Name), ("title", p.Attribute.Title), ("paper", p.Attribute.Paper), ("options", p.Settings))
            : Row(("name", p.Attribute.Name), ("title", p.Attribute.Title), ("options", p.Settings)))];
    }

    static Dictionary<string, object> Row(params (string Key, object Value)[] cells) => cells.ToDictionary(c => c.Key, c => c.Value);

    // Ranges are long; a table has the names, --json everything.
    static string Text(object cell) => cell is IEnumerable<PartOption> options ? string.Join(", ", options.Select(o => o.Name)) : $"{cell}";

    static void Markdown(List<Dictionary<string, object>> rows)
    {
        Console.WriteLine($"| {string.Join(" | ", rows[0].Keys)} |");
        Console.WriteLine($"|{string.Concat(rows[0].Keys.Select(_ => " --- |"))}");
        foreach (var row in rows) Console.WriteLine($"| {string.Join(" | ", row.Values.Select(Text))} |");
    }
}
