using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Kindred.Cli;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench ntxent</c>: the NT-Xent loss alone, forward and backward over N rows; time and peak memory, one process a size.</summary>
/// <remarks>Styles: <c>tiled</c> as the library runs large batches, <c>plain</c> with the whole matrix. One JSON object a measurement.</remarks>
static class BenchNtXent
{
    /// <summary>What is measured.</summary>
    sealed record Settings(long Rows, long Dim, string Style, double Temperature, int? Tile, int Threads, double Seconds, int Repeats, int Warmup, int Seed);

    internal static Command Create()
    {
        var rows = new Option<long[]>("--rows") { AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1024, 4096], Description = "Batch sizes N (two views, so N / 2 images)." };
        var dim = new Option<long>("--dim") { DefaultValueFactory = _ => 128, Description = "Width of a row." };
        var styles = new Option<string[]>("--styles") { AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["tiled"], Description = "tiled, plain." };
        styles.AcceptOnlyFromAmong("tiled", "plain");
        var temperature = new Option<double>("--temperature") { DefaultValueFactory = _ => 0.2 };
        var tile = new Option<int?>("--tile") { Description = "Rows per tile; the library's choice by default." };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => Environment.ProcessorCount };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 2, Description = "Time budget of the measured part." };
        var repeats = new Option<int>("--repeats") { DefaultValueFactory = _ => 8, Description = "Most repetitions measured." };
        var warmup = new Option<int>("--warmup") { DefaultValueFactory = _ => 1 };
        var seed = new Option<int>("--seed");
        var check = new Option<bool>("--check") { Description = "Compare every style's loss and gradient with the plain form in float64." };
        var one = new Option<bool>("--one") { Hidden = true };
        var json = new Option<bool>("--json") { Description = "Results are JSON in any case." };
        var command = new Command("ntxent", "Measures the NT-Xent loss alone: forward and backward, time and peak memory.")
            { rows, dim, styles, temperature, tile, threads, seconds, repeats, warmup, seed, check, one, json };
        command.SetAction(result =>
        {
            var all = from n in result.GetValue(rows)! from style in result.GetValue(styles)!
                      select new Settings(n, result.GetValue(dim), style, result.GetValue(temperature), result.GetValue(tile), result.GetValue(threads),
                          result.GetValue(seconds), result.GetValue(repeats), result.GetValue(warmup), result.GetValue(seed));
            foreach (var settings in all)
                if (result.GetValue(check)) Check(settings);
                else if (result.GetValue(one)) Measure(settings);
                else if (Child(settings) is var code and not 0) return code;
            return 0;
        });
        return command;
    }

    /// <summary>A process of its own, so that the peak is this size's own.</summary>
    static int Child(Settings s)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program);
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        string[] given = ["ntxent", "--one", "--rows", $"{s.Rows}", "--dim", $"{s.Dim}", "--styles", s.Style, "--temperature", Text(s.Temperature),
            "--threads", $"{s.Threads}", "--seconds", Text(s.Seconds), "--repeats", $"{s.Repeats}", "--warmup", $"{s.Warmup}", "--seed", $"{s.Seed}",
            .. s.Tile is { } tile ? new[] { "--tile", $"{tile}" } : []];
        foreach (var argument in given) start.ArgumentList.Add(argument);
        using var child = Process.Start(start)!;
        child.WaitForExit();
        return child.ExitCode;

        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }

    static void Measure(Settings s)
    {
        using var scope = Scope.Open();
        Engine.Threads = s.Threads;
        using var generator = new Generator(s.Seed);
        var z = Tensor.Randn([s.Rows, s.Dim], generator: generator, dtype: Dtype.Float32).RequiresGrad_();
        var (baseline, before) = (Measurement.PeakMegabytes(), CpuMemory.Allocated);
        CpuMemory.ResetPeak();
        var measured = Measurement.Repeat(s.Warmup, s.Repeats, s.Seconds, () =>
        {
            using var step = Scope.Open();
            z.Grad = null;
            Loss(s, z).Backward();
        });
        var (peak, tensors) = (Measurement.PeakMegabytes() - baseline, CpuMemory.Peak - before);
        var gemm = GemmFlops();
        Output.Json(new
        {
            Name = "ntxent/" + s.Style,
            RowsPerS = Math.Round(s.Rows / measured.Median, 3),
            RowsPerSBest = Math.Round(s.Rows / measured.Best, 3),
            RowsPerCpuS = Math.Round(s.Rows / measured.MedianCpu, 3),
            MedianS = Math.Round(measured.Median, 6),
            measured.Runs,
            s.Threads,
            PeakRssMb = Measurement.PeakMegabytes(),
            Torch = Engine.Torch!.Version.ToString(),
            s.Rows,
            s.Dim,
            LossPeakMb = Math.Round(peak, 1),
            TensorPeakMb = Math.Round(tensors / 1048576.0, 1),
            Precision = "f32",
            Batch = s.Rows / 2,
            // Two products of N x N x D are what a symmetric form cannot do without.
            GemmLimitRowsPerS = Math.Round(s.Rows / (4.0 * s.Rows * s.Rows * s.Dim / gemm), 1),
            GemmGflops = Math.Round(gemm / 1e9, 1),
        });
    }

    static void Check(Settings s)
    {
        using var scope = Scope.Open();
        using var generator = new Generator(s.Seed);
        var z = Tensor.Randn([s.Rows, s.Dim], generator: generator, dtype: Dtype.Float32);
        var exact = z.To(Dtype.Float64).RequiresGrad_();
        var wanted = Autograd.Of(NtXent.Loss(exact, s.Temperature, tile: 0), exact);
        var leaf = z.Clone().RequiresGrad_();
        var loss = Loss(s, leaf);
        var error = (Autograd.Of(loss, leaf).To(Dtype.Float64) - wanted).Norm() / wanted.Norm();
        Output.Json(new { Name = "ntxent-check/" + s.Style, s.Rows, s.Dim, s.Temperature, Loss = loss.Item(), GradRelErr = error.Item() });
    }

    static Tensor Loss(Settings s, Tensor z) => NtXent.Loss(z, s.Temperature, tile: s.Style == "plain" ? 0 : s.Tile ?? TiledLogSumExp.DefaultTile(z.Device));

    /// <summary>Floating-point operations a second of a large square product, the best of a few.</summary>
    static double GemmFlops()
    {
        const long Side = 1024;
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var a = Tensor.Ones([Side, Side], dtype: Dtype.Float32);
        var best = Measurement.Repeat(1, 5, 0.5, () => a.Mm(a).Dispose()).Best;
        return 2.0 * Side * Side * Side / best;
    }
}
