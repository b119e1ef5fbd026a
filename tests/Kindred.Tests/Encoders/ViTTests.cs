using Kindred.Encoders;
using Kindred.Tests.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

public class ViTTests
{
    static readonly ViT.Options Small = new() { Size = 16, Patch = 4, Width = 24, Depth = 2, Heads = 3 };

    [Theory]
    [InlineData("vit", 16)]
    [InlineData("vit_crop", 8)]
    public void Outputs_and_gradients_match_PyTorch_at_full_size_and_on_local_crops(string name, long size)
    {
        using var scope = Scope.Open();
        var net = new ViT(Small);
        Reference.Fill(net, Reference.Snake);
        Reference.Check(name, net, net.Forward, Reference.Tensor(1000, 3, 3, size, size), Reference.Snake);
    }

    [Fact]
    public void Fixed_positions_tell_row_and_column_apart_and_take_no_gradient()
    {
        using var scope = Scope.Open();
        var table = SinCos2d.Table(3, 8).ToArray<float>();
        Assert.All(table[..8], v => Assert.Equal(0, v));                       // class token
        // The token of row 1, column 2: sin and cos of 1 and of 2, each at frequencies 1 and 1/100.
        double[] expected = [Math.Sin(1), Math.Sin(0.01), Math.Cos(1), Math.Cos(0.01), Math.Sin(2), Math.Sin(0.02), Math.Cos(2), Math.Cos(0.02)];
        for (int i = 0; i < 8; i++)
            Assert.Equal(expected[i], table[(1 + 3 + 2) * 8 + i], 1e-6);

        var net = new ViT(Small with { Positions = Positions.SinCos, FrozenPatches = true });
        net.Trainable = true;
        net.Forward(Reference.Tensor(1, 2, 3, 16, 16).To(Dtype.Float32)).Sum().Backward();
        Assert.Equal(["patchWeight", "patchBias", "posEmbed"], net.NamedParameters().Where(p => p.Parameter.Gradient is null).Select(p => p.Path));
    }

    [Fact]
    public void Stochastic_depth_acts_in_training_only_and_can_be_stopped()
    {
        using var scope = Scope.Open();
        var net = new ViT(Small with { DropPath = 0.9, Depth = 3 });
        var x = Reference.Tensor(1, 8, 3, 16, 16).To(Dtype.Float32);
        Assert.NotEqual(net.Forward(x).ToArray<float>(), net.Forward(x).ToArray<float>());
        net.Eval();
        var still = net.Forward(x).ToArray<float>();
        net.Train();
        net.StopDropping();
        Assert.Equal(still, net.Forward(x).ToArray<float>());
    }

    [Fact]
    public void Impossible_options_are_refused()
    {
        Assert.Contains("patches of 5", Assert.Throws<ConfigurationException>(() => new ViT(Small with { Patch = 5 })).Message);
        Assert.Contains("7 heads", Assert.Throws<ConfigurationException>(() => new ViT(Small with { Heads = 7 })).Message);
    }
}
