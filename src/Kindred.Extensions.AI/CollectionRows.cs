using Kindred.Index;

namespace Kindred.Extensions.AI;

/// <summary>The records of a collection: those of the index, but for rows that are gone, and those added since. Not safe by itself; the collection locks.</summary>
sealed class CollectionRows<TKey, TRecord> where TKey : notnull where TRecord : class
{
    readonly RecordShape<TKey, TRecord> shape;
    readonly Dictionary<TKey, int> places = [];                           // a row of the index, or ~ a number of those added
    readonly HashSet<int> gone = [];
    readonly List<Added?> added = [];
    TRecord?[] seen = [];                                                 // records of the index as filters see them, read when first asked for
    float[] vectors = [];
    VectorIndex? index;

    internal CollectionRows(RecordShape<TKey, TRecord> shape, VectorIndex? index)
    {
        this.shape = shape;
        Begin(index);
    }

    internal int Count => places.Count;

    /// <summary>Rows of the index that count no more, and records beside it.</summary>
    internal int Changes => gone.Count + added.Count;

    internal void Begin(VectorIndex? from)
    {
        index = from;
        if (from is not null) from.Vectors.RequireDimension(shape.Dimension, $"a record of {typeof(TRecord).Name}");
        if (from is not null && from.Metric != shape.Metric)
            throw new DataException($"{from.Path} compares by {from.Metric.Name()}, and {typeof(TRecord).Name} asks for {shape.Metric.Name()}; put its records into a collection of another name.");
        places.Clear();
        gone.Clear();
        added.Clear();
        vectors = [];
        seen = new TRecord?[from?.Count ?? 0];
        for (var row = 0; row < seen.Length; row++) places[shape.KeyOf(Named(row).Key)] = row;
    }

    // Keys and records are JSON, which has no line breaks of its own.
    (string Key, string Record) Named(int row) => index!.Names[row].Split('\n') is [var key, var record] ? (key, record)
        : throw new DataException($"{index.Path} is an index, but none of a collection.");

    internal static string Name(string key, string record) => $"{key}\n{record}";

    internal void Put(TKey key, string text, float[] vector)
    {
        if (places.TryGetValue(key, out var place) && place >= 0) gone.Add(place);
        var at = place < 0 ? ~place : added.Count;
        if (at == added.Count) added.Add(null);
        if (vectors.Length < added.Count * shape.Dimension) Array.Resize(ref vectors, Math.Max(16, 2 * added.Count) * shape.Dimension);
        added[at] = new(key, text, shape.Record(text));
        vector.CopyTo(vectors, at * shape.Dimension);
        places[key] = ~at;
    }

    internal bool Remove(TKey key)
    {
        if (!places.Remove(key, out var place)) return false;
        if (place >= 0) gone.Add(place);
        else added[~place] = null;
        return true;
    }

    internal void Clear()
    {
        Begin(null);
    }

    /// <summary>A copy of a record, with its vector if that is wanted.</summary>
    internal TRecord? Find(TKey key, bool withVector) => places.TryGetValue(key, out var place) ? Copy(place, withVector) : null;

    TRecord Copy(int place, bool withVector) => place >= 0
        ? shape.Record(Named(place).Record, withVector ? index!.Vectors[place] : default)
        : shape.Record(added[~place]!.Text, withVector ? vectors.AsSpan(~place * shape.Dimension, shape.Dimension) : default);

    /// <summary>Copies of all records that pass, in the order in which they came.</summary>
    internal IEnumerable<TRecord> Where(Func<TRecord, bool> filter, bool withVectors) =>
        Places().Where(place => filter(place >= 0 ? Seen(place) : added[~place]!.Record)).Select(place => Copy(place, withVectors));

    IEnumerable<int> Places() => Enumerable.Range(0, seen.Length).Where(row => !gone.Contains(row)).Concat(Enumerable.Range(0, added.Count).Where(i => added[i] is not null).Select(i => ~i));

    TRecord Seen(int row) => seen[row] ??= shape.Record(Named(row).Record);

    /// <summary>The nearest records, nearest first.</summary>
    internal List<(TRecord Record, double Score)> Search(float[] query, int most, Func<TRecord, bool>? filter, double? threshold, bool withVectors, SearchOptions options)
    {
        List<Neighbour> found = [];
        if (index is not null && gone.Count < seen.Length)
        {
            // Without anything to leave out no filter is asked, which a graph does not like.
            var all = filter is null && gone.Count == 0;
            found.AddRange(index.Search(query, most, all ? options : options with { Filter = row => !gone.Contains(row) && filter?.Invoke(Seen(row)) != false }));
        }
        if (added.Count > 0)
        {
            var fresh = Vectors.Of(vectors.AsMemory(0, added.Count * shape.Dimension), shape.Dimension);
            var near = ExactSearch.Find(fresh, Vectors.Of(query, shape.Dimension), most, shape.Metric,
                options with { Filter = i => added[i] is { } record && filter?.Invoke(record.Record) != false })[0];
            found.AddRange(near.Select(n => n with { Row = ~n.Row }));
        }
        return [.. found.OrderByDescending(n => n.Score).Take(most).Select(n => (n.Row, Score: shape.Score(n.Score))).Where(n => shape.Passes(n.Score, threshold))
            .Select(n => (Copy(n.Row, withVectors), n.Score))];
    }

    /// <summary>Writes an index of all that is here; null where that is nothing.</summary>
    internal Action<string>? Writer(int threads, CancellationToken cancel)
    {
        if (Count == 0) return null;
        int[] live = [.. Places()];
        // Where nothing is gone, a graph grows; else it is built anew, because nothing is taken out of one.
        var grows = index is not null && gone.Count == 0 && (index.Options.Kind == IndexKind.Graph || live.Length < IndexOptions.GraphFrom);
        if (grows) live = live[seen.Length..];
        var content = new IndexContent(new Live(this, live), [.. live.Select(Written)]);
        return path =>
        {
            if (!grows) VectorIndex.Build(path, content, new(shape.Metric), threads, cancel: cancel);
            else if (live.Length > 0) index!.Add(path, content, threads, cancel: cancel);
            else File.Copy(index!.Path, path);
        };
    }

    string Written(int place) => place >= 0 ? index!.Names[place] : Name(shape.Text(added[~place]!.Key), added[~place]!.Text);

    sealed record Added(TKey Key, string Text, TRecord Record);

    /// <summary>The vectors of some places.</summary>
    sealed class Live(CollectionRows<TKey, TRecord> rows, int[] places) : Vectors
    {
        public override string Description => "the collection";

        public override int Count => places.Length;

        public override int Dimension => rows.shape.Dimension;

        public override void Read(int first, Span<float> into)
        {
            for (var i = 0; i < into.Length / Dimension; i++) this[first + i].CopyTo(into[(i * Dimension)..]);
        }

        public override ReadOnlySpan<float> this[int index] =>
            places[index] is >= 0 and var row ? rows.index!.Vectors[row] : rows.vectors.AsSpan(~places[index] * Dimension, Dimension);
    }
}
