using System.ComponentModel.DataAnnotations;
using Kindred.Information;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MINE-GAN: a generator that has to let part of its noise show in what it makes, so that it cannot put everything onto a few modes. Without that it is a plain GAN.</summary>
/// <remarks>
/// Belghazi et al., arXiv:1801.04062, Sec. 5.1. The generator takes noise ε and a code c; a statistics network estimates I(G(ε, c); c) by MINE, and the generator climbs
/// it beside the non-saturating adversarial loss (Goodfellow et al., arXiv:1406.2661). The gradient of the estimate is scaled down to the norm of the adversarial one where
/// it is larger (adaptive clipping, appendix). One turn of each player a step, in the order of Algorithm 2: discriminator, statistics, generator.
/// </remarks>
[Method("mine-gan", Title = "MINE-GAN", Paper = "arXiv:1801.04062", Family = "generation", Modality = "points", Objective = "logistic GAN + Donsker–Varadhan bound",
    Takes = SampleKinds.Points | SampleKinds.Pictures)]
[Method("gan", Title = "GAN", Paper = "arXiv:1406.2661", Family = "generation", Modality = "points", Objective = "logistic GAN", Role = MethodRole.Baseline,
    Takes = SampleKinds.Points | SampleKinds.Pictures)]
public sealed class MineGAN : Method, IGenerates
{
    /// <summary>The settings.</summary>
    /// <param name="MutualInformation">β, the weight of the estimate; 0 is a plain GAN, whose statistics network never learns.</param>
    /// <param name="Noise">Values of ε, standard normal.</param>
    /// <param name="Code">Values of c, uniform in (−1, 1).</param>
    /// <param name="Networks">What all three networks are made of.</param>
    /// <param name="Hidden">Width of their hidden layers; of convolutions, the channels of the smallest maps.</param>
    /// <param name="Depth">Linear layers of each.</param>
    /// <param name="Rate">Weight of the newest batch in MINE's average.</param>
    /// <param name="Scale">Samples are divided by it before a network sees them, and what is made is multiplied by it.</param>
    public sealed record Options(
        [Weight] double MutualInformation = 1, [Width(0)] long Noise = 16, [Width] long Code = 3, PlayerKind Networks = PlayerKind.Linear, [Width] long Hidden = 128, [Depth] int Depth = 3,
        [Range(0.0, 1.0, MinimumIsExclusive = true)] double Rate = 0.01, [Range(1e-6, 1e6)] double Scale = 1);

    readonly Options options;
    readonly SampleShape shape;
    readonly Layer generator, discriminator, statistics;
    readonly Mine mine;

    /// <summary>Three networks for samples of so many values as the data say.</summary>
    /// <exception cref="ConfigurationException">The data do not say, or there are convolutions over what are no square pictures of an even side.</exception>
    public MineGAN(DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        shape = SampleShape.Of(facts, nameof(MineGAN));
        this.options = options;
        generator = shape.Generator(options.Networks, options.Noise + options.Code, options.Hidden, options.Depth);
        discriminator = shape.Critic(options.Networks, 0, options.Hidden, options.Depth);
        statistics = shape.Critic(options.Networks, options.Code, options.Hidden, options.Depth);
        mine = new(options.Rate);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Module> Players => new Dictionary<string, Module> { ["generator"] = generator, ["discriminator"] = discriminator, ["statistics"] = statistics };

    /// <inheritdoc/>
    public override IEnumerable<Turn> Turns(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.NeedsViews(1);
        var real = shape.Rows(batch.Views[0], nameof(MineGAN)) / options.Scale;          // [N, D]
        var (input, code) = Draw(batch.Count, real.Device);
        var made = NoGradient.Of(() => generator.Forward(input));                   // the generator's weights are the same until its own turn
        List<Turn> turns = [new("discriminator", () => Adversarial.LogisticDiscriminator(discriminator.Forward(real), discriminator.Forward(made)))];
        if (options.MutualInformation > 0)
        {
            turns.Add(new("statistics", () =>
            {
                var (joint, marginal) = Scores(made, code);
                return mine.Loss(joint, marginal);
            }));
        }
        turns.Add(new("generator", () => Generator(input, code)));
        return turns;
    }

    Tensor Generator(Tensor input, Tensor code)
    {
        var fake = generator.Forward(input);
        var adversarial = Adversarial.LogisticGenerator(discriminator.Forward(fake));
        Log("adversarial", adversarial);
        if (options.MutualInformation == 0) return adversarial;
        var (joint, marginal) = Scores(fake, code);
        var information = DonskerVaradhan.Value(joint, marginal);
        var clip = AdaptiveClipping.Scale(adversarial, information, generator.Parameters());
        Log("nats", information);
        Log("clip", clip);
        return adversarial - information * (clip * options.MutualInformation);
    }

    // A code that belongs to the row before stands for an independent one.
    (Tensor Joint, Tensor Marginal) Scores(Tensor samples, Tensor code)
    {
        Tensor Of(Tensor c) => statistics.Forward(Tensor.Cat([samples, c], 1)).Squeeze(1);
        return (Of(code), Of(code.Roll([1], [0])));
    }

    (Tensor Input, Tensor Code) Draw(long count, Device device)
    {
        var noise = Tensor.Randn([count, options.Noise], Torch.Generator.Default, Dtype.Float32);
        var code = Tensor.Rand([count, options.Code], Torch.Generator.Default, Dtype.Float32) * 2 - 1;
        return (Tensor.Cat([noise, code], 1).To(device), code.To(device));
    }

    /// <summary>Draws samples, `[count, D]`, or pictures, `[count, C, H, W]`.</summary>
    public View Generate(int count)
    {
        var device = generator.Parameters().First().Value.Device;
        return shape.Of(generator.Forward(Draw(count, device).Input) * options.Scale);
    }

    /// <summary>A tiny one, which the tests train: the statistics network finds the code in what is made.</summary>
    public static MethodExample Example => new((_, facts) => new MineGAN(facts, new(Noise: 2, Code: 2, Hidden: 16)), "points") { Shows = "nats", Rises = true, Margin = 0.002 };
}
