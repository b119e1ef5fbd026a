using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What a method with a teacher or prototypes keeps still, whichever it is.</summary>
public sealed class StillPartsTests
{
    [Theory]
    [InlineData("swav", "prototypes.weight")]
    [InlineData("dino", "student.head.last.direction")]
    public void Prototypes_and_the_last_layer_stay_as_drawn_for_an_epoch(string which, string path)
    {
        using var data = new ToyData();
        var method = Toy.Build<Method>(() => which == "swav"
            ? new SwAV(new TinyEncoder(), new(Prototypes: 7, Dim: 6, Hidden: 8))
            : new DINO(new TinyEncoder(), new(Outputs: 9, Hidden: 8, Bottleneck: 4)));
        var drawn = Toy.Values(method, path);
        var optimizers = Toy.Sgd(method);
        Toy.Train(method, optimizers, data, epochs: 3, steps: 4);
        Assert.All(drawn.Zip(Toy.Values(method, path)), p => Assert.Equal(p.First, p.Second, 1e-6f)); // rows are brought to length 1 again, which rounds
        Toy.GoOn(method, optimizers, data, new TrainerOptions { Epochs = 3 }, new(1, 3, 4, 12)).Fit();
        Assert.Contains(drawn.Zip(Toy.Values(method, path)), p => Math.Abs(p.First - p.Second) > 1e-4);
    }

    [Theory]
    [InlineData("moco", "pair.key")]
    [InlineData("moco-v3", "target")]
    [InlineData("byol", "target")]
    [InlineData("dino", "teacher")]
    [InlineData("distill", "teacher")]
    public void No_gradient_reaches_the_teacher(string which, string part)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build<Method>(() => which switch
        {
            "moco" => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8)),
            "moco-v3" => new MoCoV3(new TinyEncoder(), new(Hidden: 8, Dim: 6)),
            "byol" => new BYOL(new TinyEncoder(), new(Hidden: 8, Dim: 6)),
            "dino" => new DINO(new TinyEncoder(), new(Outputs: 9, Hidden: 8, Bottleneck: 4)),
            _ => new Distill(new FineTune(new SimCLR(new TinyEncoder(), new(Dim: 8)), Toy.Facts, new()), c => new TinyEncoder(c ?? 3), Toy.Facts, new()),
        });
        Toy.Loss(method, data.Batch(), new(1, 2, 4, 8)).Backward();
        var ofTeacher = method.NamedParameters().Where(p => p.Path.StartsWith(part + ".", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(ofTeacher);
        Assert.All(ofTeacher, p => Assert.Null(p.Parameter.Gradient));
        Assert.Contains(method.Parameters(), p => p.Gradient is not null);
    }
}
