using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kindred.Io;
using Kindred.Nn;
using Kindred.Torch;
using Kindred.Torch.Native;

namespace Kindred.Experiments.Recipes;

/// <summary>How a network's pictures and kernels lie in memory, and why.</summary>
/// <param name="ChannelsLast">Pixel by pixel with all channels (NHWC), or channel by channel (NCHW).</param>
/// <param name="Reason">Where the choice comes from, in a few words.</param>
public sealed record LayoutChoice(bool ChannelsLast, string Reason)
{
    /// <summary>As recipes write it.</summary>
    public string Name => ChannelsLast ? MemoryLayout.ChannelsLastName : MemoryLayout.NchwName;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Reason})";
}

/// <summary>A layout that was measured once on this machine.</summary>
/// <param name="Layout">Which one won.</param>
/// <param name="Network">The network: what it takes and how many convolutions it has.</param>
/// <param name="ChannelsLastMs">Milliseconds of its convolutions, forward and backward, channels last.</param>
/// <param name="NchwMs">The same, channel by channel.</param>
/// <param name="Processor">The kind of processor.</param>
/// <param name="Libtorch">The version.</param>
public sealed record MeasuredLayout(string Layout, string Network, double ChannelsLastMs, double NchwMs, string Processor, string Libtorch);

/// <summary>Chooses the memory layout of a network: as the recipe says, or by measuring the network's own convolutions.</summary>
/// <remarks>
/// Which layout is faster depends on processor, libtorch and network, and changes the last bits of the numbers. So that two runs with one seed stay equal to
/// the bit, a measurement is made once and kept below the cache folder for all runs to come, whatever their number of threads; channels last stays
/// unless the other is a tenth faster. Where nothing can be kept, nothing is measured.
/// </remarks>
public static class MemoryLayout
{
    internal const string ChannelsLastName = "channelsLast", NchwName = "nchw";

    // Forward and backward of all distinct shapes take three times as many products; four rounds of two layouts stay below half a second.
    const double productsOfRound = 4e8, secondsInAll = 0.5, enough = 0.9;

    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Where measurements are kept.</summary>
    public static string Folder => Path.Combine(ShimBuilder.CacheFolder, "layout");

    /// <summary>The choice for a network.</summary>
    /// <param name="wanted"><c>auto</c>, <c>channelsLast</c> or <c>nchw</c>.</param>
    /// <param name="network">What shall be laid out; nothing of it changes.</param>
    /// <param name="height">Rows of the pictures it will see.</param>
    /// <param name="width">Columns.</param>
    /// <param name="device">Where it computes; other devices than the processor get channels last.</param>
    /// <param name="precision">What autocast computes in; null for single precision.</param>
    public static LayoutChoice Choose(string wanted, Module network, int height, int width, Device device, Dtype? precision)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (wanted != "auto") return new(wanted == ChannelsLastName, "as the recipe says");
        if (device.IsCuda) return new(true, "on a GPU always");
        var shapes = Convolutions(network, height, width, precision);
        if (shapes.Count == 0) return new(true, "no convolution to measure");
        try
        {
            var measured = Kept(shapes, precision);
            return new(measured.Layout == ChannelsLastName, string.Create(CultureInfo.InvariantCulture, $"measured: channels last {measured.ChannelsLastMs:0.0} ms, nchw {measured.NchwMs:0.0} ms"));
        }
        // A choice that cannot be kept could be another one in the next run.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return new(true, $"not measured: {Folder} cannot be written"); }
    }

    /// <summary>All measurements that are kept; files that cannot be read are left out.</summary>
    public static IReadOnlyList<MeasuredLayout> All() =>
        Directory.Exists(Folder) ? [.. Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal).Select(Read).OfType<MeasuredLayout>()] : [];

    // What the encoders do to one picture, in evaluation mode: neither statistics nor random numbers move.
    static List<ConvolutionShape> Convolutions(Module network, int height, int width, Dtype? precision)
    {
        using var scope = Scope.Open();
        using var evaluating = network.Evaluating();
        using var _ = NoGradient.Begin();
        using var half = Half(precision);
        List<ConvolutionShape> shapes = [];
        foreach (var encoder in network.Modules().OfType<TensorEncoder>())
        {
            if (encoder.Modules().OfType<Conv2d>().FirstOrDefault() is not { } first) continue;
            try { shapes.AddRange(ConvolutionTrace.Of(() => encoder.Forward(Tensor.Zeros([1, first.Inputs, height, width])))); }
            catch (TorchException) { return []; } // an encoder of something else than pictures
        }
        return shapes;
    }

    static MeasuredLayout Kept(List<ConvolutionShape> shapes, Dtype? precision)
    {
        Directory.CreateDirectory(Folder);
        var counted = shapes.CountBy(s => s).OrderBy(s => s.Key.ToString(), StringComparer.Ordinal).ToArray();
        var about = $"{Processor.Kind}\n{Engine.Version}\n{precision?.ToString() ?? "float32"}\n{string.Join('\n', counted)}";
        var path = Path.Combine(Folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(about)))[..16]}.json");
        if (Read(path) is { } before) return before;
        var network = $"{shapes[0].Height}x{shapes[0].Width}, {shapes.Count} convolutions, {precision?.ToString() ?? "float32"}";
        var (last, first) = Measure(counted, precision);
        var made = new MeasuredLayout(first < enough * last ? NchwName : ChannelsLastName, network, Math.Round(1e3 * last, 3), Math.Round(1e3 * first, 3), Processor.Kind, Engine.Version);
        var own = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():n}";
        File.WriteAllText(own, JsonSerializer.Serialize(made, json));
        // Of two runs that measure at the same time the first to finish decides for both.
        try { File.Move(own, path, overwrite: Read(path) is null && File.Exists(path)); }
        catch (IOException) when (File.Exists(path)) { File.Delete(own); }
        return Read(path) ?? made;
    }

    static MeasuredLayout? Read(string path)
    {
        try { return JsonText.ReadFile<MeasuredLayout>(path, json) is { Layout: ChannelsLastName or NchwName } read ? read : null; }
        catch (DataException) { return null; }
    }

    // The fastest of a few rounds, layouts in turn, so that a neighbour's work hits both alike.
    static (double ChannelsLast, double Nchw) Measure(KeyValuePair<ConvolutionShape, int>[] shapes, Dtype? precision)
    {
        var batch = (long)Math.Clamp(productsOfRound / shapes.Sum(s => s.Key.Products), 1, 32);
        var best = new double[shapes.Length, 2];
        var clock = Stopwatch.StartNew();
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < shapes.Length; i++)
                for (int layout = 0; layout < 2; layout++)
                {
                    var seconds = Seconds(shapes[i].Key with { Batch = batch }, layout == 0 ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous, precision);
                    // The first round pays for memory and for kernels that are compiled.
                    if (round <= 1 || seconds < best[i, layout]) best[i, layout] = seconds;
                }
            if (round > 0 && clock.Elapsed.TotalSeconds > secondsInAll * (round + 1) / (round + 2)) break;
        }
        return (Sum(0), Sum(1));
        double Sum(int layout) => shapes.Select((s, i) => s.Value * best[i, layout]).Sum();
    }

    static double Seconds(ConvolutionShape s, MemoryFormat layout, Dtype? precision)
    {
        using var scope = Scope.Open();
        using var _ = WithGradient.Begin();
        var x = Tensor.Ones([s.Batch, s.Inputs, s.Height, s.Width]).Contiguous(layout).RequiresGrad_();
        var weight = Tensor.Ones([s.Outputs, s.Inputs / s.Groups, s.Kernel, s.Kernel]).Contiguous(layout).RequiresGrad_();
        using var half = Half(precision);
        var began = Stopwatch.GetTimestamp();
        var y = Convolution.Of(x, weight, stride: s.Stride, padding: s.Padding, groups: s.Groups);
        y.Backward(y.OnesLike());
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    static IDisposable? Half(Dtype? precision) => precision is { } dtype ? Autocast.Begin(Device.Cpu, dtype) : null;
}
