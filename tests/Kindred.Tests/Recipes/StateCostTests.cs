using Kindred.Experiments.Recipes;
using Kindred.Methods;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Recipes;

/// <summary>What a method keeps beside its weights is told where it is much, whatever the method.</summary>
public sealed class StateCostTests
{
    [Fact]
    public void A_large_memory_is_told_with_its_name_shape_and_size()
    {
        Assert.Null(StateCost.Of("queue.keys", [65536, 128], 4));
        var said = StateCost.Of("queue.keys", [16384, 12800], 4);
        Assert.Contains("0.78 GiB in 'queue.keys' [16384, 12800]", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_queue_of_a_mixture_of_many_experts_is_found()
    {
        using var scope = Scope.Open();
        Assert.Empty(StateCost.Warnings(Toy.Build(() => new MiCE(new TinyEncoder(3), Toy.Facts, new(Experts: 10, Queue: 64)))));
        var said = Assert.Single(StateCost.Warnings(Toy.Build(() => new MiCE(new TinyEncoder(3), Toy.Facts, new(Experts: 100, Queue: 6000)))));
        Assert.Contains("0.29 GiB", said, StringComparison.Ordinal);
    }
}
