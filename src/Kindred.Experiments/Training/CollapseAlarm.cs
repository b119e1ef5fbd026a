using System.Globalization;

namespace Kindred.Experiments.Training;

/// <summary>Says so when embeddings gather in one point or a few dimensions, which a falling loss does not show.</summary>
/// <remarks>
/// Collapse is called when, three measurements in a row after the first tenth of the run (at most 50 steps), the standard deviation of unit
/// embeddings falls below <see cref="LeastDeviation"/> of that of an even spread, or fewer than <see cref="LeastRank"/> dimensions are in use (fewer
/// where two or three are all there are: <see cref="LeastRankOf"/>). The second
/// is needed because a projector that ends in batch norm keeps the deviation up while all samples fall onto one line. A method that assigns samples
/// to prototypes logs <c>assignment_perplexity</c>, the number of prototypes in effective use; below <see cref="LeastPerplexity"/> it has collapsed too.
/// </remarks>
/// <param name="warn">Told once.</param>
public sealed class CollapseAlarm(Action<string> warn) : IHook
{
    /// <summary>The smallest healthy deviation, relative to an even spread (1).</summary>
    public const double LeastDeviation = 0.1;

    /// <summary>The smallest healthy effective rank where four and more can be reached.</summary>
    public const double LeastRank = 2;

    /// <summary>The number that a training logs where the rank cannot reach four: <see cref="Spread.Most"/>.</summary>
    internal const string RankLimit = "rank_limit";

    /// <summary>The smallest healthy number of prototypes in effective use.</summary>
    public const double LeastPerplexity = 1.5;

    const int InARow = 3, Grace = 50;
    int bad;

    /// <summary>The step at which collapse was called, or null.</summary>
    public long? At { get; private set; }

    /// <inheritdoc/>
    public void Step(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (At is not null || !report.Numbers.TryGetValue("z_std", out var deviation) || report.At.Step < Math.Min(Grace, report.At.Steps / 10)) return;
        var finding = Finding(report.Numbers);
        bad = finding is null ? 0 : bad + 1;
        if (bad < InARow) return;
        At = report.At.Step;
        warn($"collapse: at step {At} {finding}. The loss says nothing any more. Check that the target branch has its stop-gradient or momentum, that "
            + $"codes are balanced, that views differ, and lower the learning rate.");
    }

    /// <summary>The smallest healthy effective rank where it can be no more than so much: a quarter of the way from one direction to the most, up to <see cref="LeastRank"/>.</summary>
    /// <remarks>Of one dimension there is no smaller rank, and only the deviation tells; of two it is 1.25, as of points with a twentieth of their variance beside a line; of three 1.5.</remarks>
    /// <param name="most">Dimensions, or samples less one where these are fewer.</param>
    public static double LeastRankOf(double most) => most >= 4 ? LeastRank : 1 + ((Math.Max(1, most) - 1) / 4);

    /// <summary>What is wrong with the numbers of a step; null where nothing is, or nothing was measured.</summary>
    /// <param name="numbers"><c>z_std</c>, <c>effective_rank</c> and the other numbers that the step logged.</param>
    public static string? Finding(IReadOnlyDictionary<string, double> numbers) =>
        !numbers.TryGetValue("z_std", out var deviation) || !numbers.TryGetValue("effective_rank", out var rank) ? null
        : Finding(deviation, rank, numbers.GetValueOrDefault("assignment_perplexity", double.PositiveInfinity), numbers.GetValueOrDefault(RankLimit, double.PositiveInfinity));

    /// <summary>What is wrong with a measurement; null where nothing is.</summary>
    /// <param name="deviation">Standard deviation of unit embeddings, relative to an even spread.</param>
    /// <param name="rank">Dimensions in use.</param>
    /// <param name="perplexity">Prototypes in effective use; infinite where there are none.</param>
    /// <param name="most">The largest rank that there can be; infinite where it is not known to be small.</param>
    public static string? Finding(double deviation, double rank, double perplexity, double most = double.PositiveInfinity) =>
        deviation < LeastDeviation || rank < LeastRankOf(most)
            ? string.Create(CultureInfo.InvariantCulture, $"the embeddings of different samples are nearly the same (z-std {deviation:0.000}, where 1 is an even spread; {rank:0.0} dimensions in use)")
        : perplexity < LeastPerplexity
            ? string.Create(CultureInfo.InvariantCulture, $"nearly all samples are assigned to the same prototype (perplexity {perplexity:0.0})")
        : null;
}
