using System.Globalization;

namespace Kindred.Training;

/// <summary>Says so when embeddings gather in one point or a few dimensions, which a falling loss does not show.</summary>
/// <remarks>
/// Collapse is called when, three measurements in a row after the first tenth of the run (at most 50 steps), the standard deviation of unit
/// embeddings falls below <see cref="LeastDeviation"/> of that of an even spread, or fewer than <see cref="LeastRank"/> dimensions are in use. The second
/// is needed because a projector that ends in batch norm keeps the deviation up while all samples fall onto one line.
/// </remarks>
/// <param name="warn">Told once.</param>
public sealed class CollapseAlarm(Action<string> warn) : IHook
{
    /// <summary>The smallest healthy deviation, relative to an even spread (1).</summary>
    public const double LeastDeviation = 0.1;
    /// <summary>The smallest healthy effective rank.</summary>
    public const double LeastRank = 2;

    const int InARow = 3, Grace = 50;
    int bad;

    /// <summary>The step at which collapse was called, or null.</summary>
    public long? At { get; private set; }

    /// <inheritdoc/>
    public void Step(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (At is not null || !report.Numbers.TryGetValue("z_std", out var deviation) || report.At.Step < Math.Min(Grace, report.At.Steps / 10)) return;
        var rank = report.Numbers["effective_rank"];
        bad = deviation < LeastDeviation || rank < LeastRank ? bad + 1 : 0;
        if (bad < InARow) return;
        At = report.At.Step;
        warn(string.Create(CultureInfo.InvariantCulture,
            $"collapse: at step {At} the embeddings of different samples are nearly the same (z-std {deviation:0.000}, where 1 is an even spread; {rank:0.0} dimensions in use). The loss says nothing any more. ")
            + "Check that the target branch has its stop-gradient or momentum, that views differ, and lower the learning rate.");
    }
}
