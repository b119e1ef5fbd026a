using Kindred.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.VectorData;

namespace Kindred.Packages.Tests.Store;

/// <summary>The index as a vector store: what is put in is found, survives, and is found by no shorter way than comparing all.</summary>
public sealed class CollectionTests : IDisposable
{
    public sealed class Photo
    {
        [VectorStoreKey]
        public string File { get; set; } = "";

        [VectorStoreData]
        public int Year { get; set; }

        [VectorStoreVector(4)]
        public ReadOnlyMemory<float> Vector { get; set; }
    }

    public sealed class Sentence
    {
        [VectorStoreKey]
        public Guid Id { get; set; }

        [VectorStoreData]
        public string Shown { get; set; } = "";

        [VectorStoreVector(2, DistanceFunction = DistanceFunction.EuclideanDistance)]
        public required string Text { get; set; }
    }

    sealed class Lengths : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(v => new Embedding<float>(new float[] { v.Length, 0 }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }

    readonly string folder = Directory.CreateTempSubdirectory("kindred-store-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    KindredCollection<string, Photo> Open(int foldAfter = 0) => new("photos", new() { Folder = folder, FoldAfter = foldAfter, Threads = 1 });

    static Photo Make(int i) => new() { File = $"{i}.jpg", Year = 2000 + (i % 10), Vector = Vector(i) };

    static float[] Vector(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 4).Select(_ => random.NextSingle() - 0.5f)];
    }

    static async Task<List<(string File, double Score)>> Found(KindredCollection<string, Photo> photos, float[] query, int top, VectorSearchOptions<Photo>? options = null)
    {
        var found = new List<(string, double)>();
        await foreach (var near in photos.SearchAsync(query, top, options)) found.Add((near.Record.File, near.Score!.Value));
        return found;
    }

    static List<(string File, double Score)> ByHand(IEnumerable<Photo> photos, float[] query, int top) =>
        [.. photos.Select(p => (p.File, Score: (double)System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(p.Vector.Span, query))).OrderByDescending(p => p.Score).Take(top)];

    static void Same(List<(string File, double Score)> expected, List<(string File, double Score)> found)
    {
        Assert.Equal(expected.Select(e => e.File), found.Select(f => f.File));
        Assert.All(expected.Zip(found), p => Assert.Equal(p.First.Score, p.Second.Score, 1e-5));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task After_any_mixture_of_changes_writings_and_reopenings_a_search_is_that_of_comparing_all(bool files)
    {
        var random = new Random(7);
        var truth = new Dictionary<string, Photo>();
        var photos = files ? Open() : new KindredCollection<string, Photo>("photos");
        for (var step = 0; step < 60; step++)
        {
            var some = Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(60)).Distinct().ToArray();
            switch (random.Next(5))
            {
                case 0:
                    await photos.DeleteAsync(some.Select(i => $"{i}.jpg"));
                    foreach (var i in some) truth.Remove($"{i}.jpg");
                    break;
                case 1: await photos.FoldAsync(); break;
                case 2 when files:
                    photos.Dispose();
                    photos = Open();
                    break;
                default:
                    Photo[] changed = [.. some.Select(i => new Photo { File = $"{i}.jpg", Year = 2000 + step, Vector = Vector(i + (step * 1000)) })];
                    await photos.UpsertAsync(changed);
                    foreach (var photo in changed) truth[photo.File] = photo;
                    break;
            }
            Assert.Equal(truth.Count, await photos.CountAsync());
            var query = Vector(-step - 1);
            Same(ByHand(truth.Values, query, 5), await Found(photos, query, 5));
            Same([.. ByHand(truth.Values.Where(p => p.Year > 2020), query, 6).Skip(2)], await Found(photos, query, 4, new() { Filter = p => p.Year > 2020, Skip = 2 }));
        }
        foreach (var photo in truth.Values)
        {
            var read = (await photos.GetAsync(photo.File, new() { IncludeVectors = true }))!;
            Assert.Equal(photo.Year, read.Year);
            Assert.Equal(1, System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(photo.Vector.Span, read.Vector.Span), 1e-5);
        }
        photos.Dispose();
    }

    [Fact]
    public async Task Records_come_back_whole_as_copies_and_without_vectors_unless_asked()
    {
        using var photos = Open();
        var mine = Make(1);
        await photos.UpsertAsync(mine);
        mine.Year = 1900;
        var read = (await photos.GetAsync("1.jpg"))!;
        Assert.Equal((2001, 0), (read.Year, read.Vector.Length));
        read.Year = 1;
        Assert.Equal(2001, (await photos.GetAsync("1.jpg"))!.Year);
        Assert.Null(await photos.GetAsync("2.jpg"));
        await photos.UpsertAsync(Enumerable.Range(2, 20).Select(Make));
        var sorted = await photos.GetAsync(p => p.Year >= 2005, 3, new() { Skip = 1, OrderBy = o => o.Descending(p => p.Year).Ascending(p => p.File) }).ToListAsync();
        Assert.Equal(["9.jpg", "18.jpg", "8.jpg"], sorted.Select(s => s.File));
    }

    [Fact]
    public async Task Texts_are_embedded_by_the_generator_and_distances_count_from_nought_up()
    {
        using var sentences = new KindredCollection<Guid, Sentence>("sentences", new() { EmbeddingGenerator = new Lengths(), Folder = folder });
        await sentences.UpsertAsync([new() { Text = "one", Shown = "one" }, new() { Text = "seven", Shown = "seven" }, new() { Text = "thirteen", Shown = "thirteen" }]);
        await sentences.FoldAsync();
        var found = await sentences.SearchAsync("four", 5, new() { ScoreThreshold = 1.5 }).ToListAsync();
        Assert.Equal([("one", 1.0), ("seven", 1.0)], found.Select(f => (f.Record.Shown, f.Score!.Value)).Order());
        Assert.All(found, f => Assert.NotEqual(Guid.Empty, f.Record.Id));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await sentences.SearchAsync(3, 1).ToListAsync());
    }

    [Fact]
    public async Task Many_threads_may_search_while_one_puts_in_takes_out_and_writes()
    {
        using var photos = Open(foldAfter: 25);
        await photos.UpsertAsync(Enumerable.Range(0, 100).Select(Make));
        using var over = new CancellationTokenSource();
        var searching = Enumerable.Range(0, 4).Select(t => Task.Run(async () =>
        {
            var searches = 0;
            while (!over.IsCancellationRequested || searches == 0)
            {
                // Rows 0 to 9 are never touched: they are found at any moment, each as its own nearest.
                var own = searches++ % 10;
                var found = await Found(photos, Vector(own), 1, new() { Filter = p => p.Year == 2000 + own });
                Assert.Equal(1, found.Single().Score, 1e-4);
                Assert.NotNull(await photos.GetAsync($"{own}.jpg"));
            }
            return searches;
        })).ToArray();
        for (var i = 10; i < 150; i++)
        {
            await photos.UpsertAsync(Make(i));
            if (i % 3 == 0) await photos.DeleteAsync($"{i}.jpg");
        }
        await over.CancelAsync();
        Assert.All(await Task.WhenAll(searching), n => Assert.True(n > 0));
        Assert.Equal(150 - 46, await photos.CountAsync());
    }

    [Fact]
    public async Task What_was_put_in_is_there_after_the_process_ended_at_any_byte_of_the_log()
    {
        using (var photos = Open()) await photos.UpsertAsync(Enumerable.Range(0, 5).Select(Make));
        var log = Path.Combine(folder, "photos.0.log");
        var whole = await File.ReadAllBytesAsync(log);
        for (var cut = 0; cut <= whole.Length; cut += 5)
        {
            await File.WriteAllBytesAsync(log, whole[..cut]);
            // A line that lacks nothing but its end is whole.
            var lines = whole[..cut].Count(b => b == '\n') + (cut < whole.Length && whole[cut] == '\n' ? 1 : 0);
            using (var photos = Open())
            {
                Assert.Equal(lines, await photos.CountAsync());
                await photos.UpsertAsync(Make(77));
            }
            using var again = Open();
            Assert.Equal(lines + 1, await again.CountAsync());
        }
    }

    [Fact]
    public async Task An_index_that_was_written_but_whose_old_files_were_not_yet_deleted_counts_alone()
    {
        using (var photos = Open())
        {
            await photos.UpsertAsync([Make(1), Make(2)]);
            File.Copy(Path.Combine(folder, "photos.0.log"), Path.Combine(folder, "kept"));
            await photos.DeleteAsync("2.jpg");
            await photos.FoldAsync();
        }
        File.Move(Path.Combine(folder, "kept"), Path.Combine(folder, "photos.0.log"));
        using (var again = Open()) Assert.Equal(1, await again.CountAsync());
        Assert.Equal(["photos.1.index", "photos.1.log", "photos.lock"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task What_is_wrong_is_said_and_leaves_nothing()
    {
        using var photos = Open();
        await photos.UpsertAsync(Make(1));
        Assert.Contains("3 numbers", (await Assert.ThrowsAsync<DataException>(() => photos.UpsertAsync([Make(2), new() { File = "x", Vector = new float[3] }]))).Message, StringComparison.Ordinal);
        Assert.Contains("not finite", (await Assert.ThrowsAsync<DataException>(() => photos.UpsertAsync(new Photo { File = "x", Vector = new float[] { 1, float.NaN, 0, 0 } }))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DataException>(() => Found(photos, [1, 2], 1));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await photos.SearchAsync("a text", 1).ToListAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Found(photos, Vector(1), 0));
        Assert.Equal(1, await photos.CountAsync());
        using var second = Open();
        Assert.Contains("open elsewhere", (await Assert.ThrowsAsync<EnvironmentException>(() => second.CountAsync())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new KindredCollection<string, Photo>("../photos"));
        Assert.Contains("0 properties", Assert.Throws<NotSupportedException>(() => new KindredCollection<int, CollectionTests>("x")).Message, StringComparison.Ordinal);
        Assert.Contains("Int32", Assert.Throws<NotSupportedException>(() => new KindredCollection<int, Photo>("x")).Message, StringComparison.Ordinal);
        Assert.Contains("EmbeddingGenerator", Assert.Throws<NotSupportedException>(() => new KindredCollection<Guid, Sentence>("x")).Message, StringComparison.Ordinal);
        photos.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => photos.CountAsync());
    }

    [Fact]
    public async Task A_definition_says_what_attributes_would_and_another_distance_than_the_files_is_refused()
    {
        static VectorStoreCollectionDefinition By(string distance) => new()
        {
            Properties = [new VectorStoreKeyProperty("File", typeof(string)), new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>), 4) { DistanceFunction = distance }],
        };
        using (var photos = new KindredCollection<string, Photo>("photos", new() { Folder = folder, Definition = By(DistanceFunction.NegativeDotProductSimilarity) }))
        {
            await photos.UpsertAsync([new() { File = "a", Vector = new float[] { 2, 0, 0, 0 } }, new() { File = "b", Vector = new float[] { 3, 0, 0, 0 } }]);
            await photos.FoldAsync();
            var found = await photos.SearchAsync(new float[] { 1, 0, 0, 0 }, 2, new() { IncludeVectors = true }).ToListAsync();
            Assert.Equal([("b", -3.0), ("a", -2.0)], found.Select(f => (f.Record.File, f.Score!.Value)));
            Assert.Equal([3, 0, 0, 0], found[0].Record.Vector.ToArray());
        }
        using var other = Open();
        Assert.Contains("cosine", (await Assert.ThrowsAsync<DataException>(() => other.CountAsync())).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => new KindredCollection<string, Photo>("x", new() { Definition = By(DistanceFunction.HammingDistance) }));
    }

    [Fact]
    public async Task A_store_gives_lists_and_deletes_collections()
    {
        using (var store = new KindredVectorStore(new() { Folder = folder }))
        {
            var photos = store.GetCollection<string, Photo>("photos");
            Assert.False(await store.CollectionExistsAsync("photos"));
            await photos.EnsureCollectionExistsAsync();
            photos.Dispose();                                             // one caller is done with it, another is not
            await store.GetCollection<string, Photo>("photos").UpsertAsync(Make(1));
            await store.GetCollection<string, Photo>("more").EnsureCollectionExistsAsync();
            Assert.Equal(["more", "photos"], await store.ListCollectionNamesAsync().ToListAsync());
            Assert.Throws<InvalidOperationException>(() => store.GetCollection<int, Sentence>("photos"));
            await store.EnsureCollectionDeletedAsync("more");
            Assert.Equal(["photos"], await store.ListCollectionNamesAsync().ToListAsync());
        }
        using var again = Open();
        Assert.Equal(1, await again.CountAsync());
        await again.EnsureCollectionDeletedAsync();
        Assert.False(await again.CollectionExistsAsync());
        Assert.Equal(0, await again.CountAsync());
    }

    [Fact]
    public async Task It_is_registered_with_options_a_log_and_the_generator_that_is_there()
    {
        var lines = new List<string>();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(new Lines(lines)).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new Lengths());
        services.AddKindredCollection<Guid, Sentence>("sentences", o => o.Folder = folder);
        services.AddKindredCollection<string, Photo>("wrong", o => o.FoldAfter = -1, "wrong");
        await using (var provider = services.BuildServiceProvider())
        {
            var sentences = provider.GetRequiredService<VectorStoreCollection<Guid, Sentence>>();
            await sentences.UpsertAsync(new Sentence { Text = "one", Shown = "1" });
            await ((KindredCollection<Guid, Sentence>)sentences).FoldAsync();
            Assert.Equal("1", (await provider.GetRequiredService<IVectorSearchable<Sentence>>().SearchAsync("two", 1).ToListAsync()).Single().Record.Shown);
            Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => provider.GetRequiredKeyedService<VectorStoreCollection<string, Photo>>("wrong"));
            Assert.Equal("kindred", ((VectorStoreCollectionMetadata)sentences.GetService(typeof(VectorStoreCollectionMetadata))!).VectorStoreSystemName);
        }
        Assert.Equal(2, lines.Count(l => l.Contains("sentences", StringComparison.Ordinal)));
    }

    sealed class Lines(List<string> lines) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Add(formatter(state, exception));

        public void Dispose() { }
    }
}
