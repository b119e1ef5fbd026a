using Kindred.Encoders;
using Kindred.Nn;
using Kindred.Tests.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

public class ResNetTests
{
    [Fact]
    public void ResNet18_with_a_CIFAR_stem_matches_torchvision_in_outputs_gradients_and_running_statistics()
    {
        using var scope = Scope.Open();
        var net = new ResNet(new() { Depth = 18 });
        Compare(net, "resnet18", 16);
        Assert.Equal(512, net.Dim);
    }

    [Fact]
    public void In_eval_mode_running_statistics_are_used_and_kept()
    {
        using var scope = Scope.Open();
        var net = new ResNet(new() { Depth = 18 });
        net.Eval();
        Compare(net, "resnet18_eval", 16);
    }

    [Fact]
    public void ResNet50_with_an_ImageNet_stem_matches_torchvision()
    {
        using var scope = Scope.Open();
        var net = new ResNet(new() { Depth = 50, Stem = ResNetStem.ImageNet });
        Compare(net, "resnet50", 64);
        Assert.Equal(2048, net.Dim);
    }

    [Fact]
    public void Channels_last_weights_and_pictures_give_the_same_numbers()
    {
        using var scope = Scope.Open();
        var net = new ResNet(new() { Depth = 18 });
        Reference.Fill(net, TorchvisionNames.FromPath);
        net.To(channelsLast: true);
        var x = Reference.Tensor(1000, 4, 3, 16, 16).Contiguous(MemoryFormat.ChannelsLast);
        Reference.Check("resnet18", net, net.Forward, x, TorchvisionNames.FromPath);
    }

    [Fact]
    public void State_paths_are_torchvisions_names_but_for_the_classifier_and_the_batch_counters()
    {
        using var scope = Scope.Open();
        var net = new ResNet(new() { Depth = 18, Stem = ResNetStem.ImageNet });
        var theirs = Reference.Get("torchvision_names").EnumerateArray().Select(n => n.GetString()!).ToArray();
        Assert.Equal(theirs.Select(TorchvisionNames.ToPath).OfType<string>().Order(), net.State().Select(s => s.Path).Order());
        Assert.Contains("layer1.0.conv1.weight", net.State().Select(s => s.Path));
        Assert.Equal("layer1.0.bn1.runningVar", TorchvisionNames.ToPath("layer1.0.bn1.running_var"));
    }

    [Theory]
    [InlineData(10, ResNetStem.Cifar, 1, 0, 512)]
    [InlineData(34, ResNetStem.D, 0.5, 0, 256)]
    [InlineData(50, ResNetStem.D, 1, 0.0625, 2048)]
    [InlineData(101, ResNetStem.ImageNet, 0.25, 0, 512)]
    [InlineData(152, ResNetStem.Cifar, 0.25, 0.0625, 512)]
    public void Every_variant_encodes_to_its_width(int depth, ResNetStem stem, double width, double sk, long dim)
    {
        using var scope = Scope.Open();
        var net = new ResNet(new() { Depth = depth, Stem = stem, Width = width, SkRatio = sk });
        using var _ = NoGradient.Begin();
        var y = net.Forward(Reference.Tensor(1, 2, 3, 32, 32).To(Dtype.Float32));
        Assert.Equal([2, dim], y.Shape);
        Assert.Equal(dim, net.Dim);
        Assert.All(y.ToArray<float>(), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Selective_kernels_mix_two_streams_by_a_softmax_over_the_whole_picture()
    {
        using var scope = Scope.Open();
        var kernel = new SelectiveKernel(4, 8, 2, new Norming(NormKind.Bn, 1, false, false), 0.0625);
        Reference.Fill(kernel, Reference.Snake);
        Reference.Check("selective_kernel", kernel, kernel.Forward, Reference.Tensor(1000, 3, 4, 8, 8), Reference.Snake);
    }

    [Fact]
    public void The_stages_run_one_by_one_give_the_feature_map()
    {
        using var scope = Scope.Open();
        var net = new ResNet(new() { Depth = 18, Width = 0.25 });
        net.Eval();
        var x = Reference.Tensor(1, 2, 3, 16, 16).To(Dtype.Float32);
        var h = net.Begin(x);
        for (int i = 0; i < net.Stages.Length; i++)
            h = net.Stage(i, h);
        Assert.Equal(net.FeatureMap(x).ToArray<float>(), h.ToArray<float>());
        Assert.Equal(net.Forward(x).ToArray<float>(), h.Mean([2, 3]).ToArray<float>());
    }

    [Fact]
    public void Blocks_that_start_at_zero_pass_their_input_through()
    {
        using var scope = Scope.Open();
        var block = new BasicBlock(8, 8, 1, new Norming(NormKind.Bn, 1, ZeroLast: true, false), false);
        var x = Reference.Tensor(1, 2, 8, 4, 4).To(Dtype.Float32);
        Assert.Equal(x.Relu().ToArray<float>(), block.Forward(x).ToArray<float>());
    }

    [Theory]
    [InlineData(NormKind.GnWs)]
    [InlineData(NormKind.None)]
    public void Without_batch_statistics_a_picture_is_encoded_the_same_in_any_batch(NormKind norm)
    {
        using var scope = Scope.Open();
        var net = new ResNet(new() { Depth = 10, Width = 0.25, Norm = norm });
        var x = Reference.Tensor(1, 4, 3, 16, 16).To(Dtype.Float32);
        var together = net.Forward(x).Narrow(0, 0, 1).ToArray<float>();
        var alone = net.Forward(x.Narrow(0, 0, 1)).ToArray<float>();
        for (int i = 0; i < alone.Length; i++)
            Assert.Equal(alone[i], together[i], 1e-4f);
    }

    [Fact]
    public void An_impossible_network_is_refused_with_what_is_possible()
    {
        Assert.Contains("10, 18, 34", Assert.Throws<ConfigurationException>(() => new ResNet(new() { Depth = 20 })).Message);
        Assert.Contains("skRatio", Assert.Throws<ConfigurationException>(() => new ResNet(new() { Depth = 18, SkRatio = 0.1 })).Message);
    }

    static void Compare(ResNet net, string name, long size)
    {
        Reference.Fill(net, TorchvisionNames.FromPath);
        Reference.Check(name, net, net.Forward, Reference.Tensor(1000, 4, 3, size, size), TorchvisionNames.FromPath);
        var buffers = net.State().Where(s => s.State is Buffer).ToDictionary(s => TorchvisionNames.FromPath(s.Path), s => s.State.Value);
        foreach (var buffer in Reference.Get(name).GetProperty("buffers").EnumerateObject())
            Reference.Near(buffer.Value, buffers[buffer.Name], buffer.Name);
    }
}
