using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Information;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>BiGAN (ALI): an encoder and a generator that a discriminator of pairs (sample, code) cannot tell apart; with a weight on mutual information, MINE's, which reconstructs better.</summary>
/// <remarks>
/// Donahue, Krähenbühl, Darrell, "Adversarial Feature Learning", ICLR 2017, arXiv:1605.09782; Dumoulin et al., "Adversarially Learned Inference", ICLR 2017, arXiv:1606.00704.
/// Belghazi et al., arXiv:1801.04062, Sec. 5.2: the reconstruction error is bounded by the divergence of the two joint laws less I(x; E(x)), so encoder and generator climb MINE's
/// estimate of it too, its gradient clipped to the adversarial one's norm over the encoder's weights, the only ones that it reaches. Encoder and generator are one player.
/// </remarks>
[Method("bigan", Title = "BiGAN / ALI", Paper = "arXiv:1605.09782", Family = "generation", Modality = "points", Objective = "pair GAN", Takes = SampleKinds.Points | SampleKinds.Pictures)]
[Method("mine-bigan", Title = "BiGAN with MINE", Paper = "arXiv:1801.04062", Family = "generation", Modality = "points", Objective = "pair GAN + Donsker–Varadhan bound",
    Takes = SampleKinds.Points | SampleKinds.Pictures)]
public sealed class BiGAN : Method, IEncodes, IGenerates, IReconstructs
{
    /// <summary>The settings.</summary>
    /// <param name="MutualInformation">β, the weight of the estimate of I(x; E(x)); 0 is BiGAN, whose statistics network never learns.</param>
    /// <param name="Latent">Values of a code, standard normal.</param>
    /// <param name="Hidden">Width of the hidden layers of all networks.</param>
    /// <param name="Depth">Linear layers of each.</param>
    /// <param name="Rate">Weight of the newest batch in MINE's average.</param>
    /// <param name="Scale">Samples are divided by it before a network sees them, and what is made is multiplied by it.</param>
    public sealed record Options(
        [Weight] double MutualInformation = 0, [Width] long Latent = 2, [Width] long Hidden = 128, [Depth] int Depth = 3,
        [Range(0.0, 1.0, MinimumIsExclusive = true)] double Rate = 0.01, [Range(1e-6, 1e6)] double Scale = 1);

    readonly Options options;
    readonly SampleShape shape;
    readonly Coder coder;
    readonly MlpHead discriminator, statistics;
    readonly Mine mine;

    sealed class Coder(long values, Options options) : Module
    {
        internal readonly MlpHead Encoder = new(values, options.Hidden, options.Latent, options.Depth, norm: false);
        internal readonly MlpHead Generator = new(options.Latent, options.Hidden, values, options.Depth, norm: false);
    }

    /// <summary>Four networks for samples of so many values as the data say.</summary>
    public BiGAN(DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        shape = SampleShape.Of(facts, nameof(BiGAN));
        var values = shape.Values;
        this.options = options;
        coder = new(values, options);
        discriminator = new(values + options.Latent, options.Hidden, 1, options.Depth, norm: false);
        statistics = new(values + options.Latent, options.Hidden, 1, options.Depth, norm: false);
        mine = new(options.Rate);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Module> Players => new Dictionary<string, Module> { ["coder"] = coder, ["discriminator"] = discriminator, ["statistics"] = statistics };

    /// <inheritdoc/>
    public override IEnumerable<Turn> Turns(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.NeedsViews(1);
        var x = Values(batch.Views[0]);                                             // [N, D]
        var z = Draw(batch.Count, x.Device);                                        // [N, L]
        // The coder's weights are the same until its own turn, so that both others see these.
        var (code, made) = (NoGradient.Of(() => coder.Encoder.Forward(x)), NoGradient.Of(() => coder.Generator.Forward(z)));
        List<Turn> turns = [new("discriminator", () => Adversarial.PairDiscriminator(Of(discriminator, x, code), Of(discriminator, made, z)))];
        if (options.MutualInformation > 0) turns.Add(new("statistics", () => mine.Loss(Of(statistics, x, code), Of(statistics, x, code.Roll([1], [0])))));
        turns.Add(new("coder", () => Code(x, z)));
        return turns;
    }

    Tensor Code(Tensor x, Tensor z)
    {
        var code = coder.Encoder.Forward(x);
        var adversarial = Adversarial.EncoderGenerator(Of(discriminator, x, code), Of(discriminator, coder.Generator.Forward(z), z));
        Log("adversarial", adversarial);
        Log("reconstruction", NoGradient.Of(() => ((x - coder.Generator.Forward(code)) * options.Scale).Norm(2, [1]).Mean()));
        if (options.MutualInformation == 0) return adversarial;
        var information = DonskerVaradhan.Value(Of(statistics, x, code), Of(statistics, x, code.Roll([1], [0])));
        var clip = AdaptiveClipping.Scale(adversarial, information, coder.Encoder.Parameters());
        Log("nats", information);
        Log("clip", clip);
        return adversarial - information * (clip * options.MutualInformation);
    }

    static Tensor Of(MlpHead network, Tensor x, Tensor z) => network.Forward(Tensor.Cat([x, z], 1)).Squeeze(1);

    Tensor Values(View view) => shape.Rows(view, nameof(BiGAN)) / options.Scale;

    Tensor Draw(long count, Device device) => Tensor.Randn([count, options.Latent], Generator.Default, Dtype.Float32).To(device);

    /// <inheritdoc/>
    public Tensor Features(View view) => coder.Encoder.Forward(Values(view));

    /// <summary>Draws samples, `[count, D]`, or pictures, `[count, C, H, W]`.</summary>
    public View Generate(int count) => shape.Of(coder.Generator.Forward(Draw(count, coder.Generator.Parameters().First().Value.Device)) * options.Scale);

    /// <inheritdoc/>
    public View Reconstruct(View view) => view.With((coder.Generator.Forward(Features(view)) * options.Scale).ViewAs(view.X));

    /// <summary>A tiny one, which the tests train: the statistics network finds the code in the sample.</summary>
    public static MethodExample Example => new((_, facts) => new BiGAN(facts, new(MutualInformation: 1, Hidden: 16)), "points") { Shows = "nats", Rises = true, Margin = 0.002 };
}
