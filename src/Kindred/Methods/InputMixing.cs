using Kindred.Objectives;
using Kindred.Randomness;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>How i-Mix mixes two inputs.</summary>
public enum MixKind
{
    /// <summary>Not at all: the method that i-Mix builds on.</summary>
    None,

    /// <summary>A weighted mean of both, with a weight for each sample.</summary>
    MixUp,

    /// <summary>A box of one in the other, the same box for the whole batch: pictures and spectrograms.</summary>
    CutMix,
}

/// <summary>Two views of a batch as i-Mix compares them.</summary>
/// <param name="Query">The first view, mixed.</param>
/// <param name="Key">The second view, or the first where there is one alone, unmixed.</param>
/// <param name="Share">λ: what each query keeps of its own sample, [N].</param>
/// <param name="Partner">Whose input makes up the rest, [N].</param>
sealed record MixedViews(View Query, View Key, Tensor Share, Tensor Partner);

/// <summary>Mixes the inputs of a step of i-Mix; all chance is drawn from the run's generator.</summary>
/// <remarks>Lee et al., arXiv:2010.08887, Sec. 3. What an encoder prepares without weights, such as a spectrogram, is prepared first and then mixed.</remarks>
sealed class InputMixing
{
    readonly MixKind kind;
    readonly double alpha;
    readonly int others;
    readonly Func<Tensor, Tensor> prepare;

    /// <param name="encoder">Whose inputs are mixed.</param>
    /// <param name="kind">How.</param>
    /// <param name="alpha">α of the Beta distribution.</param>
    /// <param name="others">Other samples that InputMix puts into every input, both views'.</param>
    /// <exception cref="ConfigurationException">The encoder's inputs are no numbers that could be mixed.</exception>
    public InputMixing(Encoder encoder, MixKind kind, double alpha, int others)
    {
        if (encoder is not TensorEncoder && (kind != MixKind.None || others > 0))
            throw new ConfigurationException(
                $"options.mix: i-Mix mixes inputs that are one tensor of numbers, such as pictures, sound and points; what a {encoder.GetType().Name} takes is not. "
                + "Choose another encoder, or mix: none.");
        (this.kind, this.alpha, this.others) = (kind, alpha, others);
        prepare = encoder is IPrepares first ? first.Prepare : x => x;
    }

    /// <summary>A batch's queries and keys.</summary>
    /// <param name="batch">One or two views of each sample are looked at.</param>
    public MixedViews Of(Batch batch)
    {
        batch.NeedsViews(1, 2);
        return Of(batch.Views[0], batch.Views[Math.Min(1, batch.Views.Length - 1)]);
    }

    /// <summary>The second view's queries among the first one's keys.</summary>
    public MixedViews Of(View first, View second) => NoGradient.Of(() =>
    {
        var (x1, x2) = Blend(prepare(first.X), prepare(second.X));
        var partner = Tensor.Randperm(first.Count, Generator.Default, device: Device.Cpu).To(x1.Device);
        var (mixed, share) = kind switch
        {
            MixKind.MixUp => Up(x1, partner),
            MixKind.CutMix => Cut(x1, partner),
            _ => (x1, Tensor.Ones([first.Count], Dtype.Float32, x1.Device)),
        };
        return new MixedViews(first.With(mixed), second.With(x2), share, partner);
    });

    (Tensor, Tensor) Up(Tensor x, Tensor partner)
    {
        var share = InstanceMix.DrawShares(x.Size(0), alpha, Generator.Default).To(x.Device);
        return (InstanceMix.Mix(x, share, partner), share);
    }

    (Tensor, Tensor) Cut(Tensor x, Tensor partner)
    {
        if (x.Dim != 4)
            throw new ConfigurationException($"options.mix: cutMix cuts boxes out of pictures and spectrograms [N, C, H, W]; this view is [{string.Join(", ", x.Shape)}]. Take mixUp.");
        var draws = new RandomKey(PlanSeed.Draw(), 0, 0, 0).Draws();
        var (height, width) = ((int)x.Size(2), (int)x.Size(3));
        var box = CutBox.Draw(ref draws, width, height, alpha);
        return (InstanceMix.Cut(x, box, partner), Tensor.Full([x.Size(0)], box.Kept(width, height), Dtype.Float32, x.Device));
    }

    // Both views of all samples are mixed among one another, if they have one shape.
    (Tensor, Tensor) Blend(Tensor x1, Tensor x2)
    {
        if (others == 0) return (x1, x2);
        if (!x1.Shape.SequenceEqual(x2.Shape)) return (InstanceMix.Blend(x1, others, alpha, Generator.Default), InstanceMix.Blend(x2, others, alpha, Generator.Default));
        var both = InstanceMix.Blend(Tensor.Cat([x1, x2]), others, alpha, Generator.Default);
        return (both.Narrow(0, 0, x1.Size(0)), both.Narrow(0, x1.Size(0), x2.Size(0)));
    }
}
