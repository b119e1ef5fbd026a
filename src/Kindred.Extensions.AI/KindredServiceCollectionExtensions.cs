using Kindred.Onnx;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.VectorData;

namespace Kindred.Extensions.AI;

/// <summary>Registers embedding generators and collections. They are opened when they are first asked for, and live as long as the application.</summary>
public static partial class KindredServiceCollectionExtensions
{
    /// <summary>Registers an exported encoder of pictures as <c>IEmbeddingGenerator&lt;DataContent, Embedding&lt;float&gt;&gt;</c>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Says at least <see cref="KindredEmbeddingOptions.File"/>.</param>
    /// <param name="key">A key, where there are several.</param>
    public static IServiceCollection AddKindredPictureEmbeddings(this IServiceCollection services, Action<KindredEmbeddingOptions> configure, object? key = null) =>
        services.Add<DataContent>(configure, key, options => new PictureEmbeddings(OnnxPictures.Open(options.File!, options.Threads), options));

    /// <summary>Registers an exported encoder of text as <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Says at least <see cref="KindredEmbeddingOptions.File"/>.</param>
    /// <param name="key">A key, where there are several.</param>
    public static IServiceCollection AddKindredSentenceEmbeddings(this IServiceCollection services, Action<KindredEmbeddingOptions> configure, object? key = null) =>
        services.Add<string>(configure, key, options => new SentenceEmbeddings(OnnxSentences.Open(options.File!, options.Threads), options));

    /// <summary>Registers any encoder of pictures, such as a run by libtorch.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="encoder">Opens it.</param>
    /// <param name="key">A key, where there are several.</param>
    public static IServiceCollection AddKindredPictureEmbeddings(this IServiceCollection services, Func<IServiceProvider, ISampleEncoder<ReadOnlyMemory<byte>>> encoder, object? key = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return services.AddKeyedSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(key, (provider, _) => new PictureEmbeddings(encoder(provider)));
    }

    /// <summary>Registers any encoder of text, such as a run by libtorch.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="encoder">Opens it.</param>
    /// <param name="key">A key, where there are several.</param>
    public static IServiceCollection AddKindredSentenceEmbeddings(this IServiceCollection services, Func<IServiceProvider, ISampleEncoder<string>> encoder, object? key = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(key, (provider, _) => new SentenceEmbeddings(encoder(provider)));
    }

    /// <summary>Registers a collection as <see cref="VectorStoreCollection{TKey, TRecord}"/> and <see cref="IVectorSearchable{TRecord}"/>.</summary>
    /// <remarks>Unless the options name an embedding generator, that of pictures is taken if one is registered, else that of text.</remarks>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TRecord">The record.</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The collection's name.</param>
    /// <param name="configure">Says where it lies.</param>
    /// <param name="key">A key, where there are several.</param>
    public static IServiceCollection AddKindredCollection<TKey, TRecord>(this IServiceCollection services, string name, Action<KindredCollectionOptions>? configure = null, object? key = null)
        where TKey : notnull where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = $"{name}/{key}";
        services.AddOptions<KindredCollectionOptions>(options).Configure(configure ?? (_ => { })).Validate(o => o.FoldAfter >= 0, "KindredCollectionOptions.FoldAfter is less than 0.");
        return services.AddKindredCollection<TKey, TRecord>(name, provider => provider.GetRequiredService<IOptionsMonitor<KindredCollectionOptions>>().Get(options), key);
    }

    /// <summary>Registers a collection whose options depend on other services, such as a vector's length on the generator.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TRecord">The record.</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The collection's name.</param>
    /// <param name="options">Makes the options.</param>
    /// <param name="key">A key, where there are several.</param>
    public static IServiceCollection AddKindredCollection<TKey, TRecord>(this IServiceCollection services, string name, Func<IServiceProvider, KindredCollectionOptions> options, object? key = null)
        where TKey : notnull where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        KindredVectorStore.CheckName(name);
        services.AddKeyedSingleton<VectorStoreCollection<TKey, TRecord>>(key, (provider, _) =>
        {
            var set = options(provider);
            set.EmbeddingGenerator ??= (IEmbeddingGenerator?)provider.GetService<IEmbeddingGenerator<DataContent, Embedding<float>>>()
                ?? provider.GetService<IEmbeddingGenerator<string, Embedding<float>>>();
            return new KindredCollection<TKey, TRecord>(name, set, provider.GetService<ILogger<KindredCollection<TKey, TRecord>>>());
        });
        return services.AddKeyedSingleton<IVectorSearchable<TRecord>>(key, (provider, _) => provider.GetRequiredKeyedService<VectorStoreCollection<TKey, TRecord>>(key));
    }

    static IServiceCollection Add<T>(this IServiceCollection services, Action<KindredEmbeddingOptions> configure, object? key,
        Func<KindredEmbeddingOptions, IEmbeddingGenerator<T, Embedding<float>>> make)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var name = $"{typeof(T).Name}/{key}";
        services.AddOptions<KindredEmbeddingOptions>(name).Configure(configure)
            .Validate(options => options.File is { Length: > 0 }, "KindredEmbeddingOptions.File is not set; give the file of `kindred export onnx`.");
        return services.AddKeyedSingleton(key, (provider, _) =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<KindredEmbeddingOptions>>().Get(name);
            var generator = make(options);
            if (provider.GetService<ILoggerFactory>()?.CreateLogger(typeof(KindredServiceCollectionExtensions)) is { } log)
                Opened(log, options.File!, generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelId, generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelDimensions);
            return generator;
        });
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "opened {File}: {Model}, vectors of {Dimensions} numbers")]
    static partial void Opened(ILogger log, string file, string? model, int? dimensions);
}
