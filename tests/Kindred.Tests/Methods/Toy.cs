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

/// <summary>Random samples in random views, of the kind that an example asks for (<see cref="MethodExample.Data"/>): the same for the same seed, epoch and step.</summary>
sealed class ToyData(int count = 32, int batch = 8, int classes = 4, string kind = "pictures") : IData
{
    static readonly (string Name, int Side)[] Views = [("global.0", 16), ("global.1", 16), ("local.0", 12), ("local.1", 12)];

    static readonly Dictionary<string, (long[] Shape, Func<Tensor, Func<Tensor, Tensor>, View[]> Make)> kinds = new()
    {
        ["pictures"] = ([1, 3, 16, 16], (own, noisy) => [.. Views.Select(v => new View(noisy(own).Narrow(2, 0, v.Side).Narrow(3, 0, v.Side).Contiguous(), v.Name))]),
        ["sound"] = ([1, 1600], (own, noisy) => [.. Views.Select(v => new View(noisy(own), v.Name))]),
        ["points"] = ([1, 2], (own, noisy) => [new View(noisy(own), "point.0")]),
        ["pairs"] = ([1, 2], (own, noisy) => [new View(noisy(own), "x"), new View(noisy(own), "y")]),
    };

    public int Count => count;
    public int StepsPerEpoch => count / batch;
    public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")];
    public IReadOnlyList<int>? Labels { get; } = [.. Enumerable.Range(0, count).Select(i => i % classes)];
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Columns { get; } = new Dictionary<string, IReadOnlyList<int>> { ["half"] = [.. Enumerable.Range(0, count).Select(Half)] };

    static int Half(int sample) => sample / 4 % 2;

    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel) =>
        from step in Enumerable.Range(skip, (plan?.Steps ?? StepsPerEpoch) - skip)
        let rows = plan?.Batches?[step] ?? [.. Enumerable.Range(step * batch, batch)]
        select new Raw(rows, (epoch * 1000) + step, classes, kind);

    public IEnumerable<IRawBatch> Plain(int size, CancellationToken cancel = default) =>
        Enumerable.Range(0, count).Chunk(size).Select(rows => new Raw(rows, -1, classes, kind));

    public void Dispose() { }

    /// <summary>One batch by hand.</summary>
    public Batch Batch(int step = 0) => new Raw([.. Enumerable.Range(step * batch % count, batch)], step, classes, kind).Tensors();

    sealed class Raw(int[] rows, int seed, int classes, string kind) : IRawBatch
    {
        public int Count => rows.Length;
        public double Waited => 0;

        public Batch Tensors()
        {
            using var generator = new Generator(seed + 7);
            if (kind == "text") return Sentences();
            if (kind == "concepts") return Exercises();
            if (kind == "films") return Films(generator);
            // A sample is a pattern of its own plus noise of the view, so that there is something to learn.
            var (shape, make) = kinds[kind];
            var own = Tensor.Cat([.. rows.Select(r => { using var g = new Generator(r); return Tensor.Randn(shape, g, Dtype.Float32); })]);
            Tensor Noisy(Tensor x) => x + Tensor.Randn(x.Shape, generator, Dtype.Float32) * 0.3;
            return new(make(own, Noisy), Tensor.From<long>([.. rows.Select(r => (long)r)]), Tensor.From<long>([.. rows.Select(r => (long)(r % classes))]))
            {
                Columns = new Dictionary<string, Tensor> { ["half"] = Tensor.From<long>([.. rows.Select(r => (long)Half(r))]) },
            };
        }

        // Four sentences a sample, of its own four words among forty, in one order or another and of several lengths.
        Batch Sentences()
        {
            int[] Words(int row, int view) => [.. Enumerable.Range(0, 4 + ((row + view) % 3)).Select(t => 1 + ((((t + view) % 4 * 7) + (row * 5)) % 39))];
            return new([.. Views.Index().Select(v => TextView.Of([.. rows.Select(r => Words(r, v.Index))], v.Item.Name))], Tensor.From<long>([.. rows.Select(r => (long)r)]),
                Tensor.From<long>([.. rows.Select(r => (long)(r % classes))]));
        }

        // Four words of each in an order of their own, two of them exchanged, and what is asked about them; 3 ends a text.
        Batch Exercises()
        {
            int[] Sentence(int row) => [.. Enumerable.Range(0, 4).Select(t => 4 + ((row * 5) + (t * 7)) % 29)];
            int[] Wrong(int row) => Sentence(row) is var s && seed % 2 == 0 ? [s[2], s[1], s[0], s[3]] : [s[0], s[3], s[2], s[1]];
            bool First(int row) => (row + seed) % 2 == 0;
            TextView View(string name, Func<int, int[]> text) => TextView.Of([.. rows.Select(r => (int[])[.. text(r), 3])], name);
            return new([View("sentence", Sentence), View("distractor", Wrong), View("concepts", r => [38, .. Sentence(r).Order()]), View("order", r => [37, .. Wrong(r)]),
                View("choice", r => First(r) ? [36, 33, .. Sentence(r), 34, .. Wrong(r)] : [36, 33, .. Wrong(r), 34, .. Sentence(r)]), View("repair", r => [35, .. Wrong(r)]),
                View("number", r => [First(r) ? 33 : 34]), View("sense", r => [39, .. First(r) ? Sentence(r) : Wrong(r)]), View("verdict", r => [First(r) ? 1 : 2])],
                Tensor.From<long>([.. rows.Select(r => (long)r)]), null);
        }

        // Four frames and five words of each; the words follow the sample, so that there is something to learn.
        Batch Films(Generator generator)
        {
            var own = Tensor.Cat([.. rows.Select(r => { using var g = new Generator(r); return Tensor.Randn([1, 1, 6], g, Dtype.Float32); })]);
            var text = rows.SelectMany(r => new[] { 4L + (r % 16), 4 + (r / 2 % 16), 4 + (r * 7 % 16), 3, 0 }).ToArray();
            return new([new(own + (Tensor.Randn([rows.Length, 4, 6], generator, Dtype.Float32) * 0.3), "video"), new(Tensor.From<long>(text, [rows.Length, 5]), "text")],
                Tensor.From<long>([.. rows.Select(r => (long)r)]), null);
        }
    }
}

/// <summary>Builds methods small and trains them.</summary>
static class Toy
{
    public static readonly DataFacts Facts = new DataFacts(32, 4, 4).WithInput("column.half", 2);

    /// <summary>The facts as data of a kind say them.</summary>
    public static DataFacts Of(this DataFacts facts, string? kind) => kind switch
    {
        "points" => facts.WithInput("features", 2),
        "pairs" => facts.WithInput("x.features", 2).WithInput("y.features", 2),
        _ => facts,
    };

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
