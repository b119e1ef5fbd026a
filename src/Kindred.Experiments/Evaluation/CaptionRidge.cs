using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>
/// Films and captions compared without a network: ridge regression from the mean and deviation of a film's frames to the tf-idf of its caption's words, or to the
/// vector of its caption where the data have them.
/// </summary>
/// <remarks>Words are counted and the regression is fitted on the training films alone, in double precision. Features are standardised; λ is 1 for each film.</remarks>
sealed class CaptionRidge : IEncodes
{
    const int Batch = 256;

    readonly Tensor mean, deviation, weights, constant, idf;
    readonly Device device;
    readonly long vocabulary;

    /// <summary>Fits.</summary>
    /// <param name="data">The training films.</param>
    /// <param name="device">Where it lives.</param>
    /// <exception cref="ConfigurationException">The data are no films with captions.</exception>
    public CaptionRidge(IData data, Device device)
    {
        if (!data.Inputs.TryGetValue("text.vocabulary", out vocabulary) || !data.Inputs.ContainsKey("video.features"))
            throw new ConfigurationException("the baseline ridge is for films with captions; for pictures there are pixels and untrained.");
        this.device = device;
        using var scope = Scope.Open();
        List<Tensor> films = [], captions = [];
        foreach (var raw in data.Plain(Batch))
        {
            var batch = raw.Tensors();
            films.Add(Moments(batch.View("video").X));
            captions.Add(Told(batch.View("text")));
        }
        var (x, y) = (Tensor.Cat([.. films]), Tensor.Cat([.. captions]));
        var rows = x.Size(0);
        idf = Scope.Release(data.Inputs.ContainsKey("text.sentence") ? Tensor.Ones([y.Size(1)], Dtype.Float64) : ((1 + rows) / (1 + y.Gt(0).To(Dtype.Float64).Sum([0]))).Log() + 1);
        mean = Scope.Release(x.Mean([0]));
        deviation = Scope.Release(((x - mean).Square().Mean([0]).Sqrt() + 1e-9));
        x = (x - mean) / deviation;
        y = (y * idf).Normalize();
        var penalised = x.T().Matmul(x) + (rows * Tensor.Eye(x.Size(1), Dtype.Float64));
        constant = Scope.Release(y.Mean([0]));
        weights = Scope.Release(Tensor.LinalgSolve(penalised, x.T().Matmul(y - constant)));
    }

    /// <inheritdoc/>
    public Tensor Features(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var made = view.Group == "text" ? Told(view.To(Device.Cpu)) * idf : ((Moments(view.X.To(Device.Cpu)) - mean) / deviation).Matmul(weights) + constant;
        return made.To(Dtype.Float32).To(device);
    }

    Tensor Told(View text) => text is CaptionView caption ? caption.Sentence.To(Dtype.Float64) : Counts(text.X);

    static Tensor Moments(Tensor frames)
    {
        var x = frames.To(Dtype.Float64);
        var mean = x.Mean([1], keepdim: true);
        return Tensor.Cat([mean.Squeeze(1), (x - mean).Square().Mean([1]).Sqrt()], 1);
    }

    // How often each word occurs; beginnings, ends and unknown words are none.
    Tensor Counts(Tensor text)
    {
        var counts = Tensor.Zeros([text.Size(0), vocabulary], Dtype.Float64).ScatterAdd(1, text, Tensor.Ones(text.Shape, Dtype.Float64));
        return Tensor.Cat([Tensor.Zeros([text.Size(0), 4], Dtype.Float64), counts.Narrow(1, 4, vocabulary - 4)], 1);
    }
}
