using System.ComponentModel.DataAnnotations;
using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>CLAE: SimCLR beside a third view that is made to be hard, by one step of the gradient's sign against the contrastive loss.</summary>
/// <remarks>
/// Ho, Vasconcelos, "Contrastive Learning with Adversarial Examples", NeurIPS 2020, arXiv:2010.12050, Sec. 3 and Algorithm 1. The third view is a harder positive of its
/// picture and a harder negative of all others at once. Adversarial pictures have batch norms of their own, in the attack as well
/// (<c>encoder: { norm: perDomain }</c>); what is evaluated is the clean one.
/// Differs: both clean views go through the network in one pass and share batch statistics, as in SimCLR.
/// </remarks>
[Method("clae", Title = "CLAE", Paper = "arXiv:2010.12050", Family = "instance discrimination", Objective = "NT-Xent, adversarial", Takes = SampleKinds.Rows)]
public sealed class CLAE : ProjectedMethod
{
    /// <summary>The settings; defaults are the authors' SimCLR variant.</summary>
    /// <param name="Epsilon">ε, how far each number of a picture moves, in units of the normalised view.</param>
    /// <param name="Alpha">Weight of the adversarial term.</param>
    /// <param name="Temperature">τ.</param>
    /// <param name="Hidden">Width of the head's hidden layer; 0 is the width of the representation.</param>
    /// <param name="Dim">Width of z.</param>
    public sealed record Options(
        [Range(0.0, 10.0)] double Epsilon = 0.03, [Weight] double Alpha = 1, [Temperature] double Temperature = 0.5, [Width(0)] long Hidden = 0, [Width] long Dim = 64);

    const string Adversarial = "adversarial";
    const double Momentum = 0.01;                                                     // of the adversarial norms, as in the code

    readonly Options options;
    readonly Projected network;

    /// <summary>A network of this encoder and a fresh head without batch norm.</summary>
    /// <exception cref="ConfigurationException">The encoder has batch norms that tell no domains apart.</exception>
    public CLAE(Encoder encoder, Options options)
    {
        this.options = options;
        network = new(encoder, new MlpHead(encoder.Dim, options.Hidden == 0 ? encoder.Dim : options.Hidden, options.Dim, norm: false));
        Domain.Add(encoder, Adversarial, Momentum);
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var attacked = Attack(batch.Views[0]);
        var z = network.Forward([batch.Views[0], batch.Views[1]]);                    // 2 × [N, D]

        Watch(z[0]);
        return AdversarialContrast.Loss(z[0], z[1], Apart(attacked), options.Alpha, options.Temperature);
    }

    // The direction that a picture's negatives dislike most; no weight gets a gradient from it.
    View Attack(View view) => view.With(Scope.Of(() =>
        AdversarialContrast.Perturb(view.X, AdversarialContrast.Inner(x => Apart(view.With(x)), view.X, options.Temperature).Gradient, options.Epsilon)));

    Tensor Apart(View view)
    {
        using var _ = Domain.Begin(Adversarial);
        return network.Forward(view);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((_, _) => new CLAE(new ConvNet(new(Width: 2, Norm: NormKind.PerDomain)), new(Dim: 6)));
}
