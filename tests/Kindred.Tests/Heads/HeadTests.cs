using Kindred.Heads;
using Kindred.Nn;
using Kindred.Tests.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Heads;

public class HeadTests
{
    [Fact]
    public void A_three_layer_head_with_norms_matches_PyTorch()
    {
        using var scope = Scope.Open();
        var head = new MlpHead(6, 8, 3, depth: 3, last: MlpHead.Last.NormWithoutAffine);
        Reference.Fill(head, NameOf);
        Reference.Check("mlp_head", head, head.Forward, Reference.Tensor(1000, 7, 6), NameOf);

        static string NameOf(string path) => Reference.Snake(path["layers.".Length..]);
    }

    [Fact]
    public void DINOs_head_matches_PyTorch_and_its_gain_stays_fixed()
    {
        using var scope = Scope.Open();
        var head = new DinoHead(6, 9, hidden: 10, bottleneck: 4);
        Reference.Fill(head, NameOf);
        Reference.Check("dino_head", head, head.Forward, Reference.Tensor(1000, 5, 6), NameOf);
        head.LastLayer.Trainable = true;
        Assert.False(head.NamedParameters().Single(p => p.Path == "last.gain").Parameter.Trainable);

        static string? NameOf(string path) => path switch { "last.gain" => null, "last.direction" => "direction", _ => path };
    }

    [Theory]
    [InlineData(true, MlpHead.Last.Plain, "layers.0.weight layers.1.weight layers.1.bias layers.1.runningMean layers.1.runningVar layers.3.weight layers.3.bias")]
    [InlineData(false, MlpHead.Last.Plain, "layers.0.weight layers.0.bias layers.2.weight layers.2.bias")]
    [InlineData(true, MlpHead.Last.NormWithoutBias,
        "layers.0.weight layers.1.weight layers.1.bias layers.1.runningMean layers.1.runningVar layers.3.weight layers.4.weight layers.4.runningMean layers.4.runningVar")]
    public void Linear_layers_before_a_norm_have_no_bias(bool norm, MlpHead.Last last, string state)
    {
        using var scope = Scope.Open();
        Assert.Equal(state, string.Join(' ', new MlpHead(4, 5, 6, norm: norm, last: last).State().Select(s => s.Path)));
    }

    [Fact]
    public void Without_batch_statistics_a_head_forgets_what_all_its_inputs_have_in_common_and_no_sample_sees_another()
    {
        using var scope = Scope.Open();
        var (head, batch) = (new MlpHead(16, 64, 8, group: true, lastBias: false), new MlpHead(16, 64, 8));
        var x = Reference.Tensor(1, 6, 16).To(Dtype.Float32);
        var z = head.Forward(x);
        Assert.Equal(0, (head.Forward(x + 3) - z).Abs().Max().Item(), 1e-3);                  // standardised weights have mean 0
        Assert.Equal(0, Alone(head), 1e-4);
        Assert.True(Alone(batch) > 1e-3);

        // How much the first rows change when the others are not there.
        double Alone(MlpHead of) => (of.Forward(x.Narrow(0, 0, 3)) - of.Forward(x).Narrow(0, 0, 3)).Abs().Max().Item();
    }

    [Fact]
    public void The_middle_of_a_head_is_where_its_first_layers_end()
    {
        using var scope = Scope.Open();
        var head = new MlpHead(4, 5, 6, depth: 3);
        head.Eval();
        var x = Reference.Tensor(1, 3, 4).To(Dtype.Float32);
        Assert.Same(x, head.Forward(x, 0));
        Assert.Equal([3, 5], head.Forward(x, 1).Shape);
        Assert.All(head.Forward(x, 2).ToArray<float>(), v => Assert.True(v >= 0));   // after a ReLU
        Assert.Equal(head.Forward(x).ToArray<float>(), head.Forward(x, 3).ToArray<float>());
    }

    [Fact]
    public void Prototypes_score_by_cosine_and_return_to_unit_length()
    {
        using var scope = Scope.Open();
        var prototypes = new Prototypes(4, 7);
        prototypes.Weight.Set(prototypes.Weight.Value.Detach() * 3);
        prototypes.Renormalise();
        Assert.All(prototypes.Weight.Value.Norm(2, [1]).ToArray<float>(), n => Assert.Equal(1, n, 1e-5f));
        var row = prototypes.Weight.Value.Detach().Narrow(0, 2, 1);
        Assert.Equal(1, prototypes.Forward(row).ToArray<float>()[2], 1e-5f);
    }
}
