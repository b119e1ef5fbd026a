using System.CommandLine;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Encoders;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred list methods|objectives|datasets|encoders|augmentations|recipes</c>: what there is.</summary>
static class ListVerb
{
    static readonly string[] kinds = ["methods", "objectives", "datasets", "encoders", "augmentations", "evaluations", "recipes"];

    internal static Command Create()
    {
        var what = new Argument<string>("what") { Description = string.Join(", ", kinds) };
        var json = new Option<bool>("--json") { Description = "One JSON array on stdout." };
        var markdown = new Option<bool>("--markdown") { Description = "A Markdown table on stdout." };
        var all = new Option<bool>("--all") { Description = "Also methods that are phases of others, and baselines." };
        var command = new Command("list", "Lists methods, objectives, data sets, encoders, augmentations, evaluations and recipes.") { what, json, markdown, all };
        command.SetAction(result => Run(result.GetValue(what)!, result.GetValue(json), result.GetValue(markdown), result.GetValue(all)));
        return command;
    }

    static int Run(string what, bool json, bool markdown, bool all)
    {
        var rows = Rows(what, all);
        if (json) Output.Json(rows);
        else if (markdown) Markdown(rows);
        else if (rows.Count > 0) Output.Table([.. rows[0].Keys], rows.Select(r => r.Values.ToArray()));
        return 0;
    }

    static List<Dictionary<string, string>> Rows(string what, bool all) => what switch
    {
        "methods" => [.. MethodCatalog.All.Values.Where(m => all || m.Attribute.Role == MethodRole.Method).Select(m => Row(("name", m.Attribute.Name), ("title", m.Attribute.Title), ("family", m.Attribute.Family), ("modality", m.Attribute.Modality),
            ("paper", m.Attribute.Paper), ("objective", m.Attribute.Objective), ("recipe", m.Attribute.Recipe ?? m.Attribute.Name)))],
        "objectives" => [.. ObjectiveList.All().Select(o => Row(("name", o.Name), ("title", o.Title), ("paper", o.Paper)))],
        "evaluations" => [.. Evaluations.All.Select(p => Row(("name", p.Name), ("title", p.Title), ("paper", p.Paper)))],
        "datasets" => [.. PictureSources.Kinds.Select(k => Row(("name", k.Kind), ("path", k.Path), ("title", k.What)))],
        "encoders" => [.. EncoderCatalog.Entries.Select(e => Row(("name", e.Name), ("title", e.Summary)))],
        "augmentations" => [.. AugmentationCatalog.All.Select(a => Row(("name", a.Name), ("options", string.Join(", ", OptionInfo.Of(a.Type).Select(o => o.Name))), ("paper", a.Paper)))],
        "recipes" => [.. Recipe.Names(RecipeFinder.Folder).Select(n => Row(("name", n)))],
        _ => throw new ConfigurationException($"there is no list of '{what}'{Suggest.Nearest(what, kinds)}; there are {string.Join(", ", kinds)}."),
    };

    static Dictionary<string, string> Row(params (string Key, string Value)[] cells) => cells.ToDictionary(c => c.Key, c => c.Value);

    static void Markdown(List<Dictionary<string, string>> rows)
    {
        Console.WriteLine($"| {string.Join(" | ", rows[0].Keys)} |");
        Console.WriteLine($"|{string.Concat(rows[0].Keys.Select(_ => " --- |"))}");
        foreach (var row in rows) Console.WriteLine($"| {string.Join(" | ", row.Values)} |");
    }
}
