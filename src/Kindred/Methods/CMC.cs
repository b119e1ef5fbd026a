using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>CMC: lightness and colour of one picture, each with its own encoder, must find each other.</summary>
/// <remarks>
/// Tian, Krishnan, Isola, "Contrastive Multiview Coding", ECCV 2020, arXiv:1906.05849. A view of three channels in a colour space that
/// separates lightness from colour (<c>colorSpace: lab</c> or <c>ycbcr</c>) is split into its first channel and the other two. Each
/// side is scored against the memory bank of the other. The representation is both encoders' side by side.
/// Differs: each side has the recipe's encoder in full width; the paper halves it.
/// </remarks>
[Method("cmc", Title = "CMC", Paper = "arXiv:1906.05849", Family = "multiview", Objective = "NCE across views", Takes = SampleKinds.Pictures)]
public sealed partial class CMC : Method, IEncodes
{
    /// <summary>The settings.</summary>
    /// <param name="Temperature">τ.</param>
    /// <param name="Dim">Width of embeddings.</param>
    /// <param name="Negatives">K bank entries a sample.</param>
    /// <param name="BankMomentum">Share of the old entry when it is renewed.</param>
    /// <param name="Loss">How a side looks for the other.</param>
    /// <param name="Represent">Which encoders make the representation.</param>
    /// <param name="Mispair">Gives each lightness the colour of another picture: nothing is left to learn, and the loss stays at chance.</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.07, [Width] long Dim = 128, [Count] long Negatives = 16384,
        [Share] double BankMomentum = 0.5, LossKind Loss = LossKind.Nce, ViewKind Represent = ViewKind.Both, bool Mispair = false);

    readonly Options options;
    readonly Projected light, color;
    readonly MemoryBank? lightBank, colorBank;
    readonly Func<Tensor, MemoryBank, Tensor> objective;
    readonly Func<View, View> paired;

    /// <summary>Two encoders with different weights, for one and for two channels, and two banks.</summary>
    public CMC(EncoderFactory encoders, DataFacts facts, Options options)
    {
        this.options = options;
        (light, color) = (Side(encoders(1)), Side(encoders(2)));
        (objective, paired) = (Objective(options), options.Mispair ? view => view.With(view.X.Roll([1], [0])) : view => view);
        if (options.Loss == LossKind.InBatch) return;
        lightBank = new(facts.Samples, options.Dim, Initialization.Generator);
        colorBank = new(facts.Samples, options.Dim, Initialization.Generator);

        Projected Side(Encoder encoder) => new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, depth: 1));
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var (l, ab) = LightAndColor.Split(batch.Views[0]);
        var (a, b) = (Rowwise.Unit(light.Forward(l)), Rowwise.Unit(color.Forward(paired(ab))));   // [N, D] each

        Watch(a);
        if (lightBank is null || colorBank is null) return CrossView.InBatch(a, b, options.Temperature);
        After(() => { lightBank.Update(batch.Index, a, options.BankMomentum); colorBank.Update(batch.Index, b, options.BankMomentum); });
        var noise = lightBank.Noise(batch.Count, options.Negatives);                                // [N, K]
        return Direction(a, colorBank) + Direction(b, lightBank);

        Tensor Direction(Tensor view, MemoryBank other) => objective(InstanceNce.Logits(view, other.Entries, batch.Index, noise, options.Temperature), other);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new CMC(encoders, facts, new(Dim: 8, Negatives: 5)));
}
