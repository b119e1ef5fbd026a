using Kindred.Experiments.Training;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>Two convolutions with batch norm, the mean as representation: [N, C, H, W] → [N, 6].</summary>
sealed class TinyEncoder(long channels = 3) : TensorEncoder
{
    readonly Conv2d conv1 = new(channels, 4, 3, stride: 2);
    readonly BatchNorm bn1 = new(4);
    readonly Conv2d conv2 = new(4, 6, 3, stride: 2);
    readonly BatchNorm bn2 = new(6);

    public override long Dim => 6;

    public override Tensor Forward(Tensor x) =>
        bn2.Forward(conv2.Forward(bn1.Forward(conv1.Forward(x)).Relu())).Relu().Mean([2, 3]);
}

/// <summary>Random pictures, sounds or sentences in random views: the same for the same seed, epoch and step.</summary>
sealed class ToyData(int count = 32, int batch = 8, int classes = 4, bool sound = false, bool text = false) : IData
{
    static readonly (string Name, int Side)[] Views = [("global.0", 16), ("global.1", 16), ("local.0", 12), ("local.1", 12)];

    public int Count => count;
    public int StepsPerEpoch => count / batch;
    public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")];
    public IReadOnlyList<int>? Labels { get; } = [.. Enumerable.Range(0, count).Select(i => i % classes)];

    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel) =>
        from step in Enumerable.Range(skip, (plan?.Steps ?? StepsPerEpoch) - skip)
        let rows = plan?.Batches?[step] ?? [.. Enumerable.Range(step * batch, batch)]
        select new Raw(rows, (epoch * 1000) + step, classes, sound, text);

    public IEnumerable<IRawBatch> Plain(int size, CancellationToken cancel = default) =>
        Enumerable.Range(0, count).Chunk(size).Select(rows => new Raw(rows, -1, classes, sound, text));

    public void Dispose() { }

    /// <summary>One batch by hand.</summary>
    public Batch Batch(int step = 0) => new Raw([.. Enumerable.Range(step * batch % count, batch)], step, classes, sound, text).Tensors();

    sealed class Raw(int[] rows, int seed, int classes, bool sound, bool text) : IRawBatch
    {
        public int Count => rows.Length;
        public double Waited => 0;

        public Batch Tensors()
        {
            if (text) return Sentences();
            using var generator = new Generator(seed + 7);
            // A sample is a pattern of its own plus noise of the view, so that there is something to learn.
            var own = Tensor.Cat([.. rows.Select(r => { using var g = new Generator(r); return Tensor.Randn(sound ? [1, 1600] : [1, 3, 16, 16], g, Dtype.Float32); })]);
            View Make(string name, int side)
            {
                var x = own + Tensor.Randn(own.Shape, generator, Dtype.Float32) * 0.3;
                return new(sound ? x : x.Narrow(2, 0, side).Narrow(3, 0, side).Contiguous(), name);
            }
            return new([.. Views.Select(v => Make(v.Name, v.Side))], Tensor.From<long>([.. rows.Select(r => (long)r)]), Tensor.From<long>([.. rows.Select(r => (long)(r % classes))]));
        }

        // Four sentences a sample, of its own four words among forty, in one order or another and of several lengths.
        Batch Sentences()
        {
            int[] Words(int row, int view) => [.. Enumerable.Range(0, 4 + ((row + view) % 3)).Select(t => 1 + ((((t + view) % 4 * 7) + (row * 5)) % 39))];
            return new([.. Views.Index().Select(v => TextView.Of([.. rows.Select(r => Words(r, v.Index))], v.Item.Name))],
                Tensor.From<long>([.. rows.Select(r => (long)r)]), Tensor.From<long>([.. rows.Select(r => (long)(r % classes))]));
        }
    }
}

/// <summary>Builds methods small and trains them.</summary>
static class Toy
{
    public static readonly DataFacts Facts = new(32, 4, 4);

    /// <summary>Builds under a seed; what is left over from construction dies.</summary>
    public static T Build<T>(Func<T> make, long seed = 1) where T : Method
    {
        using var _ = Initialization.Begin(seed);
        return make();
    }

    public static Dictionary<string, Optimizer> Sgd(Method method, double rate = 0.05) =>
        method.Players.ToDictionary(p => p.Key, p => (Optimizer)new Sgd(p.Value, new Sgd.Options { LearningRate = rate }));

    /// <summary>A trainer that goes on after some steps of the toy's own order.</summary>
    public static Trainer GoOn(Method method, IReadOnlyDictionary<string, Optimizer> optimizers, IData data, TrainerOptions options, Progress at, params IHook[] hooks)
    {
        var began = (long)at.Epoch * data.StepsPerEpoch;
        return new Trainer(method, data, optimizers, options, hooks) { Position = new(at, at.Step > began ? began : null, null, at.Steps) };
    }

    public static TrainingResult Train(Method method, IReadOnlyDictionary<string, Optimizer> optimizers, IData data, int epochs, long? steps = null, params IHook[] hooks) =>
        new Trainer(method, data, optimizers, new TrainerOptions { Epochs = epochs, MaxSteps = steps, LogEvery = 1 }, hooks).Fit();

    /// <summary>One tensor of a method's state.</summary>
    public static Tensor State(Method method, string path) => method.State().Single(s => s.Path == path).State.Value;

    /// <summary>Its numbers.</summary>
    public static float[] Values(Method method, string path) => State(method, path).ToArray<float>();

    /// <summary>The losses of one step of a single turn, in order.</summary>
    public static double[] Losses(Method method, Batch batch, Progress at = default)
    {
        List<double> losses = [];
        method.Turns(batch, at).Single().Each(loss => losses.Add(loss().Item()));
        return [.. losses];
    }

    /// <summary>The loss of one step, as the trainer would take it.</summary>
    public static Tensor Loss(Method method, Batch batch, Progress at = default) => method.Turns(batch, at).Single().Losses.Single()();
}

/// <summary>Keeps what steps report.</summary>
sealed class Record : IHook
{
    public List<StepReport> Steps { get; } = [];

    void IHook.Step(StepReport report) => Steps.Add(report);
}
