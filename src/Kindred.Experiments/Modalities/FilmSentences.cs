using Kindred.Data.Films;
using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Encoders;
using Kindred.Io;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>What a frozen encoder of sentences makes of the captions of films, made once when the data are opened: <c>?sentences=minilm</c>.</summary>
/// <remarks>Mean of the tokens, length 1, as all-MiniLM-L6-v2 is meant to be used. Captions that say the same are encoded once.</remarks>
sealed class FilmSentences
{
    /// <summary>The key of a URI.</summary>
    public const string Key = "sentences";

    const int Batch = 64, Length = 64;

    readonly Dictionary<string, float[]> vectors = new(StringComparer.Ordinal);

    FilmSentences(int width) => Width = width;

    /// <summary>Numbers of a vector.</summary>
    public int Width { get; }

    /// <summary>The vectors that a URI asks for, or null.</summary>
    /// <param name="uri">Where the films come from.</param>
    /// <param name="captions">All captions.</param>
    /// <exception cref="ConfigurationException">There is no such encoder.</exception>
    /// <exception cref="EnvironmentException">It cannot be fetched.</exception>
    public static FilmSentences? Of(DataUri uri, IEnumerable<string> captions)
    {
        Check(uri);
        if (uri[Key] is null) return null;
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var (encoder, tokenizer) = (Trained(), Tokenizer.Read(MiniLm.Fetch()));
        var made = new FilmSentences((int)encoder.Dim);
        foreach (var some in captions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Chunk(Batch))
        {
            using var inner = Scope.Open();
            var rows = encoder.Forward(TextView.Of([.. some.Select(c => tokenizer.Encode(c, Length))], "text")).Normalize().ToArray<float>();
            for (var i = 0; i < some.Length; i++) made.vectors[some[i]] = rows.AsSpan(i * made.Width, made.Width).ToArray();
        }
        return made;
    }

    /// <summary>Refuses an encoder that there is not, before anything is fetched.</summary>
    /// <exception cref="ConfigurationException">There is no such encoder.</exception>
    public static void Check(DataUri uri)
    {
        if (uri[Key] is { } name && name != MiniLm.Name) throw new ConfigurationException($"{uri}: {Key}={name}; there is one encoder of sentences, {Key}={MiniLm.Name}.");
    }

    static Bert Trained()
    {
        Bert encoder;
        using (Initialization.Begin(0)) encoder = new(new() { Width = 384, Depth = 6, Heads = 12, Hidden = 1536, Positions = 512, Dropout = 0 });
        using var file = WeightFile.Open(MiniLm.Weights);
        encoder.Load(PublishedWeights.Find(encoder, [.. file.Names]).Names.ToDictionary(n => n.Key, n => TensorArrays.ToTensor(file.Read(n.Value))));
        encoder.Eval();
        return encoder;
    }

    /// <summary>Some captions' vectors, `[N, Width]`.</summary>
    public Tensor Rows(IReadOnlyList<string> captions) =>
        Tensor.From<float>([.. captions.SelectMany(c => vectors[c])], [captions.Count, Width]);
}
