using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes InstDisc itself.</summary>
public sealed class InstDiscTests
{
    [Fact]
    public void InstDisc_s_bank_holds_unit_rows_after_an_epoch_and_fixes_its_normaliser_once()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build(() => new InstDisc(new TinyEncoder(), Toy.Facts, new(Dim: 8, Negatives: 5)));
        var optimizers = Toy.Sgd(method);
        Toy.Train(method, optimizers, data, epochs: 2, steps: 1);
        var z = Toy.State(method, "bank.logNormaliser").Item();
        Assert.True(double.IsFinite(z));
        Toy.GoOn(method, optimizers, data, new TrainerOptions { Epochs = 2, MaxSteps = 4 }, new(0, 2, 1, 8)).Fit();
        Assert.Equal(z, Toy.State(method, "bank.logNormaliser").Item());
        Assert.All(Toy.State(method, "bank.entries").Norm(2, [1]).ToArray<float>(), norm => Assert.Equal(1, norm, 1e-5f));
    }
}
