using System.Reflection;
using System.Text.Json;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Tests.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>One whole training step against the same step in plain PyTorch: loss, every gradient, and what the step leaves behind.</summary>
public sealed class StepReferenceTests
{
    static readonly Progress At = new(Epoch: 1, Epochs: 4, Step: 10, Steps: 40);

    [Fact]
    public void SimCLR_takes_the_paper_s_step() => Check("simclr", ["global.0", "global.1"],
        () => new SimCLR(new TinyEncoder(), new(Temperature: 0.5, Dim: 5)));

    [Fact]
    public void MoCo_v2_takes_the_paper_s_step() => Check("moco", ["global.0", "global.1"],
        () => new MoCo(new TinyEncoder(), new(Temperature: 0.2, Momentum: 0.9, Queue: 10, Dim: 5)), QueueOfTen);

    [Fact]
    public void MoCo_v3_takes_the_paper_s_step() => Check("moco_v3", ["global.0", "global.1"],
        () => new MoCoV3(new TinyEncoder(), new(Temperature: 0.3, Momentum: 0.9, Hidden: 7, Dim: 5)));

    [Fact]
    public void BYOL_takes_the_paper_s_step() => Check("byol", ["global.0", "global.1"],
        () => new BYOL(new TinyEncoder(), new(Momentum: 0.9, Hidden: 7, Dim: 5)));

    [Fact]
    public void SimSiam_takes_the_paper_s_step() => Check("simsiam", ["global.0", "global.1"],
        () => new SimSiam(new TinyEncoder(), new(Dim: 5, Depth: 2, PredictorHidden: 3)));

    [Fact]
    public void SwAV_takes_the_paper_s_step_with_small_crops_and_a_full_queue() => Check("swav", Crops,
        () => new SwAV(new TinyEncoder(), new(Prototypes: 9, Dim: 5, Hidden: 7, Queue: 8, QueueFrom: 0)),
        ("queues.0.keys", () => Reference.Tensor(810, 8, 5).Normalize()), ("queues.1.keys", () => Reference.Tensor(811, 8, 5).Normalize()),
        ("queues.0.pointer", () => Tensor.From<long>([2], [])), ("queued", () => Tensor.From<long>([8], [])));

    [Fact]
    public void DINO_takes_the_paper_s_step_with_small_crops() => Check("dino", Crops,
        () => new DINO(new TinyEncoder(), new(Outputs: 9, Hidden: 7, Bottleneck: 4, TeacherTemperature: 0.07, WarmupTemperature: 0.04, WarmupEpochs: 3, Momentum: 0.9)),
        ("center.value", () => Reference.Tensor(820, 9)));

    [Fact]
    public void HCL_takes_the_paper_s_step() => Check("hcl", ["global.0", "global.1"],
        () => new HCL(new TinyEncoder(), new(Hidden: 7, Dim: 5)));

    [Fact]
    public void SupCon_takes_the_paper_s_step() => Check("supcon", ["global.0", "global.1"],
        () => new SupCon(new TinyEncoder(), Toy.Facts, new(Hidden: 7, Dim: 5)));

    [Fact]
    public void SpCL_takes_the_paper_s_step_on_source_and_target() => Check("spcl", ["global.0", "global.1"],
        () => new SpCL(new TinyEncoder(), new(6, 3, 1) { Streams = new Dictionary<string, DataFacts> { ["target"] = new(6, 0, 1), ["source"] = new(6, 3, 1) } }, new(DomainNorm: false)),
        ("memory.rows", () => Reference.Tensor(830, 9, 6).Normalize()), ("identities", () => Tensor.From<long>([0, 1, 2, 3, 3, 4, 5, 4, 6])), ("classRows", () => Tensor.From<long>([0, 1, 2])),
        ("threshold", () => Tensor.Of(-1.0)), ("found", () => Tensor.Zeros([3], Dtype.Float64)));

    [Fact]
    public void MoCHi_takes_the_paper_s_step_with_mixed_negatives() => Check("mochi", ["global.0", "global.1"],
        () => new MoCHi(new TinyEncoder(), new(Hardest: 4, Pairs: 3, WithQuery: 2, Warmup: 0, Temperature: 0.2, Momentum: 0.9, Queue: 10, Dim: 5, Shuffle: false)), QueueOfTen);

    [Fact]
    public void PCL_takes_the_paper_s_M_step_at_two_granularities() => Check("pcl", ["global.0", "global.1"],
        () => new PCL(new TinyEncoder(), new(6, 3, 1), new(Clusters: [3, 4], Warmup: 0, Temperature: 0.2, Momentum: 0.9, Queue: 10, Dim: 5)), [.. QueueOfTen,
        ("granularities.0.prototypes", () => Reference.Tensor(840, 3, 5).Normalize()), ("granularities.1.prototypes", () => Reference.Tensor(841, 4, 5).Normalize()),
        ("granularities.0.concentration", () => Reference.Tensor(842, 3).Abs() + 0.1), ("granularities.1.concentration", () => Reference.Tensor(843, 4).Abs() + 0.1),
        ("granularities.0.assignment", () => Tensor.From<long>([0, 1, 2, 0, 1, 2])), ("granularities.1.assignment", () => Tensor.From<long>([3, 0, 2, 1, 3, 0])),
        ("clusterings", () => Tensor.From<long>([1], []))]);

    [Fact]
    public void MiCE_takes_the_paper_s_step_of_two_experts() => Check("mice", ["global.0", "global.1", "global.2"],
        () => new MiCE(new TinyEncoder(), new(6, 3, 1), new(Experts: 2, Temperature: 0.5, GateTemperature: 0.7, Momentum: 0.9, Queue: 10, Dim: 4)),
        ("prototypes", () => Reference.Tensor(850, 2, 4)), ("gate", () => Tensor.From<double>([1, 0, 0, 0, -1, 0, 0, 0], [2, 4])),
        ("queue.keys", () => Reference.Tensor(851, 10, 2, 4).Normalize().Reshape([10, 8])), ("queue.pointer", () => Tensor.From<long>([7], [])),
        ("won", () => Tensor.Zeros([2, 4], Dtype.Float64)), ("counts", () => Tensor.Zeros([2], Dtype.Float64)));

    static (string Path, Func<Tensor> Value)[] QueueOfTen => [("queue.keys", () => Reference.Tensor(800, 10, 5).Normalize()), ("queue.pointer", () => Tensor.From<long>([7], []))];

    static readonly string[] Crops = ["global.0", "global.1", "local.0", "local.1", "local.2"];

    static void Check(string name, string[] views, Func<Method> make, params (string Path, Func<Tensor> Value)[] memory)
    {
        using var scope = Scope.Open();
        var expected = Open().GetProperty(name);
        var method = make();
        var memories = memory.Select(m => m.Path).ToHashSet();
        Reference.Fill(method, path => memories.Contains(path) || path.EndsWith("pointer", StringComparison.Ordinal) || path is "queued" ? null : Paper(path));
        foreach (var (path, value) in memory) method.State().Single(s => s.Path == path).State.Set(value());

        Generator.Default.Seed(5);
        var loss = Toy.Loss(method, BatchOf(views), At);
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss.Item(), 1e-9);

        loss.Backward();
        var gradients = method.NamedParameters().Where(p => p.Parameter.Gradient is not null).ToDictionary(p => Paper(p.Path), p => p.Parameter);
        var wanted = expected.GetProperty("gradients").EnumerateObject().ToArray();
        Assert.Equal(wanted.Select(g => g.Name).Order(StringComparer.Ordinal), gradients.Keys.Order(StringComparer.Ordinal));
        foreach (var gradient in wanted) Reference.Near(gradient.Value, gradients[gradient.Name].Gradient!, gradient.Name);

        using (NoGradient.Begin())
            foreach (var parameter in gradients.Values) parameter.Value.Sub_(parameter.Gradient!, 0.1);
        method.Settle();
        if (expected.TryGetProperty("after", out var after))
            foreach (var left in after.EnumerateObject()) Left(left, method.State().Single(s => Paper(s.Path) == left.Name).State.Value);
    }

    // The references call the two networks of a pair as the paper does.
    static string Paper(string path) => Reference.Snake(path.StartsWith("pair.", StringComparison.Ordinal) ? path["pair.".Length..] : path);

    // Queues may hold the same rows in another order: then only sum and sum of squares are given.
    static void Left(JsonProperty expected, Tensor actual)
    {
        if (expected.Value.GetArrayLength() == 4)
        {
            Reference.Near(expected.Value, actual, expected.Name);
            return;
        }
        var values = actual.ToArray<double>();
        Assert.Equal(expected.Value[0].GetDouble(), values.Sum(), 1e-9);
        Assert.Equal(expected.Value[1].GetDouble(), values.Sum(v => v * v), 1e-9);
    }

    static Batch BatchOf(string[] names)
    {
        var views = names.Select((name, i) =>
            new View(Reference.Tensor(900 + (uint)i, 6, 3, name.StartsWith("local", StringComparison.Ordinal) ? 6 : 8,
            name.StartsWith("local", StringComparison.Ordinal) ? 6 : 8), name));
        Batch Of(params View[] some) => new(some, Tensor.From<long>([0, 1, 2, 3, 4, 5]), Tensor.From<long>([0, 1, 0, 2, 1, 0]));
        return Of([.. views]) with { Streams = new Dictionary<string, Batch> { ["source"] = Of(views.First()), ["target"] = Of(views.Last()) } };
    }

    static JsonElement Open()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("step-references.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
