using Kindred.Data.Text;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Export;

/// <summary>What a run has learnt as an encoder of samples that come one by one, computed by libtorch. The data that it learnt from need not be there.</summary>
public abstract class RunEncoder : IDisposable
{
    private protected const int Batch = 32;

    readonly Experiment experiment;
    readonly Lock gate = new();                                                // the run's own workers, not two batches, share the processors

    private protected RunEncoder(Experiment experiment)
    {
        this.experiment = experiment;
        experiment.Method.Eval();
        Name = $"{experiment.Recipe.Method} {(experiment.Recipe.Encoder is { } e ? Catalogues.Encoders.Read(e, "encoder").Part.Attribute.Name : "")}".Trim();
    }

    /// <summary>What it is called: the method and encoder that it was trained as.</summary>
    public string Name { get; }

    /// <summary>Opens a run as an encoder of picture files.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="device">Where it computes; the processor if left out.</param>
    /// <exception cref="DataException">It is no run.</exception>
    /// <exception cref="ConfigurationException">It learnt from something else, or learnt no representation.</exception>
    public static ISampleEncoder<ReadOnlyMemory<byte>> Pictures(string run, Device? device = null) => Open(run, device, (experiment, request, modality) =>
        modality is PictureModality ? new RunPictures(experiment, PictureViews.Anywhere(PictureViews.Plain(request.Views, request.Plain), experiment.Data.Inputs))
            : throw new ConfigurationException($"the run '{run}' learnt from {request.Uri}, which are no pictures."));

    /// <summary>Opens a run as an encoder of sentences.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="device">Where it computes; the processor if left out.</param>
    /// <exception cref="DataException">It is no run, or it has lost its vocabulary.</exception>
    /// <exception cref="ConfigurationException">It learnt from something else, or learnt no representation.</exception>
    public static ISampleEncoder<string> Sentences(string run, Device? device = null) => Open(run, device, (experiment, request, modality) =>
        modality is TextModality ? new RunSentences(experiment, Tokenizer.Read(experiment.Assets ?? RunFacts.AssetsOf(RunPlace.Of(run).Folder)))
            : throw new ConfigurationException($"the run '{run}' learnt from {request.Uri}, which is no text."));

    static T Open<T>(string run, Device? device, Func<Experiment, DataRequest, Modality, T> make)
    {
        Plugins.Recall(RunPlace.Of(run).Folder);
        var experiment = TrainedRun.Open(run, device);
        try
        {
            if (experiment.Method is not IEncodes) throw new ConfigurationException($"the run '{run}' was trained by {experiment.Recipe.Method}, which has no representation.");
            var uri = DataKinds.UriOf(experiment.Recipe) ?? throw new ConfigurationException($"the recipe of '{run}' names no data.");
            var modality = DataKinds.Of(uri);
            return make(experiment, Parts.Request(experiment.Recipe, modality, uri, experiment.Assets), modality);
        }
        catch
        {
            experiment.Dispose();
            throw;
        }
    }

    private protected long Input(string name, long fallback) => experiment.Data.Inputs.GetValueOrDefault(name, fallback);

    private protected float[][] Encode(Func<View> view)
    {
        lock (gate)
        {
            using var scope = Scope.Open();
            using var _ = NoGradient.Begin();
            var features = ((IEncodes)experiment.Method).Features(view().To(experiment.Device)).To(Dtype.Float32).To(Device.Cpu);
            var (values, width) = (features.ToArray<float>(), (int)features.Size(1));
            return [.. values.Chunk(width)];
        }
    }

    /// <summary>Frees the run.</summary>
    public virtual void Dispose()
    {
        experiment.Dispose();
        GC.SuppressFinalize(this);
    }
}

sealed class RunPictures : RunEncoder, ISampleEncoder<ReadOnlyMemory<byte>>
{
    readonly PictureFileBatches views;

    public RunPictures(Experiment experiment, ViewPlan plan) : base(experiment)
    {
        var channels = (int)Input("channels", 3);
        views = new(plan, channels);
        Dimensions = Encode(() => Tensor.Zeros([1, channels, Input("height", 32), Input("width", 32)]))[0].Length;
    }

    public int Dimensions { get; }

    public IReadOnlyList<float[]> Encode(IReadOnlyList<ReadOnlyMemory<byte>> samples, CancellationToken cancel = default) =>
        [.. views.Of(samples, Batch, cancel).SelectMany(b => Encode(() => Tensor.From<float>(b.Pixels, b.Shape)))];

    public override void Dispose()
    {
        views.Dispose();
        base.Dispose();
    }
}

sealed class RunSentences : RunEncoder, ISampleEncoder<string>
{
    readonly Tokenizer tokenizer;
    readonly int length;

    public RunSentences(Experiment experiment, Tokenizer tokenizer) : base(experiment)
    {
        (this.tokenizer, length) = (tokenizer, (int)Input("length", 32));
        Dimensions = Encode(() => TextView.Of([[0]], "sentence.0"))[0].Length;
    }

    public int Dimensions { get; }

    public IReadOnlyList<float[]> Encode(IReadOnlyList<string> samples, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        int[][] tokens = [.. samples.Select(s => tokenizer.Encode(s, length))];
        var vectors = new float[samples.Count][];
        foreach (var rows in Enumerable.Range(0, samples.Count).OrderBy(i => tokens[i].Length).Chunk(Batch))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var (row, vector) in rows.Zip(Encode(() => TextView.Of([.. rows.Select(r => tokens[r])], "sentence.0")))) vectors[row] = vector;
        }
        return vectors;
    }
}
