using Kindred.Sampling;

namespace Kindred.Tests.Sampling;

/// <summary>Batches of identities, most of them small.</summary>
public sealed class IdentitiesTests
{
    // Two clusters of six, eight outliers, three samples without an identity.
    static readonly int[] labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1, -1];

    [Fact]
    public void Large_and_small_identities_take_turns_and_nobody_is_twice_in_a_batch()
    {
        var batches = Identities.Batches(labels, 8, 4, 40, seed: 3);
        Assert.All(batches, b => Assert.Equal(8, b.Distinct().Count()));
        Assert.DoesNotContain(batches.SelectMany(b => b), i => labels[i] < 0);
        var counts = batches.SelectMany(b => b).CountBy(i => labels[i]).ToDictionary();
        Assert.Equal(10, counts.Count);
        Assert.All(Enumerable.Range(2, 8), outlier => Assert.InRange(counts[outlier], 15, 25));     // 320 drawn in rounds of 16
        Assert.All([0, 1], cluster => Assert.InRange(counts[cluster], 60, 100));                    // four a round
        Assert.Equal(20, batches.SelectMany(b => b).Distinct().Count());
    }

    [Fact]
    public void The_same_numbers_draw_the_same_and_another_epoch_draws_otherwise()
    {
        string Drawn(ulong seed, int epoch) => string.Join(' ', Identities.Batches(labels, 8, 4, 5, seed, epoch).SelectMany(b => b));
        Assert.Equal(Drawn(1, 0), Drawn(1, 0));
        Assert.NotEqual(Drawn(1, 0), Drawn(1, 1));
        Assert.NotEqual(Drawn(1, 0), Drawn(2, 0));
    }

    [Theory, InlineData(100, 4, 20), InlineData(5, 1, 5), InlineData(1, 4, 1)]
    public void A_batch_is_as_large_as_was_asked_or_holds_everybody(int size, int each, int drawn) =>
        Assert.All(Identities.Batches(labels, size, each, 3, 0), b => Assert.Equal(drawn, b.Distinct().Count()));

    [Fact]
    public void No_identity_and_no_room_are_refused()
    {
        Assert.Throws<ConfigurationException>(() => Identities.Batches([-1, -1], 4, 2, 1, 0));
        Assert.Throws<ConfigurationException>(() => Identities.Batches(labels, 0, 2, 1, 0));
        Assert.Throws<ConfigurationException>(() => Identities.Batches(labels, 4, 0, 1, 0));
    }
}
