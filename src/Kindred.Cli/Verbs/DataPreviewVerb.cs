using System.CommandLine;
using Kindred.Data.Audit;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred data preview</c>: a PNG of what the model of a recipe will see, or lines of text where it sees no pictures.</summary>
static class DataPreviewVerb
{
    internal static Command Create()
    {
        var name = new Argument<string>("method") { Description = "A method's name (kindred list methods) or a recipe file." };
        var overrides = new Argument<string[]>(Mistake.Changes) { Description = "Changes to the recipe by dotted path.", Arity = ArgumentArity.ZeroOrMore };
        var file = new Option<string>("--out") { Description = "The PNG file; the drawn parameters go beside it, into FILE.txt. Of what is no picture, only the text is written.", Required = true };
        var data = new Option<string?>("--data") { Description = "Data URI; the recipe's own if left out." };
        var seed = new Option<ulong>("--seed") { Description = "Chooses pictures and views." };
        var rows = new Option<int>("--rows") { Description = "How many pictures.", DefaultValueFactory = _ => 8 };
        var tile = new Option<int>("--tile") { Description = "Side of a shown view, in pixels.", DefaultValueFactory = _ => 96 };
        var json = Output.JsonOption();
        name.CompletionSources.Add(_ => RecipeFinder.Names);
        var command = new Command("preview", "Writes a PNG grid of pictures and their views, with the drawn parameters; sentences, graphs, films and points as text.")
            { name, overrides, file, data, seed, rows, tile, json };
        command.SetAction(result =>
        {
            if (result.GetValue(rows) is < 1 or > 1000 || result.GetValue(tile) is < 8 or > 1024)
                throw new ConfigurationException("--rows takes 1 to 1000, --tile 8 to 1024.");
            var recipe = RecipeFinder.Load(result.GetValue(name)!, result.GetValue(overrides) ?? []).First;
            var shown = result.GetValue(data) ?? DataKinds.UriOf(recipe)
                ?? throw new ConfigurationException("the recipe names no data; give --data URI, for example --data emoji or --data folder:PATH.");
            var modality = DataKinds.Of(shown);
            var request = Parts.Request(recipe, modality, shown);
            var path = result.GetValue(file)!;
            if (modality.Preview(request, result.GetValue(seed), result.GetValue(rows), result.GetValue(tile)) is not var (grid, parameters))
            {
                var text = path.EndsWith(".txt", StringComparison.Ordinal) ? path : path + ".txt";
                File.WriteAllText(text, modality.Listing(request, result.GetValue(seed), result.GetValue(rows)));
                if (result.GetValue(json)) Output.Json(new { Parameters = text });
                Output.Say($"{text} says what a method sees of these data, which are no pictures");
                return 0;
            }
            PngWriter.Write(path, grid);
            File.WriteAllText(path + ".txt", parameters);
            if (result.GetValue(json))
                Output.Json(new { File = path, Parameters = path + ".txt", grid.Width, grid.Height });
            Output.Say($"{path} shows {grid.Width}×{grid.Height} pixels; {path}.txt has the drawn parameters");
            return 0;
        });
        return command;
    }
}
