namespace Kindred.Experiments.Training;

/// <summary>Where training stands, the middle of an epoch included: what a run goes on from.</summary>
/// <param name="At">Epochs and steps.</param>
/// <param name="Began">The step at which the epoch in progress began; null between two epochs.</param>
/// <param name="Plan">The method's plan of the epoch in progress; null for the data's own order.</param>
/// <param name="Nominal">Steps that recipe and data make, before a method plans epochs of other lengths: what a recipe is compared by.</param>
public sealed record Position(Progress At, long? Began, EpochPlan? Plan, long Nominal);
