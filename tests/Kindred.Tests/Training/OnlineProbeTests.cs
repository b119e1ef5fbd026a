using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Training;

public class OnlineProbeTests
{
    [Fact]
    public void It_learns_the_classes_and_leaves_the_training_as_it_is()
    {
        var plain = Train(probed: false);
        var probed = Train(probed: true);
        Assert.Equal(plain.Sha, probed.Sha);
        Assert.All(plain.Steps, s => Assert.DoesNotContain("online_accuracy", s.Numbers.Keys));
        double[] accuracy = [.. probed.Steps.Select(s => s.Numbers["online_accuracy"])];
        Assert.All(accuracy, a => Assert.InRange(a, 0, 100));
        Assert.True(accuracy[^20..].Average() > accuracy[..20].Average() + 10, $"{accuracy[..20].Average():0.0} at first, {accuracy[^20..].Average():0.0} at last");
    }

    [Fact]
    public void Data_without_classes_are_refused() =>
        Assert.Throws<ConfigurationException>(() => OnlineProbe.For(Toy.Build(() => new SimCLR(new TinyEncoder(), new(Dim: 8))), new ToyData(classes: 1), Device.Cpu, 1));

    static (string Sha, List<StepReport> Steps) Train(bool probed)
    {
        Generator.Default.Seed(3);
        var method = Toy.Build(() => new SimCLR(new TinyEncoder(), new(Dim: 8)));
        var optimizers = Toy.Sgd(method);
        var data = new ToyData(classes: 2);
        var record = new Tests.Methods.Record();
        using var probe = probed ? OnlineProbe.For(method, data, Device.Cpu, 1) : null;
        var result = Toy.Train(method, optimizers, data, 60, null, probe is null ? [record] : [probe, record]);
        return (new TrainingState(method, optimizers, 1) { Position = new(result.At, null, null, result.At.Steps) }.Sha256(), record.Steps);
    }
}
