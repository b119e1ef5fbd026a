using Kindred.Data.Views;

namespace Kindred.Experiments.Evaluation;

/// <summary>Another run that a protocol looks through: a network of features, a classifier.</summary>
/// <param name="Method">What it learnt, in evaluation mode.</param>
/// <param name="Plain">How it sees pictures; null for data of another kind.</param>
public sealed record OtherRun(Method Method, ViewPlan? Plain);
