using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>Views that nobody looks at are named once.</summary>
public sealed class ViewsInVainTests
{
    static List<string> Said(Method method, int views)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var two = data.Batch();
        var batch = two with { Views = [.. Enumerable.Range(0, views).Select(i => new View(two.Views[i % 2].X, $"global.{i}"))] };
        Toy.Loss(method, batch);
        List<string> said = [];
        var hook = new ViewsInVain(said.Add);
        hook.Batch(batch, default);
        hook.Batch(batch, default);
        return said;
    }

    [Fact]
    public void Beyond_those_that_the_method_compares_they_are_named_once() => Assert.StartsWith(
        "views: 5 views of each sample are made, and the method looks at the first 2 (global.0, global.1): the others cost time and change nothing.",
        Assert.Single(Said(Toy.Build(() => new SimCLR(new TinyEncoder(), new(Hidden: 8, Dim: 6))), 5)));

    [Fact]
    public void A_method_of_one_may_share_two_with_others_and_not_three()
    {
        Assert.Empty(Said(Toy.Build(() => new Supervised(new TinyEncoder(), Toy.Facts, new())), 3));           // takes all
        Assert.Empty(Said(Toy.Build(() => new IMix(new TinyEncoder(), new(Dim: 8))), 2));
        Assert.Contains("looks at the first 2 ", Assert.Single(Said(Toy.Build(() => new IMix(new TinyEncoder(), new(Dim: 8))), 3)), StringComparison.Ordinal);
        Assert.Empty(Said(Toy.Build(() => new InstDisc(new TinyEncoder(), Toy.Facts, new(Dim: 6))), 2));
        Assert.Contains("looks at the first one (global.0)", Assert.Single(Said(Toy.Build(() => new InstDisc(new TinyEncoder(), Toy.Facts, new(Dim: 6))), 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_takes_any_number_takes_all() => Assert.Empty(Said(Toy.Build(() => new SwAV(new TinyEncoder(), new(Prototypes: 4, Hidden: 8, Dim: 6))), 6));
}
