using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred eval PROTOCOL --run DIR [key=value …]</c>: looks at what a run has learnt.</summary>
static class EvalVerb
{
    internal static Command Create()
    {
        var protocol = new Argument<string>("protocol") { Description = string.Join(", ", Evaluations.All.Select(p => p.Name)) };
        var changes = new Argument<string[]>(Mistake.Changes) { Description = "The protocol's settings, such as k=20.", Arity = ArgumentArity.ZeroOrMore };
        var run = new Option<string?>("--run") { Description = "The run's folder, or a checkpoint of it: RUN/checkpoints/best." };
        var weights = new Option<string?>("--weights") { Description = "Evaluates these weights instead of the run's: a run, a checkpoint or a file, another project's too (docs/weights.md)." };
        var recipe = new Option<string?>("--recipe") { Description = "The recipe whose network takes the weights, where there is no run." };
        var encoder = new Option<string?>("--encoder") { Description = "The encoder that takes them, in place of the recipe's: resnet50, or { name: resnet18, stem: imageNet }." };
        var data = new Option<string?>("--data") { Description = "A data URI; splits are chosen by the protocol." };
        var layer = new Option<string>("--layer") { Description = "h: the representation; z: the embedding; both: the two side by side, each at unit length.", DefaultValueFactory = _ => "h" };
        var baseline = new Option<string?>("--baseline") { Description = $"Evaluates something untrained instead: {string.Join(", ", Baselines.All.Select(b => b.Name))}." };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
        var k = new Option<int?>("--k") { Description = "Short for k=." };
        var temperature = new Option<double?>("--temp") { Description = "Short for temperature=." };
        var json = Output.JsonOption();
        protocol.CompletionSources.Add(_ => Evaluations.All.Select(p => p.Name));
        data.CompletionSources.Add(_ => Completions.Data);
        layer.CompletionSources.Add([.. Layers.Names]);
        var command = new Command("eval", "Evaluates a run by a protocol.") { protocol, changes, run, weights, recipe, encoder, data, layer, baseline, device, k, temperature, json };
        command.SetAction((r, cancel) => Task.FromResult(Run(new Source(r.GetValue(run), r.GetValue(weights), r.GetValue(recipe), r.GetValue(encoder)),
            new EvaluationRequest(r.GetValue(protocol)!, r.GetValue(data), r.GetValue(layer)!, Options(r.GetValue(changes) ?? [], r.GetValue(k), r.GetValue(temperature)), r.GetValue(baseline)),
            TrainVerb.DeviceOf(r.GetValue(device)!), r.GetValue(json), cancel)));
        return command;
    }

    static Experiment Open(Source source, EvaluationRequest request, Device device)
    {
        if (source is { Run: { } run, Recipe: null, Encoder: null }) return TrainedRun.Open(run, device);
        if (source is not { Run: null, Weights: not null, Recipe: not null })
            throw new ConfigurationException(source.Run is null ? "say what to evaluate: --run DIR, or --weights FILE with --recipe NAME."
                : "--run and --recipe or --encoder exclude each other: a run has a recipe and an encoder.");
        string[] changes = [.. source.Encoder is { } encoder ? [$"encoder={encoder}"] : (string[])[], .. request.Data is { } data ? [$"data={data}"] : (string[])[]];
        return Experiment.Build(RecipeFinder.Load(source.Recipe, changes).Phases[^1], device: device);
    }

    static RecipeMap Options(IReadOnlyList<string> changes, int? k, double? temperature)
    {
        var all = changes.ToList();
        if (k is { } neighbours) all.Add(string.Create(CultureInfo.InvariantCulture, $"k={neighbours}"));
        if (temperature is { } t) all.Add(string.Create(CultureInfo.InvariantCulture, $"temperature={t}"));
        return RecipeMerge.Apply(new RecipeMap([], RecipePlace.CommandLine), all);
    }

    sealed record Source(string? Run, string? Weights, string? Recipe, string? Encoder);

    static int Run(Source source, EvaluationRequest request, Device device, bool json, CancellationToken cancel)
    {
        var place = source.Run is null ? null : RunPlace.Of(source.Run);
        if (place is not null) Plugins.Recall(place.Folder);
        Evaluations.Check(request);
        using var experiment = Open(source, request, device);
        // A file of another project fills the encoder; its head, as it was drawn, is nothing to look at.
        if (source.Weights is { } weights && StartWeights.Load(experiment.Method, weights) is { } note)
        {
            Console.Error.WriteLine($"kindred: {note}");
            if (request.Layer != "h") throw new ConfigurationException($"--layer {request.Layer}: {weights} holds no head of this method; look at h.");
        }
        var report = Evaluations.Run(experiment, request, cancel);
        if (source.Run is not null) report.Settings["run"] = source.Run;
        if (source.Weights is not null) report.Settings["weights"] = Path.GetFullPath(source.Weights);
        // What was measured of other weights does not belong among the run's own.
        else report.Save(place!.Folder, place.Mark);
        if (json) Console.Out.WriteLine(report.ToString());
        else Output.Table(["metric", "value"], report.Metrics.Select(m => new[] { m.Key, m.Value.ToString("0.00##", CultureInfo.InvariantCulture) }));
        return 0;
    }
}
