using System.Globalization;

namespace Kindred.Experiments.Studies;

/// <summary>What a study says should come out, such as <c>crop+colour.knn.accuracy &gt; crop.knn.accuracy + 3</c>.</summary>
/// <remarks>
/// Two sums and one of <c>&gt; &gt;= &lt; &lt;=</c>. A sum has numbers, metrics, <c>+ - * /</c>, brackets and <c>mean min max abs</c>. A metric is a
/// cell's name, a point and the metric's name; the longest cell name that fits is taken, so names may hold signs. A <c>*</c> in a cell's name stands for
/// anything and gives all cells that fit, between the brackets of mean, min and max.
/// </remarks>
public sealed class Claim
{
    const double Errors = 2;

    readonly ClaimTerm left, right;
    readonly string sign;

    internal Claim(string text, ClaimTerm left, string sign, ClaimTerm right) => (Text, this.left, this.sign, this.right) = (text, left, sign, right);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Everything that it looks at.</summary>
    internal IEnumerable<CellMetric> Metrics => left.Metrics.Concat(right.Metrics).Distinct();

    /// <summary>Reads a claim.</summary>
    /// <param name="text">The claim.</param>
    /// <param name="cells">The cells that there are.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <returns>The claim.</returns>
    /// <exception cref="ConfigurationException">It cannot be read; the message shows the place.</exception>
    public static Claim Parse(string text, IReadOnlyList<string> cells, string path = "claim") => new ClaimReader(text, cells, path).Read();

    /// <summary>Decides it seed by seed, each against its own baseline: it holds where the mean margin passes two standard errors, and fails where it falls as far short.</summary>
    /// <remarks>Of one seed no error is known, and the sign decides.</remarks>
    /// <param name="results">Everything that was measured.</param>
    /// <returns>Whether it holds, by how much, and how sure that is.</returns>
    public ClaimVerdict Decide(IReadOnlyList<CellResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var missing = Metrics.Where(m => !results.Any(r => r.Cell == m.Cell && r.Metrics.ContainsKey(m.Metric))).ToArray();
        if (missing.Length > 0) return new(Text, null, double.NaN, double.NaN, 0, $"no result for {Suggest.Some(missing.Select(m => $"{m.Cell}.{m.Metric}"))}");

        var margin = Margin((cell, metric) => results.Where(r => r.Cell == cell && r.Metrics.ContainsKey(metric)).Average(r => r.Metrics[metric]));
        var seeds = results.Select(r => r.Seed).Distinct().Order().ToArray();
        var each = seeds.Select(seed => Margin((cell, metric) => results.FirstOrDefault(r => r.Cell == cell && r.Seed == seed)?.Metrics.GetValueOrDefault(metric, double.NaN) ?? double.NaN))
            .Where(double.IsFinite).ToArray();
        if (double.IsNaN(margin)) return new(Text, null, margin, double.NaN, each.Length, "a metric is not a number");
        var error = Numbers.Deviation(each) / Math.Sqrt(each.Length);
        bool? holds = double.IsNaN(error) || error == 0 ? (sign.EndsWith('=') ? margin >= 0 : margin > 0) : Math.Abs(margin) > Errors * error ? margin > 0 : null;
        return new(Text, holds, margin, error, each.Length, holds is null ? "within two standard errors" : null);
    }

    double Margin(Func<string, string, double> metric) => sign[0] == '>' ? left.Value(metric) - right.Value(metric) : right.Value(metric) - left.Value(metric);
}

/// <summary>How a claim came out.</summary>
/// <param name="Claim">As it was written.</param>
/// <param name="Holds">Null when a result is missing, or the margin is within two standard errors.</param>
/// <param name="Margin">By how much it holds, or (below 0) fails to, on the means over seeds.</param>
/// <param name="Error">Standard error of the mean margin over seeds; NaN with fewer than two.</param>
/// <param name="Seeds">Seeds that have every result it needs.</param>
/// <param name="Reason">Why it is not decided.</param>
public sealed record ClaimVerdict(string Claim, bool? Holds, double Margin, double Error, int Seeds, string? Reason)
{
    /// <summary><c>holds by 9.3 ± 1.1 (2 seeds)</c>.</summary>
    public override string ToString()
    {
        if (Holds is null && Seeds == 0) return $"undecided: {Reason}";
        var error = double.IsNaN(Error) ? "" : $" ± {Numbers.Short(Error)}";
        var seeds = Seeds == 1 ? "1 seed" : string.Create(CultureInfo.InvariantCulture, $"{Seeds} seeds");
        var by = $"{Numbers.Short(Math.Abs(Margin))}{error}";
        return Holds switch
        {
            true => $"holds by {by} ({seeds})",
            false => $"does not hold: {by} short of it ({seeds})",
            null => $"undecided: {Reason}{(double.IsNaN(Margin) ? "" : $", {by} {(Margin < 0 ? "short of it" : "ahead")}")} ({seeds})",
        };
    }
}

/// <summary>A metric of a cell.</summary>
readonly record struct CellMetric(string Cell, string Metric);

/// <summary>A part of a claim that has a value.</summary>
/// <param name="Metrics">Everything that it looks at.</param>
/// <param name="Value">Its value, given the metrics'.</param>
sealed record ClaimTerm(IReadOnlyList<CellMetric> Metrics, Func<Func<string, string, double>, double> Value);
