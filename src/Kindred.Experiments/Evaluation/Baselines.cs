using Kindred.Encoders;
using Kindred.Experiments.Modalities;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>What a trained network is compared with: representations that nobody trained.</summary>
public static class Baselines
{
    const double WindowSeconds = 0.032, HopSeconds = 0.016;
    const int Bands = 40;

    static readonly Dictionary<string, (string Title, Func<Network, IData, IEncodes> Make)> known = new()
    {
        ["pixels"] = ("the plain view itself, less its mean", (_, _) => new Input()),
        ["untrained"] = ("the recipe's network before training", (network, _) => Encodes(network.Fresh(network.Seed))),
        ["logmel"] = ("the log-mel spectrogram of 40 bands, frame after frame, less its mean (sound)", (network, data) => new Spectrum(network, data)),
        ["pca"] = ("the plain view's first principal components over the training samples, as many as the embedding has values", (network, data) => new PrincipalComponents(network, data)),
        ["counts"] = ("how often each node label occurs in a graph", (_, _) => new GraphCounts(sizes: false)),
        ["sizes"] = ("the same, and the numbers of nodes and edges", (_, _) => new GraphCounts(sizes: true)),
        ["words"] = ("how often each of 2,048 word pieces occurs in a sentence, weighed by tf-idf", (network, data) => new WordCounts(data, network.Device)),
        ["ridge"] = ("ridge regression from mean and deviation of a film's frames to the tf-idf of its caption's words", (network, data) => new CaptionRidge(data, network.Device)),
    };

    /// <summary>Names and what they are.</summary>
    public static IReadOnlyList<(string Name, string Title)> All => [.. known.Select(k => (k.Key, k.Value.Title))];

    /// <summary>The representation of a baseline.</summary>
    /// <param name="name">One of <see cref="All"/>.</param>
    /// <param name="network">The network that is compared.</param>
    /// <param name="data">What it learnt from.</param>
    /// <exception cref="ConfigurationException">There is none of that name, or it is not for such data.</exception>
    public static IEncodes Find(string name, Network network, IData data) => known.TryGetValue(name, out var baseline) ? baseline.Make(network, data)
        : throw new ConfigurationException($"there is no baseline '{name}'{Suggest.Nearest(name, known.Keys)}; there are {string.Join(", ", known.Keys)}.");

    /// <summary>A method as something that gives representations.</summary>
    /// <exception cref="ConfigurationException">It gives none.</exception>
    public static IEncodes Encodes(Method method) => method as IEncodes
        ?? throw new ConfigurationException($"{method?.GetType().Name} gives no representation that could be evaluated.");

    /// <summary>A method as something that gives representations; one that gives none says so when the first is asked for, as a protocol may ask for something else.</summary>
    internal static IEncodes EncodesOrRefuses(Method method) => method as IEncodes ?? new Refusal(method);

    sealed class Refusal(Method method) : IEncodes
    {
        public Tensor Features(View view) => Encodes(method).Features(view);
    }

    /// <summary>The plain view itself, less its mean: the strongest baseline without learning, in which a picture's own brightness does not count.</summary>
    /// <param name="view">`[N, …]`.</param>
    /// <returns>`[N, D]`.</returns>
    public static Tensor Pixels(View view) => Centred((view ?? throw new ArgumentNullException(nameof(view))).X.Flatten(1));

    sealed class Input : IEncodes
    {
        public Tensor Features(View view) => Pixels(view);
    }

    sealed class Spectrum : IEncodes
    {
        readonly LogMel mel;

        public Spectrum(Network network, IData data)
        {
            if (!data.Inputs.TryGetValue("rate", out var rate)) throw new ConfigurationException("the baseline logmel is for sound; for pictures there are pixels and untrained.");
            mel = new((int)rate, (int)Math.Round(WindowSeconds * rate), (int)Math.Round(HopSeconds * rate), Bands);
            mel.To(network.Device);
        }

        public Tensor Features(View view) => Centred(mel.Forward(view.X).Flatten(1));
    }

    static Tensor Centred(Tensor rows) => rows - rows.Mean(1, keepdim: true);
}
