using Kindred.Data.Views;

namespace Kindred.Experiments.Evaluation;

/// <summary>The plain view with one thing done to it.</summary>
static class PlainWith
{
    /// <summary>An operation on the finished picture, before its values are normalised.</summary>
    public static ViewPlan Operation(ViewPlan plain, Augmentation operation)
    {
        var before = plain.Operations.TakeWhile(o => o is not Normalize).ToArray();
        return new ViewPlan([.. before, operation, .. plain.Operations.Skip(before.Length)]);
    }
}
