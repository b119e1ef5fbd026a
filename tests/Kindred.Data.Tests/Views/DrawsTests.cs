using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Views;

public class DrawsTests
{
    // Known answers of the authors' Random123 library (kat_vectors, philox 4x32 10).
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xfffffffffffffffful, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_published_answers(uint a, uint b, uint c, uint d, ulong key, uint w, uint x, uint y, uint z) =>
        Assert.Equal((w, x, y, z), Philox.Block((a, b, c, d), key));

    [Fact]
    public void The_same_key_gives_the_same_numbers_and_any_other_key_gives_others()
    {
        var key = new RandomKey(1, 2, 3, 4);
        RandomKey[] others = [key with { Seed = 2 }, key with { Epoch = 3 }, key with { Sample = 4 }, key with { View = 5 }, key with { Sample = 3 + (1L << 32) }];

        Assert.Equal(Ten(key.Draws()), Ten(key.Draws()));
        Assert.All(others, other => Assert.Empty(Ten(key.Draws()).Intersect(Ten(other.Draws()))));
        Assert.Empty(Ten(key.Draws(0)).Intersect(Ten(key.Draws(1))));
    }

    [Fact]
    public void Numbers_of_neighbouring_keys_are_uncorrelated_and_uniform()
    {
        const int Count = 20_000;
        double sum = 0, squares = 0, products = 0, last = 0;
        for (var i = 0; i < Count; i++)
        {
            var x = new RandomKey(0, 0, i, 0).Draws().Uniform() - 0.5;
            sum += x;
            squares += x * x;
            products += x * last;
            last = x;
        }
        Assert.InRange(sum / Count, -0.01, 0.01);              // 5 standard errors = 0.0102
        Assert.InRange(squares / Count, (1.0 / 12) - 0.003, (1.0 / 12) + 0.003);
        Assert.InRange(products / Count, -0.003, 0.003);
    }

    [Fact]
    public void Every_order_of_four_is_equally_likely()
    {
        var counts = new Dictionary<int, int>();
        var draws = new RandomKey(5, 0, 0, 0).Draws();
        Span<int> order = stackalloc int[4];
        for (var i = 0; i < 24_000; i++)
        {
            draws.Permutation(order);
            var code = (order[0] * 64) + (order[1] * 16) + (order[2] * 4) + order[3];
            counts[code] = counts.GetValueOrDefault(code) + 1;
        }
        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, n => Assert.InRange(n, 840, 1160));       // 1000 ± 5 deviations
    }

    [Fact]
    public void Normal_gamma_beta_and_poisson_have_their_mean_and_variance()
    {
        AssertMoments(0, 1, (ref Draws d) => d.Normal());
        AssertMoments(0, 1, (ref Draws d) => d.NormalPair().Second);
        AssertMoments(0.4, 0.4, (ref Draws d) => d.Gamma(0.4));
        AssertMoments(3, 3, (ref Draws d) => d.Gamma(3));
        AssertMoments(0.25, 0.25 * 0.75 / 9, (ref Draws d) => d.Beta(2, 6));
        AssertMoments(4, 4, (ref Draws d) => d.Poisson(4));
        AssertMoments(60, 60, (ref Draws d) => d.Poisson(60));
        AssertMoments((4 - 1) / 2.0, (16 - 1) / 12.0, (ref Draws d) => d.Integer(4));
    }

    delegate double Draw(ref Draws draws);

    static void AssertMoments(double mean, double variance, Draw draw)
    {
        const int Count = 40_000;
        var draws = new RandomKey(9, 0, 0, 0).Draws();
        double sum = 0, squares = 0;
        for (var i = 0; i < Count; i++)
        {
            var x = draw(ref draws);
            sum += x;
            squares += (x - mean) * (x - mean);
        }
        Assert.InRange(sum / Count, mean - (5 * Math.Sqrt(variance / Count)), mean + (5 * Math.Sqrt(variance / Count)));
        Assert.InRange(squares / Count, variance * 0.9, variance * 1.1);
    }

    static uint[] Ten(Draws draws)
    {
        var numbers = new uint[10];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = draws.Bits();
        return numbers;
    }
}
