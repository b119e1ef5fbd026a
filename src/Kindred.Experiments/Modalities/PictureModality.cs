using System.Text.Json;
using Kindred.Data.Audit;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Io.Onnx;

namespace Kindred.Experiments.Modalities;

/// <summary>Pictures: folders, archives, lists, and the data sets of the field.</summary>
[Modality("pictures", "JPEG, PNG and WebP files in folders, archives and lists; CIFAR, MNIST and their like; the emoji sample",
    "emoji", "folder", "tar", "list", "cifar10", "cifar100", "stl10", "mnist", "reid", "packed")]
public sealed class PictureModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => Alike(SampleKinds.Pictures);

    /// <inheritdoc/>
    public override Type Operation => typeof(Augmentation);

    /// <inheritdoc/>
    public override bool Recognises(string path) => true;

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<ViewRequest> views, ViewRequest? plain)
    {
        PictureViews.Groups(views);
        if (plain is not null) PictureViews.Plan(plain);
    }

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var groups = PictureViews.Groups(request.Views);
        if (groups.Length == 0) throw new ConfigurationException("the recipe has no views; list them under 'views'.");
        var pictures = PictureSources.Open(request.Uri);
        try { return new PictureData(pictures, groups, PictureViews.Plain(request.Views, request.Plain), request.Batch, request.Seed, request.Workers); }
        catch
        {
            pictures.Dispose();
            throw;
        }
    }

    /// <summary>Folders and archives without <c>train</c> and <c>test</c>, and lists, are divided by a draw.</summary>
    public override TestPart TestPart(string uri) => PictureSources.Divided(uri) ? Modalities.TestPart.Own : Modalities.TestPart.Drawn;

    /// <summary>A picture file.</summary>
    public override string? Query(string query, string like, string folder)
    {
        if (!File.Exists(query)) return null;
        var list = Path.Combine(folder, "query.csv");
        Io.AtomicFile.WriteText(list, Io.Csv.CsvText.Row(["path"]) + Io.Csv.CsvText.Row([Path.GetFullPath(query)]));
        return $"list:{list}";
    }

    /// <inheritdoc/>
    public override string AtMost(string uri, int samples) => Limited(uri, samples);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Describe(DataRequest request, IReadOnlyDictionary<string, long> inputs)
    {
        ArgumentNullException.ThrowIfNull(request);
        var plain = PictureViews.Anywhere(PictureViews.Plain(request.Views, request.Plain), inputs);
        var said = new Dictionary<string, string> { [OnnxKeys.View] = ViewJson.Write(plain) };
        if (plain.Operations.OfType<Normalize>().LastOrDefault() is { } normalize)
            (said[OnnxKeys.Mean], said[OnnxKeys.Std]) = (JsonSerializer.Serialize(normalize.Means), JsonSerializer.Serialize(normalize.Deviations));
        return said;
    }

    /// <inheritdoc/>
    public override DataReport Audit(string uri, Look look, CancellationToken cancel = default, Action<int, int>? progress = null)
    {
        using var pictures = PictureSources.Open(uri);
        var told = progress is null ? null : new Told(done => progress(done, pictures.Count));
        return look switch
        {
            Look.Scan => DataAudit.Scan(pictures, cancel, told),
            Look.Verify => DataAudit.Verify(pictures, cancel, told),
            _ => DataAudit.Statistics(pictures, cancel, told),
        };
    }

    /// <inheritdoc/>
    public override (Picture Grid, string Parameters)? Preview(DataRequest request, ulong seed, int rows, int tile)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var pictures = PictureSources.Open(request.Uri);
        return PreviewGrid.Draw(pictures, PictureViews.Groups(request.Views), seed, rows, tile);
    }

    // Progress<T> would report on other threads, late.
    sealed class Told(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
