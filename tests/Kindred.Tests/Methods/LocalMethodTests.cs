using Kindred.Encoders;
using Kindred.Experiments.Modalities;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes GIM and LoCo themselves: gradients that stay in their unit, and the memory that this saves.</summary>
public sealed class LocalMethodTests
{
    /// <summary>Eight convolutions with batch norm, all at the full side of the pictures.</summary>
    sealed class EightStages : TensorEncoder, IStaged
    {
        const int Width = 32;

        readonly Conv2d[] convs = [.. Enumerable.Range(0, 8).Select(i => new Conv2d(i == 0 ? 3 : Width, Width, 3))];
        readonly BatchNorm[] norms = [.. Enumerable.Range(0, 8).Select(_ => new BatchNorm(Width))];

        public override long Dim => Width;

        public IReadOnlyList<Stage> Stages => [.. convs.Zip(norms, (conv, norm) => Stage.OfMaps(Width, conv, norm, new Relu()))];

        public override Tensor Forward(Tensor x) => Stages.Aggregate(x, (h, stage) => stage.Layer.Forward(h)).Mean([2, 3]);
    }

    /// <summary>One batch of 32 noisy pictures in two views.</summary>
    sealed class Noise() : MemoryData(32, [], null, batch: 32, seed: 1)
    {
        protected override View[] Make(IReadOnlyList<Wanted> samples) =>
            [.. new[] { "a", "b" }.Select(name => new View(Tensor.Randn([samples.Count, 3, 32, 32], Generator.Default, Dtype.Float32), name))];
    }

    public static TheoryData<string> Encoders => ["small", "small, grid 2", "convnet", "resnet10", "resnet18, pooled stem"];

    static TensorEncoder Make(string name) => name switch
    {
        "small" => new SmallResNet(new(Width: 4, Grid: 1)),
        "small, grid 2" => new SmallResNet(new(Width: 4)),
        "convnet" => new ConvNet(new(Width: 4)),
        "resnet10" => new ResNet(new(Depth: 10, Width: 0.125)),
        _ => new ResNet(new(Depth: 18, Width: 0.125, Stem: ResNetStem.ImageNet)),
    };

    [Theory, MemberData(nameof(Encoders))]
    public void Stage_by_stage_an_encoder_makes_what_it_makes_at_once(string name)
    {
        using var scope = Scope.Open();
        using var seed = Initialization.Begin(1);
        var encoder = Make(name);
        var x = Tensor.Randn([4, 3, 32, 32], Generator.Default, Dtype.Float32);
        var stages = ((IStaged)encoder).Stages;
        encoder.Eval();
        var h = x;
        foreach (var stage in stages)
        {
            h = stage.Layer.Forward(h);
            Assert.Equal([4, stage.Width], stage.Pool.Forward(h).Shape);
        }
        Assert.Equal(encoder.Forward(x).ToArray<float>(), stages[^1].Pool.Forward(h).ToArray<float>());
        Assert.Equal(encoder.Dim, stages[^1].Width);
        Assert.Equal(encoder.Parameters().ToHashSet(), stages.SelectMany(s => s.Layer is Sequential ? s.Layer.Parameters() : []).Concat(StemOf(encoder)).ToHashSet());
    }

    // A ResNet's stem enters its first stage as a function.
    static IEnumerable<Parameter> StemOf(Module encoder) => encoder is ResNet
        ? encoder.NamedParameters().Where(p => p.Path.StartsWith("conv1", StringComparison.Ordinal) || p.Path.StartsWith("bn1", StringComparison.Ordinal)).Select(p => p.Parameter) : [];

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void A_unit_s_loss_reaches_its_own_stages_and_no_other(int span)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var encoder = Toy.Build(() => new LoCo(new SmallResNet(new(Width: 2, Grid: 1)), new(Span: span, Hidden: 8, Dim: 6)));
        var paths = new[] { "encoder.conv1.", "encoder.blocks.0.", "encoder.blocks.1.", "encoder.blocks.2." };
        var losses = encoder.Turns(data.Batch(), default).Single().Losses;
        Assert.Equal(4 - span + 1, losses.Count);
        using var inner = Scope.Open();
        for (var unit = 0; unit < losses.Count; unit++)
        {
            foreach (var parameter in encoder.Parameters()) parameter.Gradient = null;
            losses[unit]().Backward();
            var reached = paths.Select(path => encoder.NamedParameters().Any(p => p.Path.StartsWith(path, StringComparison.Ordinal) && p.Parameter.Gradient is not null)).ToArray();
            Assert.Equal(Enumerable.Range(0, 4).Select(stage => stage >= unit && stage < unit + span), reached);
        }
    }

    [Fact]
    public void One_backward_a_unit_gives_the_gradients_of_the_sum()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        Dictionary<string, float[]> Gradients(bool summed)
        {
            var method = Toy.Build(() => new LoCo(new ConvNet(new(Width: 2)), new(Hidden: 8, Dim: 6)));
            var turn = method.Turns(data.Batch(), default).Single();
            if (summed) Tensor.Stack([.. turn.Losses.Select(l => l())]).Sum().Backward();
            else turn.Each(loss => loss().Backward());
            return method.NamedParameters().ToDictionary(p => p.Path, p => p.Parameter.Gradient!.ToArray<float>());
        }
        var (summed, inTurn) = (Gradients(true), Gradients(false));
        foreach (var (path, expected) in summed)
            Assert.All(expected.Zip(inTurn[path]), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Fact]
    public void A_stage_that_two_units_share_counts_a_batch_once()
    {
        using var data = new ToyData();
        float[] Mean(int span)
        {
            var method = Toy.Build(() => new LoCo(new ConvNet(new(Width: 2)), new(Span: span, Hidden: 8, Dim: 6)));
            Toy.Train(method, Toy.Sgd(method, 0), data, epochs: 1, steps: 3);
            return [.. Enumerable.Range(0, 5).SelectMany(i => Toy.Values(method, $"encoder.norms.{i}.runningMean"))];
        }
        var whole = Mean(0);
        Assert.All(whole.Zip(Mean(2)), p => Assert.Equal(p.First, p.Second, 1e-6f));
        Assert.All(whole.Zip(Mean(1)), p => Assert.Equal(p.First, p.Second, 1e-6f));
    }

    [Fact]
    public void GIM_takes_a_third_and_LoCo_half_of_the_memory_of_training_end_to_end()
    {
        static long Peak(Func<Method> make)
        {
            using var data = new Noise();
            var method = Toy.Build(make);
            var optimizers = Toy.Sgd(method);
            Toy.Train(method, optimizers, data, epochs: 1);
            var before = CpuMemory.Allocated;
            CpuMemory.ResetPeak();
            Toy.Train(method, optimizers, data, epochs: 1);
            return CpuMemory.Peak - before;
        }
        var whole = Peak(() => new LoCo(new EightStages(), new(Span: 0, Hidden: 32, Dim: 16)));
        var overlapping = Peak(() => new LoCo(new EightStages(), new(Hidden: 32, Dim: 16)));
        var greedy = Peak(() => new GIM(new EightStages(), new(Loss: GIM.LossKind.Views, Hidden: 32, Dim: 16)));
        TestContext.Current.SendDiagnosticMessage($"peak of a step, MB: end to end {whole / 1e6:0}, LoCo {overlapping / 1e6:0}, GIM {greedy / 1e6:0}");
        Assert.InRange((double)greedy / whole, 0, 0.35);
        Assert.InRange((double)overlapping / whole, (double)greedy / whole, 0.5);
    }

    [Fact]
    public void What_cannot_be_divided_or_predicted_is_refused_with_what_to_do()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        Assert.Contains("small-resnet", Assert.Throws<ConfigurationException>(() => new LoCo(new TinyEncoder(), new())).Message, StringComparison.Ordinal);
        Assert.Contains("at most 5", Assert.Throws<ConfigurationException>(() => new LoCo(new ConvNet(new()), new(Span: 6))).Message, StringComparison.Ordinal);
        GIM Make(GIM.Options options) => Toy.Build(() => new GIM(new ConvNet(new(Width: 2, Norm: NormKind.None)), options));
        Toy.Losses(Make(new(Patch: 4, Stride: 4, Steps: 2)), data.Batch());              // a raster of 4 × 4
        Assert.Contains("4 rows", Assert.Throws<ConfigurationException>(() => Toy.Losses(Make(new(Patch: 4, Stride: 4, Steps: 3)), data.Batch())).Message, StringComparison.Ordinal);
        Assert.Contains("smaller patches", Assert.Throws<ConfigurationException>(() => Toy.Losses(Make(new(Patch: 32)), data.Batch())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Patches_know_nothing_of_one_another_before_the_loss()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build(() => new GIM(new ConvNet(new(Width: 2, Norm: NormKind.None)), new(Patch: 8, Stride: 8, Steps: 1, Skip: 0)));
        var view = data.Batch().Views[0];
        var whole = method.Features(view);
        var parts = Tensor.Stack([.. from y in new[] { 0, 8 } from x in new[] { 0, 8 } select method.Features(view.X.Narrow(2, y, 8).Narrow(3, x, 8).Contiguous())]).Mean(0);
        Assert.All(whole.ToArray<float>().Zip(parts.ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }
}
