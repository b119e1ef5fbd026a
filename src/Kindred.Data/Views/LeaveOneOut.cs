using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>LooC's views: a query, a key with everything drawn afresh, and for each of n operations a key that shares just that operation's draw with the query.</summary>
/// <remarks>
/// Xiao, Wang, Efros, Darrell, "What Should Not Be Contrastive in Contrastive Learning", ICLR 2021, arXiv:2008.05659, Sec. 3.
/// View 0 is the query, view 1 the key k₀, view 1 + i the key kᵢ of the i-th operation named.
/// </remarks>
public sealed class LeaveOneOut : ViewGroup
{
    readonly int[] shared;

    /// <summary>A group of 2 + n views.</summary>
    /// <param name="name">What methods call the group.</param>
    /// <param name="plan">All operations, those that always run among them.</param>
    /// <param name="leaveOut">The n operations by their recipe names, e.g. <c>jitter</c> and <c>rotate</c>; each must stand once in the plan.</param>
    /// <exception cref="ConfigurationException">A name that is not in the plan, or that is in it or here twice.</exception>
    public LeaveOneOut(string name, ViewPlan plan, params ReadOnlySpan<string> leaveOut) : base(name, leaveOut.Length + 2, plan)
    {
        shared = new int[leaveOut.Length];
        for (var i = 0; i < shared.Length; i++)
        {
            shared[i] = Place(plan, leaveOut[i]);
            if (leaveOut[..i].Contains(leaveOut[i])) throw new ConfigurationException($"leave out '{leaveOut[i]}' stands twice; each operation is left out once.");
        }
    }

    /// <inheritdoc/>
    public override DrawnView Draw(in RandomKey key, int view, int width, int height, int channels = 3)
    {
        var copied = view < 2 ? 0u : 1u << shared[view - 2];
        return Plan.Draw(key with { View = key.View + view }, key, copied, width, height, channels);
    }

    static int Place(ViewPlan plan, string name)
    {
        var places = Enumerable.Range(0, plan.Operations.Count).Where(i => AugmentationAttribute.NameOf(plan.Operations[i]) == name).ToArray();
        return places.Length == 1
            ? places[0]
            : throw new ConfigurationException($"leave out '{name}': the plan has {places.Length} operations of that name, expected one; it has "
                + $"{string.Join(", ", plan.Operations.Select(AugmentationAttribute.NameOf))}.");
    }
}
