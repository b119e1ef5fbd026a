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

    const int MostOpen = 8, LeastForSample = 100_000;

    readonly Lock gate = new();
    readonly Dictionary<string, (DateTime Time, Collection Collection)> open = [];
    readonly ConditionalWeakTable<Collection, Labelling> labellings = [];
    readonly List<Collection> old = [];
    readonly ConcurrentDictionary<(string, DateTime, string), Task<float[]>> maps = new();
    readonly ConcurrentDictionary<(string, DateTime, string), Task<MapPlane>> planes = new();

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
        var vectors = Open(file).Vectors;
        if (method == "pca")
        {
            var plane = await PlaneOf(file, vectors);
            return await Once(maps, KeyOf(file, method), () => plane.Of(vectors));
        }
        return await Once(maps, KeyOf(file, method), () => Neighbourhoods(Open(file)));
    }

    /// <summary>Some of very many vectors where the map by PCA has them, known without their names; null of fewer.</summary>
    /// <param name="file">The vectors.</param>
    internal async Task<float[]?> Sample(Place file)
    {
        using var own = VectorIndex.Recognises(file.Path) ? null : Vectors.Open(file.Path);
        var vectors = own ?? Open(file).Vectors;
        return vectors.Count < LeastForSample ? null : (await PlaneOf(file, vectors)).Sample;
    }

    Task<MapPlane> PlaneOf(Place file, Vectors vectors) => Once(planes, KeyOf(file, "pca"), () => MapPlane.Fit(vectors));

    static (string, DateTime, string) KeyOf(Place file, string method) => (file.Path, File.GetLastWriteTimeUtc(file.Path), method);

    async Task<T> Once<T>(ConcurrentDictionary<(string, DateTime, string), Task<T>> made, (string, DateTime, string) key, Func<T> make)
    {
        try { return await made.GetOrAdd(key, _ => work.Do(make, CancellationToken.None)); }
        catch
        {
            made.TryRemove(key, out _);
            throw;
        }
    }

    static float[] Neighbourhoods(Collection collection)
    {
        var vectors = collection.Vectors;
        var metric = collection.Index?.Metric ?? Metric.Cosine;
        var search = new SearchOptions { Threads = 1 };
        var values = Umap.Fit(vectors, NearestGraph.Of(vectors, Math.Min(15, Math.Max(1, vectors.Count - 1)), metric, collection.Index, search), metric: metric);
        MapPlane.FrameOf(values).Fit(values);
        return values;
    }

    public void Dispose()
    {
        foreach (var collection in open.Values.Select(o => o.Collection).Concat(old)) collection.Dispose();
    }
}
