using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>i-Mix on BYOL: what is predicted of a mixed input is the same mixture of what the moving average makes of both.</summary>
/// <remarks>Lee et al., arXiv:2010.08887, Sec. 3.3. Only the first view predicts, as in the authors' code; <c>symmetric</c> lets both, as BYOL does.</remarks>
[Method("imix-byol", Title = "i-Mix on BYOL", Paper = "arXiv:2010.08887", Family = "distillation", Modality = "pictures, sound", Objective = "normalised regression, mixed targets",
    Takes = SampleKinds.Rows)]
public sealed class IMixBYOL : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Mix">How two inputs are mixed; none is BYOL.</param>
    /// <param name="Alpha">α: the mixing weight is drawn from Beta(α, α).</param>
    /// <param name="InputMix">Other samples that are mixed into both views and leave labels alone; see <see cref="IMix"/>.</param>
    /// <param name="Momentum">m of the target network in the first step.</param>
    /// <param name="FinalMomentum">m after the last step, reached by half a cosine; equal to the first it stays fixed.</param>
    /// <param name="Hidden">Width of the hidden layers of both heads; 0 is the width of the representation.</param>
    /// <param name="Dim">Width of projections.</param>
    /// <param name="Symmetric">Lets each view predict the other once, and adds both losses.</param>
    public sealed record Options(
        MixKind Mix = MixKind.MixUp, [Range(0.001, 1000.0)] double Alpha = 1, [Range(0, 16)] int InputMix = 0,
        [Share] double Momentum = 0.999, [Share] double FinalMomentum = 0.999, [Width(0)] long Hidden = 0, [Width] long Dim = 128, bool Symmetric = false);

    readonly Options options;
    readonly Schedule momentum;
    readonly Projected online, target;
    readonly Layer predictor;
    readonly InputMixing mixing;

    /// <summary>The target starts with the online network's weights.</summary>
    /// <exception cref="ConfigurationException">The encoder's inputs cannot be mixed.</exception>
    public IMixBYOL(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        this.options = options;
        momentum = Schedule.Cosine(options.Momentum, options.FinalMomentum);
        var hidden = options.Hidden == 0 ? encoder.Dim : options.Hidden;
        online = new(encoder, new MlpHead(encoder.Dim, hidden, options.Dim));
        predictor = new MlpHead(options.Dim, hidden, options.Dim);
        target = online.Twin();
        mixing = new(encoder, options.Mix, options.Alpha, options.InputMix);
    }

    /// <inheritdoc/>
    public override Projected Network => online;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1, 2);
        var (x1, x2) = (batch.Views[0], batch.Views[Math.Min(1, batch.Views.Length - 1)]);

        After(() => target.Follow(online, momentum[at]));
        return options.Symmetric ? Predict(x1, x2) + Predict(x2, x1) : Predict(x1, x2);
    }

    Tensor Predict(View query, View key)
    {
        var mixed = mixing.Of(query, key);
        var z = online.Forward(mixed.Query);
        var k = NoGradient.Of(() => target.Forward(mixed.Key));                                         // [N, D]

        Watch(z);
        Log("share", mixed.Share.Mean());
        return InstanceMix.Regression(predictor.Forward(z), k, mixed.Share, mixed.Partner);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new IMixBYOL(encoders(), new(Momentum: 0.9, FinalMomentum: 0.9, Hidden: 8, Dim: 6)));
}
