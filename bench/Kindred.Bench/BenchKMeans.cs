using System.CommandLine;
using Kindred.Cli;
using Kindred.Clustering;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench kmeans</c>: a fixed number of Lloyd iterations from random rows, as PCL's E-step runs them.</summary>
static class BenchKMeans
{
    internal static Command Create()
    {
        Option<int> rows = Number("--rows", 50000), dim = Number("--dim", 128), clusters = Number("--clusters", 1000), iters = Number("--iters", 20),
            threads = Number("--threads", Environment.ProcessorCount), repeats = Number("--repeats", 3), warmup = Number("--warmup", 0), seed = Number("--seed", 0);
        Option<double> seconds = new("--seconds") { DefaultValueFactory = _ => 30, Description = "Time budget of the measured part." };
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("kmeans", "Measures k-means of unit rows around as many modes as there are clusters.")
            { rows, dim, clusters, iters, threads, repeats, warmup, seed, seconds, json };
        command.SetAction(result =>
        {
            using var scope = Scope.Open();
            Engine.Threads = result.GetValue(threads);
            var (n, d, k, most) = (result.GetValue(rows), result.GetValue(dim), result.GetValue(clusters), result.GetValue(iters));
            using var generator = new Generator(result.GetValue(seed));
            var x = Rows(n, d, k, generator);
            var first = x.IndexSelect(0, Tensor.Randperm(n, generator: generator, dtype: Dtype.Int64).Narrow(0, 0, k));
            var (inertia, done) = (0.0, 0);
            var measured = Measurement.Repeat(result.GetValue(warmup), result.GetValue(repeats), result.GetValue(seconds), () =>
            {
                using var step = Scope.Open();
                var found = KMeans.Refine(x, first, most);
                (inertia, done) = (found.Inertia, found.Iterations);
            });
            Output.Json(new
            {
                Name = "kmeans/kindred",
                AssignmentsPerS = Math.Round((double)n * most / measured.Median, 3),
                AssignmentsPerSBest = Math.Round((double)n * most / measured.Best, 3),
                AssignmentsPerCpuS = Math.Round((double)n * most / measured.MedianCpu, 3),
                MedianS = Math.Round(measured.Median, 6),
                measured.Runs,
                Engine.Threads,
                PeakRssMb = Measurement.PeakMegabytes(),
                Torch = Engine.Torch!.Version.ToString(),
                Rows = n,
                Dim = d,
                Clusters = k,
                Iters = most,
                // Fewer when nothing moved any more: the rest would change nothing.
                ItersDone = done,
                Precision = "f32",
                Batch = n,
                MeanSqDist = Math.Round(inertia / n, 5),
            });
            return 0;
        });
        return command;
    }

    static Tensor Rows(int n, int d, int k, Generator generator)
    {
        var modes = Tensor.Randn([k, d], generator: generator, dtype: Dtype.Float32).Normalize();
        var chosen = modes.IndexSelect(0, Tensor.Randint(0, k, [n], generator: generator, dtype: Dtype.Int64));
        return (chosen + Tensor.Randn([n, d], generator: generator, dtype: Dtype.Float32) * 0.08).Normalize();
    }

    static Option<int> Number(string name, int value) => new(name) { DefaultValueFactory = _ => value };
}
