using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace Kindred.Extensions.AI;

/// <summary>An encoder of Kindred's as an embedding generator. Safe to use from several threads.</summary>
/// <typeparam name="TInput">What the interface takes.</typeparam>
/// <typeparam name="TSample">What the encoder takes.</typeparam>
public abstract class KindredEmbeddings<TInput, TSample> : IEmbeddingGenerator<TInput, Embedding<float>>
{
    readonly ISampleEncoder<TSample> encoder;
    readonly EmbeddingGeneratorMetadata metadata;
    readonly bool normalize;

    private protected KindredEmbeddings(ISampleEncoder<TSample> encoder, KindredEmbeddingOptions? options)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        options ??= new();
        (this.encoder, normalize) = (encoder, options.Normalize);
        metadata = new("kindred", defaultModelId: options.ModelId ?? encoder.Name, defaultModelDimensions: encoder.Dimensions);
    }

    private protected abstract TSample Sample(TInput input, int number);

    /// <inheritdoc/>
    /// <remarks>The work is done on a thread of the pool; cancellation stops it between samples.</remarks>
    /// <exception cref="DataException">A sample cannot be read.</exception>
    /// <exception cref="NotSupportedException">Vectors of another width are asked for.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<TInput> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } wanted && wanted != encoder.Dimensions)
            throw new NotSupportedException($"vectors of {wanted} numbers are asked for, and this encoder gives {encoder.Dimensions}.");
        TSample[] samples = [.. values.Select(Sample)];
        var vectors = await Task.Run(() => encoder.Encode(samples, cancellationToken), cancellationToken).ConfigureAwait(false);
        var made = DateTimeOffset.UtcNow;
        return new(vectors.Select(v => new Embedding<float>(normalize ? Unit(v) : v) { CreatedAt = made, ModelId = metadata.DefaultModelId }));
    }

    // A vector of zeros has no direction and stays.
    static float[] Unit(float[] vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0) TensorPrimitives.Divide(vector, length, vector);
        return vector;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(encoder) ? encoder : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        encoder.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Vectors of pictures: the bytes of JPEG, PNG and WebP files as <see cref="DataContent"/>.</summary>
/// <param name="encoder">Makes the vectors; this object disposes it.</param>
/// <param name="options">How they are made.</param>
/// <example><code>
/// using var pictures = new PictureEmbeddings(OnnxPictures.Open("encoder.onnx"));
/// var vector = await pictures.GenerateVectorAsync(new DataContent(File.ReadAllBytes("cat.jpg"), "image/jpeg"));
/// </code></example>
public sealed class PictureEmbeddings(ISampleEncoder<ReadOnlyMemory<byte>> encoder, KindredEmbeddingOptions? options = null)
    : KindredEmbeddings<DataContent, ReadOnlyMemory<byte>>(encoder, options)
{
    private protected override ReadOnlyMemory<byte> Sample(DataContent input, int number) =>
        input.HasTopLevelMediaType("image") ? input.Data : throw new DataException($"sample {number} is {input.MediaType}, and a picture is wanted: image/jpeg, image/png or image/webp.");
}

/// <summary>Vectors of sentences.</summary>
/// <param name="encoder">Makes the vectors; this object disposes it.</param>
/// <param name="options">How they are made.</param>
public sealed class SentenceEmbeddings(ISampleEncoder<string> encoder, KindredEmbeddingOptions? options = null) : KindredEmbeddings<string, string>(encoder, options)
{
    private protected override string Sample(string input, int number) => input;
}
