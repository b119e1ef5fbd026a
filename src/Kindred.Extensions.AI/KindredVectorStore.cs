using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.VectorData;

namespace Kindred.Extensions.AI;

/// <summary>The collections of one folder, or of memory. Safe to use from several threads.</summary>
/// <param name="options">Where they lie and how they are searched; left out, in memory.</param>
/// <param name="logs">Makes the logs of the collections.</param>
public sealed class KindredVectorStore(KindredCollectionOptions? options = null, ILoggerFactory? logs = null) : VectorStore
{
    readonly KindredCollectionOptions options = options ?? new();
    readonly ConcurrentDictionary<string, (object Collection, Action Close)> opened = new(StringComparer.Ordinal);

    /// <summary>A collection; the same one for the same name.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TRecord">The record.</typeparam>
    /// <param name="name">Letters, digits, '-' and '_'.</param>
    /// <param name="definition">What the record's properties are, where it has no attributes.</param>
    /// <exception cref="InvalidOperationException">It is in use with other types.</exception>
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null)
    {
        var (collection, _) = opened.GetOrAdd(name, _ =>
        {
            var made = new KindredCollection<TKey, TRecord>(name, new()
            {
                Folder = options.Folder, FoldAfter = options.FoldAfter, Threads = options.Threads, Candidates = options.Candidates,
                Definition = definition ?? options.Definition, EmbeddingGenerator = options.EmbeddingGenerator,
            }, logs?.CreateLogger<KindredCollection<TKey, TRecord>>(), shared: true);
            return (made, made.Close);
        });
        return collection as KindredCollection<TKey, TRecord>
            ?? throw new InvalidOperationException($"the collection '{name}' is in use with other types: {collection.GetType().GenericTypeArguments[0].Name} and {collection.GetType().GenericTypeArguments[1].Name}.");
    }

    /// <summary>Not supported: records have a class.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition) =>
        throw new NotSupportedException("records without a class are not kept; use GetCollection with a class for them.");

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string[] names = options.Folder is null ? [.. opened.Keys.Order(StringComparer.Ordinal)] : await Task.Run(() => CollectionFiles.Names(options.Folder).ToArray(), cancellationToken).ConfigureAwait(false);
        foreach (var name in names) yield return name;
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        return Task.FromResult(options.Folder is null ? opened.ContainsKey(name) : CollectionFiles.Exist(options.Folder, name));
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        if (opened.TryRemove(name, out var found)) found.Close();
        if (options.Folder is not null) CollectionFiles.Delete(options.Folder, name);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? new VectorStoreMetadata { VectorStoreSystemName = "kindred", VectorStoreName = options.Folder }
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var (_, close) in opened.Values) close();
        opened.Clear();
        base.Dispose(disposing);
    }

    // A name is part of a file's name; a dot would part it wrongly.
    internal static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new ArgumentException($"'{name}' is no name of a collection; it may have letters, digits, '-' and '_'.", nameof(name));
    }
}
