using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Kindred.Experiments.Embeddings;
using Kindred.Index;
using Kindred.Index.Analysis;

namespace Kindred.Studio;

/// <summary>Files of vectors that are open, and their maps in the plane; each is made once.</summary>
sealed class MapStore(Work work) : IDisposable
{
    /// <summary>Above so many, neighbours of all are not looked for: the map is the directions of most variance.</summary>
    const int MostForUmap = 20_000;

    /// <summary>Fewer have no neighbourhoods to keep.</summary>
    const int LeastForUmap = 4;

    const int MostOpen = 8, MostForDirections = 20_000;
    const double FarOff = 0.004;

    readonly Lock gate = new();
    readonly Dictionary<string, (DateTime Time, Collection Collection)> open = [];
    readonly ConditionalWeakTable<Collection, Labelling> labellings = [];
    readonly List<Collection> old = [];
    readonly ConcurrentDictionary<(string, DateTime, string), Task<float[]>> maps = new();

    /// <summary>Whether a map that keeps neighbours near can be made of so many vectors.</summary>
    internal static bool TakesUmap(int count) => count is >= LeastForUmap and <= MostForUmap;

    /// <summary>Opens a file, or takes it if it is open and has not changed since.</summary>
    internal Collection Open(Place file)
    {
        var time = File.GetLastWriteTimeUtc(file.Path);
        lock (gate)
        {
            if (open.TryGetValue(file.Path, out var known))
            {
                if (known.Time == time) return known.Collection;
                old.Add(known.Collection); // somebody may be reading it
                open.Remove(file.Path);
            }
            if (open.Count >= MostOpen)
            {
                var first = open.First();
                old.Add(first.Value.Collection);
                open.Remove(first.Key);
            }
            var collection = Collection.Open(file.Path);
            open[file.Path] = (time, collection);
            return collection;
        }
    }

    /// <summary>The labels of an open file and their numbers; found once.</summary>
    internal Labelling LabelsOf(Collection file) => labellings.GetValue(file, f => Labelling.Of(f.Labels));

    /// <summary>Two numbers a vector; all but a few lie within −1 and 1.</summary>
    /// <param name="file">The vectors.</param>
    /// <param name="method"><c>umap</c> or <c>pca</c>.</param>
    internal async Task<float[]> Of(Place file, string method)
    {
        var collection = Open(file);
        var key = (file.Path, File.GetLastWriteTimeUtc(file.Path), method);
        var task = maps.GetOrAdd(key, _ => work.Do(() => Fitted(Make(collection, method)), CancellationToken.None));
        try { return await task; }
        catch
        {
            maps.TryRemove(key, out _);
            throw;
        }
    }

    static float[] Make(Collection collection, string method)
    {
        var vectors = collection.Vectors;
        if (method == "pca")
        {
            using var some = Some(vectors);
            var pca = Pca.Fit(some ?? vectors, Math.Min(2, vectors.Dimension), threads: 1);
            var values = pca.Transform(vectors);
            return vectors.Dimension > 1 ? values : [.. values.SelectMany(v => (float[])[v, 0])];
        }
        var metric = collection.Index?.Metric ?? Metric.Cosine;
        var search = new SearchOptions { Threads = 1 };
        return Umap.Fit(vectors, NearestGraph.Of(vectors, Math.Min(15, Math.Max(1, vectors.Count - 1)), metric, collection.Index, search), metric: metric);
    }

    // The directions of a million differ little from those of some ten thousand of them, which are found in a hundredth of the time.
    static Vectors? Some(Vectors vectors)
    {
        if (vectors.Count <= MostForDirections) return null;
        var values = new float[MostForDirections * vectors.Dimension];
        for (var i = 0; i < MostForDirections; i++) vectors[(int)((long)i * vectors.Count / MostForDirections)].CopyTo(values.AsSpan(i * vectors.Dimension));
        return Vectors.Of(values, vectors.Dimension);
    }

    // The middle of the extent lies in the middle; one scale for both directions keeps distances. A few points far off do not make all others small: they lie
    // outside, where whoever zooms out finds them.
    static float[] Fitted(float[] values)
    {
        var (x, y) = (Extent(values, 0), Extent(values, 1));
        var half = Math.Max(1e-9f, Math.Max(x.High - x.Low, y.High - y.Low) / 2);
        for (var i = 0; i < values.Length; i++) values[i] = (values[i] - ((i & 1) == 0 ? (x.Low + x.High) / 2 : (y.Low + y.High) / 2)) / half;
        return values;
    }

    static (float Low, float High) Extent(float[] values, int axis)
    {
        var sorted = new float[values.Length / 2];
        for (var i = 0; i < sorted.Length; i++) sorted[i] = values[(2 * i) + axis];
        Array.Sort(sorted);
        var far = (int)(FarOff * sorted.Length);
        return (sorted[far], sorted[^(far + 1)]);
    }

    public void Dispose()
    {
        foreach (var collection in open.Values.Select(o => o.Collection).Concat(old)) collection.Dispose();
    }
}
