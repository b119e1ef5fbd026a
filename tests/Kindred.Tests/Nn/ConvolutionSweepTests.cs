using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kindred.Encoders;
using Kindred.Experiments.Recipes;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Nn;

/// <summary>
/// Every convolution of the shipped encoders, forward and both gradients, against float64: right, and the same bits however often it runs. The suite takes
/// the encoders of the small recipes and narrow networks on small maps; KINDRED_LARGE=1 (<c>./do sweep</c>) takes every recipe's.
/// </summary>
public sealed class ConvolutionSweepTests : IDisposable
{
    static readonly bool large = Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1";

    static readonly string[] parts = ["output", "gradient of the input", "gradient of the weights"];

    readonly int before = Engine.Threads;

    public void Dispose() => Engine.Threads = before;

    public static TheoryData<ConvolutionShape, bool> Cases()
    {
        TheoryData<ConvolutionShape, bool> cases = [];
        foreach (var shape in Shapes())
            foreach (var channelsLast in (bool[])[true, false])
                cases.Add(shape, channelsLast);
        return cases;
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void A_convolution_is_right_and_gives_the_same_bits_each_time(ConvolutionShape shape, bool channelsLast)
    {
        using var scope = Scope.Open();
        var generator = new Generator(1);
        var format = channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        Tensor Draw(params ReadOnlySpan<long> size) => Tensor.Randn(size, generator, Dtype.Float32).Contiguous(format);
        var x = Draw(shape.Batch, shape.Inputs, shape.Height, shape.Width);
        var weight = Draw(shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel);
        var gradient = Draw(shape.Batch, shape.Outputs, shape.OutputHeight, shape.OutputWidth);
        var right = Run(shape, x.To(Dtype.Float64), weight.To(Dtype.Float64), gradient.To(Dtype.Float64), plain: true);
        foreach (var threads in (int[])[1, 2, 4])
        {
            Engine.Threads = threads;
            HashSet<string> seen = [];
            for (int time = 0; time < (large ? 6 : 3); time++)
            {
                using var inner = Scope.Open();
                var got = Run(shape, x, weight, gradient, plain: false);
                for (int i = 0; i < 3; i++)
                {
                    var wrong = (got[i].To(Dtype.Float64) - right[i]).Abs().Max().Item() / right[i].Abs().Max().Item();
                    Assert.True(wrong < 1e-5, $"{shape}, {threads} threads: {parts[i]} is off by {wrong:e1} of the largest");
                }
                seen.Add(string.Join(' ', got.Select(Hash)));
            }
            Assert.True(seen.Count == 1, $"{shape}, {threads} threads: {seen.Count} different results");
            if (large) Console.WriteLine($"{threads} {(channelsLast ? "channelsLast" : "nchw")} {shape}: {seen.Single()}");
        }
    }

    [Fact]
    public void The_shape_that_went_wrong_is_right_with_few_channels_of_every_number_at_any_number_of_threads()
    {
        foreach (var channels in (long[])[1, 2, 3, 4, 5, 6, 7, 12])
            A_convolution_is_right_and_gives_the_same_bits_each_time(new(64, channels, 16, 16, 2 * channels, 1, 2, 0, 1), channelsLast: true);
    }

    [Fact]
    public void Taking_the_cells_out_first_is_the_same_convolution()
    {
        using var scope = Scope.Open();
        foreach (var (side, stride) in ((long, long)[])[(8, 2), (9, 2), (9, 3), (7, 4)])
        {
            var x = Tensor.Randn([2, 3, side, side], new Generator(1), Dtype.Float64);
            var weight = Tensor.Randn([5, 3, 1, 1], new Generator(2), Dtype.Float64);
            var ours = Convolution.Of(x, weight, stride: stride);
            var theirs = Tensor.Conv2d(x, weight, null, stride: [stride, stride]);
            Assert.Equal(theirs.Shape.ToArray(), ours.Shape.ToArray());
            Assert.True((ours - theirs).Abs().Max().Item() < 1e-14);
        }
    }

    [Fact]
    public void The_kernels_decide_how_the_network_lies_in_memory()
    {
        using var scope = Scope.Open();
        var rows = Tensor.Randn([2, 8, 8, 3], new Generator(1), Dtype.Float32).Permute([0, 3, 1, 2]); // as the loader makes them
        var conv = new Conv2d(3, 4, 3);
        conv.To(channelsLast: false);
        Assert.True(conv.Forward(rows).IsContiguous());
        conv.To(channelsLast: true);
        Assert.True(conv.Forward(rows).IsContiguous(MemoryFormat.ChannelsLast));
        Assert.True(conv.Forward(rows.Contiguous()).IsContiguous(MemoryFormat.ChannelsLast));
    }

    // [output, gradient of the input, gradient of the weights]
    static Tensor[] Run(ConvolutionShape s, Tensor x, Tensor weight, Tensor gradient, bool plain)
    {
        var (a, w) = (x.Detach().RequiresGrad_(), weight.Detach().RequiresGrad_());
        var y = plain
            ? Tensor.Conv2d(a, w, null, stride: [s.Stride, s.Stride], padding: [s.Padding, s.Padding], groups: s.Groups)
            : Convolution.Of(a, w, stride: s.Stride, padding: s.Padding, groups: s.Groups);
        y.Backward(gradient);
        return [y.Detach(), a.Grad!, w.Grad!];
    }

    static string Hash(Tensor t) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(t.Contiguous().ToArray<float>())))[..12];

    static IEnumerable<ConvolutionShape> Shapes()
    {
        using var scope = Scope.Open();
        using var initialization = Initialization.Begin(0);
        using var _ = NoGradient.Begin();
        HashSet<ConvolutionShape> shapes = [];
        void Add(Encoder encoder, int side)
        {
            if (encoder is not TensorEncoder pictures || encoder.Modules().OfType<Conv2d>().FirstOrDefault() is not { } first) return;
            encoder.Eval();
            shapes.UnionWith(ConvolutionTrace.Of(() => pictures.Forward(Tensor.Zeros([1, first.Inputs, side, side]))));
        }
        foreach (var width in (int[])[3, 4, 6, 8, 12])
        {
            Add(new SmallResNet(new() { Width = width }), 24);
            Add(new ConvNet(new() { Width = width }), 16);
        }
        foreach (var width in (double[])(large ? [3 / 64.0, 6 / 64.0, 0.125, 0.25, 0.5] : [0.0625])) Add(new ResNet(new() { Depth = large ? 50 : 10, Width = width }), 16);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "recipes"), large ? "*.yaml" : "*.small.yaml").Order(StringComparer.Ordinal))
            foreach (var phase in Recipe.Load(file).Phases)
            {
                if (phase.Encoder is null || phase.Views.Count == 0) continue;
                Add(Parts.Encoder(phase.Encoder), Parts.Plan(phase.Views[0], "views.0").Shape(64, 64).Height);
            }
        // Maps of 28 cells a side have every kind of edge that larger ones have.
        return shapes.Select(s => s with { Batch = large ? 32 : 8, Height = Math.Min(s.Height, 28), Width = Math.Min(s.Width, 28) }).Distinct();
    }
}
