using System.ComponentModel.DataAnnotations;
using Kindred.Encoders;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>ContraGAN: a generator of pictures by class, whose discriminator draws pictures of a class to each other and to their class.</summary>
/// <remarks>
/// Kang and Park, "ContraGAN: Contrastive Learning for Conditional Image Generation", NeurIPS 2020, arXiv:2006.12681, Algorithm 1. The discriminator takes several turns on real pictures and
/// generated ones: hinge + λ · 2C of the real ones; then the generator takes one: hinge + λ · 2C of the generated ones, while the discriminator and its class embeddings stand still. Samples are
/// drawn by a moving average of the generator. Each turn of the discriminator has its share of the batch.
/// Differs: no self-attention; options <c>conditioning: projection</c> (Miyato and Koyama, arXiv:1802.05637) and <c>none</c> are what the paper compares with.
/// </remarks>
[Method("contragan", Title = "ContraGAN", Paper = "arXiv:2006.12681", Family = "generation", Objective = "hinge and 2C", LeastBatch = 2, Takes = SampleKinds.Pictures)]
public sealed class ContraGAN : Method, IEncodes, IGeneratesClasses
{
    /// <summary>The settings; defaults are the paper's on CIFAR-10.</summary>
    /// <param name="Conditioning">How the discriminator knows of classes.</param>
    /// <param name="Width">w: the generator's maps have up to 4w channels at 16 and 32 pixels.</param>
    /// <param name="Noise">Width of z.</param>
    /// <param name="Shared">Width of a class's vector in the generator.</param>
    /// <param name="Dim">Width in which pictures and classes are compared.</param>
    /// <param name="Temperature">t of the 2C loss.</param>
    /// <param name="Weight">λ of the 2C loss.</param>
    /// <param name="Turns">Turns of the discriminator for one of the generator.</param>
    /// <param name="Average">Decay of the generator's moving average.</param>
    /// <param name="AverageFrom">The step from which it is one; until then it is a copy.</param>
    /// <param name="Channels">Of a picture: 1 for grey ones; what the data say, or 3, if left out.</param>
    public sealed record Options(
        ConditionalCritic.ClassInput Conditioning = ConditionalCritic.ClassInput.Contrast, [Range(1, 1024)] long Width = 96, [Width] long Noise = 80, [Width] long Shared = 128, [Width] long Dim = 512,
        [Temperature] double Temperature = 1, [Weight] double Weight = 1, [Range(1, 64)] int Turns = 5, [Share] double Average = 0.9999, [Range(0, int.MaxValue)] int AverageFrom = 1000,
        [Range(1, 65536)] int? Channels = null);

    readonly Options options;
    readonly ResidualGenerator generator, average;
    readonly ConditionalCritic discriminator;
    readonly int classes;
    readonly long channels;

    /// <summary>A generator and a discriminator for the pictures and classes of the data.</summary>
    /// <exception cref="ConfigurationException">The data have no classes, or pictures of a side that there is no layout for.</exception>
    public ContraGAN(DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Classes < 1)
            throw new ConfigurationException("contragan draws pictures by class, and these data have no classes; give labelled pictures, for example a folder with one folder a class.");
        (channels, var height, var width) = (options.Channels ?? facts.Input("channels", 3), facts.Input("height", 16), facts.Input("width", 16));
        if (height != width) throw new ConfigurationException($"views: pictures of {width} × {height} pixels; contragan draws squares.");
        var layout = ResidualLayout.Of(height, options.Width);
        (this.options, classes) = (options, facts.Classes);
        generator = new(layout, options.Noise, classes, options.Shared, channels);
        average = generator.Twin();
        discriminator = new(new(layout, channels), classes, options.Conditioning, options.Dim);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Module> Players => new Dictionary<string, Module> { ["discriminator"] = discriminator, ["generator"] = generator };

    /// <inheritdoc/>
    public override IEnumerable<Turn> Turns(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.NeedsViews(1);
        for (var i = 0; i < options.Turns; i++)
        {
            var share = batch.Part(i, options.Turns);
            yield return new Turn("discriminator", () => Tell(share));
        }
        yield return new Turn("generator", () => Deceive(Math.Max(1, batch.Count / options.Turns), batch.Views[0].X.Device, at));
    }

    Tensor Tell(Batch batch)
    {
        var x = batch.Views[0].X;
        var labels = batch.Labels ?? throw new DataException("contragan needs labels, and this batch has none.");
        if (x.Size(1) != channels)
            throw new ConfigurationException($"options.channels: these pictures have {x.Size(1)} channels, and those that are drawn {channels}; set options.channels={x.Size(1)}.");
        var (fake, wanted) = NoGradient.Of(() => Draw(generator, batch.Count, x.Device));
        var (real, h) = discriminator.Look(x, labels);
        var (other, _) = discriminator.Look(fake, wanted);
        var hinge = Adversarial.HingeDiscriminator(real, other);
        Log("discriminator", hinge);
        if (options.Conditioning != ConditionalCritic.ClassInput.Contrast) return hinge;
        var contrast = Contrast(h, labels);
        Watch(Rowwise.Unit(discriminator.Project(h)));
        Log("contrast", contrast);
        return hinge + (options.Weight * contrast);
    }

    Tensor Deceive(long count, Device device, Progress at)
    {
        var (fake, wanted) = Draw(generator, count, device);
        var (scores, h) = discriminator.Look(fake, wanted);
        var hinge = Adversarial.HingeGenerator(scores);
        After(() => average.Average(generator, at.Step < options.AverageFrom ? 0 : options.Average));
        Log("generator", hinge);
        if (options.Conditioning != ConditionalCritic.ClassInput.Contrast) return hinge;
        var contrast = Contrast(h, wanted);
        Log("generator_contrast", contrast);
        return hinge + (options.Weight * contrast);
    }

    // 2C of the pictures that have a class.
    Tensor Contrast(Tensor h, Tensor labels)
    {
        if (Labels.Rows(labels) is { } known) (h, labels) = (h.IndexSelect(0, known), labels.IndexSelect(0, known));
        return labels.Numel == 0 ? h.Sum() * 0 : ConditionalContrast.Loss(discriminator.Project(h), discriminator.Embed(labels), labels, options.Temperature);
    }

    (Tensor Pictures, Tensor Labels) Draw(ResidualGenerator from, long count, Device device)
    {
        var labels = Tensor.Randint(classes, [count], Generator.Default, Dtype.Int64).To(device);
        return (from.Draw(labels), labels);
    }

    /// <inheritdoc/>
    public int Classes => classes;

    /// <inheritdoc/>
    public View Generate(int count) => Generate(Tensor.Arange(count, dtype: Dtype.Int64, device: discriminator.Device).Remainder(classes));

    /// <inheritdoc/>
    public View Generate(Tensor labels) => new(average.Draw(labels), "generated.0");

    /// <summary>What the discriminator sees in pictures.</summary>
    public Tensor Features(View view) => discriminator.Body.Forward(view);

    /// <summary>Where pictures and classes are compared; without contrast the features.</summary>
    public Tensor Embeddings(View view) => discriminator.Project(Features(view));

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example =>
        new((_, facts) => new ContraGAN(facts, new(Width: 4, Noise: 6, Shared: 4, Dim: 8, Turns: 2, Average: 0.9, AverageFrom: 2))) { Shows = "contrast", Rate = 0.01 };
}
