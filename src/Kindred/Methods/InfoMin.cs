using System.ComponentModel.DataAnnotations;
using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>InfoMin: two encoders find what two parts of a picture's colours share, and a generator of colours makes them share less, with labels: only what does not tell the class.</summary>
/// <remarks>
/// Tian, Sun, Poole, Krishnan, Schmid, Isola, "What Makes for Good Views for Contrastive Learning?", NeurIPS 2020, arXiv:2005.10243, Sec. 4: X̂ = g(X), v₁ its first channel, v₂ the
/// other two; min over g (and c₁, c₂) of max over f₁, f₂ of I_NCE(f₁(v₁), f₂(v₂)), with a share of the labels plus the cross-entropy of c₁ and c₂. One step of the encoders, one of the
/// generator. Without a generator it is a fixed colour space, which <c>views</c> chooses: the sweep of Sec. 3.2.
/// Differs: classifiers read the encoders' representations; what is evaluated are the encoders that played, not others trained anew on the finished views.
/// </remarks>
[Method("infomin", Title = "InfoMin", Paper = "arXiv:2005.10243", Family = "multiview", Objective = "InfoNCE between learned views", Takes = SampleKinds.Pictures)]
public sealed partial class InfoMin : Method, IEncodes
{
    /// <summary>The settings.</summary>
    /// <param name="Generator">What makes the views.</param>
    /// <param name="Labels">Share of each class's labels that the generator may know; 0: unsupervised.</param>
    /// <param name="Hidden">Width inside the generator.</param>
    /// <param name="Blocks">Couplings of a flow, three for each channel to move once.</param>
    /// <param name="Temperature">τ.</param>
    /// <param name="Dim">Width of embeddings.</param>
    public sealed record Options(
        GeneratorKind Generator = GeneratorKind.Flow, [Share] double Labels = 0, [Width] long Hidden = 32, [Range(1, 64)] int Blocks = 6,
        [Temperature] double Temperature = 0.1, [Width] long Dim = 64);

    const string Encoders = "encoders", Generator = "generator";

    readonly Options options;
    readonly ProjectedPair pair;
    readonly ViewGenerator? maker;
    readonly Nn.Buffer? labelled;

    /// <summary>An encoder for one channel, one for two, and a generator that begins as the identity (a flow) or near nothing in particular (plain).</summary>
    /// <exception cref="DataException">Labels are asked for, and the data have none.</exception>
    public InfoMin(EncoderFactory encoders, DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(encoders);
        ArgumentNullException.ThrowIfNull(facts);
        this.options = options;
        pair = new(Net(encoders(1)), Net(encoders(2)));
        if (options.Generator == GeneratorKind.None)
        {
            if (options.Labels > 0) throw new ConfigurationException("options.labels: only a generator learns from labels; choose generator: flow or plain, or leave labels out.");
            return;
        }
        if (options.Labels > 0 && facts.Classes < 2)
            throw new DataException($"InfoMin was asked to use a share {options.Labels} of the labels, and these data have {facts.Classes} classes; give labelled data.");
        maker = new(Make(options), options.Labels > 0 ? new(pair.First.Encoder.Dim, facts.Classes) : null, options.Labels > 0 ? new(pair.Second.Encoder.Dim, facts.Classes) : null);
        if (options.Labels > 0) labelled = new(Tensor.Zeros([facts.Samples], Dtype.Int64));

        Projected Net(Encoder encoder) => new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, depth: 1));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Module> Players =>
        maker is null ? new Dictionary<string, Module> { [Encoders] = pair } : new Dictionary<string, Module> { [Encoders] = pair, [Generator] = maker };

    /// <summary>Chooses whose labels the generator may know.</summary>
    public override EpochPlan? BeginEpoch(Epoch epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (labelled is null || epoch.At.Epoch > 0) return null;
        var known = new long[labelled.Value.Size(0)];
        foreach (var sample in ClassShare.Of(PlanSeed.Labels(epoch, "InfoMin"), options.Labels, Shuffler.Keyed(PlanSeed.Draw()))) known[sample] = 1;
        labelled.Set(Tensor.From<long>(known).To(labelled.Value.Device));
        return null;
    }

    /// <summary>The encoders look for what the views share; then the generator takes of it what it can.</summary>
    public override IEnumerable<Turn> Turns(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.NeedsViews(1);
        yield return new(Encoders, () => Look(batch));
        if (maker is not null) yield return new(Generator, () => Hide(batch, maker));
    }

    Tensor Look(Batch batch)
    {
        var (first, second) = NoGradient.Of(() => Parts(batch.Views[0]));
        var (a, b) = (pair.First.Forward(first), pair.Second.Forward(second));
        var loss = InfoNce.InBatch(a, b, options.Temperature, symmetric: true);
        Watch(Rowwise.Unit(a));
        Log("nce", loss);
        Log("information", Objectives.InfoMin.Information(loss.Detach(), batch.Count));
        return loss;
    }

    Tensor Hide(Batch batch, ViewGenerator generator)
    {
        // The encoders' norms have seen this batch in their own turn.
        using var held = RunningStatistics.Held(pair);
        var (first, second) = Parts(batch.Views[0]);
        var (h1, h2) = (pair.First.Encoder.Forward(first), pair.Second.Encoder.Forward(second));
        var loss = InfoNce.InBatch(pair.First.Head.Forward(h1), pair.Second.Head.Forward(h2), options.Temperature, symmetric: true);
        var information = Objectives.InfoMin.Information(loss, batch.Count);
        if (labelled is null) return Objectives.InfoMin.Loss(information);
        var labels = batch.Labels ?? throw new DataException("InfoMin was asked to use labels, and this batch has none.");
        var known = Tensor.Where(labelled.Value.IndexSelect(0, batch.Index).Gt(0), labels, labels.FullLike(-1));
        var supervised = Objectives.InfoMin.Supervised(generator.First!.Forward(h1), generator.Second!.Forward(h2), known);
        Log("supervised", supervised);
        return information + supervised;
    }

    // One channel and two, of what the generator makes of a picture.
    (View First, View Second) Parts(View view)
    {
        var made = Colours(view);
        if (made.Size(1) != 3) throw new ConfigurationException($"InfoMin divides three channels, and this view has {made.Size(1)}; give colour pictures.");
        var (one, two) = YDbDr.Split(made);
        return (view.With(one.Contiguous()), view.With(two.Contiguous()));
    }

    /// <summary>The picture as the generator makes it, `[N, 3, H, W]`.</summary>
    /// <param name="view">Pictures of three channels.</param>
    public Tensor Colours(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return maker?.Forward(view.X) ?? view.X;
    }

    /// <summary>Both representations side by side.</summary>
    public Tensor Features(View view)
    {
        var (first, second) = Parts(view);
        return Tensor.Cat([pair.First.Encoder.Forward(first), pair.Second.Encoder.Forward(second)], 1);
    }

    /// <summary>Both embeddings side by side, each of unit length.</summary>
    public Tensor Embeddings(View view)
    {
        var (first, second) = Parts(view);
        return Tensor.Cat([Rowwise.Unit(pair.First.Forward(first)), Rowwise.Unit(pair.Second.Forward(second))], 1);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new InfoMin(encoders, facts, new(Labels: 0.5, Hidden: 4, Blocks: 3, Temperature: 0.5, Dim: 8))) { Shows = "nce" };
}
