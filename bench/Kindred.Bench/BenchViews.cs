using System.CommandLine;
using System.Diagnostics;
using Kindred.Cli;

namespace Kindred.Bench;

/// <summary><c>kindred bench views</c>: two SimCLR views of pictures on one core; the fields are those of the PyTorch programs it is compared with.</summary>
static class BenchViews
{
    internal static Command Create()
    {
        var kind = new Option<string>("--kind") { DefaultValueFactory = _ => "cifar",
            Description = "cifar: 32×32 from memory; jpeg: 224×224 from 500×375 JPEG bytes; memory: the same without decoding; decode: decoding alone." };
        kind.AcceptOnlyFromAmong("cifar", "memory", "jpeg", "decode");
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 64, Description = "Pictures a repetition." };
        var blur = new Option<bool?>("--blur") { Description = "Whether blur is among the operations; by default for all kinds but cifar." };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 12, Description = "Time budget of the measured part." };
        var repeats = new Option<int>("--repeats") { DefaultValueFactory = _ => 20, Description = "Most repetitions measured." };
        var seed = new Option<int>("--seed");
        var json = new Option<bool>("--json") { Description = "Results are JSON in any case." };
        var command = new Command("views", "Measures two SimCLR views of a picture on one core.") { kind, images, blur, seconds, repeats, seed, json };
        command.SetAction(result =>
        {
            Run(result.GetValue(kind)!, result.GetValue(images), result.GetValue(blur), result.GetValue(seconds), result.GetValue(repeats), (ulong)result.GetValue(seed));
            return 0;
        });
        return command;
    }

    static void Run(string kind, int images, bool? blur, double seconds, int repeats, ulong seed)
    {
        using var work = kind switch
        {
            "cifar" => new ViewsWork(32, blur ?? false, images, seed),
            "memory" => new ViewsWork(224, blur ?? true, images, seed),
            _ => new JpegViewsWork(blur ?? true, images, seed, decodeOnly: kind == "decode"),
        };
        // Until the just-in-time compiler has had its say.
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 1.5;)
            work.Repeat();
        var measured = Measurement.Repeat(0, repeats, seconds, work.Repeat);
        Output.Json(new
        {
            Name = "views/" + kind,
            ImagesPerS = Math.Round(images / measured.Median, 3),
            ImagesPerSBest = Math.Round(images / measured.Best, 3),
            ImagesPerCpuS = Math.Round(images / Math.Max(measured.MedianCpu, 1e-9), 3),
            MedianS = Math.Round(measured.Median, 6),
            measured.Runs,
            Threads = 1,
            PeakRssMb = Measurement.PeakMegabytes(),
            Batch = images,
            Precision = "u8->f32",
            MeanJpegBytes = work.MeanBytes,
        });
    }
}
