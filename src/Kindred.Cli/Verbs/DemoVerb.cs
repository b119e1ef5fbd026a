using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kindred.Cli.Demo;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred demo</c>: the main job, from nothing to a report.</summary>
static class DemoVerb
{
    const string TestData = "emoji?split=test";
    static readonly ulong[] editSeeds = [1, 2];

    internal static Command Create()
    {
        var output = new Option<string>("--out") { Description = "The run folder.", DefaultValueFactory = _ => Path.Combine("runs", "demo") };
        var overrides = new Argument<string[]>(Mistake.Changes) { Description = "Changes to the recipe demo.yaml.", Arity = ArgumentArity.ZeroOrMore };
        var json = Output.JsonOption("One JSON object as the last line on stdout.");
        var command = new Command("demo", "Trains SimCLR on emoji pictures, shows that it finds the originals of edited pictures, and leaves a report.") { output, overrides, json };
        command.SetAction((result, cancel) => Task.FromResult(Run(result.GetValue(output)!, result.GetValue(overrides) ?? [], result.GetValue(json), cancel)));
        return command;
    }

    static int Run(string output, string[] overrides, bool json, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        Output.Say("Kindred learns, without labels, to recognise a picture after it was turned, shifted, scaled and recoloured.");
        PrepareFolder(output);
        var recipe = RecipeFinder.Load("demo", overrides);
        using var test = OpenTest(recipe);
        var task = new CopyRetrieval(test, test.PlainView, Parts.Plan(recipe.First.Views[0], "views.0"), editSeeds);
        var pixels = task.Score(Baselines.Pixels);
        var untrained = Untrained(recipe, task);
        Output.Say($"{test.Count} held-out pictures; before training: pixels find {Percent(pixels.R1)} of the originals, the untrained network {Percent(untrained.R1)}.");

        CopyScores? trained = null;
        RunSummary summary;
        using (var display = new ProgressDisplay())
        {
            var run = new TrainingRun(recipe, new RunOptions { Folder = output, Command = "kindred demo" }, display, text => display.Note($"kindred: {text}"))
            {
                Begun = Launcher.HoldSignals,
                Finished = (experiment, folder) => trained = Evaluate(experiment, test, recipe, task, folder.Path),
            };
            summary = run.Run(cancel);
        }
        if (cancel.IsCancellationRequested) return Launcher.Preempted;
        var report = new
        {
            CopyRetrieval = new { Pixels = Both(pixels), Untrained = Both(untrained), Trained = Both(trained!) },
            TrainSeconds = Math.Round(summary.Seconds, 1),
            Seconds = Math.Round(clock.Elapsed.TotalSeconds, 1),
            Report = Path.Combine(output, "report", "index.html"),
            summary.Steps,
            summary.StateSha256,
        };
        DemoReport.Write(output,
            [("pixels (mean removed)", report.CopyRetrieval.Pixels), ("untrained network", report.CopyRetrieval.Untrained),
            ("trained without labels", report.CopyRetrieval.Trained)], summary, test.Count);
        AtomicFile.WriteText(Path.Combine(output, "report", "report.json"), JsonSerializer.Serialize(report, Output.Style) + "\n");
        if (json) Output.Json(report);
        else
        {
            Output.Table(["finds the original of an edited picture", "first", "among five"],
            [
                ["pixels (mean removed)", Percent(pixels.R1), Percent(pixels.R5)],
                ["untrained network", Percent(untrained.R1), Percent(untrained.R5)],
                ["trained without labels", Percent(trained!.R1), Percent(trained.R5)],
            ]);
            Output.Say($"trained for {summary.Seconds:0} s, {clock.Elapsed.TotalSeconds:0} s in all. See {report.Report}");
        }
        return 0;
    }

    // The demo begins anew each time: an earlier demo's run is moved out of the way, nothing else is touched.
    static void PrepareFolder(string output)
    {
        if (!File.Exists(Path.Combine(output, "run.json"))) return;
        var info = RunInfo.TryRead(Path.Combine(output, "run.json"));
        if (info?.Command != "kindred demo") throw new ConfigurationException($"'{output}' holds another run; choose a folder for the demo with --out.");
        var aside = $"{output.TrimEnd('/')}-{info.Created.ToLocalTime():yyyyMMdd-HHmmss}";
        if (Directory.Exists(aside)) Directory.Delete(aside, true);
        Directory.Move(output, aside);
        Output.Say($"the demo before this one is now in {aside}");
    }

    static PictureData OpenTest(Recipe recipe)
    {
        var modality = new PictureModality();
        return (PictureData)modality.Open(Parts.Request(recipe.First, modality, TestData));
    }

    static CopyScores Untrained(Recipe recipe, CopyRetrieval task)
    {
        using var experiment = Experiment.Build(recipe.First);
        experiment.Method.Eval();
        return task.Score(((IEncodes)experiment.Method).Embeddings);
    }

    static CopyScores Evaluate(Experiment experiment, PictureData test, Recipe recipe, CopyRetrieval task, string folder)
    {
        var method = (IEncodes)experiment.Method;
        experiment.Method.Eval();
        var sheet = new ContactSheet(test, test.PlainView, Parts.Plan(recipe.First.Views[0], "views.0"), editSeeds[0]);
        Directory.CreateDirectory(Path.Combine(folder, "report"));
        // Two vendors' drawings may be shown anywhere; queries are spread over the whole set.
        var emoji = (EmojiPictures)test.Pictures;
        int[] showable = [.. Enumerable.Range(0, test.Count).Where(i => emoji.Vendor(i) is "google" or "twitter")];
        int[] queries = [.. Enumerable.Range(0, 12).Select(i => showable[i * showable.Length / 12])];
        PngWriter.Write(Path.Combine(folder, "report", "neighbours.png"), sheet.Draw(task, method.Embeddings, queries));
        return task.Score(method.Embeddings);
    }

    static Dictionary<string, double> Both(CopyScores scores) => new() { ["r1"] = Math.Round(scores.R1, 2), ["r5"] = Math.Round(scores.R5, 2) };

    static string Percent(double value) => value.ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
