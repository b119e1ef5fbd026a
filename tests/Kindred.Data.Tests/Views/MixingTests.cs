using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Views;

public class MixingTests
{
    static readonly RandomKey Key = new(1, 2, 3, 0);

    [Fact]
    public void MixUp_keeps_at_least_half_and_pairs_by_a_permutation()
    {
        var mixing = Mixing.MixUp(Key, 500);
        Assert.Equal(Enumerable.Range(0, 500), mixing.Partner.Order());
        Assert.All(mixing.Lambda, l => Assert.InRange(l, 0.5f, 1f));
        Assert.InRange(mixing.Lambda.Average(), 0.72, 0.78);                  // max(u, 1 − u) of a uniform u has mean 3/4
    }

    [Fact]
    public void MixUp_blends_each_view_with_its_partner()
    {
        var shape = new ViewShape(2, 2, 1);
        var views = Enumerable.Range(0, 12).Select(i => (float)i).ToArray();
        var mixing = new Mixing([1, 2, 0], [0.75f, 1, 0.5f], default);
        var mixed = new float[12];
        mixing.Apply(views, shape, mixed);
        Assert.Equal([1, 2, 3, 4, 4, 5, 6, 7, 4, 5, 6, 7], mixed);
    }

    [Fact]
    public void CutMix_keeps_as_much_as_lies_outside_the_box()
    {
        for (var batch = 0; batch < 200; batch++)
        {
            var mixing = Mixing.CutMix(Key with { Sample = batch }, 3, 16, 12);
            var views = Enumerable.Range(0, 3).SelectMany(i => Enumerable.Repeat((float)i, 16 * 12)).ToArray();
            var mixed = new float[views.Length];
            mixing.Apply(views, new(12, 16, 1), mixed);
            for (var i = 0; i < 3; i++)
            {
                var own = mixed.AsSpan(i * 192, 192).Count(i);
                if (mixing.Partner[i] != i)
                    Assert.Equal(mixing.Lambda[i], own / 192f, 1e-5);
            }
        }
    }
}
