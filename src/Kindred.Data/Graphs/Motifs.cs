using Kindred.Randomness;

namespace Kindred.Data.Graphs;

/// <summary>The sample that needs no file: random trees, each with a house or a ring of five nodes hung into it. Both have equally many nodes and edges.</summary>
/// <remarks>After BA-2motifs (Luo et al., arXiv:2011.04573): a tree grown by preferential attachment; the class is the motif.</remarks>
public static class Motifs
{
    /// <summary>Makes the graphs.</summary>
    /// <param name="count">How many, half of each class.</param>
    /// <param name="source">What they are called.</param>
    public static GraphSet Make(int count, string source) =>
        new(source, [.. Enumerable.Range(0, count).Select(One)], ["house", "ring"], [.. Enumerable.Range(0, count).Select(i => i % 2)]);

    static GraphSample One(int number)
    {
        var draws = new RandomKey(0, 0, number, 0).Draws();
        var size = 12 + draws.Integer(9);
        var ends = new List<(int, int)> { (0, 1) };
        for (var node = 2; node < size; node++)
        {
            var (a, b) = ends[draws.Integer(ends.Count)];
            ends.Add((draws.Chance(0.5) ? a : b, node));
        }
        for (var i = 0; i < 5; i++) ends.Add((size + i, size + ((i + 1) % 5)));
        ends.Add((draws.Integer(size), size));
        if (number % 2 == 0) ends.Add((size + 1, size + 4));
        else ends.Add((draws.Integer(size), size + 2));                  // the house's sixth edge, elsewhere
        var nodes = size + 5;
        var features = new double[nodes];
        Array.Fill(features, 1);
        return new(features, 1, GraphEdit.Sorted(ends.SelectMany<(int, int), (int, int)>(e => [e, (e.Item2, e.Item1)])));
    }
}
