using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>Tests that read or set the default generator run alone.</summary>
[CollectionDefinition("default generator", DisableParallelization = true)]
public class DefaultGenerator;

[Collection("default generator")]
public class GradientCacheTests
{
    [Theory]
    [InlineData(false), InlineData(true)]
    public void Chunks_give_the_gradient_of_the_whole_batch(bool dropout)
    {
        using var scope = Scope.Open();
        var x = Made.Rows(24, 6, 1);
        var weight = Made.Rows(6, 5, 2).RequiresGrad_();
        Tensor Encode(Tensor rows) => Tensor.Dropout(rows.Matmul(weight).Tanh(), dropout ? 0.5 : 0, true);
        Tensor[] chunks = [x.Narrow(0, 0, 8), x.Narrow(0, 8, 8), x.Narrow(0, 16, 8)];

        Generator.Default.Seed(7);
        var plain = NtXent.Loss(Tensor.Cat([.. chunks.Select(Encode)]), 0.2);
        plain.Backward();
        var expected = weight.Grad!.Clone();
        weight.Grad = null;

        Generator.Default.Seed(7);
        var cached = GradientCache.Loss(chunks, Encode, z => NtXent.Loss(z, 0.2));
        cached.Backward();
        Made.Close(plain.Item(), cached.Item());
        Made.Close(expected, weight.Grad!);
    }

    [Fact]
    public void A_scaled_loss_scales_the_gradient_and_random_numbers_go_on_as_if_nothing_was_replayed()
    {
        using var scope = Scope.Open();
        var x = Made.Rows(8, 6, 3);
        var weight = Made.Rows(6, 5, 4).RequiresGrad_();
        Tensor Encode(Tensor rows) => Tensor.Dropout(rows.Matmul(weight), 0.5, true);

        var loss = GradientCache.Loss([x], Encode, z => NtXent.Loss(z, 0.2));
        var state = Generator.Default.State;
        (loss * 3).Backward();
        var tripled = weight.Grad!.Clone();
        Assert.Equal(state, Generator.Default.State);

        weight.Grad = null;
        Generator.Default.Seed(1);
        var first = GradientCache.Loss([x], Encode, z => NtXent.Loss(z, 0.2));
        first.Backward();
        var once = weight.Grad!.Clone();
        weight.Grad = null;
        Generator.Default.Seed(1);
        (GradientCache.Loss([x], Encode, z => NtXent.Loss(z, 0.2)) * 3).Backward();
        Made.Close(once * 3, weight.Grad!);
        Assert.Equal(tripled.Shape, once.Shape);
    }
}
