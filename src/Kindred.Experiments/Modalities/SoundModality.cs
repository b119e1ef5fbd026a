using Kindred.Data.Audio;
using Kindred.Data.Audit;
using Kindred.Data.Sources;

namespace Kindred.Experiments.Modalities;

/// <summary>Sound: windows at random places of recordings.</summary>
[Modality("sound", "WAV files in a folder or a tar archive", "audio")]
public sealed class SoundModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => Alike(SampleKinds.Sound);

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AudioData.Open(request.Uri, request.Batch, request.Seed);
    }

    /// <summary>Spoken digits are divided by their numbers, others by folders.</summary>
    public override TestPart TestPart(string uri) => Recordings.Divided(DataUri.Parse(uri).Path) ? Modalities.TestPart.Own : Modalities.TestPart.None;

    /// <summary>A WAVE file.</summary>
    public override string? Query(string query, string like, string folder)
    {
        if (!File.Exists(query)) return null;
        File.Copy(query, Path.Combine(folder, "query.wav"));
        return With($"audio:{folder}", "window", DataUri.Parse(like)["window"]);
    }

    /// <inheritdoc/>
    public override string Bare(string uri) => With(uri, "window", null);

    /// <summary>A second is heard; a window that a person asks for counts instead.</summary>
    public override string Whole(string uri) => DataUri.Parse(uri)["window"] is null ? With(uri, "window", "1s") : uri;

    /// <inheritdoc/>
    public override DataReport Audit(string uri, Look look, CancellationToken cancel = default, Action<int, int>? progress = null)
    {
        using var data = AudioData.Open(uri, 1, 0);
        var recordings = data.Recordings;
        return new DataReport
        {
            Source = uri,
            Samples = recordings.Count,
            Classes = recordings.Classes.Select((name, i) => (name, recordings.Labels.Count(l => l == i))).ToDictionary(c => c.name, c => c.Item2),
            Unlabelled = recordings.Labels.Count(l => l < 0),
            Bad = [],
            Formats = new Dictionary<string, int> { ["wav"] = recordings.Count },
            Sizes = null,
            Seconds = Spread([.. Enumerable.Range(0, recordings.Count).Select(i => (double)recordings.Samples(i).Length / recordings.Rate)]),
        };
    }

    static double[]? Spread(double[] seconds)
    {
        Array.Sort(seconds);
        return seconds.Length == 0 ? null : [seconds[0], seconds[seconds.Length / 2], seconds[^1]];
    }
}
