using System.Globalization;
using Kindred.Data.Audio;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Recordings as a method sees them: windows at random places, `[N, window]`; short recordings are filled up with silence.</summary>
/// <remarks>URI: <c>audio:PATH?split=train&amp;label=speaker&amp;window=4096</c>; <c>window=1s</c> counts in seconds. All sound is held in memory, so windows cost nothing worth threads.</remarks>
public sealed class AudioData : IData
{
    const int DefaultWindow = 4096;

    readonly Recordings recordings;
    readonly int window, batch;
    readonly ulong seed;

    /// <summary>Prepares batches of windows.</summary>
    /// <param name="recordings">The sound.</param>
    /// <param name="window">Samples of a window.</param>
    /// <param name="batch">Windows a step.</param>
    /// <param name="seed">Decides order and places.</param>
    public AudioData(Recordings recordings, int window, int batch, ulong seed) =>
        (this.recordings, this.window, this.batch, this.seed) = (recordings, window, batch, seed);

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
        if (!double.TryParse(seconds ? text[..^1] : text, CultureInfo.InvariantCulture, out var window) || Math.Round(seconds ? window * rate : window) is not (>= 1 and <= 1 << 24) || (!seconds && window != Math.Floor(window)))
            throw new ConfigurationException($"{uri}: window={text}; expected is a whole number of samples, at least 1, or seconds such as 0.5s.");
        return (int)Math.Round(seconds ? window * rate : window);
    }

    /// <summary>The sound.</summary>
    public Recordings Recordings => recordings;

    /// <inheritdoc/>
    public int Count => recordings.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => recordings.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels => recordings.Labels;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["rate"] = recordings.Rate };

    /// <inheritdoc/>
    public int StepsPerEpoch => Count / batch;

    /// <inheritdoc/>
    public IEnumerable<SampleStamp> Stamps() => Enumerable.Range(0, Count).Select(i =>
    {
        var stamp = recordings.Stamp(i);
        return new SampleStamp(recordings.Names[i], recordings.Labels[i], stamp.Bytes, stamp.Modified);
    });

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel)
    {
        var batches = plan?.Batches ?? [.. Shuffled(epoch).Chunk(batch).Take(StepsPerEpoch)];
        foreach (var rows in batches.Skip(skip))
        {
            cancel.ThrowIfCancellationRequested();
            yield return new AudioBatch(this, rows, epoch);
        }
    }

    /// <summary>Every recording once, in order, its first window.</summary>
    public IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default) =>
        Enumerable.Range(0, Count).Chunk(batch).Select(rows => new AudioBatch(this, rows, epoch: null));

    /// <inheritdoc/>
    public void Dispose() { }

    int[] Shuffled(int epoch)
    {
        int[] rows = [.. Enumerable.Range(0, Count)];
        new RandomKey(seed, epoch, -1, 0).Draws().Permutation(rows);
        return rows;
    }

    void Cut(int index, int? epoch, Span<float> into)
    {
        var sound = recordings.Samples(index);
        var room = Math.Max(0, sound.Length - window);
        var start = epoch is { } e ? new RandomKey(seed, e, index, 0).Draws().Integer(room + 1) : 0;
        sound = sound[start..];
        sound[..Math.Min(window, sound.Length)].CopyTo(into);
    }

    sealed class AudioBatch(AudioData data, int[] rows, int? epoch) : IRawBatch
    {
        public int Count => rows.Length;

        public double Waited => 0;

        public Batch Tensors()
        {
            var sound = new float[rows.Length * data.window];
            for (var i = 0; i < rows.Length; i++) data.Cut(rows[i], epoch, sound.AsSpan(i * data.window, data.window));
            return new([new View(Tensor.From<float>(sound, [rows.Length, data.window]), "sound.0")],
                Tensor.From<long>(Array.ConvertAll(rows, r => (long)r)), Tensor.From<long>(Array.ConvertAll(rows, r => (long)data.recordings.Labels[r])));
        }
    }
}
