using System.Numerics.Tensors;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kindred.Index;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace Kindred.Extensions.AI;

/// <summary>What a record looks like: its key, its vector, and how the rest becomes text.</summary>
/// <remarks>Read by reflection: the model builder of VectorData may still change from one version to the next.</remarks>
sealed class RecordShape<TKey, TRecord> where TKey : notnull where TRecord : class
{
    static readonly (string Name, Metric Metric, bool Distance, Func<float, double> Score)[] measures =
    [
        (DistanceFunction.CosineSimilarity, Metric.Cosine, false, s => s), (DistanceFunction.CosineDistance, Metric.Cosine, true, s => 1 - s),
        (DistanceFunction.DotProductSimilarity, Metric.Dot, false, s => s), (DistanceFunction.NegativeDotProductSimilarity, Metric.Dot, true, s => -s),
        (DistanceFunction.EuclideanDistance, Metric.Euclidean, true, s => -s), (DistanceFunction.EuclideanSquaredDistance, Metric.Euclidean, true, s => (double)s * s),
    ];

    readonly PropertyInfo key, vector;
    readonly Type made;                                                   // what the vector's property holds
    readonly IEmbeddingGenerator? generator;
    readonly JsonSerializerOptions json;
    readonly Func<float, double> score;
    readonly bool distance;

    internal RecordShape(KindredCollectionOptions options)
    {
        if (typeof(TRecord) == typeof(Dictionary<string, object?>))
            throw new NotSupportedException("records without a class (Dictionary<string, object?>) are not kept; give a class with [VectorStoreKey], [VectorStoreData] and [VectorStoreVector].");
        key = Single(options.Definition, typeof(VectorStoreKeyAttribute), typeof(VectorStoreKeyProperty));
        if (key.PropertyType != typeof(TKey))
            throw new NotSupportedException($"the key '{typeof(TRecord).Name}.{key.Name}' is {key.PropertyType.Name}, and the collection's keys are {typeof(TKey).Name}.");
        vector = Single(options.Definition, typeof(VectorStoreVectorAttribute), typeof(VectorStoreVectorProperty));
        made = Nullable.GetUnderlyingType(vector.PropertyType) ?? vector.PropertyType;
        Generates = made != typeof(ReadOnlyMemory<float>) && made != typeof(float[]) && made != typeof(Embedding<float>);

        var said = options.Definition?.Properties.OfType<VectorStoreVectorProperty>().Single();
        var marked = vector.GetCustomAttribute<VectorStoreVectorAttribute>();
        generator = said?.EmbeddingGenerator ?? options.Definition?.EmbeddingGenerator ?? options.EmbeddingGenerator;
        if (Generates && (made == typeof(DataContent) ? generator is not IEmbeddingGenerator<DataContent, Embedding<float>> : made != typeof(string) || generator is not IEmbeddingGenerator<string, Embedding<float>>))
            throw new NotSupportedException($"'{typeof(TRecord).Name}.{vector.Name}' is {made.Name}; a vector is ReadOnlyMemory<float>, float[] or Embedding<float>, "
                + "or string or DataContent with an embedding generator for it (KindredCollectionOptions.EmbeddingGenerator).");
        Dimension = said?.Dimensions ?? marked!.Dimensions;
        var wanted = said?.DistanceFunction ?? marked?.DistanceFunction ?? DistanceFunction.CosineSimilarity;
        var found = Array.Find(measures, m => m.Name == wanted);
        if (found.Name is null)
            throw new NotSupportedException($"'{typeof(TRecord).Name}.{vector.Name}' asks for {wanted}; an index knows {string.Join(", ", measures.Select(m => m.Name))}.");
        (Metric, distance, score) = (found.Metric, found.Distance, found.Score);
        json = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WithoutVector } } };
    }

    internal Metric Metric { get; }

    internal int Dimension { get; }

    /// <summary>Whether records carry something from which vectors are made, and no vector themselves.</summary>
    internal bool Generates { get; }

    static PropertyInfo Single(VectorStoreCollectionDefinition? definition, Type attribute, Type property)
    {
        var what = property == typeof(VectorStoreKeyProperty) ? "key" : "vector";
        PropertyInfo[] found = definition is null ? [.. typeof(TRecord).GetProperties().Where(p => p.IsDefined(attribute))]
            : [.. definition.Properties.Where(property.IsInstanceOfType).Select(p => typeof(TRecord).GetProperty(p.Name)
                ?? throw new NotSupportedException($"the definition names '{p.Name}', which {typeof(TRecord).Name} does not have."))];
        return found is [var only] ? only
            : throw new NotSupportedException($"{typeof(TRecord).Name} has {found.Length} properties that are a {what}, and one is wanted: mark it [{attribute.Name[..^"Attribute".Length]}].");
    }

    void WithoutVector(JsonTypeInfo type)
    {
        if (type.Type != typeof(TRecord)) return;
        foreach (var property in type.Properties.Where(p => (p.AttributeProvider as MemberInfo)?.Name == vector.Name))
        {
            property.ShouldSerialize = (_, _) => false;
            property.IsRequired = false;
        }
    }

    /// <summary>A record's key; an empty <see cref="Guid"/> is given a new one.</summary>
    internal TKey Key(TRecord record)
    {
        var value = key.GetValue(record) ?? throw new ArgumentException($"the record's key '{key.Name}' is null.", nameof(record));
        if (value is Guid guid && guid == Guid.Empty) key.SetValue(record, value = Guid.NewGuid());
        return (TKey)value;
    }

    internal string Text(TKey of) => JsonSerializer.Serialize(of);

    internal TKey KeyOf(string text) => JsonSerializer.Deserialize<TKey>(text)!;

    internal string Text(TRecord record) => JsonSerializer.Serialize(record, json);

    internal TRecord Record(string text, ReadOnlySpan<float> numbers = default)
    {
        var record = JsonSerializer.Deserialize<TRecord>(text, json)!;
        if (numbers.IsEmpty) return record;
        var values = numbers.ToArray();
        vector.SetValue(record, made == typeof(float[]) ? values : made == typeof(Embedding<float>) ? new Embedding<float>(values) : (object)new ReadOnlyMemory<float>(values));
        return record;
    }

    /// <summary>The vectors of records, generated where they carry none; of length 1 where the cosine compares them.</summary>
    internal async Task<float[][]> VectorsAsync(IReadOnlyList<TRecord> records, CancellationToken cancel)
    {
        object[] values = [.. records.Select((r, i) => vector.GetValue(r) ?? throw new ArgumentException($"record {i} has nothing in '{vector.Name}'.", nameof(records)))];
        if (Generates)
        {
            var generated = generator is IEmbeddingGenerator<DataContent, Embedding<float>> pictures && made == typeof(DataContent)
                ? await pictures.GenerateAsync(values.Cast<DataContent>(), cancellationToken: cancel).ConfigureAwait(false)
                : await ((IEmbeddingGenerator<string, Embedding<float>>)generator!).GenerateAsync(values.Cast<string>(), cancellationToken: cancel).ConfigureAwait(false);
            values = [.. generated];
        }
        return [.. values.Select((v, i) => Scaled(Numbers(v)!.Value, $"record {i}"))];
    }

    /// <summary>What is searched for as a vector.</summary>
    internal async Task<float[]> QueryAsync<TInput>(TInput input, CancellationToken cancel) where TInput : notnull
    {
        if (Numbers(input) is { } given) return Scaled(given, "the query");
        return generator switch
        {
            IEmbeddingGenerator<TInput, Embedding<float>> fitting => Scaled(await fitting.GenerateVectorAsync(input, cancellationToken: cancel).ConfigureAwait(false), "the query"),
            null => throw new NotSupportedException($"a search by {typeof(TInput).Name} takes an embedding generator (KindredCollectionOptions.EmbeddingGenerator); "
                + "without one, search by ReadOnlyMemory<float>, float[] or Embedding<float>."),
            var other => throw new NotSupportedException($"the embedding generator {other.GetType().Name} makes no vectors of {typeof(TInput).Name}."),
        };
    }

    static ReadOnlyMemory<float>? Numbers(object? value) => value switch
    {
        ReadOnlyMemory<float> memory => memory,
        float[] array => array,
        Embedding<float> embedding => embedding.Vector,
        _ => (ReadOnlyMemory<float>?)null,                                // a mere null would become an empty vector
    };

    float[] Scaled(ReadOnlyMemory<float> numbers, string what)
    {
        if (numbers.Length != Dimension) throw new DataException($"{what} has a vector of {numbers.Length} numbers, and '{typeof(TRecord).Name}.{vector.Name}' says {Dimension}.");
        var values = numbers.ToArray();
        var norm = TensorPrimitives.Norm<float>(values);
        if (!float.IsFinite(norm)) throw new DataException($"{what} has a vector with a number that is not finite.");
        if (Metric == Metric.Cosine && norm > 0) TensorPrimitives.Divide(values, norm, values);
        return values;
    }

    /// <summary>A score as the record's distance function counts it.</summary>
    internal double Score(float near) => score(near);

    internal bool Passes(double scored, double? threshold) => threshold is not { } limit || (distance ? scored <= limit : scored >= limit);
}
