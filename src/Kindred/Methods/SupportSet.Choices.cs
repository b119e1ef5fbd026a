using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

public sealed partial class SupportSet
{
    /// <summary>How film and caption look for each other.</summary>
    public enum ContrastKind
    {
        /// <summary>A margin to the hardest of the batch, both ways.</summary>
        Hardest,

        /// <summary>A margin to all of the batch, both ways.</summary>
        Sum,

        /// <summary>A softmax over the batch, both ways.</summary>
        Nce,
    }

    /// <summary>Which films a caption is written from.</summary>
    public enum CaptionKind
    {
        /// <summary>None: contrast alone.</summary>
        None,

        /// <summary>Its own.</summary>
        Identity,

        /// <summary>All of the batch.</summary>
        Full,

        /// <summary>The mean of the losses of identity and cross.</summary>
        Hybrid,

        /// <summary>All of the batch but its own.</summary>
        Cross,
    }

    Tensor Contrast(Tensor t, Tensor v) => options.Contrast switch
    {
        ContrastKind.Nce => InfoNce.InBatch(t, v, options.Temperature, symmetric: true),
        ContrastKind.Sum => CrossModalRanking.Loss(t, v, options.Margin, RankingReduction.Sum),
        _ => CrossModalRanking.Loss(t, v, options.Margin),
    };
}
