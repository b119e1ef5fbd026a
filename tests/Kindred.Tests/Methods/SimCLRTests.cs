using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes SimCLR itself.</summary>
public sealed class SimCLRTests
{
    [Fact]
    public void SimCLR_s_memory_only_adds_negatives()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var plain = Toy.Build(() => new SimCLR(new TinyEncoder(), new(Dim: 8)));
        var memory = Toy.Build(() => new SimCLR(new TinyEncoder(), new(Dim: 8, Memory: 8)));
        Assert.True(Toy.Loss(memory, data.Batch()).Item() > Toy.Loss(plain, data.Batch()).Item());
        Toy.State(memory, "memory.keys").Fill_(0); // cosine 0: each key adds exp(0) below the line
        var z = Tensor.Cat(plain.Network.Forward([data.Batch().Views[0], data.Batch().Views[1]])).Normalize();
        var s = (z.Matmul(z.T()) / 0.1).ToArray<float>();
        var expected = Enumerable.Range(0, 16).Average(i =>
            Math.Log(Enumerable.Range(0, 16).Where(k => k != i).Sum(k => Math.Exp(s[(i * 16) + k])) + 8) - s[(i * 16) + ((i + 8) % 16)]);
        Assert.Equal(expected, Toy.Loss(memory, data.Batch()).Item(), 1e-4);
    }

    [Fact]
    public void SimCLR_refuses_a_memory_beside_a_loss_that_has_none() =>
        Assert.Contains("only the loss ntXent",
            Assert.Throws<ConfigurationException>(() => new SimCLR(new TinyEncoder(), new(Memory: 8, Loss: SimCLR.LossKind.MarginTriplet))).Message, StringComparison.Ordinal);
}
