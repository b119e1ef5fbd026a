using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Embeddings;
using Kindred.Index.Analysis;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred suggest RUN|FILE --labels FILE.csv --out FILE.csv</c>: labels for the rest, by their neighbours.</summary>
static class SuggestVerb
{
    internal static Command Create()
    {
        var words = new CollectionWords();
        var labels = new Option<string>("--labels") { Description = "A table of name,label: the labels that are known.", Required = true };
        var k = new Option<int>("--k") { Description = "How many labelled neighbours vote.", DefaultValueFactory = _ => 20 };
        var least = new Option<double>("--min-share") { Description = "Leaves out what has a smaller share of the votes, 0 to 1." };
        var command = words.On(new("suggest", "Suggests labels for samples that have none, by their labelled neighbours.") { labels, k, least });
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            if (r.GetValue(least) is not (>= 0 and <= 1)) throw new ConfigurationException($"--min-share {r.GetValue(least)}: expected is a share from 0 to 1.");
            using var collection = words.Open(r, cancel);
            Launcher.HoldSignals();
            var all = Votes.For(collection.Vectors, LabelTable.Read(r.GetValue(labels)!, collection), r.GetValue(k), words.Metric(r, collection),
                new() { Cancel = cancel });
            Suggested[] kept = [.. all.Where(s => s.Share >= r.GetValue(least))];
            var file = words.Write(r, kept.Select(s => (string[])[collection.Names[s.Row], s.Label, Text(s.Share), Text(s.Margin),
                collection.Names[s.Nearest], Text(s.Score)])
                .Prepend(["name", "label", "share", "margin", "nearest", "score"]));
            if (r.GetValue(words.Json)) Output.Json(new { File = file, Suggested = kept.Length, Unsure = all.Count - kept.Length,
                Labels = kept.CountBy(s => s.Label).ToDictionary(c => c.Key, c => c.Value) });
            Output.Say($"{kept.Length} labels in {file}{(kept.Length < all.Count ? $"; {all.Count - kept.Length} samples have a smaller share than {r.GetValue(least)}" : "")}");
            return 0;
        }));
        return command;
    }

    static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
