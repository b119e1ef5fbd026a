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
    readonly ClaimTerm left, right;
    readonly string sign;

    internal Claim(string text, ClaimTerm left, string sign, ClaimTerm right) => (Text, this.left, this.sign, this.right) = (text, left, sign, right);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a claim.</summary>
    /// <param name="text">The claim.</param>
    /// <param name="cells">The cells that there are.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <returns>The claim.</returns>
    /// <exception cref="ConfigurationException">It cannot be read; the message shows the place.</exception>
    public static Claim Parse(string text, IReadOnlyList<string> cells, string path = "claim") => new ClaimReader(text, cells, path).Read();

    /// <summary>Decides it on the means over seeds.</summary>
    /// <param name="results">Everything that was measured.</param>
    /// <returns>Whether it holds, by how much, and how that varies between seeds.</returns>
    public ClaimVerdict Decide(IReadOnlyList<CellResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var missing = left.Metrics.Concat(right.Metrics).Distinct().Where(m => !results.Any(r => r.Cell == m.Cell && r.Metrics.ContainsKey(m.Metric))).ToArray();
        if (missing.Length > 0) return new(Text, null, double.NaN, double.NaN, 0, $"no result for {Suggest.Some(missing.Select(m => $"{m.Cell}.{m.Metric}"))}");

        var margin = Margin((cell, metric) => results.Where(r => r.Cell == cell && r.Metrics.ContainsKey(metric)).Average(r => r.Metrics[metric]));
        var seeds = results.Select(r => r.Seed).Distinct().Order().ToArray();
        var each = seeds.Select(seed => Margin((cell, metric) => results.FirstOrDefault(r => r.Cell == cell && r.Seed == seed)?.Metrics.GetValueOrDefault(metric, double.NaN) ?? double.NaN))
            .Where(double.IsFinite).ToArray();
        if (double.IsNaN(margin)) return new(Text, null, margin, double.NaN, each.Length, "a metric is not a number");
        return new(Text, sign.EndsWith('=') ? margin >= 0 : margin > 0, margin, Numbers.Deviation(each), each.Length, null);
    }

    double Margin(Func<string, string, double> metric) => sign[0] == '>' ? left.Value(metric) - right.Value(metric) : right.Value(metric) - left.Value(metric);
}

/// <summary>How a claim came out.</summary>
/// <param name="Claim">As it was written.</param>
/// <param name="Holds">Null when a result is missing.</param>
/// <param name="Margin">By how much it holds, or (below 0) fails to, on the means over seeds.</param>
/// <param name="Spread">Standard deviation of the margin between seeds; NaN with fewer than two.</param>
/// <param name="Seeds">Seeds that have every result it needs.</param>
/// <param name="Reason">What is missing.</param>
public sealed record ClaimVerdict(string Claim, bool? Holds, double Margin, double Spread, int Seeds, string? Reason)
{
    /// <summary><c>holds by 9.3 ± 1.1 (2 seeds)</c>.</summary>
    public override string ToString()
    {
        if (Holds is not { } holds) return $"undecided: {Reason}";
        var spread = double.IsNaN(Spread) ? "" : $" ± {Numbers.Short(Spread)}";
        var seeds = Seeds == 1 ? "1 seed" : string.Create(CultureInfo.InvariantCulture, $"{Seeds} seeds");
        return holds ? $"holds by {Numbers.Short(Margin)}{spread} ({seeds})" : $"does not hold: {Numbers.Short(Math.Abs(Margin))}{spread} short of it ({seeds})";
    }
}

/// <summary>A metric of a cell.</summary>
readonly record struct CellMetric(string Cell, string Metric);

/// <summary>A part of a claim that has a value.</summary>
/// <param name="Metrics">Everything that it looks at.</param>
/// <param name="Value">Its value, given the metrics'.</param>
sealed record ClaimTerm(IReadOnlyList<CellMetric> Metrics, Func<Func<string, string, double>, double> Value);
