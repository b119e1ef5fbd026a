using System.CommandLine;
using Kindred.Experiments.Embeddings;
using Kindred.Experiments.Runs;
using Kindred.Index;
using Kindred.Io;
using Kindred.Io.Csv;

namespace Kindred.Cli.Verbs;

/// <summary>Where vectors come from: a run with data, a file of vectors, or an index.</summary>
sealed class CollectionWords
{
    readonly Argument<string> where = new("run or file") { Description = "A run's folder, an index, or a file that `kindred embed` wrote (.npy, .safetensors)." };
    readonly Option<string?> data = new("--data") { Description = "For a run: the data; what it learnt from if left out." };
    readonly Option<string> layer = EmbedVerb.Layer();
    readonly Option<string> metric = new("--metric") { Description = "cosine, dot or euclidean; an index says it itself.", DefaultValueFactory = _ => "cosine" };
    readonly Option<string> device = new("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };

    internal Option<string> File { get; } = new("--out") { Description = "The table, a CSV.", Required = true };

    internal Option<bool> Json { get; } = new("--json") { Description = "One JSON object on stdout." };

    internal Command On(Command command)
    {
        command.Arguments.Add(where);
        foreach (var option in new Option[] { data, layer, metric, device, File, Json }) command.Options.Add(option);
        return command;
    }

    internal Metric Metric(ParseResult result, Collection collection) => collection.Index?.Metric ?? MetricNames.Find(result.GetValue(metric)!);

    internal Collection Open(ParseResult result, CancellationToken cancel)
    {
        var place = result.GetValue(where)!;
        MetricNames.Find(result.GetValue(metric)!);
        if (!Directory.Exists(place))
            return result.GetValue(data) is null ? Collection.Open(place)
                : throw new ConfigurationException($"--data goes with a run, and {place} is a file of vectors.");
        Plugins.Recall(place);
        using var embedder = Embedder.Open(place, TrainVerb.DeviceOf(result.GetValue(device)!));
        Launcher.HoldSignals();
        using var shown = new Percent();
        return Collection.Of(embedder, result.GetValue(data), new(result.GetValue(layer)!), shown, Output.Warn, cancel);
    }

    internal string Write(ParseResult result, IEnumerable<string[]> rows)
    {
        var path = result.GetValue(File)!;
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (var row in rows) writer.Write(CsvText.Row(row));
        });
        return path;
    }
}
