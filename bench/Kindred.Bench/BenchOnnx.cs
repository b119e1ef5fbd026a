using System.CommandLine;
using Kindred.Cli;
using Kindred.Experiments.Export;
using Kindred.Experiments.Recipes;
using Kindred.Nn;
using Kindred.Onnx;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench onnx</c>: the same encoder by libtorch and, exported, by OnnxRuntime, in turn.</summary>
static class BenchOnnx
{
    internal static Command Create()
    {
        Option<string> model = new("--model") { DefaultValueFactory = _ => "{ name: resnet18, stem: cifar }", Description = "An encoder as a recipe writes it." };
        Option<int> batch = Number("--batch", 64), size = Number("--size", 32), rounds = Number("--rounds", 5), threads = Number("--threads", Environment.ProcessorCount);
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("onnx", "Times an encoder by libtorch and by OnnxRuntime, in turn.") { model, batch, size, rounds, threads, json };
        command.SetAction(result =>
        {
            using var scope = Scope.Open();
            using var _ = NoGradient.Begin();
            Engine.Threads = result.GetValue(threads);
            var (n, side) = (result.GetValue(batch), (long)result.GetValue(size));
            using var initialization = Initialization.Begin(0);
            var encoder = Parts.Encoder(RecipeReader.ReadMap(result.GetValue(model)!, "bench onnx"));
            encoder.Eval();
            View view = new(Tensor.Randn([n, 3, side, side], Initialization.Generator, Dtype.Float32), "all");
            var exported = new ExportedEncoder(encoder, "encoder", view, new Dictionary<string, string>());
            var file = Path.Combine(Path.GetTempPath(), $"kindred-bench-{Environment.ProcessId}.onnx");
            exported.SaveOnnx(file);
            try
            {
                using var runtime = OnnxModel.Open(file, result.GetValue(threads));
                var (wanted, feeds) = exported.Reference(view);
                // As embed runs it: channels last where that is faster.
                encoder.To(channelsLast: true);
                View last = new(view.X.Contiguous(MemoryFormat.ChannelsLast), "all");
                var (ours, theirs) = (new List<double>(), new List<double>());
                for (var round = 0; round < result.GetValue(rounds); round++)
                {
                    ours.Add(n / Measurement.Repeat(2, 20, 3, () => { using var step = Scope.Open(); encoder.Forward(last); }).Median);
                    theirs.Add(n / Measurement.Repeat(2, 20, 3, () => runtime.Run(feeds)).Median);
                }
                var got = runtime.Run(feeds).As<float>();
                var truth = wanted.As<float>();
                Output.Json(new
                {
                    Name = "onnx", Model = result.GetValue(model), Batch = n, Size = side, Engine.Threads, Libtorch = ours.ConvertAll(r => Math.Round(r, 1)),
                    OnnxRuntime = theirs.ConvertAll(r => Math.Round(r, 1)), Ratio = ours.Zip(theirs, (o, t) => Math.Round(t / o, 2)).ToArray(),
                    LargestDifference = truth.ToArray().Zip(got.ToArray(), (a, b) => Math.Abs(a - b)).Max(),
                });
                return 0;
            }
            finally { File.Delete(file); }
        });
        return command;
    }

    static Option<int> Number(string name, int standard) => new(name) { DefaultValueFactory = _ => standard };
}
