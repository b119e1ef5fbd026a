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
        var changes = new Argument<string[]>("key=value") { Description = "The protocol's settings, such as k=20.", Arity = ArgumentArity.ZeroOrMore };
        var run = new Option<string>("--run") { Description = "The run's folder, or a checkpoint of it: RUN/checkpoints/best.", Required = true };
        var data = new Option<string?>("--data") { Description = "A data URI; splits are chosen by the protocol." };
        var layer = new Option<string>("--layer") { Description = "h: the representation; z: the embedding; both: the two side by side, each at unit length.", DefaultValueFactory = _ => "h" };
        var baseline = new Option<string?>("--baseline") { Description = $"Evaluates something untrained instead: {string.Join(", ", Baselines.All.Select(b => b.Name))}." };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
        var k = new Option<int?>("--k") { Description = "Short for k=." };
        var temperature = new Option<double?>("--temp") { Description = "Short for temperature=." };
        var json = new Option<bool>("--json") { Description = "One JSON object on stdout." };
        var command = new Command("eval", "Evaluates a run by a protocol.") { protocol, changes, run, data, layer, baseline, device, k, temperature, json };
        command.SetAction((r, cancel) => Task.FromResult(Run(r.GetValue(run)!,
            new EvaluationRequest(r.GetValue(protocol)!, r.GetValue(data), r.GetValue(layer)!, Options(r.GetValue(changes) ?? [], r.GetValue(k), r.GetValue(temperature)), r.GetValue(baseline)),
            TrainVerb.DeviceOf(r.GetValue(device)!), r.GetValue(json), cancel)));
        return command;
    }

    static RecipeMap Options(IReadOnlyList<string> changes, int? k, double? temperature)
    {
        var all = changes.ToList();
        if (k is { } neighbours) all.Add(string.Create(CultureInfo.InvariantCulture, $"k={neighbours}"));
        if (temperature is { } t) all.Add(string.Create(CultureInfo.InvariantCulture, $"temperature={t}"));
        return RecipeMerge.Apply(new RecipeMap([], RecipePlace.CommandLine), all);
    }

    static int Run(string run, EvaluationRequest request, Device device, bool json, CancellationToken cancel)
    {
        var place = RunPlace.Of(run);
        Plugins.Recall(place.Folder);
        Evaluations.Check(request);
        using var experiment = TrainedRun.Open(run, device);
        var report = Evaluations.Run(experiment, request, cancel);
        report.Settings["run"] = run;
        report.Save(place.Folder, place.Mark);
        if (json) Console.Out.WriteLine(report.ToString());
        else Output.Table(["metric", "value"], report.Metrics.Select(m => new[] { m.Key, m.Value.ToString("0.00##", CultureInfo.InvariantCulture) }));
        return 0;
    }
}
