using System.Diagnostics;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Kindred.Index;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.VectorData;

namespace Kindred.Extensions.AI;

/// <summary>Kindred's index as a vector store: records with a key and a vector, which come, go, and are found by what they are near to. Needs no server and no libtorch.</summary>
/// <remarks>
/// <para>Safe to use from several threads: searches and reads run side by side, changes one after another. One object of one process has the files open.</para>
/// <para>Records are kept as JSON; what is read is always a copy. Vectors that the cosine compares are kept, and come back, at length 1. Where records carry something that a generator makes
/// vectors of (a text, a picture), the vector is kept and that is not, unless another property has it too.</para>
/// <para>A change is in the file when its call returns, and survives the end of the process; not a failure of power, which <see cref="FoldAsync"/> does.</para>
/// </remarks>
/// <typeparam name="TKey">The key; anything that JSON can say.</typeparam>
/// <typeparam name="TRecord">The record, a class with <c>[VectorStoreKey]</c>, <c>[VectorStoreData]</c> and one <c>[VectorStoreVector]</c>.</typeparam>
/// <example><code>
/// using var photos = new KindredCollection&lt;string, Photo&gt;("photos", new() { Folder = "data" });
/// await photos.UpsertAsync(new Photo { File = "cat.jpg", Vector = vector });
/// await foreach (var near in photos.SearchAsync(query, top: 5)) Console.WriteLine($"{near.Record.File} {near.Score:0.00}");
/// </code></example>
public sealed partial class KindredCollection<TKey, TRecord> : VectorStoreCollection<TKey, TRecord> where TKey : notnull where TRecord : class
{
    readonly KindredCollectionOptions options;
    readonly ILogger? log;
    readonly RecordShape<TKey, TRecord> shape;
    readonly ReaderWriterLockSlim gate = new();
    readonly bool shared;
    CollectionRows<TKey, TRecord>? rows;
    CollectionFiles? files;
    bool disposed;

    /// <summary>A collection, whose files are opened when they are first needed.</summary>
    /// <param name="name">Letters, digits, '-' and '_'.</param>
    /// <param name="options">Where it lies; left out, in memory.</param>
    /// <param name="log">Is told what is opened and written.</param>
    /// <exception cref="ArgumentException">The name has other characters.</exception>
    /// <exception cref="NotSupportedException">The record asks for a distance that an index does not know.</exception>
    public KindredCollection(string name, KindredCollectionOptions? options = null, ILogger<KindredCollection<TKey, TRecord>>? log = null) : this(name, options, log, false) { }

    internal KindredCollection(string name, KindredCollectionOptions? options, ILogger? log, bool shared)
    {
        KindredVectorStore.CheckName(name);
        (Name, this.options, this.log, this.shared) = (name, options ?? new(), log, shared);
        shape = new(this.options);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    // Every use begins here; the files are opened by the first.
    T Reading<T>(Func<CollectionRows<TKey, TRecord>, T> read)
    {
        if (Volatile.Read(ref rows) is null) Writing(_ => { });
        gate.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return read(rows ?? throw new ObjectDisposedException(Name));
        }
        finally { gate.ExitReadLock(); }
    }

    void Writing(Action<CollectionRows<TKey, TRecord>> write)
    {
        gate.EnterWriteLock();
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            write(rows ?? Opened());
        }
        finally { gate.ExitWriteLock(); }
    }

    CollectionRows<TKey, TRecord> Opened()
    {
        if (options.Folder is null) return rows = new(shape, null);
        files = new(options.Folder, Name);
        try
        {
            var opened = new CollectionRows<TKey, TRecord>(shape, files.Base);
            foreach (var (key, record, vector) in files.Changes())
            {
                if (record is null || vector is null) opened.Remove(shape.KeyOf(key));
                else opened.Put(shape.KeyOf(key), record, vector.Length == shape.Dimension ? vector
                    : throw new DataException($"the collection {Path.Combine(options.Folder, Name)} holds vectors of {vector.Length} numbers, and {typeof(TRecord).Name} says {shape.Dimension}."));
            }
            if (log is not null) LogOpened(log, Path.Combine(options.Folder, Name), opened.Count, opened.Changes);
            return rows = opened;
        }
        catch
        {
            files.Dispose();
            files = null;
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(options.Folder is null ? rows is not null : CollectionFiles.Exist(options.Folder, Name));

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => Task.Run(() => Reading(_ => true), cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => Task.Run(() =>
    {
        gate.EnterWriteLock();
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            files?.Dispose();
            (files, rows) = (null, null);
            if (options.Folder is not null) CollectionFiles.Delete(options.Folder, Name);
        }
        finally { gate.ExitWriteLock(); }
    }, cancellationToken);

    /// <inheritdoc/>
    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        var vectors = WithVectors(options?.IncludeVectors ?? false);
        return Task.FromResult(Reading(r => r.Find(key, vectors)));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        var vectors = WithVectors(options.IncludeVectors);
        var passes = filter.Compile();
        var found = await Task.Run(() => Reading(r => Sorted(r.Where(passes, vectors), options).Skip(options.Skip).Take(top).ToList()), cancellationToken).ConfigureAwait(false);
        foreach (var record in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }
    }

    static IEnumerable<TRecord> Sorted(IEnumerable<TRecord> records, FilteredRecordRetrievalOptions<TRecord> options)
    {
        IOrderedEnumerable<TRecord>? sorted = null;
        foreach (var by in options.OrderBy?.Invoke(new()).Values ?? [])
        {
            var of = by.PropertySelector.Compile();
            sorted = (sorted, by.Ascending) switch
            {
                (null, true) => records.OrderBy(of), (null, false) => records.OrderByDescending(of),
                (not null, true) => sorted.ThenBy(of), _ => sorted.ThenByDescending(of),
            };
        }
        return sorted ?? records;
    }

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) => UpsertAsync([record], cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="DataException">A vector has another length than the record says, or is not finite; nothing is put in.</exception>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        IReadOnlyList<TRecord> all = [.. records];
        if (all.Count == 0) return;
        var vectors = await shape.VectorsAsync(all, cancellationToken).ConfigureAwait(false);
        (TKey Key, string Text)[] written = [.. all.Select(r => (shape.Key(r), shape.Text(r)))];
        await Task.Run(() => Writing(r =>
        {
            for (var i = 0; i < all.Count; i++)
            {
                files?.Put(shape.Text(written[i].Key), written[i].Text, vectors[i]);
                r.Put(written[i].Key, written[i].Text, vectors[i]);
            }
            if (files is not null && options.FoldAfter > 0 && r.Changes >= options.FoldAfter) Fold(r, CancellationToken.None);
        }), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) => DeleteAsync([key], cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        TKey[] all = [.. keys];
        return Task.Run(() => Writing(r =>
        {
            foreach (var key in all)
                if (r.Remove(key)) files?.Gone(shape.Text(key));
        }), cancellationToken);
    }

    /// <summary>Finds the records that are nearest.</summary>
    /// <typeparam name="TInput"><c>ReadOnlyMemory&lt;float&gt;</c>, <c>float[]</c>, <c>Embedding&lt;float&gt;</c>, or what the embedding generator takes.</typeparam>
    /// <param name="searchValue">What they are to be near to.</param>
    /// <param name="top">How many, at least 1.</param>
    /// <param name="options">Filter, threshold, how many to skip, whether vectors come along.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>Nearest first; scores as the record's distance function counts them.</returns>
    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        var vectors = WithVectors(options.IncludeVectors);
        var query = await shape.QueryAsync(searchValue, cancellationToken).ConfigureAwait(false);
        var filter = options.Filter?.Compile();
        var how = new SearchOptions { Threads = this.options.Threads, Candidates = this.options.Candidates, Cancel = cancellationToken };
        var found = await Task.Run(() => Reading(r => r.Search(query, options.Skip + top, filter, options.ScoreThreshold, vectors, how)), cancellationToken).ConfigureAwait(false);
        foreach (var (record, score) in found.Skip(options.Skip))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new(record, score);
        }
    }

    bool WithVectors(bool wanted) => wanted && shape.Generates
        ? throw new NotSupportedException($"{typeof(TRecord).Name} has no place for a vector: what is there is what vectors are made from.") : wanted;

    /// <summary>How many records there are.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<int> CountAsync(CancellationToken cancellationToken = default) => Task.Run(() => Reading(r => r.Count), cancellationToken);

    /// <summary>Writes all records into one index and begins a new log; from 50,000 records on that is a graph, which takes its time. Others wait meanwhile.</summary>
    /// <param name="cancellationToken">Stops it; everything stays as it was.</param>
    /// <exception cref="EnvironmentException">The disk is full or gone; everything stays as it was.</exception>
    public Task FoldAsync(CancellationToken cancellationToken = default) => Task.Run(() => Writing(r =>
    {
        if (files is not null && r.Changes > 0) Fold(r, cancellationToken);
    }), cancellationToken);

    void Fold(CollectionRows<TKey, TRecord> all, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var count = all.Count;
        files!.Fold(all.Writer(options.Threads, cancel));
        all.Begin(files.Base);
        if (log is not null) LogFolded(log, Path.Combine(options.Folder!, Name), count, clock.ElapsedMilliseconds);
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? new VectorStoreCollectionMetadata { VectorStoreSystemName = "kindred", VectorStoreName = options.Folder, CollectionName = Name }
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Closes the files; one that a store gave is closed with the store.</summary>
    /// <param name="disposing">Always true.</param>
    protected override void Dispose(bool disposing)
    {
        if (!shared) Close();
        base.Dispose(disposing);
    }

    internal void Close()
    {
        gate.EnterWriteLock();
        try
        {
            disposed = true;
            files?.Dispose();
            (files, rows) = (null, null);
        }
        finally { gate.ExitWriteLock(); }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "opened {Collection}: {Count} records, {Changes} changes beside the index")]
    static partial void LogOpened(ILogger log, string collection, int count, int changes);

    [LoggerMessage(Level = LogLevel.Information, Message = "wrote {Collection}: {Count} records in {Milliseconds} ms")]
    static partial void LogFolded(ILogger log, string collection, int count, long milliseconds);
}
