using System.Globalization;

namespace Kindred.Experiments.Studies;

/// <summary>Means, spreads and short texts of measured numbers.</summary>
static class Numbers
{
    /// <summary>The sample standard deviation; NaN with fewer than two values.</summary>
    internal static double Deviation(IReadOnlyList<double> values)
    {
        if (values.Count < 2) return double.NaN;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }

    /// <summary>As many digits as a table needs: 41.3, 0.873, 1.2e-05.</summary>
    internal static string Short(double value) => Math.Abs(value) switch
    {
        double.NaN => "–",
        0 => "0",
        >= 1000 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        >= 0.001 => value.ToString("0.000", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0e+0", CultureInfo.InvariantCulture),
    };
}
