using Kindred.Heads;
using Kindred.Memories;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

public sealed partial class CMC
{
    /// <summary>How a side looks for the other.</summary>
    public enum LossKind
    {
        /// <summary>NCE against the other side's bank, each direction with its own constant normaliser.</summary>
        Nce,

        /// <summary>A softmax over the own entry and K others.</summary>
        Softmax,

        /// <summary>A softmax over the batch; there are no banks.</summary>
        InBatch,
    }

    /// <summary>Which encoders make the representation.</summary>
    public enum ViewKind
    {
        /// <summary>Both, side by side.</summary>
        Both,

        /// <summary>That of the lightness: one view of those that were contrasted (Sec. 4.2).</summary>
        Light,

        /// <summary>That of the colour.</summary>
        Color,
    }

    // Of logits [N, 1 + K]. The bank of the view that is looked for also keeps that direction's normaliser.
    static Func<Tensor, MemoryBank, Tensor> Objective(Options options) => options.Loss == LossKind.Softmax
        ? (logits, _) => InfoNce.PerQuery(logits).Mean()
        : (logits, bank) => InstanceNce.Loss(logits, bank.Count, bank.Fix(InstanceNce.LogNormaliser(logits, bank.Count)));

    /// <inheritdoc/>
    public Tensor Features(View view) => Sides(view, (side, x) => side.Encoder.Forward(x));

    /// <inheritdoc/>
    public Tensor Embeddings(View view) => Sides(view, (side, x) => side.Forward(x).Normalize());

    Tensor Sides(View view, Func<Projected, View, Tensor> of)
    {
        var (l, ab) = LightAndColor.Split(view);
        return options.Represent switch
        {
            ViewKind.Light => of(light, l),
            ViewKind.Color => of(color, ab),
            _ => Tensor.Cat([of(light, l), of(color, ab)], 1),
        };
    }
}
