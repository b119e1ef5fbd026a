using System.CommandLine;
using Kindred.Experiments.Embeddings;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Runs;
using Kindred.Io.Tables;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred embed RUN --data URI --out FILE</c>: vectors of all samples, with their names.</summary>
static class EmbedVerb
{
    internal static Command Create()
    {
        var run = RunOption.Create();
        var data = new Option<string?>("--data") { Description = "A data URI; what the run learnt from if left out." };
        var file = new Option<string>("--out") { Description = $"The file; its ending says the format: {string.Join(", ", VectorTables.Endings)}.", Required = true };
        var layer = Layer();
        var normalize = new Option<bool>("--normalize") { Description = "Brings every vector to unit length." };
        var batch = new Option<int>("--batch") { Description = "Samples at once; left out, their size decides." };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
        var json = Output.JsonOption("The manifest as one JSON object on stdout.");
        var command = new Command("embed", "Writes a vector for each sample, with its name. Stopped, the same command goes on.") { run.Argument, run.Option,
            data, file, layer, normalize, batch, device, json };
        command.SetAction((r, cancel) => Task.FromResult(Run(run.Of(r), r.GetValue(data), r.GetValue(file)!,
            new(r.GetValue(layer)!, r.GetValue(normalize), r.GetValue(batch)), r.GetValue(device)!, r.GetValue(json), cancel)));
        return command;
    }

    internal static Option<string> Layer() => new("--layer")
    {
        Description = "h: the representation; z: the embedding; both: the two side by side, each at unit length.", DefaultValueFactory = _ => "h",
    };

    static int Run(string run, string? data, string file, EmbeddingOptions options, string device, bool json, CancellationToken cancel)
    {
        VectorTables.Check(file);
        Layers.Find(options.Layer);
        Plugins.Recall(run);
        using var embedder = Embedder.Open(run, TrainVerb.DeviceOf(device));
        // What is half done is kept.
        Launcher.HoldSignals();
        try
        {
            using var shown = new Percent();
            var manifest = embedder.Write(data, file, options, shown, Output.Warn, cancel);
            shown.Dispose();
            if (json) Console.Out.WriteLine(manifest.ToJson());
            Output.Say($"{manifest.Count} vectors of {manifest.Dimension} numbers in {file}"
                + $"{(VectorTables.NamesBeside(file) ? $", their names in {VectorTables.NamesOf(file)}" : "")}; where they come from is in {EmbeddingManifest.FileOf(file)}"
                + $"{(manifest.Skipped.Count > 0 ? $"; {manifest.Skipped.Count} samples could not be used, the first: {manifest.Skipped[0].Name} {manifest.Skipped[0].Reason}" : "")}");
            return 0;
        }
        catch (OperationCanceledException)
        {
            Output.Say($"kindred: stopped; what is done lies in {file}.partial, and the same command goes on from there.");
            return Launcher.Preempted;
        }
    }
}

/// <summary>A run that is given as a word or by <c>--run</c>.</summary>
sealed class RunOption
{
    internal Argument<string?> Argument { get; } = new("run") { Description = "The run's folder.", Arity = ArgumentArity.ZeroOrOne };

    internal Option<string?> Option { get; } = new("--run") { Description = "The same." };

    internal static RunOption Create() => new();

    internal string Of(ParseResult result) => (result.GetValue(Argument), result.GetValue(Option)) switch
    {
        ({ } word, null) => word,
        (null, { } option) => option,
        (null, null) => throw new ConfigurationException("which run? Give its folder, for example runs/demo."),
        _ => throw new ConfigurationException("the run is given twice; once is enough."),
    };
}

/// <summary>Tells a watcher how far it is; nothing where nobody watches.</summary>
sealed class Percent : IProgress<EmbeddingProgress>, IProgress<int>, IDisposable
{
    readonly int total;
    int shown = -1;

    internal Percent(int total = 0) => this.total = total;

    public void Report(EmbeddingProgress value) => Show(value.Done, value.Of);

    public void Report(int value) => Show(value, total);

    void Show(int done, int of)
    {
        var percent = (int)(100L * done / Math.Max(1, of));
        if (Console.IsErrorRedirected || percent == shown) return;
        shown = percent;
        Console.Error.Write($"\r{percent,3} %");
    }

    public void Dispose()
    {
        if (shown >= 0) Console.Error.Write("\r     \r");
        shown = -1;
    }
}
