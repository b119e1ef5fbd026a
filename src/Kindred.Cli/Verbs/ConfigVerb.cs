using System.CommandLine;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Reports;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred config print|validate|schema</c>: recipes, without training.</summary>
static class ConfigVerb
{
    static readonly Argument<string> name = new("recipe") { Description = "A recipe file, a recipe's name (kindred list recipes) or a method's." };
    static readonly Argument<string[]> changes = new(Mistake.Changes) { Description = "Changes to the recipe by dotted path.", Arity = ArgumentArity.ZeroOrMore };
    static readonly Option<string?> data = new("--data") { Description = "A data URI in place of the recipe's." };
    static readonly Option<bool> json = new("--json") { Description = "JSON on stdout." };

    internal static Command Create()
    {
        name.CompletionSources.Add(_ => RecipeFinder.Names);
        return new("config", "Prints, checks and describes recipes, without training.") { Print(), Validate(), Schema() };
    }

    static string[] Changes(ParseResult result) =>
        [.. TrainVerb.Changes(result.GetValue(changes) ?? []), .. result.GetValue(data) is { } uri ? new[] { $"data={uri}" } : []];

    static Command Print()
    {
        var full = new Option<bool>("--full") { Description = "Every default too, so that it says the same whatever the defaults become." };
        var command = new Command("print", "Prints a recipe as it would run: what it extends and the changes merged. Given back, it trains the same.") { name, changes, data, full, json };
        command.SetAction(r =>
        {
            var recipe = RecipeFinder.Load(r.GetValue(name)!, Changes(r));
            RecipeCheck.Refuse(recipe);
            var map = r.GetValue(full) ? RecipeDefaults.Fill(recipe) : recipe.Resolved;
            if (r.GetValue(json)) Output.Json(RecipeJson.Of(map)!);
            else Console.Out.Write(map.ToString());
            return 0;
        });
        return command;
    }

    static Command Validate()
    {
        var command = new Command("validate", "Finds what is wrong in a recipe, all at once, and what makes no sense; exit code 2 if anything is wrong.") { name, changes, data, json };
        command.SetAction(r =>
        {
            var (recipe, faults) = RecipeValidation.Find(RecipeFinder.Locate(r.GetValue(name)!), Changes(r), RecipeFinder.Folder);
            string[] warnings = recipe is null ? [] : [.. RecipeCheck.Warnings(recipe)];
            if (r.GetValue(json)) Output.Json(new { Valid = recipe is not null, Faults = faults.Select(f => new { f.Path, f.What, f.Place }), Warnings = warnings });
            foreach (var fault in faults) Output.Warn($"{fault}");
            foreach (var warning in warnings) Output.Warn(warning);
            if (recipe is null) return 2;
            Output.Say($"{r.GetValue(name)} is a recipe that can be trained{(warnings.Length > 0 ? ", with doubts" : "")}.");
            return 0;
        });
        return command;
    }

    static Command Schema()
    {
        var command = new Command("schema", "Prints the JSON schema of recipes, by which editors complete and check. First line of a recipe: # "
            + "yaml-language-server: $schema=recipe.schema.json") { json };
        command.SetAction(r =>
        {
            Console.Out.WriteLine(r.GetValue(json) ? RecipeSchema.Json().ToJsonString(Output.Style) : RecipeSchema.Write());
            return 0;
        });
        return command;
    }
}
