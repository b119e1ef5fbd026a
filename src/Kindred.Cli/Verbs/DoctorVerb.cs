using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Kindred.Experiments.Recipes;
using Kindred.Torch;
using Kindred.Torch.Native;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred doctor</c>: what this machine offers and which libtorch is used.</summary>
static class DoctorVerb
{
    internal static Command Create()
    {
        var json = Output.JsonOption();
        var command = new Command("doctor", "Shows which libtorch is used, why others were refused, threads, BLAS and devices.") { json };
        command.SetAction(result => Run(result.GetValue(json)));
        return command;
    }

    static int Run(bool json)
    {
        Engine.Start();
        var torch = Engine.Torch!;
        var report = new
        {
            Libtorch = new { torch.Version, torch.Source, torch.Include, torch.Library, Engine.Refused },
            Threads = Engine.Threads,
            Processors = Environment.ProcessorCount,
            Blas = new { Core = Engine.BlasCore, Warning = BlasWarning() },
            Cpu = Features(),
            CudaDevices = Engine.CudaDevices,
            Dotnet = RuntimeInformation.FrameworkDescription,
            Layouts = MemoryLayout.All().Where(l => l.Processor == Processor.Kind && l.Libtorch == Engine.Version),
            Reproducibility,
            Cache = ShimBuilder.CacheFolder,
            Build = Engine.BuildInfo,
        };
        if (json) { Output.Json(report); return 0; }
        Output.Table(["", ""],
        [
            ["libtorch", $"{torch.Version} from {torch.Source} ({torch.Library})"],
            .. Engine.Refused.Select(r => new[] { "refused", r }),
            ["threads", $"{report.Threads} of {report.Processors} processors (KINDRED_THREADS changes it)"],
            ["BLAS core", (Engine.BlasCore ?? "none of OpenBLAS") + (report.Blas.Warning is { } warning ? $"  — {warning}" : "")],
            ["processor", string.Join(' ', report.Cpu)],
            ["CUDA devices", $"{report.CudaDevices}"],
            .. report.Layouts.Select((l, i) => new[] { i == 0 ? "layouts" : "", $"{l.Layout} for {l.Network}: channels last {l.ChannelsLastMs:0.0} ms, nchw {l.NchwMs:0.0} ms" }),
            ["same seed", report.Reproducibility],
            ["cache", report.Cache],
            [".NET", report.Dotnet],
            .. report.Build.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(l => l.StartsWith('-') && !l.Contains("Build settings", StringComparison.Ordinal)).Select((l, i) => new[] { i == 0 ? "built with" : "", l.TrimStart('-', ' ') }),
        ]);
        return 0;
    }

    // tests/Kindred.Tests/Nn/ConvolutionSweepTests.cs holds the convolutions to it.
    const string Reproducibility = "the same bits on one machine with one libtorch and the same number of threads";

    static string[] Features() =>
    [
        .. new (string Name, bool Has)[]
        {
            ("avx2", Avx2.IsSupported), ("avx512", Avx512F.IsSupported),
            ("bf16", Processor.HasBFloat16),
        }.Where(f => f.Has).Select(f => f.Name),
    ];

    static string? BlasWarning()
    {
        // A core type forced from outside halves matrix products on newer processors.
        if (Avx512F.IsSupported && Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") is { Length: > 0 } && Engine.BlasCore is "Haswell" or "Zen")
            return $"OPENBLAS_CORETYPE={Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE")} hides this processor's AVX-512; unset it";
        return Engine.BlasCore is null && Engine.Torch!.Source == "system" ? "the system's reference BLAS is many times slower; apt-get install -y libopenblas0-pthread" : null;
    }
}
