using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes CPC itself.</summary>
public sealed class CPCTests
{
    [Fact]
    public void CPC_sees_nothing_beyond_the_present_and_refuses_what_cannot_be_predicted()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        CPC Make(int steps, int skip = 0) => Toy.Build(() => new CPC(new PatchEncoder(new() { Patch = 4, Stride = 4, Width = 2 }), new(Steps: steps, Skip: skip, Context: 6)));
        Toy.Loss(Make(3), data.Batch()); // a 4 × 4 grid
        Toy.Loss(Make(1, skip: 2), data.Batch());
        Assert.Contains("4 steps ahead", Assert.Throws<ConfigurationException>(() => Toy.Loss(Make(2, skip: 2), data.Batch())).Message, StringComparison.Ordinal);
        Assert.Contains("4 frames", Assert.Throws<ConfigurationException>(() => Toy.Loss(Make(4), data.Batch())).Message, StringComparison.Ordinal);
        Assert.Contains("frames or patches", Assert.Throws<ConfigurationException>(() => new CPC(new TinyEncoder(), new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CPC_takes_sound_as_well_as_pictures()
    {
        using var data = new ToyData(kind: "sound");
        var method = Toy.Build(() => new CPC(new WaveEncoder(new() { Width = 16 }), new(Steps: 2, Context: 16)));
        var record = new Record();
        Toy.Train(method, Toy.Sgd(method, 0.02), data, epochs: 2, null, record);
        Assert.All(record.Steps, s => Assert.True(double.IsFinite(s.Loss)));
    }
}
