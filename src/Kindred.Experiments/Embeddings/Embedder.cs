using System.Text.Json.Nodes;
using Kindred.Data.Files;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Experiments.Embeddings;

/// <summary>A run as something that makes vectors of samples: opened once, used for any number of data sets and queries.</summary>
/// <remarks>It belongs to one thread at a time.</remarks>
/// <example><code>
/// using var embedder = Embedder.Open("runs/photos");
/// embedder.Write("folder:photos", "photos.npy");
/// </code></example>
public sealed class Embedder : IDisposable
{
    readonly Experiment experiment;
    readonly KeptAssets assets;
    readonly string checkpoint;
    readonly Lazy<string> hash;

    Embedder(string run, Experiment experiment, string checkpoint)
    {
        (Run, this.experiment, this.checkpoint) = (run, experiment, checkpoint);
        assets = new KeptAssets(experiment);
        hash = new(() => AtomicFile.Measure(Path.Combine(checkpoint, $"{TrainingState.Model}.safetensors")).Sha256);
        experiment.Method.Eval();
    }

    /// <summary>The run's folder.</summary>
    public string Run { get; }

    /// <summary>The data that the run learnt from; null if its recipe names none.</summary>
    public string? OwnData => DataKinds.UriOf(experiment.Recipe) is { } own ? DataKinds.Of(own).Bare(own) : null;

    /// <summary>The hash of the weights.</summary>
    public string CheckpointSha256 => hash.Value;

    /// <summary>Opens a run with the weights of its last checkpoint.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="device">Where tensors live; the processor if left out.</param>
    /// <exception cref="DataException">It is no run, or holds no whole checkpoint.</exception>
    /// <exception cref="ConfigurationException">Its method gives no representation.</exception>
    public static Embedder Open(string run, Device? device = null)
    {
        var experiment = TrainedRun.Open(run, device);
        try
        {
            Baselines.Encodes(experiment.Method);
            var store = TrainedRun.StoreOf(run);
            return new(run, experiment, store.PathOf(store.Last ?? 0));
        }
        catch
        {
            experiment.Dispose();
            throw;
        }
    }

    /// <summary>Opens data as this run sees them: in its plain view, by its vocabulary.</summary>
    /// <param name="uri">A data URI; null for what the run learnt from.</param>
    public IData OpenData(string? uri)
    {
        var wanted = UriOf(uri);
        RecipeCheck.Fit(experiment.Recipe, wanted);
        return DataKinds.Open(experiment.Recipe, DataKinds.Of(wanted).Whole(wanted), assets.Folder);
    }

    internal string UriOf(string? uri) => uri ?? OwnData
        ?? throw new ConfigurationException("the run's recipe names no data; give --data URI, for example --data folder:PATH.");

    /// <summary>Vectors of all samples in order, a batch at a time.</summary>
    /// <param name="data">Data that <see cref="OpenData"/> opened.</param>
    /// <param name="options">Layer and length.</param>
    /// <param name="skip">Batches left out at the front.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <exception cref="NumericException">A vector is not finite.</exception>
    public IEnumerable<EmbeddedBatch> Vectors(IData data, EmbeddingOptions? options = null, int skip = 0, CancellationToken cancel = default) => Vectors(data, options, skip, 1, cancel);

    IEnumerable<EmbeddedBatch> Vectors(IData data, EmbeddingOptions? options, int skip, int stride, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        var encodes = Baselines.Encodes(experiment.Method);
        var device = experiment.Device;
        var represent = Layers.Find(options.Layer)(Fitting.Of(encodes, view => encodes.Features(view.To(device))), Fitting.Of(encodes, view => encodes.Embeddings(view.To(device))));
        return Walk(data, represent, options, options.BatchFor(data), skip, stride, cancel);
    }

    static IEnumerable<EmbeddedBatch> Walk(IData data, Func<View, Tensor> represent, EmbeddingOptions options, int size, int skip, int stride, CancellationToken cancel)
    {
        var number = skip;
        foreach (var raw in stride == 1 ? data.Plain(size, skip, cancel) : data.Plain(size, skip, stride, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            yield return Embedded(data, raw, represent, options.Normalize, number, number * size);
            number += stride;
        }
    }

    static EmbeddedBatch Embedded(IData data, IRawBatch raw, Func<View, Tensor> represent, bool normalize, int number, int first)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var batch = raw.Tensors();
        var features = represent(batch.Views[0]).To(Dtype.Float32);
        if (features.Dim != 2) throw new ConfigurationException($"the layer gives [{string.Join(", ", features.Shape)}] for {raw.Count} samples; vectors are [N, D].");
        if (normalize) features = features.Normalize();
        var (values, index) = (features.To(Device.Cpu).Contiguous().ToArray<float>(), batch.Index.To(Device.Cpu).ToArray<long>());
        // A picture that cannot be read was replaced by another one: that is no vector of its own.
        int[] own = [.. Enumerable.Range(0, index.Length).Where(i => index[i] == first + i)];
        var dimension = values.Length / index.Length;
        if (own.Length < index.Length) values = [.. own.SelectMany(i => values[(i * dimension)..((i + 1) * dimension)])];
        if (Array.FindIndex(values, v => !float.IsFinite(v)) is >= 0 and var bad)
            throw new NumericException($"the vector of {FileNames.Printable(data.Name(first + own[bad / dimension]))} is not finite; the run's weights or the sample are out of range.");
        return EmbeddedBatch.Of(data, number, [.. own.Select(i => first + i)], values);
    }

    /// <summary>All vectors in memory: for thousands of samples, such as queries.</summary>
    /// <param name="uri">A data URI; null for what the run learnt from.</param>
    /// <param name="options">Layer and length.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <returns>The vectors one after another, the numbers in each, and the samples' names.</returns>
    public (float[] Values, int Dimension, string[] Names) All(string? uri, EmbeddingOptions? options = null, CancellationToken cancel = default)
    {
        using var data = OpenData(uri);
        List<float> values = [];
        List<string> names = [];
        foreach (var batch in Vectors(data, options, cancel: cancel))
        {
            values.AddRange(batch.Values);
            names.AddRange(batch.Rows.Select(row => NameOf(data, row)));
        }
        if (names.Count == 0)
            throw new DataException($"{UriOf(uri)}: none of the {data.Count} samples can be used{(data.Bad.Count > 0 ? $": {data.Bad[0].Name} {data.Bad[0].Reason}" : "")}.");
        return ([.. values], values.Count / names.Count, [.. names]);
    }

    // Bytes that are no text cannot stand in a file of text.
    internal static string NameOf(IData data, int row) => data.Name(row) is var name && name.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0
        ? FileNames.Printable(name) : name;

    /// <summary>Writes the vectors of all samples with their names; what was begun before and stopped is gone on with.</summary>
    /// <remarks>
    /// While it is under way, what is done lies in <c>FILE.partial/</c>. Memory does not grow with the number of samples, but for their names. However often
    /// it is stopped,
    /// the file has the same bytes. Where several processes are at it, this is what rank 0 does, and the others <see cref="Follow"/>: the bytes are those of one process, if each has as many
    /// threads.
    /// </remarks>
    /// <param name="uri">A data URI; null for what the run learnt from.</param>
    /// <param name="path">The file: <c>.npy</c>, <c>.safetensors</c>, <c>.parquet</c>, <c>.csv</c> or <c>.jsonl</c>.</param>
    /// <param name="options">Layer and length.</param>
    /// <param name="progress">Is told how many samples are done.</param>
    /// <param name="warn">Is told what a person should know.</param>
    /// <param name="cancel">Stops between batches; calling again goes on.</param>
    /// <exception cref="ConfigurationException">The file's ending says no format, or there is no such layer.</exception>
    /// <exception cref="DataException">The data cannot be read.</exception>
    /// <exception cref="EnvironmentException">The file cannot be written.</exception>
    public EmbeddingManifest Write(string? uri, string path, EmbeddingOptions? options = null, IProgress<EmbeddingProgress>? progress = null,
        Action<string>? warn = null, CancellationToken cancel = default)
    {
        options ??= new();
        Io.Tables.VectorTables.Check(path);
        Layers.Find(options.Layer);
        using var data = OpenData(uri);
        var (size, wanted) = (options.BatchFor(data), UriOf(uri));
        var request = Request(wanted, data, options, size);
        using var partial = PartialEmbedding.Open(path, request, warn);
        if (partial.Rows > 0) progress?.Report(new(Math.Min(data.Count, partial.Batches * size), data.Count));
        foreach (var batch in Together(data, options with { Batch = size }, EmbeddingShares.Begin(request, partial.Batches), cancel))
        {
            partial.Add(batch, [.. batch.Rows.Select(row => NameOf(data, row))], batch.Labels is null ? null
                : [.. batch.Labels.Select(l => l < 0 ? null : data.Classes[l])]);
            progress?.Report(new(Math.Min(data.Count, partial.Batches * size), data.Count));
        }
        if (partial.Rows == 0) throw new DataException($"{wanted}: none of the {data.Count} samples can be used.");
        partial.Close();
        var manifest = Manifest(wanted, data, options, partial.Dimension, partial.Rows, Skipped(data, partial, EmbeddingShares.Bad(data)));
        partial.Finish(manifest, data.Labels is not null);
        return manifest;
    }

    /// <summary>This process's share of what rank 0 writes by <see cref="Write"/>.</summary>
    /// <param name="uri">As rank 0 has it.</param>
    /// <param name="options">As rank 0 has them.</param>
    /// <param name="cancel">Stops all between batches.</param>
    /// <exception cref="DataException">The weights or the data are not those of rank 0.</exception>
    public void Follow(string? uri, EmbeddingOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        using var data = OpenData(uri);
        var size = options.BatchFor(data);
        foreach (var _ in Together(data, options with { Batch = size }, EmbeddingShares.Begin(Request(UriOf(uri), data, options, size), 0), cancel))
        {
            // All batches are rank 0's.
        }
        EmbeddingShares.Bad(data);
    }

    IEnumerable<EmbeddedBatch> Together(IData data, EmbeddingOptions options, int from, CancellationToken cancel) => Everyone.Alone
        ? Vectors(data, options, from, cancel)
        : EmbeddingShares.Of(data, (data.Count + options.Batch - 1) / options.Batch, from, (skip, stride) => Vectors(data, options, skip, stride, CancellationToken.None), cancel);

    /// <summary>The same as <see cref="Write"/>, on a thread of its own.</summary>
    /// <param name="uri">A data URI; null for what the run learnt from.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">Layer and length.</param>
    /// <param name="progress">Is told how many samples are done.</param>
    /// <param name="warn">Is told what a person should know.</param>
    /// <param name="cancel">Stops between batches; calling again goes on.</param>
    /// <exception cref="OperationCanceledException">It was stopped; what is done is kept.</exception>
    public Task<EmbeddingManifest> WriteAsync(string? uri, string path, EmbeddingOptions? options = null, IProgress<EmbeddingProgress>? progress = null,
        Action<string>? warn = null, CancellationToken cancel = default) => Training.Background.Run(() => Write(uri, path, options, progress, warn, cancel));

    // Which ones is known from the names that are missing; why, from the processes that did not stop since.
    static List<SkippedSample> Skipped(IData data, PartialEmbedding partial, IEnumerable<(string Name, string Reason)> bad)
    {
        if (partial.Rows == data.Count) return [];
        var why = bad.GroupBy(b => b.Name).ToDictionary(b => b.Key, b => b.First().Reason);
        var done = partial.Numbers().ToHashSet();
        return [.. Enumerable.Range(0, data.Count).Where(i => !done.Contains(i)).Select(i =>
            new SkippedSample(NameOf(data, i), why.GetValueOrDefault(data.Name(i), "cannot be used")))];
    }

    // What has to be the same for a file that was begun to be gone on with.
    internal JsonObject Request(string uri, IData data, EmbeddingOptions options, int size) => new()
    {
        ["checkpoint_sha256"] = CheckpointSha256, ["layer"] = options.Layer, ["normalized"] = options.Normalize, ["batch"] = size, ["data"] = uri,
        ["samples"] = data.Count,
        ["stamps"] = StampHash(data),
    };

    static string StampHash(IData data)
    {
        var hash = new System.IO.Hashing.XxHash128();
        foreach (var stamp in data.Stamps()) hash.Append(System.Text.Encoding.Unicode.GetBytes($"{stamp}\n"));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    EmbeddingManifest Manifest(string uri, IData data, EmbeddingOptions options, int dimension, int count, List<SkippedSample> skipped)
    {
        var encoder = experiment.Recipe.Encoder is { } node ? RecipeJson.Of(node) : null;
        return new(Run, experiment.Recipe.Method, Path.GetFileName(checkpoint), CheckpointSha256, options.Layer, encoder,
            (encoder as JsonObject)?["pooling"]?.ToString(), options.Normalize, dimension, count, uri, data.Classes, skipped);
    }

    /// <summary>Closes the run.</summary>
    public void Dispose()
    {
        assets.Dispose();
        experiment.Dispose();
    }
}
