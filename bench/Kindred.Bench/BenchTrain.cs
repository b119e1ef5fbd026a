using System.CommandLine;
using Kindred.Cli;
using Kindred.Experiments.Recipes;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench train</c>: steps of a method by the library's own trainer, with the views in memory, for comparison with other frameworks.</summary>
/// <remarks>What runs is what <c>kindred train</c> runs: the registered class, its recipe's optimizer and the trainer. Only the data are random numbers.</remarks>
static class BenchTrain
{
    /// <summary>What one measurement is told.</summary>
    internal sealed record Settings
    {
        public required string Method { get; init; }
        public int Batch { get; init; } = 128;
        public int Size { get; init; } = 32;
        public string Precision { get; init; } = "auto";
        public string Layout { get; init; } = "auto";
        public int Locals { get; init; } = 4;
        public int Prototypes { get; init; }
        public int Queue { get; init; } = 32768;
        public int Seed { get; init; }

        internal int Count(int usual) => Prototypes > 0 ? Prototypes : usual;
    }

    internal static Command Create()
    {
        Option<string> method = new("--method") { DefaultValueFactory = _ => "simclr",
            Description = "supervised, simclr, moco_v2, byol, swav, dino as their counterparts have them; any other method or recipe as it comes." };
        Option<string> precision = Choice("--precision", "auto", "auto", "f32", "bf16"), layout = Choice("--layout", "auto", "auto", "nhwc", "nchw");
        Option<string?> views = new("--views") { Description = "separate or concat. The method decides; the field 'views' says how it was." };
        views.AcceptOnlyFromAmong("separate", "concat");
        Option<int> batch = Number("--batch", 128), size = Number("--size", 32), locals = Number("--locals", 4), prototypes = Number("--prototypes", 0),
            queue = Number("--queue", 32768), threads = Number("--threads", 0), repeats = Number("--repeats", 20), warmup = Number("--warmup", 2), seed = Number("--seed", 0);
        Option<double> seconds = new("--seconds") { DefaultValueFactory = _ => 12, Description = "Time for the measured part." };
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("train", "Times training steps (forward, loss, backward, optimizer, momentum network) with views in memory.")
            { method, batch, size, precision, layout, views, locals, prototypes, queue, threads, seconds, repeats, warmup, seed, json };
        command.SetAction((result, cancel) => Task.FromResult(Run(new Settings
        {
            Method = result.GetValue(method)!, Batch = result.GetValue(batch), Size = result.GetValue(size), Precision = result.GetValue(precision)!,
            Layout = result.GetValue(layout) is "nhwc" ? "channelsLast" : result.GetValue(layout)!, Locals = result.GetValue(locals), Prototypes = result.GetValue(prototypes),
            Queue = result.GetValue(queue), Seed = result.GetValue(seed),
        }, result.GetValue(views), result.GetValue(threads), result.GetValue(warmup), result.GetValue(repeats), result.GetValue(seconds), cancel)));
        return command;
    }

    static int Run(Settings settings, string? views, int threads, int warmup, int repeats, double seconds, CancellationToken cancel)
    {
        if (warmup < 0 || repeats < 2 || settings.Batch < 1) throw new ConfigurationException($"--warmup {warmup} --repeats {repeats} --batch {settings.Batch}: at least no, two and one.");
        if (threads > 0) Engine.Threads = threads;
        var recipe = StepRecipe.Of(settings).First;
        var groups = Parts.Views(recipe.Views);
        using var experiment = Experiment.Build(recipe, new RandomViews(groups, settings.Batch, warmup + repeats, settings.Size, settings.Layout != "nchw", settings.Seed));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var timer = new StepTimer(warmup, seconds, stop);
        var result = experiment.Trainer(hooks: timer).Fit(stop.Token);
        cancel.ThrowIfCancellationRequested();

        var own = Views(settings.Method);
        if (views is not null && own is not null && views != own) Output.Say($"kindred bench: {settings.Method} takes its views {own}; --views {views} changes nothing.");
        var measured = timer.Measured;
        Output.Json(new
        {
            Name = $"train/{settings.Method}",
            ImagesPerS = Math.Round(settings.Batch / measured.Median, 3),
            ImagesPerSBest = Math.Round(settings.Batch / measured.Best, 3),
            ImagesPerCpuS = Math.Round(settings.Batch / measured.MedianCpu, 3),
            MedianS = Math.Round(measured.Median, 6),
            measured.Runs,
            Engine.Threads,
            PeakRssMb = Measurement.PeakMegabytes(),
            Torch = Engine.Version,
            settings.Batch,
            Precision = Experiment.PrecisionOf(recipe.Train.Precision, experiment.Device) is null ? "f32" : "bf16",
            Layout = experiment.Layout.ChannelsLast ? "nhwc" : "nchw",
            Views = own,
            Optimizer = "loop",
            Ema = "loop",
            Teacher = "no_grad",
            CropsPerS = Math.Round(settings.Batch * Passes(settings.Method, groups.Sum(g => g.Count)) / measured.Median, 2),
            Loss = Math.Round(result.Loss, 4),
        });
        return 0;
    }

    /// <summary>Passes of one source image through the trained network.</summary>
    static int Passes(string method, int views) => method == "moco_v2" ? 1 : views;

    /// <summary>Whether a method sends its views of one size through the network together.</summary>
    static string? Views(string method) => method switch
    {
        "simclr" or "swav" or "dino" => "concat",
        "supervised" or "moco_v2" or "byol" => "separate",
        _ => null,
    };

    static Option<int> Number(string name, int value) => new(name) { DefaultValueFactory = _ => value };

    static Option<string> Choice(string name, string value, params string[] values)
    {
        var option = new Option<string>(name) { DefaultValueFactory = _ => value };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
