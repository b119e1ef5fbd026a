using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Nn;

public class LayerTests
{
    [Fact]
    public void A_GRU_matches_PyTorch()
    {
        using var scope = Scope.Open();
        var gru = new Gru(5, 7);
        Reference.Fill(gru, NameOf);
        Reference.Check("gru", gru, gru.Forward, Reference.Tensor(1000, 3, 6, 5), NameOf);

        static string NameOf(string path) => Reference.Snake(path) + "_l0";
    }

    [Fact]
    public void A_GRU_goes_on_from_the_state_it_returned()
    {
        using var scope = Scope.Open();
        var gru = new Gru(5, 7);
        var x = Reference.Tensor(1, 2, 6, 5).To(Dtype.Float32);
        var whole = gru.Forward(x).Narrow(1, 4, 2).Contiguous().ToArray<float>();
        var (_, state) = gru.Forward(x.Narrow(1, 0, 4), null);
        var rest = gru.Forward(x.Narrow(1, 4, 2), state).Outputs.Contiguous().ToArray<float>();
        for (int i = 0; i < whole.Length; i++)
            Assert.Equal(whole[i], rest[i], 1e-5f);
    }

    [Fact]
    public void Masked_cross_attention_matches_PyTorch()
    {
        using var scope = Scope.Open();
        var attention = new MultiHeadAttention(12, 3);
        Reference.Fill(attention, NameOf);
        var memory = Reference.Tensor(1001, 2, 7, 12);
        var visible = Tensor.From<bool>([true, true, true, true, true, false, false], [1, 1, 1, 7]);
        Reference.Check("cross_attention", attention, x => attention.Across(x, memory, visible), Reference.Tensor(1000, 2, 4, 12), NameOf);

        static string NameOf(string path) => path.Replace("qkv.", "in_proj_").Replace("proj.", "out_proj.").Replace("in_out_", "in_");
    }

    [Fact]
    public void Attention_over_itself_is_cross_attention_to_itself()
    {
        using var scope = Scope.Open();
        var attention = new MultiHeadAttention(12, 3);
        var x = Reference.Tensor(1, 2, 4, 12).To(Dtype.Float32);
        var self = attention.Forward(x).ToArray<float>();
        var cross = attention.Across(x, x).ToArray<float>();
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(cross[i], self[i], 1e-5f);
    }

    [Fact]
    public void Standardised_grouped_convolution_and_group_norm_match_PyTorch()
    {
        using var scope = Scope.Open();
        var pair = new Pair();
        Reference.Fill(pair, path => path);
        Reference.Check("standardised", pair, pair.Forward, Reference.Tensor(1000, 3, 4, 9, 9), path => path);
    }

    [Fact]
    public void Split_batch_norm_treats_each_chunk_as_a_batch_of_its_own()
    {
        using var scope = Scope.Open();
        var split = new SplitBatchNorm(5, splits: 3);
        var plain = new BatchNorm(5);
        var x = Reference.Tensor(1, 12, 5).To(Dtype.Float32);
        var together = split.Forward(x).ToArray<float>();
        var means = new float[5];
        for (int i = 0; i < 3; i++)
        {
            plain.RunningMean.Set(Tensor.Zeros([5]));
            Assert.Equal(plain.Forward(x.Narrow(0, 4 * i, 4)).ToArray<float>(), together[(20 * i)..(20 * i + 20)]);
            means = [.. means.Zip(plain.RunningMean.Value.ToArray<float>(), (a, b) => a + b / 3)];
        }
        for (int i = 0; i < 5; i++)
            Assert.Equal(means[i], split.RunningMean.Value.ToArray<float>()[i], 1e-6f);
        Assert.Contains("make train.batch a multiple of 3", Assert.Throws<ConfigurationException>(() => split.Forward(x.Narrow(0, 0, 7))).Message);
    }

    [Fact]
    public void Split_batch_norm_in_eval_mode_is_batch_norm()
    {
        using var scope = Scope.Open();
        var split = new SplitBatchNorm(5, splits: 3);
        var plain = new BatchNorm(5);
        split.Eval();
        plain.Eval();
        var x = Reference.Tensor(1, 7, 5).To(Dtype.Float32);
        Assert.Equal(plain.Forward(x).ToArray<float>(), split.Forward(x).ToArray<float>());
    }

    [Fact]
    public void Drop_path_drops_whole_samples_and_keeps_the_mean()
    {
        using var scope = Scope.Open();
        var path = new DropPath(0.25);
        var y = path.Forward(Tensor.Ones([4000, 3])).ToArray<float>();
        for (int row = 0; row < 4000; row++)
            Assert.True(y[3 * row] == y[3 * row + 1] && (y[3 * row] == 0 || Math.Abs(y[3 * row] - 4 / 3f) < 1e-6f));
        Assert.Equal(1, y.Average(), 0.05);
        path.Eval();
        Assert.All(path.Forward(Tensor.Ones([4, 3])).ToArray<float>(), v => Assert.Equal(1, v));
    }

    [Fact]
    public void Dropout_acts_in_training_only()
    {
        using var scope = Scope.Open();
        var dropout = new Dropout(0.5);
        var x = Tensor.Ones([1000]);
        Assert.InRange(dropout.Forward(x).ToArray<float>().Count(v => v == 0), 400, 600);
        dropout.Eval();
        Assert.Same(x, dropout.Forward(x));
    }

    [Fact]
    public void An_embedding_looks_rows_up()
    {
        using var scope = Scope.Open();
        var table = new Embedding(5, 3);
        var rows = table.Forward(Tensor.From<long>([4, 0], [2]));
        Assert.Equal(table.Weight.Value.Select(0, 4).ToArray<float>(), rows.Select(0, 0).ToArray<float>());
    }

    [Theory]
    [InlineData("resnet")]
    [InlineData("vit")]
    [InlineData("gn")]
    public void Half_precision_by_autocast_stays_close_and_gives_gradients_in_single_precision(string name)
    {
        using var scope = Scope.Open();
        using var seed = Initialization.Begin(5);
        Encoder encoder = name switch
        {
            "resnet" => new ResNet(new() { Depth = 10, Width = 0.25 }),
            "gn" => new ResNet(new() { Depth = 10, Width = 0.25, Norm = NormKind.GnWs }),
            _ => new ViT(new() { Size = 16, Patch = 4, Width = 24, Depth = 2, Heads = 3 }),
        };
        var network = new Projected(encoder, name == "vit" ? new DinoHead(24, 16, 32, 8) : new MlpHead(encoder.Dim, 32, 16, norm: name == "resnet"));
        network.To(channelsLast: true);
        var x = Reference.Tensor(1, 16, 3, 16, 16).To(Dtype.Float32).Contiguous(MemoryFormat.ChannelsLast);
        var single = network.Forward(x).ToArray<float>();
        Tensor half;
        using (Autocast.Begin(Device.Cpu, Dtype.BFloat16))
            half = network.Forward(x);
        var values = half.To(Dtype.Float32).ToArray<float>();
        double error = Math.Sqrt(values.Zip(single, (a, b) => (double)(a - b) * (a - b)).Sum() / single.Sum(v => (double)v * v));
        Assert.InRange(error, 1e-6, 0.05);
        half.To(Dtype.Float32).Square().Sum().Backward();
        Assert.All(network.Parameters().Where(p => p.Trainable), p => Assert.Equal(Dtype.Float32, p.Gradient!.Dtype));
    }

    sealed class Pair : Layer
    {
        readonly Conv2d conv = new(4, 8, 3, stride: 2, groups: 2, bias: true, standardised: true);
        readonly GroupNorm norm = new(8, 4);

        public override Tensor Forward(Tensor x) => norm.Forward(conv.Forward(x));
    }
}
