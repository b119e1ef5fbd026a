using Kindred.Memories;
using Kindred.Tests.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Memories;

public sealed class HybridMemoryTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Repeated_rows_move_once_a_feature_or_once_to_their_mean()
    {
        Tensor rows = Made.Rows(4, 3, 1).Normalize(), f = Made.Rows(3, 3, 2).Normalize();
        static Tensor Step(Tensor v, Tensor x) => (v * 0.2 + x * 0.8).Normalize();

        var inTurn = new HybridMemory(rows.Clone(), 0.2);
        inTurn.Update(f, Made.Index(1, 3, 1));
        Made.Close(Step(Step(rows.Select(0, 1), f.Select(0, 0)), f.Select(0, 2)), inTurn.Rows.Select(0, 1));
        Made.Close(Step(rows.Select(0, 3), f.Select(0, 1)), inTurn.Rows.Select(0, 3));
        Made.Close(rows.Select(0, 0), inTurn.Rows.Select(0, 0));

        var mean = new HybridMemory(rows.Clone(), 0.2, perBatchMean: true);
        mean.Update(f, Made.Index(1, 3, 1));
        Made.Close(Step(rows.Select(0, 1), (f.Select(0, 0) + f.Select(0, 2)) / 2), mean.Rows.Select(0, 1));
        Made.Close(rows.Select(0, 2), mean.Rows.Select(0, 2));
    }

    [Fact]
    public void The_rows_are_the_whole_state()
    {
        var memory = new HybridMemory(Made.Rows(4, 3, 1));
        Assert.Single(memory.State());
        Assert.Empty(memory.Parameters());
    }
}
