using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>What attention adds to its scores for the distance of two places: near ones have a number each, farther ones share theirs, more the farther they are.</summary>
/// <remarks>Raffel et al., arXiv:1910.10683, Sec. 2.1, with the authors' division: half of the numbers for single steps, the others on a logarithmic scale.</remarks>
public sealed class RelativePositions : Module
{
    readonly Parameter weight;
    readonly bool bothWays;
    readonly int reach;

    /// <summary>Numbers for so many heads.</summary>
    /// <param name="heads">Attention heads.</param>
    /// <param name="bothWays">Whether places behind are told from those before; a decoder looks back only.</param>
    /// <param name="count">Numbers a head has.</param>
    /// <param name="reach">Distance from which on all are alike.</param>
    /// <param name="deviation">Spread of the initial numbers.</param>
    /// <exception cref="ArgumentException">So many numbers leave none for far places.</exception>
    public RelativePositions(long heads, bool bothWays, int count = 32, int reach = 128, double deviation = 1)
    {
        if (count < 4 || count % 2 != 0 || reach <= count / 2) throw new ArgumentException($"{count} numbers for distances up to {reach}: take an even count from 4 on, and a reach beyond half of it");
        (weight, this.bothWays, this.reach) = (new(Weights.Normal([count, heads], deviation)), bothWays, reach);
    }

    /// <summary>`[1, heads, queries, keys]`, added to scores.</summary>
    /// <param name="queries">How many places look.</param>
    /// <param name="keys">How many are looked at.</param>
    public Tensor Forward(int queries, int keys)
    {
        var numbers = new long[queries * keys];
        for (var q = 0; q < queries; q++)
            for (var k = 0; k < keys; k++) numbers[(q * keys) + k] = Number(k - q, bothWays, (int)weight.Value.Size(0), reach);
        return Tensor.Embedding(weight, Tensor.From<long>(numbers, [queries, keys]).To(weight.Value.Device), -1).Permute([2, 0, 1]).Unsqueeze(0);
    }

    /// <summary>What is added to the scores of places that look at one another, as ONNX: `[1, heads, T, T]`.</summary>
    /// <param name="onnx">The file in the making.</param>
    /// <param name="places">0, 1, 2 … as many as there are places.</param>
    public OnnxValue Export(OnnxExport onnx, OnnxValue places)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(places);
        var distances = (places.Unsqueeze(0) - places.Unsqueeze(1)).Within(-reach, reach) + onnx.Graph.Index(reach);
        var numbers = onnx.Graph.Whole([.. Enumerable.Range(-reach, (2 * reach) + 1).Select(d => (long)Number(d, bothWays, (int)weight.Value.Size(0), reach))]);
        return onnx.Weight(weight).Gather(numbers.Gather(distances)).Transpose(2, 0, 1).Unsqueeze(0);
    }

    /// <summary>Which number stands for a distance.</summary>
    /// <param name="distance">Place that is looked at less the place that looks.</param>
    /// <param name="bothWays">Whether places behind are told from those before.</param>
    /// <param name="count">How many numbers there are.</param>
    /// <param name="reach">Distance from which on all are alike.</param>
    public static int Number(int distance, bool bothWays, int count, int reach)
    {
        var (half, first) = bothWays ? (count / 2, distance > 0 ? count / 2 : 0) : (count, 0);
        var far = bothWays ? Math.Abs(distance) : Math.Max(0, -distance);
        var single = half / 2;
        if (far < single) return first + far;
        // In single precision, as the published weights were trained.
        var scale = MathF.Log((float)far / single) / (float)Math.Log((double)reach / single) * (half - single);
        return first + Math.Min(half - 1, single + (int)scale);
    }
}
