using Kindred.Sampling;

namespace Kindred.Methods;

/// <summary>Epochs over the few samples whose labels a method may use.</summary>
static class LabelledPlan
{
    /// <summary>As many batches as an epoch over all data has, through the same samples in every epoch, in a new order each time; both follow from numbers alone.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="facts">Of the data.</param>
    /// <param name="share">Of the labels, class by class.</param>
    /// <param name="draw">Same number, same samples.</param>
    /// <param name="who">Wants labels, for the message.</param>
    /// <exception cref="DataException">The data have no labels.</exception>
    public static EpochPlan Of(Epoch epoch, DataFacts facts, double share, int draw, string who)
    {
        var labels = epoch.Labels ?? throw new DataException($"{who} needs labels, and these data have none.");
        var batch = facts.Samples / (facts.StepsPerEpoch + 1) + 1;                        // at most the recipe's batch, by how steps are counted
        return new(Passes.Batches(ClassShare.Of(labels, share, Shuffler.InTurn(draw)), batch, facts.StepsPerEpoch, Shuffler.InTurn(draw * 1_000_003 + epoch.At.Epoch)));
    }
}
