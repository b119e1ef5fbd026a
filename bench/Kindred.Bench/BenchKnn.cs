using System.CommandLine;
using Kindred.Cli;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench knn</c>: the nearest-neighbour evaluation, queries against a bank, exact.</summary>
static class BenchKnn
{
    internal static Command Create()
    {
        Option<int> bank = Number("--bank", 50000), queries = Number("--queries", 10000), dim = Number("--dim", 512), k = Number("--k", 200),
            classes = Number("--classes", 10), threads = Number("--threads", Environment.ProcessorCount), repeats = Number("--repeats", 3),
            warmup = Number("--warmup", 0), seed = Number("--seed", 0);
        Option<double> seconds = new("--seconds") { DefaultValueFactory = _ => 30, Description = "Time budget of the measured part." };
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("knn", "Measures the nearest-neighbour vote: cosine, the k nearest, weighted by temperature.")
            { bank, queries, dim, k, classes, threads, repeats, warmup, seed, seconds, json };
        command.SetAction(result =>
        {
            using var scope = Scope.Open();
            Engine.Threads = result.GetValue(threads);
            var (n, m, d, near, kinds) = (result.GetValue(bank), result.GetValue(queries), result.GetValue(dim), result.GetValue(k), result.GetValue(classes));
            using var generator = new Generator(result.GetValue(seed));
            var (train, test) = (Rows(n), Rows(m));
            var labels = Tensor.Randint(0, kinds, [n], generator: generator, dtype: Dtype.Int64);
            var measured = Measurement.Repeat(result.GetValue(warmup), result.GetValue(repeats), result.GetValue(seconds), () =>
            {
                using var step = Scope.Open();
                KnnVote.Predict(KnnVote.Scores(train, labels, test, kinds, near));
            });
            Output.Json(new
            {
                Name = "knn/kindred",
                QueriesPerS = Math.Round(m / measured.Median, 3),
                QueriesPerSBest = Math.Round(m / measured.Best, 3),
                QueriesPerCpuS = Math.Round(m / measured.MedianCpu, 3),
                MedianS = Math.Round(measured.Median, 6),
                measured.Runs,
                Engine.Threads,
                PeakRssMb = Measurement.PeakMegabytes(),
                Torch = Engine.Torch!.Version.ToString(),
                Bank = n,
                Dim = d,
                K = near,
                Precision = "f32",
                Gflops = Math.Round(2e-9 * n * m * d / measured.Median, 1),
            });
            return 0;

            Tensor Rows(int count) => Tensor.Randn([count, d], generator: generator, dtype: Dtype.Float32).Normalize();
        });
        return command;
    }

    static Option<int> Number(string name, int value) => new(name) { DefaultValueFactory = _ => value };
}
