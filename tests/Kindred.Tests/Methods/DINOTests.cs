using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes DINO itself.</summary>
public sealed class DINOTests
{
    [Fact]
    public void DINO_without_sharpening_becomes_uniform_and_without_centring_loses_entropy()
    {
        (double Entropy, double Divergence) End(DINO.Options options)
        {
            using var data = new ToyData();
            var method = Toy.Build(() => new DINO(new TinyEncoder(), options));
            var record = new Record();
            Toy.Train(method, Toy.Sgd(method, 0.1), data, epochs: 30, null, record);
            return (record.Steps.TakeLast(4).Average(s => s.Numbers["teacher_entropy"]), record.Steps.TakeLast(4).Average(s => s.Numbers["teacher_divergence"]));
        }
        var plain = new DINO.Options(Outputs: 16, Hidden: 16, Bottleneck: 8, HeadNorm: true, FreezeEpochs: 0, Momentum: 0.9);
        var both = End(plain);
        var uniform = End(plain with { TeacherTemperature = 1, WarmupTemperature = 1 });
        var uncentred = End(plain with { Centering = false });
        Assert.InRange(both.Entropy, 0.01, Math.Log(16) - 0.01);
        Assert.InRange(uniform.Entropy, Math.Log(16) - 0.1, Math.Log(16) + 1e-6);
        Assert.True(uniform.Divergence < 0.1 * both.Divergence, $"divergence {uniform.Divergence:0.0000} without sharpening, {both.Divergence:0.0000} with it");
        Assert.True(uncentred.Entropy < both.Entropy, $"entropy {uncentred.Entropy:0.000} without centring, {both.Entropy:0.000} with it");
    }
}
