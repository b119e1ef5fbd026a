using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>One measurement; the fields are those of the PyTorch programs it is compared with.</summary>
public sealed record ViewsMeasurement(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("images_per_s")] double ImagesPerSecond,
    [property: JsonPropertyName("images_per_s_best")] double ImagesPerSecondBest,
    [property: JsonPropertyName("images_per_cpu_s")] double ImagesPerCpuSecond,
    [property: JsonPropertyName("median_s")] double MedianSeconds,
    [property: JsonPropertyName("runs")] int Runs,
    [property: JsonPropertyName("threads")] int Threads,
    [property: JsonPropertyName("peak_rss_mb")] double PeakMemory,
    [property: JsonPropertyName("batch")] int Batch,
    [property: JsonPropertyName("precision")] string Precision,
    [property: JsonPropertyName("mean_jpeg_bytes")] int? MeanJpegBytes)
{
    /// <summary>The measurement as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Plain);

    static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

/// <summary>How fast one core makes two SimCLR views of a picture: <c>cifar</c> from 32×32 pictures in memory, <c>jpeg</c> 224×224 from 500×375 JPEG bytes.</summary>
public static class ViewsBenchmark
{
    static readonly Normalize Standard = new([0.49, 0.48, 0.45], [0.25, 0.24, 0.26]);

    /// <summary>What can be measured.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["cifar", "memory", "jpeg", "decode"];

    /// <summary>Runs one measurement on the calling thread.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>; <c>memory</c> is <c>jpeg</c> without the decoding, <c>decode</c> nothing but the decoding.</param>
    /// <param name="images">Pictures a repetition.</param>
    /// <param name="blur">Whether blur is among the operations; not for <c>cifar</c>, for the others, unless given.</param>
    /// <param name="seconds">For how long to repeat.</param>
    /// <param name="repeats">The most repetitions.</param>
    /// <param name="seed">Of pictures and views.</param>
    /// <exception cref="ConfigurationException">An unknown kind.</exception>
    public static ViewsMeasurement Run(string kind, int images = 64, bool? blur = null, double seconds = 12, int repeats = 20, ulong seed = 0)
    {
        using var work = kind switch
        {
            "cifar" => new ViewsWork(32, blur ?? false, images, seed),
            "memory" => new ViewsWork(224, blur ?? true, images, seed),
            "jpeg" or "decode" => new JpegViewsWork(blur ?? true, images, seed, decodeOnly: kind == "decode"),
            _ => throw new ConfigurationException($"bench views: '{kind}' is not known; take {string.Join(", ", Kinds)}."),
        };
        Warm(work);
        var wall = new List<double>();
        var processor = new List<double>();
        using var process = Process.GetCurrentProcess();
        var clock = Stopwatch.StartNew();
        while (wall.Count < repeats && (wall.Count < 2 || clock.Elapsed.TotalSeconds < seconds))
        {
            process.Refresh();
            var (startWall, startProcessor) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
            work.Repeat();
            wall.Add(Stopwatch.GetElapsedTime(startWall).TotalSeconds);
            process.Refresh();
            processor.Add((process.TotalProcessorTime - startProcessor).TotalSeconds);
        }
        process.Refresh();
        return new("views/" + kind, Round(images / Median(wall)), Round(images / wall.Min()), Round(images / Math.Max(Median(processor), 1e-9)),
            Math.Round(Median(wall), 6), wall.Count, 1, Math.Round(process.PeakWorkingSet64 / 1048576.0, 1), images, "u8->f32", work.MeanBytes);
    }

    /// <summary>The plan measured: SimCLR's whole set with strength 1, as torchvision users write it down.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="blur">Whether blur is part of it.</param>
    public static ViewPlan Plan(int size, bool blur) => ViewPresets.SimCLR(size, normalize: Standard)[0].Plan is var plan && blur
        ? plan
        : new(plan.Operations.Where(o => o is not Blur).ToArray());

    /// <summary>Runs until the just-in-time compiler has had its say.</summary>
    static void Warm(ViewsWork work)
    {
        var clock = Stopwatch.StartNew();
        do
            work.Repeat();
        while (clock.Elapsed.TotalSeconds < 1.5);
    }

    static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    static double Round(double x) => Math.Round(x, 3);
}

/// <summary>Two views of each of some pictures in memory.</summary>
class ViewsWork : IDisposable
{
    readonly ViewPlan plan;
    readonly ViewWorkspace workspace = new();
    readonly Picture[] pictures;
    readonly float[] views;
    readonly int length;
    int epoch;

    public ViewsWork(int size, bool blur, int images, ulong seed)
    {
        plan = ViewsBenchmark.Plan(size, blur);
        Seed = seed;
        (Width, Height) = size == 32 ? (32, 32) : (500, 375);
        pictures = [.. Enumerable.Range(0, images).Select(i => SyntheticPhoto.Make(Width, Height, new(seed, 0, i, 0)))];
        length = plan.Shape(Width, Height).Length;
        views = new float[2 * images * length];
    }

    public virtual int? MeanBytes => null;

    protected ulong Seed { get; }

    protected int Width { get; }

    protected int Height { get; }

    protected IReadOnlyList<Picture> Pictures => pictures;

    public void Repeat()
    {
        epoch++;
        for (var i = 0; i < pictures.Length; i++)
            Make(i);
    }

    protected virtual void Make(int index)
    {
        Show(index, 0, pictures[index]);
        Show(index, 1, pictures[index]);
    }

    protected DrawnView Draw(int index, int view) => plan.Draw(new RandomKey(Seed, epoch, index, view), Width, Height);

    protected void Show(int index, int view, Picture picture) => Show(index, view, picture, Draw(index, view));

    protected void Show(int index, int view, Picture picture, in DrawnView drawn) =>
        plan.Render(picture, drawn, views.AsSpan(((2 * index) + view) * length, length), workspace);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
