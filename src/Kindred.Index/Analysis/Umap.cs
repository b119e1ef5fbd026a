using System.Numerics.Tensors;

namespace Kindred.Index.Analysis;

/// <summary>Settings of a map.</summary>
/// <param name="Neighbours">How many nearest others hold a point in place: few show fine structure, many the whole.</param>
/// <param name="MinDistance">How close points may come; 0 packs clusters tightly.</param>
/// <param name="Epochs">Passes over the edges; 0 for 500 up to 10,000 points, 200 above.</param>
/// <param name="Seed">The same seed gives the same map.</param>
public sealed record UmapOptions(int Neighbours = 15, double MinDistance = 0.1, int Epochs = 0, ulong Seed = 0);

/// <summary>A map in two dimensions in which near vectors lie near.</summary>
/// <remarks>
/// McInnes, Healy and Melville, arXiv:1802.03426: distances become memberships of a fuzzy graph, whose edges pull and whose non-edges push. It begins with the two
/// principal directions. Distances across the map, and the sizes of its islands, mean nothing.
/// </remarks>
public static class Umap
{
    const int Negatives = 5, FewPoints = 10_000;
    const float MostPull = 4;

    /// <summary>Makes the map.</summary>
    /// <param name="vectors">At least four.</param>
    /// <param name="nearest">The nearest others of each of them.</param>
    /// <param name="options">Settings.</param>
    /// <param name="metric">The metric by which they are nearest.</param>
    /// <param name="cancel">Stops between epochs.</param>
    /// <returns>Two numbers a vector, one after another.</returns>
    public static float[] Fit(Vectors vectors, NearestGraph nearest, UmapOptions? options = null, Metric metric = Metric.Cosine, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(nearest);
        options ??= new();
        if (options.Neighbours is < 2 or > 1000) throw new ConfigurationException($"{options.Neighbours} neighbours; expected are 2 to 1000.");
        if (!(options.MinDistance is >= 0 and <= 3)) throw new ConfigurationException($"a least distance of {options.MinDistance}; expected is 0 to 3.");
        if (options.Epochs is < 0 or > 100_000) throw new ConfigurationException($"{options.Epochs} epochs; expected are 1 to 100000, or 0 to choose.");
        if (vectors.Count < 4) throw new DataException($"{vectors.Description}: {vectors.Count} vectors are too few for a map; at least 4 are needed.");
        var edges = Edges(nearest, metric);
        var map = Start(vectors, options.Seed, cancel);
        var (a, b) = Curve(options.MinDistance);
        Lay(map, edges, options.Epochs > 0 ? options.Epochs : vectors.Count <= FewPoints ? 500 : 200, a, b, options.Seed, cancel);
        return map;
    }

    readonly record struct Edge(int From, int To, float Weight);

    // Each point's distances become memberships that sum to log2 of their number; an edge is the union of both directions.
    static Edge[] Edges(NearestGraph nearest, Metric metric)
    {
        var weights = new Dictionary<(int, int), float>(nearest.Count * 16);
        for (var row = 0; row < nearest.Count; row++)
        {
            var near = nearest[row].ToArray();
            double[] distances = Array.ConvertAll(near, n => Math.Max(0.0,
                metric switch { Metric.Cosine => 1 - n.Score, Metric.Dot => near[0].Score - n.Score, _ => -n.Score }));
            var closest = distances.Where(d => d > 0).DefaultIfEmpty(0).Min();
            var width = Width(distances, closest);
            for (var i = 0; i < near.Length; i++)
            {
                var member = (float)Math.Exp(-Math.Max(0, distances[i] - closest) / width);
                var key = row < near[i].Row ? (row, near[i].Row) : (near[i].Row, row);
                weights[key] = weights.TryGetValue(key, out var other) ? other + member - (other * member) : member;
            }
        }
        return [.. weights.Select(w => new Edge(w.Key.Item1, w.Key.Item2, w.Value)).OrderBy(e => e.From).ThenBy(e => e.To)];
    }

    static double Width(double[] distances, double closest)
    {
        double low = 0, high = double.PositiveInfinity, width = 1;
        var wanted = Math.Log2(distances.Length);
        for (var i = 0; i < 64; i++)
        {
            var sum = distances.Sum(d => Math.Exp(-Math.Max(0, d - closest) / width));
            if (Math.Abs(sum - wanted) < 1e-5) break;
            if (sum > wanted) (high, width) = (width, (low + width) / 2);
            else (low, width) = (width, double.IsInfinity(high) ? width * 2 : (width + high) / 2);
        }
        return Math.Max(width, 1e-3 * Math.Max(1e-6, distances.Average()));
    }

    static float[] Start(Vectors vectors, ulong seed, CancellationToken cancel)
    {
        var map = vectors.Dimension == 1 ? Line(vectors) : Pca.Fit(vectors, 2, cancel: cancel).Transform(vectors);
        var top = Math.Max(1e-12f, Math.Abs(TensorPrimitives.MaxMagnitude<float>(map)));
        var draw = new Splits(seed);
        for (var i = 0; i < map.Length; i++) map[i] = (map[i] * 10 / top) + ((draw.Unit() - 0.5f) * 1e-3f);
        return map;
    }

    static float[] Line(Vectors vectors) => [.. Enumerable.Range(0, vectors.Count).SelectMany(i => new[] { vectors[i][0], 0 })];

    // a and b of 1 / (1 + a d^2b), nearest to a step at the least distance that falls off exponentially: Gauss-Newton.
    static (float A, float B) Curve(double least)
    {
        double a = 1.5, b = 0.9;
        for (var pass = 0; pass < 100; pass++)
        {
            double aa = 1e-9, ab = 0, bb = 1e-9, ga = 0, gb = 0;
            for (var i = 1; i < 300; i++)
            {
                var x = i / 100.0;
                var wanted = x < least ? 1 : Math.Exp(-(x - least));
                var power = Math.Pow(x, 2 * b);
                var value = 1 / (1 + (a * power));
                var (da, db, error) = (-power * value * value, -2 * a * power * Math.Log(x) * value * value, wanted - value);
                aa += da * da;
                ab += da * db;
                bb += db * db;
                ga += da * error;
                gb += db * error;
            }
            var det = (aa * bb) - (ab * ab);
            a = Math.Max(0.05, a + (((bb * ga) - (ab * gb)) / det * 0.5));
            b = Math.Max(0.1, b + (((aa * gb) - (ab * ga)) / det * 0.5));
        }
        return ((float)a, (float)b);
    }

    // On one thread: on several the points would move under one another's hands, and no map would come twice.
    static void Lay(float[] map, Edge[] edges, int epochs, float a, float b, ulong seed, CancellationToken cancel)
    {
        var most = edges.Max(e => e.Weight);
        var every = Array.ConvertAll(edges, e => e.Weight < most / epochs ? float.PositiveInfinity : most / e.Weight);
        var next = (float[])every.Clone();
        var draw = new Splits(seed + 1);
        var points = (uint)(map.Length / 2);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            cancel.ThrowIfCancellationRequested();
            var rate = 1 - (epoch / (float)epochs);
            for (var e = 0; e < edges.Length; e++)
            {
                if (next[e] > epoch + 1) continue;
                next[e] += every[e];
                Pull(map, edges[e].From, edges[e].To, a, b, rate);
                for (var n = 0; n < Negatives; n++) Push(map, edges[e].From, (int)(draw.Next() % points), a, b, rate);
            }
        }
    }

    static void Pull(float[] map, int from, int to, float a, float b, float rate)
    {
        float dx = map[2 * from] - map[2 * to], dy = map[(2 * from) + 1] - map[(2 * to) + 1], square = (dx * dx) + (dy * dy);
        if (square <= 0) return;
        var power = MathF.Pow(square, b);
        var force = -2 * a * b * power / (square * (1 + (a * power)));
        float mx = Bounded(force * dx) * rate, my = Bounded(force * dy) * rate;
        map[2 * from] += mx;
        map[(2 * from) + 1] += my;
        map[2 * to] -= mx;
        map[(2 * to) + 1] -= my;
    }

    static void Push(float[] map, int from, int other, float a, float b, float rate)
    {
        float dx = map[2 * from] - map[2 * other], dy = map[(2 * from) + 1] - map[(2 * other) + 1], square = (dx * dx) + (dy * dy);
        if (from == other || square <= 0) return;
        var force = 2 * b / ((0.001f + square) * (1 + (a * MathF.Pow(square, b))));
        map[2 * from] += Bounded(force * dx) * rate;
        map[(2 * from) + 1] += Bounded(force * dy) * rate;
    }

    static float Bounded(float value) => Math.Clamp(value, -MostPull, MostPull);

    /// <summary>SplitMix64 (Steele, Lea and Flood 2014): the same numbers in every version of .NET.</summary>
    struct Splits(ulong seed)
    {
        ulong state = (seed * 0xD1B54A32D192ED03UL) + 1;

        internal ulong Next()
        {
            var z = state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return (z ^ (z >> 31)) >> 1;
        }

        internal float Unit() => (Next() >> 39) / (float)(1 << 24);
    }
}
