using System.Text.Json;
using Kindred.Io;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Another network's report of <see cref="Corruptions"/>, which errors are divided by.</summary>
sealed class CorruptionReference
{
    static readonly JsonSerializerOptions style = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    readonly IReadOnlyList<string> families;
    readonly Dictionary<string, double> accuracy;

    CorruptionReference(IReadOnlyList<string> families, Dictionary<string, double> accuracy) => (this.families, this.accuracy) = (families, accuracy);

    /// <summary>Reads <c>eval/corruption.json</c> of a run, or a report's file.</summary>
    /// <param name="path">The run's folder or the file.</param>
    /// <param name="families">What is to be compared.</param>
    /// <param name="severities">At which severities.</param>
    /// <exception cref="ConfigurationException">It was measured with other families or severities.</exception>
    /// <exception cref="DataException">There is no such report.</exception>
    public static CorruptionReference Read(string path, IReadOnlyList<string> families, IReadOnlyList<int> severities)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, "eval", "corruption.json") : path;
        var (metrics, measured) = Parse(file);
        if (!measured.SequenceEqual(severities))
            throw new ConfigurationException($"reference: '{file}' was measured at the severities {string.Join(", ", measured)}, this evaluation is at "
                + $"{string.Join(", ", severities)}; errors can only be divided at the same ones.");
        if (families.Append("clean").FirstOrDefault(f => !metrics.ContainsKey(f)) is { } missing)
            throw new ConfigurationException($"reference: '{file}' lacks '{missing}'; evaluate the reference with the same families.");
        return new(families, metrics);
    }

    static (Dictionary<string, double> Metrics, int[] Severities) Parse(string file)
    {
        Report report;
        try { report = JsonText.ReadFile<Report>(file, style); }
        catch (DataException e) when (e.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"reference: '{file}' cannot be read; evaluate that run first, kindred eval corruption --run DIR.", e);
        }
        catch (DataException e)
        {
            throw new DataException($"reference: '{file}' is no report of the protocol corruption: {e.Message}", e);
        }
        return report.Protocol == "corruption" ? (report.Metrics.Where(m => m.Value is not null).ToDictionary(m => m.Key, m => m.Value!.Value), report.Settings.Severities)
            : throw new DataException($"reference: '{file}' is no report of the protocol corruption, but of '{report.Protocol}'.");
    }

    sealed record Report(string Protocol, IReadOnlyDictionary<string, double?> Metrics, Said Settings);

    sealed record Said(int[] Severities);

    /// <summary>Adds <c>mce</c> and <c>relative_mce</c> in percent: 100 is as good as the reference, less is better. Means over the severities stand for sums, whose ratio is the same.</summary>
    public void Compare(Dictionary<string, double> metrics)
    {
        Tensor Errors(Dictionary<string, double> of) => Tensor.From<double>([.. families.Select(f => 100 - of[f])]).View([-1, 1]);
        var error = CorruptionError.Of(Errors(metrics), Errors(accuracy), 100 - metrics["clean"], 100 - accuracy["clean"]);
        (metrics["mce"], metrics["relative_mce"]) = (error.Mean, error.RelativeMean);
    }
}
