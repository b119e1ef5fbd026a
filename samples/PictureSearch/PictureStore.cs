using Kindred.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

/// <summary>Pictures as files in a folder, their vectors in a collection beside them.</summary>
public sealed class PictureStore(IEmbeddingGenerator<DataContent, Embedding<float>> generator, VectorStoreCollection<Guid, Picture> collection, IConfiguration settings)
{
    readonly string folder = Directory.CreateDirectory(Path.Combine(FolderOf(settings), "files")).FullName;

    public static string FolderOf(IConfiguration settings) => settings["Folder"] ?? "pictures";

    /// <summary>The vector's length is the encoder's, which is known when its file is open.</summary>
    public static KindredCollectionOptions Options(IServiceProvider provider) => new()
    {
        Folder = FolderOf(provider.GetRequiredService<IConfiguration>()),
        Definition = new()
        {
            Properties =
            [
                new VectorStoreKeyProperty(nameof(Picture.Id), typeof(Guid)),
                new VectorStoreVectorProperty(nameof(Picture.Vector), typeof(ReadOnlyMemory<float>), Generator(provider).GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelDimensions!.Value),
            ],
        },
    };

    static IEmbeddingGenerator<DataContent, Embedding<float>> Generator(IServiceProvider provider) => provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();

    public async Task<List<Found>> Similar(byte[] bytes, string mediaType, int top, CancellationToken cancel) =>
        await Near(await Vector(bytes, mediaType, cancel), top, cancel);

    /// <summary>Keeps a picture, and finds those like it that were there before.</summary>
    public async Task<Uploaded> Add(byte[] bytes, string mediaType, string name, int top, CancellationToken cancel)
    {
        // First the vector: what cannot be decoded is not kept.
        var vector = await Vector(bytes, mediaType, cancel);
        var similar = await Near(vector, top, cancel);
        var picture = new Picture { Id = Guid.NewGuid(), Name = name, MediaType = mediaType, Added = DateTimeOffset.UtcNow, Vector = vector };
        // The name on the disk is ours, never the visitor's.
        await File.WriteAllBytesAsync(FileOf(picture.Id), bytes, cancel);
        await collection.UpsertAsync(picture, cancel);
        return new(picture.Id, name, similar);
    }

    public async Task<(Picture Picture, string File)?> Find(Guid id, CancellationToken cancel) =>
        await collection.GetAsync(id, cancellationToken: cancel) is { } picture && File.Exists(FileOf(id)) ? (picture, FileOf(id)) : null;

    public async Task<List<Found>> Latest(int top, CancellationToken cancel) =>
        await collection.GetAsync(_ => true, top, new() { OrderBy = o => o.Descending(p => p.Added) }, cancel).Select(p => new Found(p.Id, p.Name, 0)).ToListAsync(cancel);

    public async Task<bool> Remove(Guid id, CancellationToken cancel)
    {
        if (await collection.GetAsync(id, cancellationToken: cancel) is null) return false;
        await collection.DeleteAsync(id, cancel);
        File.Delete(FileOf(id));
        return true;
    }

    async Task<ReadOnlyMemory<float>> Vector(byte[] bytes, string mediaType, CancellationToken cancel) =>
        await generator.GenerateVectorAsync(new DataContent(bytes, mediaType), cancellationToken: cancel);

    async Task<List<Found>> Near(ReadOnlyMemory<float> vector, int top, CancellationToken cancel) =>
        await collection.SearchAsync(vector, top, cancellationToken: cancel).Select(r => new Found(r.Record.Id, r.Record.Name, Math.Round(r.Score ?? 0, 4))).ToListAsync(cancel);

    string FileOf(Guid id) => Path.Combine(folder, id.ToString("N"));
}
