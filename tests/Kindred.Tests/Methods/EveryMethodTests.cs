using System.Reflection;
using Kindred.Encoders;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Torch;
using Kindred.Experiments.Training;

namespace Kindred.Tests.Methods;

/// <summary>What holds of every classic method, whatever it does.</summary>
public sealed class EveryMethodTests
{
    static readonly Dictionary<string, Func<Method>> Makers = new()
    {
        ["simclr"] = () => new SimCLR(new TinyEncoder(), new(Dim: 8)),
        ["simclr, linear head, logistic"] = () => new SimCLR(new TinyEncoder(), new(Head: SimCLR.HeadKind.Linear, Loss: SimCLR.LossKind.NtLogistic, Dim: 8)),
        ["simclr, no head, triplet"] = () => new SimCLR(new TinyEncoder(), new(Head: SimCLR.HeadKind.None, Loss: SimCLR.LossKind.MarginTriplet)),
        ["simclr, memory"] = () => new SimCLR(new TinyEncoder(), new(Dim: 8, Depth: 3, Memory: 20)),
        ["graphcl"] = () => new GraphCL(new TinyEncoder(), new(Dim: 8)),
        ["instdisc"] = () => new InstDisc(new TinyEncoder(), Toy.Facts, new(Dim: 8, Negatives: 5, Proximal: 0.1)),
        ["instdisc, full softmax"] = () => new InstDisc(new TinyEncoder(), Toy.Facts, new(Dim: 8, Negatives: 0)),
        ["invaspread"] = () => new InvaSpread(new TinyEncoder(), new(Dim: 8)),
        ["invaspread, paper"] = () => new InvaSpread(new TinyEncoder(), new(Dim: 8, Form: InvaSpread.FormKind.Paper)),
        ["invaspread, invariance alone"] = () => new InvaSpread(new TinyEncoder(), new(Dim: 8, Terms: InvaSpread.TermKind.Invariance)),
        ["invaspread, spread alone"] = () => new InvaSpread(new TinyEncoder(), new(Dim: 8, Form: InvaSpread.FormKind.Paper, Terms: InvaSpread.TermKind.Spread)),
        ["cpc"] = () => new CPC(new PatchEncoder(new() { Patch = 4, Stride = 2, Width = 2 }), new(Steps: 2, Context: 6)),
        ["cpc, shuffled"] = () => new CPC(new PatchEncoder(new() { Patch = 4, Stride = 2, Width = 2 }), new(Steps: 2, Skip: 1, Context: 6, ShuffleTime: true)),
        ["cpc, same sequence"] = () => new CPC(new PatchEncoder(new() { Patch = 4, Stride = 2, Width = 2 }), new(Steps: 2, Context: 6, Negatives: CPC.NegativeKind.Sequence)),
        ["cmc"] = () => new CMC(c => new TinyEncoder(c ?? 3), Toy.Facts, new(Dim: 8, Negatives: 5)),
        ["cmc, softmax"] = () => new CMC(c => new TinyEncoder(c ?? 3), Toy.Facts, new(Dim: 8, Negatives: 5, Loss: CMC.LossKind.Softmax)),
        ["cmc, in the batch"] = () => new CMC(c => new TinyEncoder(c ?? 3), Toy.Facts, new(Dim: 8, Loss: CMC.LossKind.InBatch)),
        ["split-brain"] = () => new SplitBrain(c => new TinyEncoder(c ?? 3), new(Raster: 4, Hidden: 8)),
        ["moco"] = () => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8)),
        ["moco, symmetric"] = () => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8, Symmetric: true)),
        ["moco, bank"] = () => new MoCoBank(new TinyEncoder(), Toy.Facts, new(Negatives: 20, Dim: 8)),
        ["moco, end to end"] = () => new EndToEnd(new TinyEncoder(), new(Dim: 8)),
        ["moco-v3"] = () => new MoCoV3(new TinyEncoder(), new(Hidden: 8, Dim: 6)),
        ["byol"] = () => new BYOL(new TinyEncoder(), new(Hidden: 8, Dim: 6)),
        ["byol, no predictor, group norm"] = () => new BYOL(new TinyEncoder(), new(Hidden: 8, Dim: 6, Predictor: false, Norm: BYOL.NormKind.Gn)),
        ["simsiam"] = () => new SimSiam(new TinyEncoder(), new(Dim: 8, PredictorHidden: 4)),
        ["swav"] = () => new SwAV(new TinyEncoder(), new(Prototypes: 7, Dim: 6, Hidden: 8, Queue: 12, QueueFrom: 0, FreezeEpochs: 0)),
        ["dino"] = () => new DINO(new TinyEncoder(), new(Outputs: 9, Hidden: 8, Bottleneck: 4, FreezeEpochs: 0)),
        ["finetune"] = () => new FineTune(Pretrained(), Toy.Facts, new(Labels: 0.5)),
        ["distill"] = () => new Distill(new FineTune(Pretrained(), Toy.Facts, new()), c => new TinyEncoder(c ?? 3), Toy.Facts, new(Alpha: 0.5)),
        ["supervised"] = () => new Supervised(new TinyEncoder(), Toy.Facts, new()),
        ["supervised, half the labels"] = () => new Supervised(new TinyEncoder(), Toy.Facts, new(Labels: 0.5)),
    };

    static SimCLR Pretrained() => new(new TinyEncoder(), new(Dim: 8, Depth: 3));

    public static TheoryData<string> Names => [.. Makers.Keys];

    [Fact]
    public void Every_registered_class_of_this_room_is_tested_here()
    {
        var registered = typeof(SimCLR).Assembly.GetExportedTypes().Where(t => t.Namespace == "Kindred.Methods" && t.GetCustomAttributes<MethodAttribute>().Any());
        var classics = registered.Where(t => Classics.Contains(t.Name));
        var made = Makers.Values.Select(make => Toy.Build(make).GetType()).Distinct();
        Assert.Equal(classics.Select(t => t.Name).Order(), made.Select(t => t.Name).Order());
        Assert.Equal(Classics.Order(), classics.Select(t => t.Name).Order());
    }

    static readonly string[] Classics = ["GraphCL", "InstDisc", "InvaSpread", "CPC", "CMC", "SplitBrain", "MoCo", "MoCoBank", "EndToEnd", "MoCoV3", "SimCLR", "FineTune", "Distill", "Supervised", "SwAV", "BYOL", "SimSiam", "DINO"];

    [Theory, MemberData(nameof(Names))]
    public void It_trains_and_leaves_no_tensor_behind(string name)
    {
        using var data = new ToyData();
        var method = Toy.Build(Makers[name]);
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
        using var data = new ToyData();
        var (method, copy) = (Toy.Build(Makers[name]), Toy.Build(Makers[name], seed: 2));
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
            return string.Join(' ', record.Steps.Select(s => s.Loss.ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + " " + new TrainingState(m, o, 0).Sha256();
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void It_encodes_a_row_a_sample_without_touching_its_state(string name)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build(Makers[name]);
        method.Eval();
        var before = new TrainingState(method, Toy.Sgd(method), 0).Sha256();
        var view = data.Batch().Views[0];
        var features = NoGradient.Of(() => ((IEncodes)method).Features(view));
        var embeddings = NoGradient.Of(() => ((IEncodes)method).Embeddings(view));
        Assert.Equal([8, 2], [features.Size(0), features.Dim]);
        Assert.Equal([8, 2], [embeddings.Size(0), embeddings.Dim]);
        Assert.Equal(before, new TrainingState(method, Toy.Sgd(method), 0).Sha256());
    }
}
