using Kindred.Metrics;

namespace Kindred.Tests.Metrics;

public class ClusterAgreementTests
{
    static readonly Random random = new(7);

    static long[] Labels(int n, int classes) => [.. Enumerable.Range(0, n).Select(_ => (long)random.Next(classes))];

    [Fact]
    public void Swapping_the_two_sides_changes_nothing_but_purity()
    {
        for (int trial = 0; trial < 20; trial++)
        {
            long[] a = Labels(40, 2 + trial % 5), b = Labels(40, 3 + trial % 4);
            ClusterAgreement one = ClusterAgreement.Of(a, b), other = ClusterAgreement.Of(b, a);
            Assert.Equal(one.NmiArithmetic, other.NmiArithmetic, 12);
            Assert.Equal(one.NmiGeometric, other.NmiGeometric, 12);
            Assert.Equal(one.Ami, other.Ami, 10);
            Assert.Equal(one.Ari, other.Ari, 12);
            Assert.Equal(one.Accuracy, other.Accuracy, 12);
        }
    }

    [Fact]
    public void Renaming_clusters_and_reordering_samples_change_nothing()
    {
        for (int trial = 0; trial < 20; trial++)
        {
            long[] truth = Labels(50, 4), found = Labels(50, 6);
            var renamed = Array.ConvertAll(found, label => 1000 - 7 * label);
            var order = Enumerable.Range(0, 50).ToArray();
            random.Shuffle(order);
            Assert.Equal(Rounded(ClusterAgreement.Of(truth, found)),
                Rounded(ClusterAgreement.Of(Array.ConvertAll(order, i => truth[i]), Array.ConvertAll(order, i => renamed[i]))));
        }
    }

    [Fact]
    public void Scores_keep_their_bounds_and_their_order()
    {
        for (int trial = 0; trial < 50; trial++)
        {
            var a = ClusterAgreement.Of(Labels(30, 2 + trial % 6), Labels(30, 2 + trial % 7));
            Assert.InRange(a.NmiMax, 0, a.NmiArithmetic + 1e-12);
            Assert.InRange(a.NmiArithmetic, a.NmiMax, a.NmiGeometric + 1e-12);      // arithmetic mean ≥ geometric mean ≥ minimum
            Assert.InRange(a.NmiGeometric, 0, a.NmiMin + 1e-12);
            Assert.InRange(a.Accuracy, 1.0 / 30, a.Purity);                          // a matching uses each class once, purity may reuse it
            Assert.True(a.Ari <= 1 && a.Ami <= 1 + 1e-12);
        }
    }

    [Fact]
    public void Chance_is_zero_after_adjustment_and_not_before()
    {
        var runs = Enumerable.Range(0, 200).Select(_ => ClusterAgreement.Of(Labels(60, 5), Labels(60, 12))).ToArray();
        Assert.InRange(runs.Average(run => run.Ari), -0.01, 0.01);
        Assert.InRange(runs.Average(run => run.Ami), -0.01, 0.01);
        Assert.True(runs.Average(run => run.NmiArithmetic) > 0.1);
    }

    [Fact]
    public void Single_blocks_and_singletons_are_defined()
    {
        var one = ClusterAgreement.Of([4, 4, 4], [9, 9, 9]);
        Assert.Equal((1, 1, 1, 1, 1), (one.NmiArithmetic, one.NmiMin, one.Ami, one.Ari, one.Accuracy));
        var split = ClusterAgreement.Of([4, 4, 4, 4], [0, 0, 1, 1]);
        Assert.Equal((0, 0, 0, 0, 0.5, 1), (split.NmiArithmetic, split.NmiMin, split.Ami, split.Ari, split.Accuracy, split.Purity));
        var alone = ClusterAgreement.Of([0, 1, 2], [5, 4, 3]);
        Assert.Equal((1, 1, 1), (alone.NmiArithmetic, alone.Ami, alone.Ari));
        Assert.Throws<ArgumentException>(() => ClusterAgreement.Of([], []));
        Assert.Throws<ArgumentException>(() => ClusterAgreement.Of([1], [1, 2]));
    }

    [Fact]
    public void Large_samples_do_not_lose_the_adjustment()
    {
        long[] truth = Labels(200_000, 10), noise = Labels(200_000, 10);
        Assert.InRange(ClusterAgreement.Of(truth, noise).Ami, -1e-3, 1e-3);
        Assert.Equal(1, ClusterAgreement.Of(truth, truth).Ami);
    }

    static string Rounded(ClusterAgreement a) => string.Join(' ',
        new[] { a.MutualInformation, a.NmiArithmetic, a.NmiGeometric, a.NmiMin, a.NmiMax, a.Ami, a.Ari, a.Accuracy, a.Purity }.Select(x => Math.Round(x, 10) + 0.0));
}
