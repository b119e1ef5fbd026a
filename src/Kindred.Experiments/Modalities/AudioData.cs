using System.Globalization;
using Kindred.Data.Audio;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Recordings as a method sees them: windows at random places, `[N, window]`; short recordings are filled up with silence.</summary>
/// <remarks>URI: <c>audio:PATH?split=train&amp;label=speaker&amp;window=4096</c>; <c>window=1s</c> counts in seconds. All sound is held in memory, so windows cost nothing worth threads.</remarks>
public sealed class AudioData : MemoryData
{
    const int DefaultWindow = 4096;

    readonly int window;

    /// <summary>Prepares batches of windows.</summary>
    /// <param name="recordings">The sound.</param>
    /// <param name="window">Samples of a window.</param>
    /// <param name="batch">Windows a step.</param>
    /// <param name="seed">Decides order and places.</param>
    public AudioData(Recordings recordings, int window, int batch, ulong seed)
        : base((recordings ?? throw new ArgumentNullException(nameof(recordings))).Count, recordings.Classes, recordings.Labels, batch, seed) =>
        (Recordings, this.window, Columns) = (recordings, window, recordings.Columns);

    /// <summary>Opens what a data URI names.</summary>
    /// <exception cref="ConfigurationException">A key is unknown or wrong.</exception>
    /// <exception cref="DataException">The sound cannot be read.</exception>
    public static AudioData Open(string text, int batch, ulong seed)
    {
        var uri = DataUri.Parse(text);
        uri.Allow("split", "label", "window");
        var recordings = Recordings.Open(uri.Path, uri["split"], uri["label"] ?? "digit");
        return new(recordings, Window(uri, recordings.Rate), batch, seed);
    }

    static int Window(DataUri uri, int rate)
    {
        if (uri["window"] is not { } text) return DefaultWindow;
        var seconds = text.EndsWith('s');
        if (!double.TryParse(seconds ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var window)
            || Math.Round(seconds ? window * rate : window) is not (>= 1 and <= 1 << 24) || (!seconds && window != Math.Floor(window)))
            throw new ConfigurationException($"{uri}: window={text}; expected is a whole number of samples, at least 1, or seconds such as 0.5s.");
        return (int)Math.Round(seconds ? window * rate : window);
    }

    /// <summary>The sound.</summary>
    public Recordings Recordings { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["rate"] = Recordings.Rate };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<int>> Columns { get; }

    /// <inheritdoc/>
    public override string Name(int index) => Recordings.Names[index];

    /// <summary>Windows at random places; without chance, the first.</summary>
    protected override View[] Make(IReadOnlyList<Wanted> samples)
    {
        var sound = new float[samples.Count * window];
        for (var i = 0; i < samples.Count; i++) Cut(samples[i], sound.AsSpan(i * window, window));
        return [new View(Tensor.From<float>(sound, [samples.Count, window]), "sound.0")];
    }

    void Cut(Wanted sample, Span<float> into)
    {
        var sound = Recordings.Samples(sample.Row);
        var room = Math.Max(0, sound.Length - window);
        var start = sample.Key?.Draws().Integer(room + 1) ?? 0;
        sound = sound[start..];
        sound[..Math.Min(window, sound.Length)].CopyTo(into);
    }
}
