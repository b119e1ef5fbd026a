using Kindred.Randomness;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Methods;

public sealed partial class DrLIM
{
    /// <summary>What a similar pair is.</summary>
    public enum SimilarKind
    {
        /// <summary>Two samples of one class.</summary>
        Labels,

        /// <summary>A sample and one of its nearest neighbours in the input space, either way round (the paper's Sec. 3.2): no labels are used.</summary>
        Neighbours,
    }

    int[][] ByLabel(Epoch epoch) =>
        Sampling.Pairs.Batches(PlanSeed.Labels(epoch, "DrLIM by labels"), options.Pairs, options.Pairs * options.Dissimilar, epoch.Steps, PlanSeed.Draw());

    int[][] ByNeighbour(Epoch epoch)
    {
        if (epoch.Count <= options.Neighbours + 1)
            throw new ConfigurationException($"options.neighbours: {options.Neighbours} neighbours of each of {epoch.Count} samples leave nobody dissimilar; take fewer.");
        if (neighbours!.Value.Min().ItemLong() < 0) neighbours.Set(Nearest(epoch));
        var near = Both(neighbours.Value.ToArray<long>(), options.Neighbours);
        // Where samples are equal, all may come to be neighbours of all, and a dissimilar pair would be drawn for ever.
        if (near.Sum(n => (long)n.Count) >= (long)near.Length * (near.Length - 1))
            throw new ConfigurationException($"options.neighbours: {options.Neighbours} neighbours of each of {epoch.Count} samples, and theirs, leave nobody dissimilar; "
                + "take fewer, or more samples.");
        int[][] batches = new int[epoch.Steps][];
        var seed = PlanSeed.Draw();
        for (var b = 0; b < batches.Length; b++)
        {
            var draws = new RandomKey(seed, 0, b, 0).Draws();
            List<int> rows = [];
            for (var i = 0; i < options.Pairs; i++)
            {
                var one = draws.Integer(near.Length);
                rows.AddRange([one, near[one].ElementAt(draws.Integer(near[one].Count))]);
            }
            for (var i = 0; i < options.Pairs * options.Dissimilar; i++)
            {
                int one, other;
                do (one, other) = (draws.Integer(near.Length), draws.Integer(near.Length));
                while (one == other || near[one].Contains(other));
                rows.AddRange([one, other]);
            }
            batches[b] = [.. rows];
        }
        return batches;
    }

    // Euclidean, on the plain views, in blocks: [samples, k].
    Tensor Nearest(Epoch epoch)
    {
        const long Block = 512;
        using var scope = Scope.Open();
        var x = epoch.Encode(view =>
        {
            SampleFit.Check("options.neighbours: drlim finds neighbours by their values, and", SampleKinds.Rows, view.Kind);
            return view.X.Flatten(1);
        });
        List<Tensor> found = [];
        for (long at = 0; at < x.Size(0); at += Block)
        {
            using var inner = Scope.Open();
            var rows = x.Narrow(0, at, Math.Min(Block, x.Size(0) - at));
            var distances = Tensor.Cdist(rows, x);
            distances.Narrow(1, at, rows.Size(0)).FillDiagonal_(double.PositiveInfinity);
            found.Add(inner.Return(distances.Topk(options.Neighbours, 1, largest: false).Indices));
        }
        return scope.Return(Tensor.Cat([.. found]));
    }

    // Whoever is a neighbour of somebody has him as one too: else a similar pair might be drawn as a dissimilar one.
    static SortedSet<int>[] Both(long[] nearest, int k)
    {
        SortedSet<int>[] near = [.. Enumerable.Range(0, nearest.Length / k).Select(_ => new SortedSet<int>())];
        for (var i = 0; i < nearest.Length; i++)
        {
            near[i / k].Add((int)nearest[i]);
            near[(int)nearest[i]].Add(i / k);
        }
        return near;
    }
}
