using Kindred.Metrics;
using Kindred.Tests.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Metrics;

public class KnnVoteTests
{
    [Theory]
    [InlineData(1000, 5), InlineData(1003, 7), InlineData(40, 20), InlineData(10, 50)]
    public void Neighbours_are_those_of_a_full_sort(int bank, int k)
    {
        using var scope = Scope.Open();
        var (train, test) = (Made.Rows(bank, 6, 1), Made.Rows(70, 6, 2));
        var (values, expected) = test.Normalize().Matmul(train.Normalize().T()).Topk(Math.Min(k, bank), 1);
        long seen = 0;
        KnnVote.Neighbours(train, test, k, (at, similarity, rows) =>
        {
            Made.Close(values.Narrow(0, at, rows.Size(0)), similarity);
            Assert.Equal(expected.Narrow(0, at, rows.Size(0)).ToArray<long>(), rows.ToArray<long>());
            seen += rows.Size(0);
        });
        Assert.Equal(70, seen);
    }

    [Theory]
    [InlineData(1000, 5, 0), InlineData(1003, 7, 1e3), InlineData(40, 20, 0), InlineData(10, 50, 1e3)]
    public void Nearest_rows_are_those_of_a_full_sort_of_distances_also_far_from_the_origin(int bank, int k, double offset)
    {
        using var scope = Scope.Open();
        var (train, test) = (Made.Rows(bank, 3, 1) + offset, Made.Rows(70, 3, 2) + offset);
        var (values, expected) = Tensor.Cdist(test, train).Topk(Math.Min(k, bank), 1, largest: false);
        long seen = 0;
        KnnVote.NearestRows(train, test, k, (at, similarity, rows) =>
        {
            Made.Close(-values.Narrow(0, at, rows.Size(0)), similarity, 1e-4);
            Assert.Equal(expected.Narrow(0, at, rows.Size(0)).ToArray<long>(), rows.ToArray<long>());
            seen += rows.Size(0);
        });
        Assert.Equal(70, seen);
    }

    [Fact]
    public void Votes_are_exponential_in_the_cosine_and_never_overflow()
    {
        using var scope = Scope.Open();
        var train = Tensor.From<float>([1, 0, 0, 1, 1, 1], [3, 2]);
        var votes = KnnVote.Scores(train, Made.Index(0, 1, 1), Tensor.From<float>([2, 0], [1, 2]), classes: 3, k: 2, temperature: 0.01).Exp();
        var expected = new[] { Math.Exp(100), Math.Exp(Math.Sqrt(0.5) / 0.01), 0 };
        Assert.Equal(expected[0], votes.ToArray<double>()[0], expected[0] * 1e-4);
        Assert.Equal(expected[1], votes.ToArray<double>()[1], expected[1] * 1e-4);
        Assert.Equal(0, votes.ToArray<double>()[2]);
        Assert.Equal(0, KnnVote.Predict(votes).Item());
    }
}
