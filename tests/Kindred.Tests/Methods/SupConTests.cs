using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes SupCon and its second stage themselves.</summary>
public sealed class SupConTests
{
    [Fact]
    public void With_every_image_a_class_of_its_own_it_is_SimCLR_s_loss()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build(() => new Kindred.Methods.SupCon(new TinyEncoder(), Toy.Facts, new(Dim: 6)));
        var batch = data.Batch();
        var z = Tensor.Cat(method.Network.Forward([batch.Views[0], batch.Views[1]]));
        var alone = batch with { Labels = Tensor.Arange(8, Dtype.Int64, Device.Cpu) };
        Assert.Equal(NtXent.Loss(z, 0.1).Item(), Toy.Loss(method, alone).Item(), 1e-5);
        Assert.NotEqual(NtXent.Loss(z, 0.1).Item(), Toy.Loss(method, batch).Item(), 1e-2);
    }

    [Fact]
    public void In_one_stage_cross_entropy_is_added_by_its_weight_and_reaches_the_encoder()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Loss(double joint) => Toy.Loss(Toy.Build(() => new Kindred.Methods.SupCon(new TinyEncoder(), Toy.Facts, new(Dim: 6, Joint: joint))), data.Batch()).Item();
        var (none, half, whole) = (Loss(0), Loss(0.5), Loss(1));
        Assert.Equal(half - none, whole - half, 1e-5);
        Assert.Equal(Math.Log(4), whole - none, 0.2);                                  // an untrained classifier of four classes
    }

    [Fact]
    public void Without_classes_or_classifier_it_says_what_to_do()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        Assert.Contains("labelled data", Assert.Throws<ConfigurationException>(() => new Kindred.Methods.SupCon(new TinyEncoder(), new DataFacts(32, 0, 4), new())).Message, StringComparison.Ordinal);
        var method = Toy.Build(() => new Kindred.Methods.SupCon(new TinyEncoder(), Toy.Facts, new()));
        Assert.Contains("classify", Assert.Throws<ConfigurationException>(() => method.Score(data.Batch().Views[0])).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Toy.Loss(method, data.Batch() with { Labels = null }));
    }

    [Fact]
    public void The_second_stage_changes_the_classifier_alone()
    {
        using var data = new ToyData();
        var first = Toy.Build(() => new Kindred.Methods.SupCon(new TinyEncoder(), Toy.Facts, new(Dim: 6)));
        Toy.Train(first, Toy.Sgd(first, 0.1), data, epochs: 8);
        var second = Toy.Build(() => new Classify(first, Toy.Facts));
        string State() =>
            string.Join(' ', second.State().Where(s => s.Path.StartsWith("encoder.", StringComparison.Ordinal)).Select(s => $"{s.Path} {string.Join(',', s.State.Value.ToArray<float>())}"));
        var before = State();
        var record = new Record();
        Toy.Train(second, Toy.Sgd(second, 1), data, epochs: 30, null, record);
        Assert.Equal(before, State());
        Assert.True(record.Steps.TakeLast(8).Average(s => s.Numbers["accuracy"]) > 0.5, "a quarter is chance");
    }
}
