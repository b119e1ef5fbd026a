using Kindred.Sampling;

namespace Kindred.Tests.Sampling;

public sealed class SamplingTests
{
    // Classes of 1, 2, … 8 samples, mixed, and three samples without a label.
    static readonly int[] Labels = [.. Enumerable.Range(0, 39).Select(i => i < 36 ? Enumerable.Range(0, 8).First(c => (i * 5 % 36) < (c + 1) * (c + 2) / 2) : -1)];

    [Fact]
    public void A_share_of_each_class_is_rounded_class_by_class_and_never_empty()
    {
        var chosen = ClassShare.Of(Labels, 0.5, Shuffler.Keyed(3));
        Assert.Equal(chosen.Length, chosen.Distinct().Count());
        Assert.Equal([1, 1, 2, 2, 2, 3, 4, 4], chosen.GroupBy(i => Labels[i]).OrderBy(g => g.Key).Select(g => g.Count()));   // 1.5 and 2.5 are rounded to even
        Assert.Equal(chosen, ClassShare.Of(Labels, 0.5, Shuffler.Keyed(3)));
        Assert.NotEqual(chosen.Order(), ClassShare.Of(Labels, 0.5, Shuffler.Keyed(4)).Order());
        Assert.Equal(Enumerable.Range(0, 36), ClassShare.Of(Labels, 1, Shuffler.Keyed(3)).Order());
        Assert.Equal([1, 2, 3, 3, 3, 3, 3, 3], ClassShare.Each(Labels, 3, Shuffler.Keyed(3)).GroupBy(i => Labels[i]).OrderBy(g => g.Key).Select(g => g.Count()));
        Assert.Empty(ClassShare.Of([-1, -1], 0.5, Shuffler.Keyed(3)));
    }

    [Fact]
    public void A_class_drawn_by_key_does_not_depend_on_the_others()
    {
        int[] alone = [.. Labels.Select(l => l == 6 ? 6 : -1)];
        Assert.Equal(ClassShare.Of(alone, 0.5, Shuffler.Keyed(3)), ClassShare.Of(Labels, 0.5, Shuffler.Keyed(3)).Where(i => Labels[i] == 6));
    }

    [Theory, InlineData(0.0), InlineData(-0.1), InlineData(1.01), InlineData(double.NaN)]
    public void A_share_out_of_range_is_refused(double share) =>
        Assert.Contains("above 0, at most 1", Assert.Throws<ConfigurationException>(() => ClassShare.Of(Labels, share, Shuffler.Keyed(0))).Message, StringComparison.Ordinal);

    [Fact]
    public void Semi_supervised_training_draws_as_it_always_did()
    {
        // System.Random, class after class: what figures of few labels were made with.
        var random = new Random(5);
        int[] zeros = [0, 2, 4, 6, 8], ones = [1, 3, 5, 7, 9];
        random.Shuffle(zeros);
        random.Shuffle(ones);
        Assert.Equal([.. zeros[..2], .. ones[..2]], ClassShare.Of([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 0.4, Shuffler.InTurn(5)));

        // One order, shuffled in place whenever the rest fills no batch.
        var again = new Random(7);
        int[] order = [.. Enumerable.Range(40, 10)];
        List<int[]> expected = [];
        for (var pass = 0; pass < 3; pass++)
        {
            again.Shuffle(order);
            expected.AddRange([order[..4], order[4..8]]);
        }
        Assert.Equal(expected, Passes.Batches([.. Enumerable.Range(40, 10)], 4, 6, Shuffler.InTurn(7)));
    }

    [Theory, InlineData(10, 3, 7), InlineData(10, 10, 3), InlineData(4, 9, 5), InlineData(1, 1, 3)]
    public void Passes_go_round_without_a_sample_twice_in_a_batch(int samples, int size, int count)
    {
        int[] numbers = [.. Enumerable.Range(100, samples)];
        var batches = Passes.Batches(numbers, size, count, Shuffler.Keyed(1));
        Assert.Equal(count, batches.Length);
        Assert.All(batches, b => Assert.Equal(Math.Min(size, samples), b.Distinct().Count()));
        var perPass = samples / Math.Min(size, samples);
        Assert.All(batches.Chunk(perPass), pass => Assert.Equal(pass.Sum(b => b.Length), pass.SelectMany(b => b).Distinct().Count()));
        Assert.Equal(batches, Passes.Batches(numbers, size, count, Shuffler.Keyed(1)));
        if (samples > 1) Assert.NotEqual(batches, Passes.Batches(numbers, size, count, Shuffler.Keyed(2)));
        Assert.Equal(Enumerable.Range(100, samples), numbers);
    }

    [Fact]
    public void Passes_of_nothing_are_refused()
    {
        Assert.Throws<ConfigurationException>(() => Passes.Batches([], 3, 1, Shuffler.Keyed(1)));
        Assert.Throws<ConfigurationException>(() => Passes.Batches([1], 0, 1, Shuffler.Keyed(1)));
    }

    [Fact]
    public void P_classes_have_K_samples_each_and_all_get_their_turn()
    {
        var batches = PxK.Batches(Labels, classes: 2, each: 3, count: 30, seed: 4);
        Assert.All(batches, b =>
        {
            Assert.Equal(6, b.Distinct().Count());
            Assert.Equal([3, 3], b.GroupBy(i => Labels[i]).Select(g => g.Count()));
            Assert.All(b.Chunk(3), own => Assert.Single(own.Select(i => Labels[i]).Distinct()));
        });
        Assert.Equal(Enumerable.Range(0, 36).Where(i => Labels[i] >= 2), batches.SelectMany(b => b).Distinct().Order()); // classes 0 and 1 have too few
        var turns = batches.SelectMany(b => b.Select(i => Labels[i]).Distinct()).CountBy(c => c).Select(c => c.Value).ToArray();
        Assert.Equal(10, turns.Min());
        Assert.Equal(10, turns.Max());
        Assert.Equal(batches, PxK.Batches(Labels, 2, 3, 30, 4));
        Assert.NotEqual(batches, PxK.Batches(Labels, 2, 3, 30, 4, epoch: 1));
    }

    [Theory, InlineData(0, 2, "at least 1"), InlineData(2, 0, "at least 1"), InlineData(7, 3, "6 classes have so many"), InlineData(1, 9, "0 classes have so many")]
    public void Classes_that_are_not_there_are_refused(int classes, int each, string said) =>
        Assert.Contains(said, Assert.Throws<ConfigurationException>(() => PxK.Batches(Labels, classes, each, 1, 0)).Message, StringComparison.Ordinal);

    [Fact]
    public void Pairs_are_of_one_class_first_and_of_two_after()
    {
        var batches = Pairs.Batches(Labels, positives: 5, negatives: 4, count: 20, seed: 9);
        Assert.All(batches, b =>
        {
            Assert.Equal(18, b.Distinct().Count());
            Assert.Equal([true, true, true, true, true, false, false, false, false], b.Chunk(2).Select(p => Labels[p[0]] == Labels[p[1]]));
            Assert.DoesNotContain(b, i => Labels[i] < 0);
        });
        Assert.Equal(batches, Pairs.Batches(Labels, 5, 4, 20, 9));
        Assert.NotEqual(batches[0], batches[1]);
        Assert.NotEqual(batches, Pairs.Batches(Labels, 5, 4, 20, 10));
    }

    [Theory, InlineData(0, 0), InlineData(-1, 2), InlineData(17, 0), InlineData(0, 19), InlineData(3, 200)]
    public void Pairs_that_the_labels_do_not_give_are_refused(int positives, int negatives) =>
        Assert.Throws<ConfigurationException>(() => Pairs.Batches(Labels, positives, negatives, 1, 0));

    [Fact]
    public void One_class_has_no_pairs_of_two() => Assert.Throws<ConfigurationException>(() => Pairs.Batches([0, 0, 0, 0], 0, 1, 1, 0));

    [Fact]
    public void A_tail_falls_from_the_largest_class_to_its_share()
    {
        var counts = LongTail.Counts(10, 500, 100);
        Assert.Equal((500, 5), (counts[0], counts[^1]));
        Assert.Equal(counts.OrderDescending(), counts);
        Assert.Equal([7], LongTail.Counts(1, 7, 100));
        Assert.Throws<ConfigurationException>(() => LongTail.Counts(10, 500, 0.5));
    }
}
