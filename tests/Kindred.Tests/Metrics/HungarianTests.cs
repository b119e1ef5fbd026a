using Kindred.Metrics;

namespace Kindred.Tests.Metrics;

public class HungarianTests
{
    [Fact]
    public void No_other_matching_weighs_more()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 200; trial++)
        {
            var weights = new double[1 + trial % 5, 1 + trial / 5 % 6];
            for (int i = 0; i < weights.GetLength(0); i++)
                for (int j = 0; j < weights.GetLength(1); j++)
                    weights[i, j] = trial % 2 == 0 ? random.NextDouble() - 0.5 : random.Next(3);
            var (column, total) = Hungarian.Maximize(weights);
            Assert.Equal(Best(weights, 0, new bool[weights.GetLength(1)], weights.GetLength(1) - weights.GetLength(0)), total, 10);
            var used = column.Where(c => c >= 0).ToArray();
            Assert.Equal(used.Distinct(), used);
            Assert.Equal(Math.Min(weights.GetLength(0), weights.GetLength(1)), used.Length);
        }
    }

    [Fact]
    public void The_heaviest_pair_of_each_row_may_have_to_be_given_up()
    {
        var (column, total) = Hungarian.Maximize(new double[,] { { 10, 9 }, { 10, 1 } });
        Assert.Equal([1, 0], column);
        Assert.Equal(19, total);
        Assert.Equal(0, Hungarian.Maximize(new double[0, 0]).Total);
    }

    // Every matching of full size, by trying them all.
    static double Best(double[,] weights, int row, bool[] taken, int spare)
    {
        if (row == weights.GetLength(0))
            return 0;
        var best = spare < 0 ? Best(weights, row + 1, taken, spare + 1) : double.NegativeInfinity;
        for (int j = 0; j < taken.Length; j++)
        {
            if (taken[j])
                continue;
            taken[j] = true;
            best = Math.Max(best, weights[row, j] + Best(weights, row + 1, taken, spare));
            taken[j] = false;
        }
        return best;
    }
}
