using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Embeddings;
using Kindred.Index.Analysis;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred select RUN|FILE --by diverse|typical|uncertain --count N --out FILE.csv</c>: what to look at or to label.</summary>
static class SelectVerb
{
    internal static Command Create()
    {
        var words = new CollectionWords();
        var by = new Option<string>("--by") { Description = "diverse: each far from all before; typical: the middles of groups; uncertain: labelled neighbours disagree.",
            DefaultValueFactory = _ => "diverse" };
        var count = new Option<int>("--count") { Description = "How many.", Required = true };
        var labels = new Option<string?>("--labels") { Description = "A table of name,label: what is labelled is not chosen again, and votes on what is uncertain." };
        var k = new Option<int>("--k") { Description = "Of uncertain: how many labelled neighbours vote.", DefaultValueFactory = _ => 20 };
        var seed = new Option<ulong>("--seed") { Description = "Of typical: where the groups begin." };
        var command = words.On(new("select", "Chooses a few of many samples: to look at, to label, to keep.") { by, count, labels, k, seed });
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            if (r.GetValue(by) is not ("diverse" or "typical" or "uncertain") and var other)
                throw new ConfigurationException($"--by {other}: there are diverse, typical and uncertain.");
            if (r.GetValue(by) == "uncertain" && r.GetValue(labels) is null)
                throw new ConfigurationException("--by uncertain: what is uncertain is told by labels of others; give some by --labels FILE.csv.");
            if (r.GetValue(by) == "typical" && r.GetValue(labels) is not null) throw new ConfigurationException("--by typical looks at no labels; leave --labels out.");
            using var collection = words.Open(r, cancel);
            Launcher.HoldSignals();
            var (vectors, metric) = (collection.Vectors, words.Metric(r, collection));
            var known = r.GetValue(labels) is { } table ? LabelTable.Read(table, collection) : null;
            var chosen = r.GetValue(by) switch
            {
                "diverse" => Selection.Diverse(vectors, r.GetValue(count), metric, known is null ? null
                    : [.. known.Index().Where(l => l.Item is not null).Select(l => l.Index)], cancel),
                "typical" => Selection.Typical(vectors, r.GetValue(count), metric, r.GetValue(seed), new() { Cancel = cancel }),
                _ => Selection.Uncertain(Votes.For(vectors, known!, r.GetValue(k), metric, new() { Cancel = cancel }), r.GetValue(count)),
            };
            var file = words.Write(r, chosen.Index().Select(c => (string[])[(c.Index + 1).ToString(CultureInfo.InvariantCulture), collection.Names[c.Item.Row],
                c.Item.Score.ToString("0.####", CultureInfo.InvariantCulture)]).Prepend(["rank", "name", Header(r.GetValue(by)!)]));
            if (r.GetValue(words.Json)) Output.Json(new { File = file, By = r.GetValue(by), chosen.Count, Names = chosen.Take(100)
                .Select(c => collection.Names[c.Row]) });
            Output.Say($"{chosen.Count} of {vectors.Count} samples in {file}");
            return 0;
        }));
        return command;
    }

    static string Header(string by) => by switch { "diverse" => "distance", "typical" => "group_size", _ => "margin" };
}
