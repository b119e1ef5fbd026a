using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Kindred.Cli;
using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench soak</c>: many real training steps of a tiny SimCLR; memory and living tensors must stay as they are.</summary>
static class BenchSoak
{
    const long Batch = 8, Side = 8;

    internal static Command Create()
    {
        Option<int> steps = new("--steps") { DefaultValueFactory = _ => 20000, Description = "Training steps, 10 or more." };
        Option<int> threads = new("--threads") { DefaultValueFactory = _ => 1 };
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("soak", "Trains a tiny SimCLR for many steps; prints resident memory and living tensors at a tenth, half way and at the end, and the slope.")
            { steps, threads, json };
        command.SetAction(result =>
        {
            if (result.GetValue(steps) < 10)
                throw new ConfigurationException($"--steps {result.GetValue(steps)}: a soak takes 10 steps or more.");
            Engine.Threads = result.GetValue(threads);
            Run(result.GetValue(steps));
            return 0;
        });
        return command;
    }

    static void Run(int steps)
    {
        using var initialization = Initialization.Begin(0);
        var network = new Projected(new SmallResNet(new() { Width = 4 }), new MlpHead(128, 32, 16));
        var optimizer = new Sgd(network, new() { LearningRate = 0.03, WeightDecay = 1e-4 });
        // A tenth of the steps lets the compiler, the allocator and the collector settle.
        var (marks, points) = (new[] { steps / 10, steps / 2, steps }, new List<(int Step, double Resident, long Alive)>());
        var clock = Stopwatch.StartNew();
        for (var step = 1; step <= steps; step++)
        {
            Take(network, optimizer);
            if (step % Math.Max(1, steps / 100) == 0 || marks.Contains(step))
                points.Add((step, ResidentMegabytes(), Tensor.Alive));
        }
        var settled = points.Where(p => p.Step >= steps / 10).ToList();
        Output.Json(new
        {
            Name = "soak/simclr",
            Steps = steps,
            StepsPerS = Math.Round(steps / clock.Elapsed.TotalSeconds, 1),
            Engine.Threads,
            Torch = Engine.Torch!.Version.ToString(),
            At = marks.Select(m => settled.First(p => p.Step == m)).Select(p => new { p.Step, RssMb = Math.Round(p.Resident, 1), TensorsAlive = p.Alive }),
            RssMbPer1000Steps = Math.Round(1000 * Slope(settled, p => p.Resident), 4),
            TensorsAlivePer1000Steps = Math.Round(1000 * Slope(settled, p => p.Alive), 4),
        });
    }

    static void Take(Projected network, Sgd optimizer)
    {
        using var scope = Scope.Open();
        var views = Tensor.Randn([2 * Batch, 3, Side, Side], Initialization.Generator, Dtype.Float32);
        var loss = NtXent.Loss(network.Forward(new View(views, "both")), temperature: 0.5);
        optimizer.Zero();
        loss.Backward();
        optimizer.Step(default);
    }

    /// <summary>Least squares.</summary>
    static double Slope(IReadOnlyList<(int Step, double Resident, long Alive)> points, Func<(int Step, double Resident, long Alive), double> value)
    {
        var (x, y) = (points.Average(p => p.Step), points.Average(value));
        var spread = points.Sum(p => (p.Step - x) * (p.Step - x));
        return spread == 0 ? 0 : points.Sum(p => (p.Step - x) * (value(p) - y)) / spread;
    }

    static double ResidentMegabytes()
    {
        const string path = "/proc/self/status";
        if (!File.Exists(path))
            return Environment.WorkingSet / 1048576.0;
        var line = File.ReadLines(path).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
