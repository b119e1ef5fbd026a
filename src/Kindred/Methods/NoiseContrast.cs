using System.ComponentModel.DataAnnotations;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>NCE: an unnormalised density is learnt by telling data from noise of known density; its normalising constant is one more parameter.</summary>
/// <remarks>
/// Gutmann, Hyvärinen, "Noise-contrastive estimation", AISTATS 2010, Eq. 8. log p̃(x) = w·f(x) with f the encoder, log Z is learnt. The noise is a Gaussian with the data's
/// own mean and deviation, value by value, or with mean 0 and a deviation that is given.
/// </remarks>
[Method("nce", Title = "Noise-contrastive estimation", Paper = "AISTATS 2010", Family = "density estimation", Modality = "points", Objective = "NCE", LeastBatch = 1,
    Takes = SampleKinds.Rows)]
public sealed class NoiseContrast : Method, IEncodes, IScores
{
    /// <summary>The settings.</summary>
    /// <param name="Noise">k, noise samples for each sample of the data.</param>
    /// <param name="Deviation">Of the noise, around 0; 0 takes mean and deviation from the data.</param>
    public sealed record Options([Range(1, 100_000)] int Noise = 10, [Range(0.0, 1e6)] double Deviation = 0);

    readonly Options options;
    readonly Encoder encoder;
    readonly Linear score;
    readonly Parameter logZ = new(Tensor.Zeros([], Dtype.Float32));
    readonly Nn.Buffer noise = new(Tensor.Zeros([0, 2], Dtype.Float32)) { Grows = true };      // mean and deviation of each value, fitted once

    /// <summary>The encoder with a linear score on it.</summary>
    public NoiseContrast(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(encoder);
        (this.encoder, this.options, score) = (encoder, options, new(encoder.Dim, 1, bias: false));      // a bias would be log Z once more
    }

    /// <summary>log Z as learnt.</summary>
    public double LogZ => logZ.Value.Item();

    /// <inheritdoc/>
    public override EpochPlan? BeginEpoch(Epoch epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (options.Deviation > 0 || noise.Value.Size(0) > 0) return null;
        using var scope = Scope.Open();
        var x = epoch.Encode(view => view.X.Flatten(1));
        noise.Set(Tensor.Stack([x.Mean([0]), x.Std(0, unbiased: true).ClampMin(1e-3)], 1));
        return null;
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var x = batch.Views[0].X;
        var (n, k) = (batch.Count, options.Noise);
        long[] shape = [n * k, .. x.Shape.Skip(1)];
        var drawn = Tensor.Randn([n * k, x.Numel / n], Generator.Default, Dtype.Float32).To(x.Device);
        var (mean, deviation) = Noise(x);
        var y = (drawn * deviation + mean).ViewAs(Tensor.Empty(shape, device: x.Device)); // [N k, …]

        var h = encoder.Forward(batch.Views[0]);
        Log("log_z", logZ.Value);
        return Nce.Loss(score.Forward(h).Squeeze(1), LogNoise(x), Unnormalised(batch.Views[0].With(y)).Unflatten(0, [n, k]), LogNoise(y).Unflatten(0, [n, k]), logZ.Value);
    }

    /// <summary>log p(x) = log p̃(x) − log Z of each sample, `[N, 1]`.</summary>
    public Tensor Score(View view) => (Unnormalised(view) - logZ.Value).Unsqueeze(1);

    /// <inheritdoc/>
    public Tensor Features(View view) => encoder.Forward(view);

    Tensor Unnormalised(View view) => score.Forward(encoder.Forward(view)).To(Dtype.Float32).Squeeze(1);

    /// <summary>Mean and deviation of each value of the noise: numbers that hold for all of them, or `[D]` as fitted.</summary>
    (Tensor Mean, Tensor Deviation) Noise(Tensor x) => options.Deviation > 0
        ? (Tensor.Zeros([], Dtype.Float32, x.Device), Tensor.Full([], options.Deviation, Dtype.Float32, x.Device))
        : (noise.Value.Select(1, 0), noise.Value.Select(1, 1));

    Tensor LogNoise(Tensor x)
    {
        var (mean, deviation) = Noise(x);
        return (((x.Flatten(1).To(Dtype.Float32) - mean) / deviation).Square() * -0.5 - deviation.Log() - (0.5 * Math.Log(2 * Math.PI))).Sum(1);
    }

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((encoders, _) => new NoiseContrast(encoders(), new(Noise: 3, Deviation: 1)));
}
