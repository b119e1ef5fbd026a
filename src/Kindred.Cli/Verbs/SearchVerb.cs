using System.CommandLine;
using System.Globalization;
using Kindred.Data.Pictures;
using Kindred.Experiments.Embeddings;
using Kindred.Experiments.Runs;
using Kindred.Index;
using Kindred.Io;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred search RUN|INDEX --query FILE|TEXT</c>: what is like a picture, a sentence, a sound.</summary>
static class SearchVerb
{
    internal static Command Create()
    {
        var where = new Argument<string>("run or index") { Description = "A run's folder, an index, or a file that `kindred embed` wrote (.npy, .safetensors)." };
        var data = new Option<string?>("--data") { Description = "The data to search, for a run; what it learnt from if left out." };
        var query = new Option<string[]>("--query") { Description = "A file, words, the name of a sample, a data URI, or a .npy of vectors; may be given several times.",
            Required = true, Arity = ArgumentArity.OneOrMore };
        var run = new Option<string?>("--run") { Description = "For an index: the run that embeds the query, where it does not lie where it did." };
        var layer = EmbedVerb.Layer();
        var sheet = new Option<string?>("--sheet") { Description = "Draws query and neighbours into a PNG." };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
        var json = Output.JsonOption("A JSON list of neighbours; for several queries a list of {query, neighbours}.");
        var common = new SearchWords();
        var command = new Command("search", "Finds what is like a picture, a sentence or a sound.") { where, data, query, run, layer, sheet, device, json };
        common.AddTo(command);
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            if (Directory.Exists(r.GetValue(where)!)) Plugins.Recall(r.GetValue(where)!);
            Launcher.HoldSignals();
            using var shown = new Percent();
            using var finder = Finder.Open(r.GetValue(where)!, r.GetValue(data), r.GetValue(layer)!, r.GetValue(run), TrainVerb.DeviceOf(r.GetValue(device)!),
                shown, Output.Warn, cancel);
            shown.Dispose();
            var answers = r.GetValue(query)!.SelectMany(q => finder.Find(q, r.GetValue(common.K), common.Options(r, finder.Among, cancel),
                r.GetValue(common.Exact), cancel)).ToArray();
            Print(answers, r.GetValue(json));
            if (r.GetValue(sheet) is { } path)
            {
                var picture = finder.Sheet(answers);
                AtomicFile.Write(path, stream => PngWriter.Write(stream, picture));
                Output.Say($"{path} shows {(answers.Length == 1 ? "the query" : "the queries")} at the left, and what was found from the nearest on");
            }
            return 0;
        }));
        return command;
    }

    internal static void Print(IReadOnlyList<Answer> answers, bool json)
    {
        if (json)
        {
            if (answers.Count == 1) Output.Json(answers[0].Neighbours);
            else Output.Json(answers.Select(a => new { a.Query, a.Neighbours }));
            return;
        }
        foreach (var answer in answers)
        {
            if (answers.Count > 1) Console.Out.WriteLine(answer.Query);
            var labelled = answer.Neighbours.Any(n => n.Label is not null);
            Output.Table(labelled ? ["", "score", "name", "label"] : ["", "score", "name"], answer.Neighbours.Select(n =>
            {
                string[] cells = [n.Rank.ToString(CultureInfo.InvariantCulture), n.Score.ToString("0.0000", CultureInfo.InvariantCulture), n.Name];
                return labelled ? [.. cells, n.Label ?? ""] : cells;
            }));
        }
    }
}

/// <summary>What every search can be told.</summary>
sealed class SearchWords
{
    internal Option<int> K { get; } = new("--k") { Description = "How many neighbours.", DefaultValueFactory = _ => 10 };

    internal Option<bool> Exact { get; } = new("--exact") { Description = "Looks at all vectors, although the index has a graph." };

    readonly Option<int> candidates = new("--candidates") { Description = "How many candidates a graph looks at: more find more and take longer.",
        DefaultValueFactory = _ => SearchOptions.UsualCandidates };
    readonly Option<string?> condition = new("--where") { Description = "Which samples may be found: label=cat, name=holiday/*.jpg, != for all others." };
    readonly Option<int> memory = new("--memory") { Description = "MiB for the buffers of an exact search.", DefaultValueFactory = _ => 128 };

    internal void AddTo(Command command)
    {
        foreach (var option in new Option[] { K, Exact, candidates, condition, memory }) command.Options.Add(option);
    }

    internal SearchOptions Options(ParseResult result, Collection among, CancellationToken cancel)
    {
        if (result.GetValue(K) is < 1 or > 1_000_000) throw new ConfigurationException($"--k {result.GetValue(K)}: expected are 1 to 1000000 neighbours.");
        if (result.GetValue(candidates) is < 1 or > 1_000_000)
            throw new ConfigurationException($"--candidates {result.GetValue(candidates)}: expected are 1 to 1000000.");
        if (result.GetValue(memory) is < 1 or > 1 << 20) throw new ConfigurationException($"--memory {result.GetValue(memory)}: expected are 1 to {1 << 20} MiB.");
        return new()
        {
            Memory = (long)result.GetValue(memory) << 20, Candidates = result.GetValue(candidates), Cancel = cancel,
            Filter = result.GetValue(condition) is { } text ? RowFilter.Of(text, among) : null,
        };
    }
}
