using System.CommandLine;
using System.Globalization;
using Kindred.Index.Analysis;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred dedup RUN|FILE --out FILE.csv</c>: samples that are nearly the same.</summary>
static class DedupVerb
{
    internal static Command Create()
    {
        var words = new CollectionWords();
        var threshold = new Option<float>("--threshold") { Description = "From which score on two are duplicates: a cosine, or minus a distance.",
            DefaultValueFactory = _ => 0.95f };
        var command = words.On(new("dedup", "Finds samples that are nearly the same, as the run sees them, and writes them in groups.") { threshold });
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            using var collection = words.Open(r, cancel);
            Launcher.HoldSignals();
            var nearest = NearestGraph.Of(collection.Vectors, NearDuplicates.Neighbours, words.Metric(r, collection), collection.Index, new() { Cancel = cancel });
            var groups = NearDuplicates.Groups(nearest, r.GetValue(threshold));
            var file = words.Write(r, groups.Index().SelectMany(g => g.Item.Index().Select(m => (string[])
            [
                (g.Index + 1).ToString(CultureInfo.InvariantCulture), collection.Names[m.Item.Row],
                    m.Item.Score.ToString("0.0000", CultureInfo.InvariantCulture), m.Index == 0 ? "yes" : "no",
            ])).Prepend(["group", "name", "score", "keep"]));
            var more = groups.Sum(g => g.Count - 1);
            if (r.GetValue(words.Json)) Output.Json(new { File = file, collection.Vectors.Count, Groups = groups.Count, Duplicates = more,
                Threshold = r.GetValue(threshold), nearest.Exact });
            Output.Say($"{groups.Count} groups in {file}: {more} of {collection.Vectors.Count} samples have a like before them"
                + $"{(nearest.Exact ? "" : "; a few may be missed, as a graph was searched")}");
            return 0;
        }));
        return command;
    }
}
