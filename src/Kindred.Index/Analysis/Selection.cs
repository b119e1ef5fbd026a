using System.Numerics.Tensors;

namespace Kindred.Index.Analysis;

/// <summary>One that was chosen.</summary>
/// <param name="Row">Its number.</param>
/// <param name="Score">Why: the distance to those chosen before (diverse), the size of its group (typical), the margin of the vote (uncertain).</param>
public readonly record struct Choice(int Row, double Score);

/// <summary>A few of many vectors: to label, to look at, to keep.</summary>
public static class Selection
{
    const int Rounds = 25, Block = 4096;

    /// <summary>Each next one is the farthest from those that are chosen, so that all corners are seen.</summary>
    /// <remarks>k-centre greedy (Gonzalez 1985; as core set in Sener and Savarese, arXiv:1708.00489). The first is the one nearest to the mean.</remarks>
    /// <param name="vectors">The vectors.</param>
    /// <param name="count">How many.</param>
    /// <param name="metric">What far means.</param>
    /// <param name="chosen">Those that are chosen already, such as labelled ones; they do not come out again.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>In the order of choosing, with the distance to the nearest that was chosen before.</returns>
    public static IReadOnlyList<Choice> Diverse(Vectors vectors, int count, Metric metric = Metric.Cosine, IReadOnlyList<int>? chosen = null,
        CancellationToken cancel = default)
    {
        Check(vectors, count, vectors?.Count - chosen?.Count);
        var distance = new float[vectors!.Count];
        Array.Fill(distance, float.PositiveInfinity);
        foreach (var row in chosen ?? [])
        {
            Closer(vectors, vectors[row], metric, distance, cancel);
            distance[row] = float.NegativeInfinity;
        }
        var result = new List<Choice>(count);
        if (chosen is not { Count: > 0 }) Take(Middle(vectors, metric, cancel), 0);
        while (result.Count < count)
        {
            var next = Farthest(distance);
            Take(next, distance[next]);
        }
        return result;

        void Take(int row, double score)
        {
            result.Add(new(row, score));
            Closer(vectors, vectors[row].ToArray(), metric, distance, cancel);
            distance[row] = float.NegativeInfinity;
        }
    }

    static int Middle(Vectors vectors, Metric metric, CancellationToken cancel)
    {
        var sum = new double[vectors.Dimension];
        for (var i = 0; i < vectors.Count; i++)
        {
            var row = vectors[i];
            for (var d = 0; d < sum.Length; d++) sum[d] += row[d];
        }
        var distance = new float[vectors.Count];
        Array.Fill(distance, float.PositiveInfinity);
        Closer(vectors, Array.ConvertAll(sum, s => (float)(s / vectors.Count)), metric, distance, cancel);
        return Farthest(Array.ConvertAll(distance, d => -d));
    }

    // By a loop: TensorPrimitives.IndexOfMax always says 0 where the processor flushes denormal numbers, as libtorch makes it do.
    static int Farthest(float[] distance)
    {
        var best = 0;
        for (var i = 1; i < distance.Length; i++)
            if (distance[i] > distance[best]) best = i;
        return best;
    }

    static void Closer(Vectors vectors, ReadOnlySpan<float> to, Metric metric, float[] distance, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var point = to.ToArray();
        Shared.Out((vectors.Count + Block - 1) / Block, new SearchOptions { Cancel = cancel }.Parallel, block =>
        {
            for (var i = block * Block; i < Math.Min(vectors.Count, (block + 1) * Block); i++)
            {
                var apart = metric switch
                {
                    Metric.Cosine => 1 - Cosine(point, vectors[i]),
                    Metric.Dot => -TensorPrimitives.Dot(point, vectors[i]),
                    _ => TensorPrimitives.Distance(point, vectors[i]),
                };
                if (!float.IsFinite(apart)) throw new DataException($"{vectors.Description}: vector {i} holds a number that is not finite.");
                distance[i] = Math.Min(distance[i], apart);
            }
        });
    }

    static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => TensorPrimitives.CosineSimilarity(a, b) is var cosine && !float.IsNaN(cosine) ? cosine
        : TensorPrimitives.Norm(a) == 0 || TensorPrimitives.Norm(b) == 0 ? 0 : cosine;

    /// <summary>The ones in the middle of groups: what most of the vectors look like.</summary>
    /// <remarks>k-means with k-means++ seeding (Arthur and Vassilvitskii 2007), then the vector nearest to each centre.</remarks>
    /// <param name="vectors">The vectors.</param>
    /// <param name="count">How many groups, and so vectors.</param>
    /// <param name="metric">Groups are of directions where it is the cosine, else of places.</param>
    /// <param name="seed">Where the groups begin.</param>
    /// <param name="options">Memory, threads.</param>
    /// <returns>The largest group's first, each with the size of its group.</returns>
    public static IReadOnlyList<Choice> Typical(Vectors vectors, int count, Metric metric = Metric.Cosine, ulong seed = 0, SearchOptions? options = null)
    {
        Check(vectors, count, vectors?.Count);
        options ??= new();
        if (metric == Metric.Cosine)
        {
            using var unit = Unit(vectors!);
            return Typical(unit, count, Metric.Euclidean, seed, options);
        }
        var centres = Seeds(vectors!, count, seed, options);
        var owner = Array.Empty<int>();
        for (var round = 0; round < Rounds; round++)
        {
            using var known = Vectors.Of(centres, vectors!.Dimension);
            int[] next = [.. ExactSearch.Find(known, vectors, 1, Metric.Euclidean, options).Select(n => n[0].Row)];
            if (owner.AsSpan().SequenceEqual(next)) break;
            owner = next;
            Means(vectors, owner, centres);
        }
        using var last = Vectors.Of(centres, vectors!.Dimension);
        // The nearest of its own group: two centres never share one.
        return [.. owner.Index().GroupBy(o => o.Item).Select(g => (Rows: g.Select(o => o.Index).ToArray(), Centre: g.Key))
            .Select(g => new Choice(g.Rows.MinBy(row => TensorPrimitives.Distance(vectors[row], last[g.Centre])), g.Rows.Length)).OrderByDescending(c =>
                c.Score).ThenBy(c => c.Row)];
    }

    static Vectors Unit(Vectors vectors)
    {
        var values = new float[(long)vectors.Count * vectors.Dimension];
        vectors.Read(0, values);
        for (var i = 0; i < vectors.Count; i++) IndexFile.Scale(values.AsSpan(i * vectors.Dimension, vectors.Dimension), Metric.Cosine, vectors, i);
        return Vectors.Of(values, vectors.Dimension);
    }

    static float[] Seeds(Vectors vectors, int count, ulong seed, SearchOptions options)
    {
        var random = new Random((int)(seed ^ (seed >> 32)));
        var centres = new float[count * vectors.Dimension];
        var distance = new float[vectors.Count];
        Array.Fill(distance, float.PositiveInfinity);
        for (var c = 0; c < count; c++)
        {
            var row = c == 0 ? random.Next(vectors.Count) : Drawn(distance, random);
            vectors[row].CopyTo(centres.AsSpan(c * vectors.Dimension));
            Closer(vectors, vectors[row], Metric.Euclidean, distance, options.Cancel);
        }
        return centres;
    }

    // With the square of its distance as probability.
    static int Drawn(float[] distance, Random random)
    {
        var left = random.NextDouble() * distance.Sum(d => (double)d * d);
        for (var i = 0; i < distance.Length; i++)
            if ((left -= (double)distance[i] * distance[i]) < 0) return i;
        return random.Next(distance.Length);
    }

    static void Means(Vectors vectors, int[] owner, float[] centres)
    {
        var (sums, sizes) = (new double[centres.Length], new int[centres.Length / vectors.Dimension]);
        for (var i = 0; i < owner.Length; i++)
        {
            var row = vectors[i];
            var sum = sums.AsSpan(owner[i] * vectors.Dimension, vectors.Dimension);
            for (var d = 0; d < sum.Length; d++) sum[d] += row[d];
            sizes[owner[i]]++;
        }
        // A group that lost all its members stays where it is.
        for (var i = 0; i < centres.Length; i++)
            if (sizes[i / vectors.Dimension] > 0) centres[i] = (float)(sums[i] / sizes[i / vectors.Dimension]);
    }

    /// <summary>Those whose labelled neighbours agree least: what a person should label next.</summary>
    /// <param name="suggested">What <see cref="Votes"/> suggests.</param>
    /// <param name="count">How many.</param>
    /// <returns>The least certain first, with the margin of the vote.</returns>
    public static IReadOnlyList<Choice> Uncertain(IReadOnlyList<Suggested> suggested, int count)
    {
        ArgumentNullException.ThrowIfNull(suggested);
        if (count < 1 || count > suggested.Count) throw new ConfigurationException($"{count} were asked for; there are {suggested.Count} without a label.");
        return [.. suggested.OrderBy(s => s.Margin).ThenBy(s => s.Row).Take(count).Select(s => new Choice(s.Row, s.Margin))];
    }

    static void Check(Vectors? vectors, int count, int? most)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (count < 1 || count > (most ?? vectors.Count)) throw new ConfigurationException($"{count} were asked for; there are {most ?? vectors.Count} to choose from.");
    }
}
