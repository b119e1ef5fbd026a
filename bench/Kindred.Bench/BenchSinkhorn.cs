using System.CommandLine;
using Kindred.Cli;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench sinkhorn</c>: balanced assignment of B rows to K prototypes, as SwAV needs it at every step.</summary>
static class BenchSinkhorn
{
    const double Epsilon = 0.05;

    internal static Command Create()
    {
        var rows = new Option<long>("--rows") { DefaultValueFactory = _ => 4096, Description = "B." };
        var prototypes = new Option<long>("--prototypes") { DefaultValueFactory = _ => 3000, Description = "K." };
        var iterations = new Option<int>("--iters") { DefaultValueFactory = _ => 3, Description = "Rounds of scaling." };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => Environment.ProcessorCount };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 6, Description = "Time budget of the measured part." };
        var repeats = new Option<int>("--repeats") { DefaultValueFactory = _ => 20, Description = "Most repetitions measured." };
        var warmup = new Option<int>("--warmup") { DefaultValueFactory = _ => 2 };
        var seed = new Option<int>("--seed");
        var json = new Option<bool>("--json") { Description = "Results are JSON in any case." };
        var command = new Command("sinkhorn", "Measures the balanced assignment of rows to prototypes.")
            { rows, prototypes, iterations, threads, seconds, repeats, warmup, seed, json };
        command.SetAction(result =>
        {
            using var scope = Scope.Open();
            Engine.Threads = result.GetValue(threads);
            var (b, k, rounds) = (result.GetValue(rows), result.GetValue(prototypes), result.GetValue(iterations));
            using var generator = new Generator(result.GetValue(seed));
            var scores = Unit(b).Matmul(Unit(k).T());
            var measured = Measurement.Repeat(result.GetValue(warmup), result.GetValue(repeats), result.GetValue(seconds), () => Sinkhorn.Codes(scores, Epsilon, rounds).Dispose());
            var exact = Sinkhorn.Codes(scores.To(Dtype.Float64), Epsilon, rounds);
            var error = (Sinkhorn.Codes(scores, Epsilon, rounds).To(Dtype.Float64) - exact).Norm() / exact.Norm();
            Output.Json(new
            {
                Name = "sinkhorn/kindred",
                RowsPerS = Math.Round(b / measured.Median, 3),
                RowsPerSBest = Math.Round(b / measured.Best, 3),
                RowsPerCpuS = Math.Round(b / measured.MedianCpu, 3),
                MedianS = Math.Round(measured.Median, 6),
                measured.Runs,
                Engine.Threads,
                PeakRssMb = Measurement.PeakMegabytes(),
                Torch = Engine.Torch!.Version.ToString(),
                Prototypes = k,
                Iters = rounds,
                Precision = "f32",
                Batch = b,
                RelErr = error.Item(),
                GbPerS = Math.Round(4e-9 * b * k * (2 + 2 * rounds) / measured.Best, 2),
            });
            return 0;

            Tensor Unit(long n) => Tensor.Randn([n, 128], generator: generator, dtype: Dtype.Float32).Normalize();
        });
        return command;
    }
}
