using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>Gradients are averaged while the backward pass goes on: in several buckets, past exchanges of the pass itself, and where a process has no gradient.</summary>
public sealed class GradientAverageTests
{
    const int Leaves = 6;

    [Theory, InlineData(2), InlineData(3)]
    public async Task Gradients_are_the_average_of_all_however_they_come(int processes) =>
        Assert.Equal("", await Ranks.Run(processes, typeof(GradientAverageTests), nameof(A_rank_averages)));

    // What a rank's process does: this test alone, told by the environment. Every process compares, and all hear of a difference.
    [Fact]
    public void A_rank_averages()
    {
        if (Ranks.Answer is not { } path) return;
        using var everyone = Everyone.Meet();
        using var scope = Scope.Open();
        var average = Everyone.AverageGradients(bucket: 8);
        Tensor[] leaves = [.. Enumerable.Range(0, Leaves).Select(i => Tensor.Ones([2, 4], i == 3 ? Dtype.Float64 : Dtype.Float32).RequiresGrad_())];
        List<string> wrong = [];
        var seed = Tensor.Full([2, 4], Everyone.Rank + 1.0, Dtype.Float32).RequiresGrad_();          // so that every process has all exchanges of the way back
        // Chains of products: a leaf's gradient is the product of all others, and each step in between sums over the processes, on the way back too.
        Tensor Chain(IEnumerable<Tensor> used) => used.Aggregate(seed * 1, (x, leaf) => Everyone.Sum(x * leaf.To(Dtype.Float32)) / Everyone.Count).Sum();
        void Step(string what, Func<int, bool> own, Func<int, bool> any, int passes = 1)
        {
            foreach (var leaf in leaves) leaf.Grad = null;
            average.Begin(leaves);
            for (var pass = 0; pass < passes; pass++)
            {
                var loss = Chain(leaves.Select((leaf, i) => own(i) ? leaf : leaf.Detach()));
                using (pass == passes - 1 ? average.Watch() : null) loss.Backward();
            }
            var before = Array.ConvertAll(leaves, l => l.Grad?.Clone());
            average.Finish();
            for (var i = 0; i < Leaves; i++)
            {
                if (leaves[i].Grad is not { } found) { if (any(i)) wrong.Add($"{what}: leaf {i} has no gradient on rank {Everyone.Rank}"); continue; }
                if (!any(i)) { wrong.Add($"{what}: leaf {i} has a gradient"); continue; }
                var all = Everyone.Each((before[i] ?? Tensor.Zeros([2, 4])).To(Dtype.Float64));
                var expected = Tensor.Stack(all).Mean([0]);
                if ((found.To(Dtype.Float64) - expected).Abs().Max().Item() > 1e-6) wrong.Add($"{what}: leaf {i} differs on rank {Everyone.Rank}");
                if (Everyone.Each(found.Contiguous()).Any(other => (other - found).Abs().Max().Item() > 0)) wrong.Add($"{what}: leaf {i} is not the same everywhere");
            }
        }

        Step("first", _ => true, _ => true);
        if (average is not { Early: 0, Buckets: > 3 }) wrong.Add($"first: {average.Early} of {average.Buckets} early");
        Step("second", _ => true, _ => true);
        if (average.Early < average.Buckets - 1) wrong.Add($"second: only {average.Early} of {average.Buckets} began during the pass");
        Step("nobody has the last leaf", i => i != 5, i => i != 5);
        Step("two passes", _ => true, _ => true, passes: 2);
        Step("all again", _ => true, _ => true);
        if (average.Early < average.Buckets - 1) wrong.Add($"again: only {average.Early} of {average.Buckets} began during the pass");
        Step("one has not the first leaf", i => i != 0 || Everyone.Rank == 0, _ => true);
        Step("nobody has any", _ => false, _ => false);
        var told = Everyone.Tell(string.Join("; ", wrong.Take(2)) is { Length: > 250 } text ? text[..250] : string.Join("; ", wrong.Take(2)));
        if (Everyone.Rank == 0) File.WriteAllText(path, string.Join("\n", told.Where(t => t.Length > 0)));
    }
}
