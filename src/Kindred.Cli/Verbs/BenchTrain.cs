using System.CommandLine;
using System.Diagnostics;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred bench train</c>: one training step with the views in memory, for comparison with other frameworks.</summary>
static class BenchTrain
{
    /// <summary>What one measurement is told.</summary>
    internal sealed record Settings
    {
        public string Method { get; init; } = "simclr";
        public int Batch { get; init; } = 128;
        public int Size { get; init; } = 32;
        public string Precision { get; init; } = "auto";
        public string Layout { get; init; } = "nhwc";
        public string Views { get; init; } = "separate";
        public int Locals { get; init; } = 4;
        public int Prototypes { get; init; }
        public int Queue { get; init; } = 32768;
        public long Seed { get; init; }

        /// <summary>bf16 where the processor has instructions for it.</summary>
        public bool HalfPrecision => Precision == "bf16" || (Precision == "auto" && Processor.HasBFloat16);
    }

    internal static Command Create()
    {
        Option<string> method = Choice("--method", "simclr", "supervised", "simclr", "moco_v2", "byol", "swav", "dino");
        Option<string> precision = Choice("--precision", "auto", "auto", "f32", "bf16");
        Option<string> layout = Choice("--layout", "nhwc", "nhwc", "nchw");
        Option<string> views = Choice("--views", "separate", "separate", "concat");
        Option<int> batch = Number("--batch", 128), size = Number("--size", 32), locals = Number("--locals", 4), prototypes = Number("--prototypes", 0),
            queue = Number("--queue", 32768), threads = Number("--threads", 0), repeats = Number("--repeats", 20), warmup = Number("--warmup", 2), seed = Number("--seed", 0);
        Option<double> seconds = new("--seconds") { DefaultValueFactory = _ => 12, Description = "Time for the measured part." };
        Option<bool> json = new("--json") { Description = "One JSON object a measurement, which is what is printed anyway." };
        var command = new Command("train", "Times one training step (forward, loss, backward, optimizer, momentum network) with views in memory.")
            { method, batch, size, precision, layout, views, locals, prototypes, queue, threads, seconds, repeats, warmup, seed, json };
        command.SetAction(result =>
        {
            if (result.GetValue(threads) is > 0 and var wanted)
                Engine.Threads = wanted;
            Run(new Settings
            {
                Method = result.GetValue(method)!, Batch = result.GetValue(batch), Size = result.GetValue(size), Precision = result.GetValue(precision)!,
                Layout = result.GetValue(layout)!, Views = result.GetValue(views)!, Locals = result.GetValue(locals),
                Prototypes = result.GetValue(prototypes), Queue = result.GetValue(queue), Seed = result.GetValue(seed),
            }, result.GetValue(seconds), result.GetValue(repeats), result.GetValue(warmup));
            return 0;
        });
        return command;
    }

    private static void Run(Settings settings, double seconds, int repeats, int warmup)
    {
        Engine.Start();
        var step = new TrainingStep(settings);
        for (int i = 0; i < warmup; i++)
            step.Take();
        List<double> wall = [], cpu = [];
        var clock = Stopwatch.StartNew();
        while (wall.Count < repeats && (wall.Count < 2 || clock.Elapsed.TotalSeconds < seconds))
        {
            var (w0, c0) = (clock.Elapsed.TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);
            step.Take();
            wall.Add(clock.Elapsed.TotalSeconds - w0);
            cpu.Add(Environment.CpuUsage.TotalTime.TotalSeconds - c0);
        }
        Report(settings, step, wall, cpu);
    }

    private static void Report(Settings settings, TrainingStep step, List<double> wall, List<double> cpu)
    {
        double median = Median(wall);
        Output.Json(new
        {
            name = $"train/{settings.Method}",
            images_per_s = Math.Round(settings.Batch / median, 3),
            images_per_s_best = Math.Round(settings.Batch / wall.Min(), 3),
            images_per_cpu_s = Math.Round(settings.Batch / Median(cpu), 3),
            median_s = Math.Round(median, 6),
            runs = wall.Count,
            threads = Engine.Threads,
            peak_rss_mb = PeakMegabytes(),
            torch = Engine.Version,
            batch = settings.Batch,
            precision = settings.HalfPrecision ? "bf16" : "f32",
            layout = settings.Layout,
            views = settings.Views,
            optimizer = "loop",
            ema = "loop",
            teacher = "no_grad",
            crops_per_s = Math.Round(settings.Batch * step.Passes / median, 2),
            loss = Math.Round(step.LastLoss, 4),
        });
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The largest resident size so far; 0 where the system does not tell.</summary>
    private static double PeakMegabytes()
    {
        const string path = "/proc/self/status";
        if (!File.Exists(path))
            return 0;
        var line = File.ReadLines(path).First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return Math.Round(double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) / 1024, 1);
    }

    private static Option<int> Number(string name, int value) => new(name) { DefaultValueFactory = _ => value };

    private static Option<string> Choice(string name, string value, params string[] values)
    {
        var option = new Option<string>(name) { DefaultValueFactory = _ => value };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
