using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What holds of every method that is registered, whatever it does.</summary>
public sealed class EveryMethodTests
{
    // Further variants of some; every registered class comes by itself.
    static readonly Dictionary<string, Func<Method>> variants = new()
    {
        ["simclr, linear head, logistic"] = () => new SimCLR(new TinyEncoder(), new(Head: SimCLR.HeadKind.Linear, Loss: SimCLR.LossKind.NtLogistic, Dim: 8)),
        ["simclr, no head, triplet"] = () => new SimCLR(new TinyEncoder(), new(Head: SimCLR.HeadKind.None, Loss: SimCLR.LossKind.MarginTriplet)),
        ["simclr, memory"] = () => new SimCLR(new TinyEncoder(), new(Dim: 8, Depth: 3, Memory: 20)),
        ["instdisc, full softmax"] = () => new InstDisc(new TinyEncoder(), Toy.Facts, new(Dim: 8, Negatives: 0)),
        ["invaspread, paper"] = () => new InvaSpread(new TinyEncoder(), new(Dim: 8, Form: InvaSpread.FormKind.Paper)),
        ["invaspread, invariance alone"] = () => new InvaSpread(new TinyEncoder(), new(Dim: 8, Terms: InvaSpread.TermKind.Invariance)),
        ["invaspread, spread alone"] = () => new InvaSpread(new TinyEncoder(), new(Dim: 8, Form: InvaSpread.FormKind.Paper, Terms: InvaSpread.TermKind.Spread)),
        ["cpc, shuffled"] = () => new CPC(new PatchEncoder(new() { Patch = 4, Stride = 2, Width = 2 }), new(Steps: 2, Skip: 1, Context: 6, ShuffleTime: true)),
        ["cpc, same sequence"] = () => new CPC(new PatchEncoder(new() { Patch = 4, Stride = 2, Width = 2 }), new(Steps: 2, Context: 6, Negatives: CPC.NegativeKind.Sequence)),
        ["cmc, softmax"] = () => new CMC(c => new TinyEncoder(c ?? 3), Toy.Facts, new(Dim: 8, Negatives: 5, Loss: CMC.LossKind.Softmax)),
        ["cmc, in the batch"] = () => new CMC(c => new TinyEncoder(c ?? 3), Toy.Facts, new(Dim: 8, Loss: CMC.LossKind.InBatch)),
        ["moco, symmetric"] = () => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8, Symmetric: true)),
        ["mochi, pairs alone, from the second epoch"] = () => new MoCHi(new TinyEncoder(), new(Hardest: 8, Pairs: 4, WithQuery: 0, Warmup: 1, Queue: 20, Dim: 8)),
        ["kcl, unused positives removed"] = () => new KCL(new TinyEncoder(), Toy.Facts, new(Positives: 2, Unused: Kindred.Objectives.UnusedPositives.Remove, Queue: 20, Dim: 8)),
        ["pcl, some prototypes of many"] = () => new PCL(new TinyEncoder(), Toy.Facts, new(Clusters: [16, 20], Warmup: 0, Negatives: 3, Queue: 20, Dim: 8)),
        ["byol, no predictor, group norm"] = () => new BYOL(new TinyEncoder(), new(Hidden: 8, Dim: 6, Predictor: false, Norm: BYOL.NormKind.Gn)),
        ["hcl, debiased and annealed"] = () => new HCL(new TinyEncoder(), new(Hardness: 0, AnnealTo: 1, Hidden: 8, Dim: 6)),
        ["supcon, two stages, inside"] = () => new Kindred.Methods.SupCon(new TinyEncoder(), Toy.Facts, new(Dim: 6, Sum: Kindred.Objectives.PositiveSum.In)),
        ["gim, views"] = () => new GIM(new ConvNet(new(Width: 2)), new(Loss: GIM.LossKind.Views, Hidden: 8, Dim: 6)),
        ["loco, end to end"] = () => new LoCo(new ConvNet(new(Width: 2)), new(Span: 0, Hidden: 8, Dim: 6)),
        ["triplet, all"] = () => new TripletEmbedding(new TinyEncoder(), new(TripletMining.All, Dim: 8, Classes: 4, Each: 2)),
        ["triplet, batch hard"] = () => new TripletEmbedding(new TinyEncoder(), new(TripletMining.BatchHard, SoftMargin: true, Normalize: false, Squared: false, Dim: 8, Classes: 4, Each: 2)),
        ["drlim, neighbours"] = () => new DrLIM(new TinyEncoder(), Toy.Facts, new(DrLIM.SimilarKind.Neighbours, Neighbours: 3, Pairs: 2)),
        ["simcse, triples without a head"] = () =>
            new SimCSE(new Bert(new(Width: 8, Depth: 1, Heads: 2, Positions: 16, Pooling: TextPooling.FirstLast), Toy.Facts.WithInput("vocabulary", 40)),
                new(SimCSE.TwinKind.Pair, 0.2, SimCSE.HeadKind.None, HardWeight: 2)),
        ["calm, joint"] = () => new CALM(Tiny(), new(CALM.StageKind.Joint, Beams: 2)),
        ["calm, one exercise"] = () => new CALM(Tiny(), new(Tasks: [CALM.TaskKind.Order])),
        ["calm, other forms of the choice"] = () => new CALM(Tiny(), new(Tasks: [CALM.TaskKind.Number, CALM.TaskKind.Sense])),
        ["bottleneck, mine"] = () => new InformationBottleneck(new TinyEncoder(), Toy.Facts, new(Bound: InformationBottleneck.BoundKind.Mine, Dim: 6, Hidden: 8)),
        ["bottleneck, club"] = () => new InformationBottleneck(new TinyEncoder(), Toy.Facts, new(Bound: InformationBottleneck.BoundKind.Club, Dim: 6)),
        ["bottleneck, leave one out"] = () => new InformationBottleneck(new TinyEncoder(), Toy.Facts, new(Bound: InformationBottleneck.BoundKind.LeaveOneOut, Dim: 6)),
        ["supervised, half the labels"] = () => new Supervised(new TinyEncoder(), Toy.Facts, new(Labels: 0.5)),
    };

    static T5 Tiny() => new(new(Width: 8, Depth: 1, Heads: 2, Hidden: 8), DataFacts.None.WithInput("vocabulary", 40).WithInput("end", 3));

    public static TheoryData<string> Names => [.. Rows.Keys];

    static Dictionary<string, Row> Rows { get; } =
        MethodExamples.Registered.ToDictionary(t => t.Name, t => new Row(() => MethodExamples.Of(t).Make(c => new TinyEncoder(c ?? 3), Toy.Facts.Of(MethodExamples.Of(t).Data)), t))
            .Concat(variants.ToDictionary(v => v.Key, v => new Row(v.Value, null, v.Key.Split('-', ',')[0] switch { "simcse" => "text", "calm" => "concepts", _ => "pictures" }))).ToDictionary();

    sealed record Row(Func<Method> Make, Type? Type, string Data = "pictures")
    {
        internal MethodExample? Example => Type is null ? null : MethodExamples.Of(Type);

        internal ToyData Open(int count = 32) => new(count, kind: Example?.Data ?? Data);
    }

    [Fact]
    public void A_registered_class_without_an_example_fails_with_what_to_add()
    {
        foreach (var type in MethodExamples.Registered) Assert.IsType(type, Toy.Build(() => MethodExamples.Of(type).Make(c => new TinyEncoder(c ?? 3), Toy.Facts.Of(MethodExamples.Of(type).Data))));
        var message = Assert.Throws<InvalidOperationException>(() => MethodExamples.Of(typeof(Silent))).Message;
        Assert.Contains("public static MethodExample Example => new((encoders, facts) => new Silent(encoders(), new(…)));", message, StringComparison.Ordinal);
    }

    sealed class Silent : Method;

    static readonly int[] lengths = [1, 3, 7];

    [Theory, MemberData(nameof(Names))]
    public void It_follows_a_plan_of_another_length_and_goes_on_in_its_middle(string name)
    {
        using var data = Rows[name].Open(Rows[name].Type is null ? 32 : 40);   // four or five batches in its own order
        var facts = Toy.Facts with { Samples = 40, StepsPerEpoch = 5 };
        Method Inner() => Rows[name].Example is { } example ? example.Make(c => new TinyEncoder(c ?? 3), facts.Of(example.Data)) : Rows[name].Make();
        Planned Make(long seed) => Toy.Build(() => new Planned(Inner(), lengths), seed);
        var (method, copy) = (Make(1), Make(2));
        var (optimizers, others) = (Toy.Sgd(method), Toy.Sgd(copy));
        Generator.Default.Seed(3);
        var trainer = new Trainer(method, data, optimizers, new TrainerOptions { Epochs = 3, MaxSteps = 7, LogEvery = 1 });
        trainer.Fit();                                                     // one batch, three, and three of seven
        Assert.Equal((2, 7L), (trainer.Position.At.Epoch, trainer.Position.At.Step));
        var saved = new TrainingState(method, optimizers, 0) { Position = trainer.Position }.Capture();
        var straight = GoOn(method, optimizers, trainer.Position);
        var state = new TrainingState(copy, others, 0);
        state.Restore(saved);
        Assert.Equal(straight, GoOn(copy, others, state.Position));
        Assert.Equal((3, 3, 0, 1), (method.Began, method.Ended, copy.Began, copy.Ended));

        string GoOn(Method m, IReadOnlyDictionary<string, Kindred.Optim.Optimizer> o, Position at)
        {
            var record = new Record();
            new Trainer(m, data, o, new TrainerOptions { Epochs = 3, LogEvery = 1 }, record) { Position = at }.Fit();
            Assert.Equal(4, record.Steps.Count);
            return Summary(record, m, o);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Its_gradients_are_finite_and_some_are_there(string name)
    {
        using var scope = Scope.Open();
        using var data = Rows[name].Open();
        var method = Toy.Build(Rows[name].Make);
        foreach (var turn in method.Turns(data.Batch(), new(1, 4, 4, 16)))
        {
            foreach (var loss in turn.Losses) loss().Backward();
            var gradients = method.Players[turn.Player].Parameters().Select(p => p.Gradient).OfType<Tensor>().ToArray();
            Assert.Contains(gradients, g => g.Abs().Sum().Item() > 0);
            Assert.All(gradients, g => Assert.True(double.IsFinite(g.Abs().Sum().Item())));
        }
    }

    public static TheoryData<string> Registered => [.. MethodExamples.Registered.Select(t => t.Name)];

    [Theory, MemberData(nameof(Registered))]
    public void It_learns_something(string name)
    {
        using var data = Rows[name].Open();
        var (method, example, record) = (Toy.Build(Rows[name].Make), Rows[name].Example!, new Record());
        Generator.Default.Seed(3);
        Toy.Train(method, Toy.Sgd(method, example.Rate), data, epochs: 40, null, record);
        double Mean(IEnumerable<StepReport> steps) => steps.Average(s => (example.Shows == "loss" ? s.Loss : s.Numbers[example.Shows]) - (example.Floor is { } floor ? s.Numbers[floor] : 0));
        var (start, end) = (Mean(record.Steps.Take(8)), Mean(record.Steps.TakeLast(8)));
        Assert.True((example.Rises ? end - start : start - end) >= example.Margin,
            $"{name}: {example.Shows} went from {start:0.0000} to {end:0.0000}; its example promises that it {(example.Rises ? "rises" : "falls")} by {example.Margin}");
    }

    [Theory, MemberData(nameof(Names))]
    public void It_trains_and_leaves_no_tensor_behind(string name)
    {
        using var data = Rows[name].Open();
        var method = Toy.Build(Rows[name].Make);
        var optimizers = Toy.Sgd(method);
        Toy.Train(method, optimizers, data, epochs: 3, steps: 4); // optimizer slots and lazily made buffers exist now
        var alive = Tensor.Alive;
        var record = new Record();
        var trainer = Toy.GoOn(method, optimizers, data, new TrainerOptions { Epochs = 3, MaxSteps = 8, LogEvery = 1 }, new(1, 3, 4, 12), record);
        var result = trainer.Fit();
        Assert.True(double.IsFinite(result.Loss));
        Assert.Equal(4, record.Steps.Count);
        foreach (var parameter in method.Parameters()) parameter.Gradient = null;
        Assert.Equal(alive, Tensor.Alive);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_restored_copy_goes_on_with_the_same_numbers(string name)
    {
        using var data = Rows[name].Open();
        var (method, copy) = (Toy.Build(Rows[name].Make), Toy.Build(Rows[name].Make, seed: 2));
        var (optimizers, others) = (Toy.Sgd(method), Toy.Sgd(copy));
        Generator.Default.Seed(3);
        var trainer = new Trainer(method, data, optimizers, new TrainerOptions { Epochs = 4, MaxSteps = 6, LogEvery = 1 });
        trainer.Fit();                                                     // stops in the middle of the second epoch
        var saved = new TrainingState(method, optimizers, 0) { Position = trainer.Position }.Capture();

        var straight = GoOn(method, optimizers, trainer.Position);
        var state = new TrainingState(copy, others, 0);
        state.Restore(saved);
        Assert.Equal(straight, GoOn(copy, others, state.Position));

        string GoOn(Method m, IReadOnlyDictionary<string, Kindred.Optim.Optimizer> o, Position at)
        {
            var record = new Record();
            new Trainer(m, data, o, new TrainerOptions { Epochs = 4, MaxSteps = 11, LogEvery = 1 }, record) { Position = at }.Fit();
            return Summary(record, m, o);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void It_encodes_a_row_a_sample_without_touching_its_state(string name)
    {
        using var scope = Scope.Open();
        using var data = Rows[name].Open();
        var method = Toy.Build(Rows[name].Make);
        if (method is not IEncodes encodes) return;                        // an estimator, a generator
        method.Eval();
        var before = new TrainingState(method, Toy.Sgd(method), 0).Sha256();
        var view = data.Batch().Views[0];
        var features = NoGradient.Of(() => encodes.Features(view));
        var embeddings = NoGradient.Of(() => encodes.Embeddings(view));
        Assert.Equal([8, 2], [features.Size(0), features.Dim]);
        Assert.Equal([8, 2], [embeddings.Size(0), embeddings.Dim]);
        Assert.Equal(before, new TrainingState(method, Toy.Sgd(method), 0).Sha256());
    }

    static string Summary(Record record, Method method, IReadOnlyDictionary<string, Kindred.Optim.Optimizer> optimizers) =>
        string.Join(' ', record.Steps.Select(s => s.Loss.ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + " " + new TrainingState(method, optimizers, 0).Sha256();

    /// <summary>Another method whose epochs have other lengths than the data's own order.</summary>
    sealed class Planned(Method inner, int[] lengths) : Method
    {
        readonly Method inner = inner;

        internal int Began { get; private set; }

        internal int Ended { get; private set; }

        public override IReadOnlyDictionary<string, Module> Players => inner.Players;

        public override EpochPlan? BeginEpoch(Epoch epoch)
        {
            Began++;
            inner.BeginEpoch(epoch);
            return new(Enumerable.Range(0, lengths[epoch.At.Epoch]).Select(b => Enumerable.Range(0, 8).Select(i => ((b * 11) + i) % epoch.Count).ToArray()).ToArray());
        }

        public override void EndEpoch(Epoch epoch)
        {
            Ended++;
            inner.EndEpoch(epoch);
        }

        public override IEnumerable<Turn> Turns(Batch batch, Progress at)
        {
            foreach (var turn in inner.Turns(batch, at))
            {
                After(() => { inner.Settle(); inner.TakeLog(); inner.TakeWatched()?.Dispose(); });
                yield return turn;
            }
        }
    }
}
