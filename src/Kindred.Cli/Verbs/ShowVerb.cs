using System.CommandLine;
using Kindred.Experiments.Recipes;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred show NAME</c>: one part of any kind, with every option, its default and what it accepts.</summary>
static class ShowVerb
{
    internal static Command Create()
    {
        var name = new Argument<string>("name") { Description = "A method, encoder, optimizer, schedule, view operation or evaluation, such as resnet18." };
        var json = Output.JsonOption("One JSON array on stdout.");
        name.CompletionSources.Add(_ => Catalogues.All.SelectMany(c => c.Names));
        var command = new Command("show", "Shows the options of a part, their defaults and their ranges.") { name, json };
        command.SetAction(result => Run(result.GetValue(name)!, result.GetValue(json)));
        return command;
    }

    static int Run(string name, bool json)
    {
        var found = (from catalogue in Catalogues.All
                     from part in catalogue.Parts
                     where part.Attribute.Name == name
                     select (catalogue.Kind, Part: part)).ToArray();
        if (found.Length == 0)
        {
            string[] known = [.. Catalogues.All.SelectMany(c => c.Names)];
            throw new ConfigurationException($"there is no part '{name}'{Suggest.Nearest(name, known)}; 'kindred list methods' names methods, 'kindred "
                + $"list encoders' encoders, and so on for optimizers, schedules, augmentations and evaluations.");
        }
        if (json)
        {
            Output.Json(found.Select(f => new { f.Kind, f.Part.Attribute.Name, f.Part.Attribute.Title, f.Part.Attribute.Paper, Options = f.Part.Settings }));
            return 0;
        }
        foreach (var (kind, part) in found)
        {
            Console.Out.WriteLine($"{part.Attribute.Name}: {kind}"
                + $"{(part.Attribute.Title.Length > 0 ? $", {part.Attribute.Title}" : "")}{(part.Attribute.Paper.Length > 0 ? $" ({part.Attribute.Paper})" : "")}");
            if (part.Settings.Count > 0)
                Output.Table(["option", "default", "type", "accepts"],
                    part.Settings.Select(o => new[] { o.Name, o.Default ?? (o.Required ? "(must be given)" : "-"), o.Kind, o.Accepts ?? "" }));
        }
        return 0;
    }
}
