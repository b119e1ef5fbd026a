using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Methods;

public sealed partial class InformationBottleneck
{
    /// <summary>What stands for I(X; Z).</summary>
    public enum BoundKind
    {
        /// <summary>KL(q(z|x) ‖ N(0, I)): an upper bound.</summary>
        Divergence,

        /// <summary>MINE's estimate: a lower bound, with a statistics network that plays against the encoder.</summary>
        Mine,

        /// <summary>CLUB with the true conditional: an upper bound without a prior.</summary>
        Club,

        /// <summary>Leave-one-out with the true conditional: a tighter upper bound, at most ln(N − 1) of the batch.</summary>
        LeaveOneOut,
    }

    Tensor Information(Tensor mean, Tensor logVariance, Tensor z) => options.Bound switch
    {
        BoundKind.Mine => DonskerVaradhan.Value(statistics!.Score(mean, z), statistics.Score(mean, z.Roll([1], [0]))),
        BoundKind.Club => Club.Bound(mean, logVariance, z),
        BoundKind.LeaveOneOut => Club.LeaveOneOut(mean, logVariance, z),
        _ => Club.PriorDivergence(mean, logVariance),
    };
}
