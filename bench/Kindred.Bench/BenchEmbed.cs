using System.CommandLine;
using Kindred.Cli;
using Kindred.Experiments.Recipes;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench embed</c>: features of pictures in memory by an encoder that is not trained on.</summary>
static class BenchEmbed
{
    internal static Command Create()
    {
        var model = new Option<string>("--model") { DefaultValueFactory = _ => "resnet18" };
        model.AcceptOnlyFromAmong("resnet18", "vit_tiny");
        var precision = new Option<string>("--precision") { DefaultValueFactory = _ => "auto" };
        precision.AcceptOnlyFromAmong("auto", "f32", "bf16");
        var layout = new Option<string>("--layout") { DefaultValueFactory = _ => "nhwc" };
        layout.AcceptOnlyFromAmong("nhwc", "nchw");
        Option<int> batch = Number("--batch", 256), threads = Number("--threads", Environment.ProcessorCount), repeats = Number("--repeats", 20),
            warmup = Number("--warmup", 2), seed = Number("--seed", 0);
        Option<double> seconds = new("--seconds") { DefaultValueFactory = _ => 12, Description = "Time budget of the measured part." };
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("embed", "Times the features of pictures in memory.") { model, batch, precision, layout, threads, seconds, repeats, warmup, seed, json };
        command.SetAction(result =>
        {
            using var scope = Scope.Open();
            using var _ = NoGradient.Begin();
            Engine.Threads = result.GetValue(threads);
            var (n, last) = (result.GetValue(batch), result.GetValue(layout) == "nhwc");
            var type = Experiment.PrecisionOf(result.GetValue(precision) == "f32" ? "fp32" : result.GetValue(precision)!, Device.Cpu);
            using var initialization = Initialization.Begin(result.GetValue(seed));
            var encoder = Parts.Encoder(RecipeReader.ReadMap(result.GetValue(model) == "resnet18" ? "{ name: resnet18, stem: cifar }" : "{ name: vit-tiny, size: 32, patch: 4 }", "bench embed"));
            encoder.Eval();
            var x = Tensor.Randn([n, 3, 32, 32], Initialization.Generator, Dtype.Float32);
            var some = x.Narrow(0, 0, Math.Min(n, 16));
            var wanted = encoder.Forward(new View(some, "some"));
            encoder.To(channelsLast: last);
            if (last) x = x.Contiguous(MemoryFormat.ChannelsLast);
            var measured = Measurement.Repeat(result.GetValue(warmup), result.GetValue(repeats), result.GetValue(seconds), () =>
            {
                using var step = Scope.Open();
                Features(x);
            });
            var error = (Features(some) - wanted).Norm() / wanted.Norm();
            Output.Json(new
            {
                Name = $"embed/{result.GetValue(model)}",
                ImagesPerS = Math.Round(n / measured.Median, 3),
                ImagesPerSBest = Math.Round(n / measured.Best, 3),
                ImagesPerCpuS = Math.Round(n / measured.MedianCpu, 3),
                MedianS = Math.Round(measured.Median, 6),
                measured.Runs,
                Engine.Threads,
                PeakRssMb = Measurement.PeakMegabytes(),
                Torch = Engine.Version,
                Batch = n,
                Precision = type is null ? "f32" : "bf16",
                Layout = last ? "nhwc" : "nchw",
                FoldBn = false,
                Mode = "no_grad",
                Graph = "eager",
                RelErrVsF32 = Math.Round(error.Item(), 6),
            });
            return 0;

            Tensor Features(Tensor pictures)
            {
                using IDisposable? half = type is { } t ? Autocast.Begin(Device.Cpu, t) : null;
                return encoder.Forward(new View(pictures, "all")).To(Dtype.Float32);
            }
        });
        return command;
    }

    static Option<int> Number(string name, int value) => new(name) { DefaultValueFactory = _ => value };
}
