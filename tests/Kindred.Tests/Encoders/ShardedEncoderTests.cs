using Kindred.Encoders;
using Kindred.Io;
using Kindred.Nn;
using Kindred.Torch;
using Xunit;

namespace Kindred.Tests.Encoders;

public sealed class ShardedEncoderTests
{
    const int Shards = 3, Rows = 12;

    static (SmallResNet Plain, ShardedEncoder Sharded) Twins(NormKind norm = NormKind.Bn)
    {
        SmallResNet Make()
        {
            using var initialization = Initialization.Begin(7);
            return new SmallResNet(new SmallResNet.Options { Width = 4, Norm = norm });
        }
        return (Make(), new ShardedEncoder(Make(), Shards));
    }

    static Tensor Pictures(int rows = Rows)
    {
        using var generator = new Generator(3);
        return Tensor.Randn([rows, 3, 16, 16], generator: generator);
    }

    static Tensor Weighting(Tensor z) => Tensor.Arange(0, z.Numel, Dtype.Float32).Reshape(z.Shape).Cos();

    [Fact]
    public void Without_batch_statistics_it_is_the_encoder_itself()
    {
        using var scope = Scope.Open();
        var (plain, sharded) = Twins(NormKind.GnWs);
        var x = Pictures();

        var (expected, z) = (plain.Forward(x), sharded.Forward(x));
        (expected * Weighting(expected)).Sum().Backward();
        (z * Weighting(z)).Sum().Backward();

        Assert.True(z.Allclose(expected, 1e-5, 1e-6));
        foreach (var (own, other) in sharded.Parameters().Zip(plain.Parameters()))
        {
            using Tensor a = own.Gradient!, b = other.Gradient!;
            Assert.True(a.Allclose(b, 1e-4, 1e-5), $"largest difference {(a - b).Abs().Max().Item()}");
        }
    }

    [Fact]
    public void Batch_norm_sees_each_shard_by_itself_and_keeps_the_averages_of_the_first()
    {
        using var scope = Scope.Open();
        var (plain, sharded) = Twins();
        var x = Pictures();

        var z = sharded.Forward(x);
        for (var k = 0; k < Shards; k++)
        {
            var expected = plain.Forward(x.Slice(0, k, Rows, Shards));
            Assert.True(z.Slice(0, k, Rows, Shards).Allclose(expected, 1e-5, 1e-6));
            if (k == 0) AssertSameBuffers(plain, sharded);
        }
    }

    [Fact]
    public void The_input_gets_its_gradient()
    {
        using var scope = Scope.Open();
        var (plain, sharded) = Twins(NormKind.GnWs);
        var (a, b) = (Pictures().RequiresGrad_(), Pictures().RequiresGrad_());

        plain.Forward(a).Square().Sum().Backward();
        sharded.Forward(b).Square().Sum().Backward();

        Assert.True(b.Grad!.Allclose(a.Grad!, 1e-4, 1e-6));
    }

    [Fact]
    public void The_same_numbers_come_out_every_time_and_nothing_leaks()
    {
        var (_, sharded) = Twins();
        string Once()
        {
            using var scope = Scope.Open();
            foreach (var parameter in sharded.Parameters()) parameter.Gradient = null;
            sharded.Forward(Pictures()).Square().Sum().Backward();
            var numbers = sharded.Parameters().SelectMany(parameter => { using var g = parameter.Gradient!; return g.ToArray<float>(); });
            return string.Join(' ', numbers.Select(BitConverter.SingleToInt32Bits));
        }
        var first = Once();
        var alive = Tensor.Alive;
        for (var i = 0; i < 3; i++) Assert.Equal(first, Once());
        Assert.Equal(alive, Tensor.Alive);
    }

    [Fact]
    public void Evaluation_and_frozen_passes_record_nothing()
    {
        using var scope = Scope.Open();
        var (plain, sharded) = Twins();
        var x = Pictures();

        Assert.False(NoGradient.Of(() => sharded.Forward(x)).RequiresGrad);
        sharded.Eval();
        plain.Eval();
        using (NoGradient.Begin()) Assert.Equal(sharded.Forward(x.Narrow(0, 0, 11)).Shape, plain.Forward(x.Narrow(0, 0, 11)).Shape);
    }

    [Fact]
    public void A_batch_that_does_not_divide_and_an_encoder_with_dropout_are_refused()
    {
        using var scope = Scope.Open();
        var (_, sharded) = Twins();
        Assert.Contains("13 rows do not divide into 3 shards", Assert.Throws<ConfigurationException>(() => sharded.Forward(Pictures(13))).Message, StringComparison.Ordinal);
    }

    static void AssertSameBuffers(Module plain, Module sharded)
    {
        foreach (var (own, other) in sharded.Buffers().Zip(plain.Buffers()))
            Assert.True(own.Value.Allclose(other.Value, 1e-5, 1e-6));
    }
}
