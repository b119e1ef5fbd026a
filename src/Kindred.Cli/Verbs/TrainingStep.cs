using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary>One training step of a method on random views that stay in memory: the work that a benchmark of frameworks compares.</summary>
sealed class TrainingStep
{
    readonly BenchTrain.Settings settings;
    readonly Projected online;
    readonly Projected? teacher;
    readonly Layer? predictor;
    readonly Prototypes? prototypes;
    readonly Memories.Queue? queue;
    readonly Center? center;
    readonly Optimizer optimizer;
    readonly Tensor[] views;
    readonly Tensor labels;
    Action settle = () => { };

    internal TrainingStep(BenchTrain.Settings settings)
    {
        this.settings = settings;
        using var _ = Initialization.Begin(settings.Seed);
        bool dino = settings.Method == "dino";
        Encoder encoder = dino
            ? new ViT(new() { Size = settings.Size, Patch = 4 })
            : new ResNet(new());
        online = new Projected(encoder, Head(encoder.Dim));
        if (settings.Method is "moco_v2" or "byol" or "dino")
            teacher = online.Twin();
        if (settings.Method == "byol")
            predictor = new MlpHead(256, 4096, 256);
        if (settings.Method == "swav")
            prototypes = new Prototypes(128, Count(3000));
        if (settings.Method == "moco_v2")
            queue = new Memories.Queue(settings.Queue, 256);
        if (dino)
            center = new Center(Count(4096));
        var player = new Player(online, predictor, prototypes);
        foreach (var module in new Module?[] { player, teacher })
            module?.To(channelsLast: settings.Layout == "nhwc");
        optimizer = dino
            ? new Adam(player, Adam.Options.W with { LearningRate = 1e-4, WeightDecay = 0.04 })
            : new Sgd(player, new() { LearningRate = 0.03, WeightDecay = 1e-4 });
        views = [Pictures(settings.Size), Pictures(settings.Size), .. Enumerable.Range(0, dino ? settings.Locals : 0).Select(_ => Pictures(16))];
        labels = Scope.Release(Tensor.Randint(10, [settings.Batch], Initialization.Generator, Dtype.Int64));
    }

    /// <summary>Passes of one source image through the trained network.</summary>
    internal int Passes => settings.Method switch { "supervised" or "moco_v2" => 1, "dino" => views.Length, _ => 2 };

    /// <summary>The loss of the last step.</summary>
    internal double LastLoss { get; private set; }

    /// <summary>Forward, loss, backward, optimizer, momentum network.</summary>
    internal void Take()
    {
        using var scope = Scope.Open();
        var loss = Loss();
        optimizer.Zero();
        loss.Backward();
        optimizer.Step(default);
        using (NoGradient.Begin())
            settle();
        LastLoss = loss.Item();
    }

    Tensor Loss() => settings.Method switch
    {
        "supervised" => Wide(() => [online.Forward(views[0])])[0].CrossEntropyLoss(labels),
        "simclr" => NtXent.Loss(Tensor.Cat(Wide(Both(online.Forward))), temperature: 0.2),
        "moco_v2" => MoCo(),
        "byol" => Byol(),
        "swav" => Swav(),
        _ => Dino(),
    };

    Tensor MoCo()
    {
        var q = Wide(() => [online.Forward(views[0])])[0];
        var k = Frozen(() => [teacher!.Forward(views[1])])[0].Normalize();
        settle = () =>
        {
            teacher!.Follow(online, 0.99);
            queue!.Enqueue(k);
        };
        return InfoNce.Loss(q.Normalize(), k, queue!.Keys, 0.2, normalize: false);
    }

    Tensor Byol()
    {
        var p = Wide(Both(x => predictor!.Forward(online.Forward(x))));
        var k = Frozen(Both(teacher!.Forward));
        settle = () => teacher.Follow(online, 0.99);
        return NormalizedRegression.Loss(p[0], p[1], k[0], k[1]);
    }

    Tensor Swav()
    {
        prototypes!.Renormalise();
        var s = Wide(Both(x => prototypes.Forward(online.Forward(x).Normalize())));
        return SwappedPrediction.Loss(Tensor.Stack(s));
    }

    Tensor Dino()
    {
        var t = Tensor.Stack(Frozen(() => teacher!.Forward([views[0], views[1]])));
        var s = Tensor.Stack(Wide(() => online.Forward(views)));
        settle = () =>
        {
            teacher!.Follow(online, 0.99);
            center!.Update(t);
        };
        return SelfDistillation.Loss(s, t, center!.Value);
    }

    /// <summary>Both views: each by itself, or in one pass where that is asked.</summary>
    Func<Tensor[]> Both(Func<Tensor, Tensor> network) => settings.Views == "concat"
        ? () => network(Tensor.Cat([views[0], views[1]])).Chunk(2)
        : () => [network(views[0]), network(views[1])];

    /// <summary>A teacher's outputs: no gradient, batch statistics as in training.</summary>
    Tensor[] Frozen(Func<Tensor[]> network)
    {
        using var _ = NoGradient.Begin();
        return Wide(network);
    }

    /// <summary>Runs a network in the wanted precision; losses are always in single precision.</summary>
    Tensor[] Wide(Func<Tensor[]> network)
    {
        if (!settings.HalfPrecision)
            return network();
        using var _ = Autocast.Begin(Device.Cpu, Dtype.BFloat16);
        return Array.ConvertAll(network(), y => y.To(Dtype.Float32));
    }

    Layer Head(long dim) => settings.Method switch
    {
        "supervised" => new LinearClassifier(dim, 10),
        "simclr" or "moco_v2" => new MlpHead(dim, 2048, 256, norm: false),
        "byol" => new MlpHead(dim, 4096, 256),
        "swav" => new MlpHead(dim, 2048, 128),
        _ => new DinoHead(dim, Count(4096)),
    };

    int Count(int usual) => settings.Prototypes > 0 ? settings.Prototypes : usual;

    Tensor Pictures(int side)
    {
        var x = Tensor.Randn([settings.Batch, 3, side, side], Initialization.Generator, Dtype.Float32);
        return Scope.Release(settings.Layout == "nhwc" ? x.Contiguous(MemoryFormat.ChannelsLast) : x);
    }

    /// <summary>What the optimizer trains.</summary>
    sealed class Player(Projected online, Layer? predictor, Prototypes? prototypes) : Module
    {
        readonly Projected online = online;
        readonly Layer? predictor = predictor;
        readonly Prototypes? prototypes = prototypes;

        public override string ToString() => $"{online} {predictor} {prototypes}";
    }
}
