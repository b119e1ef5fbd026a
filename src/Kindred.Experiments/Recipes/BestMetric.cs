namespace Kindred.Experiments.Recipes;

/// <summary>What <c>train.best</c> says: the metric by which a run keeps its best state, such as <c>knn.accuracy</c>, or <c>-generation.fid</c> where less is better.</summary>
/// <param name="Protocol">One of the recipe's <c>evaluate</c>.</param>
/// <param name="Metric">One of its metrics; a protocol's metrics are known once it ran.</param>
/// <param name="Lowest">Whether less is better.</param>
public sealed record BestMetric(string Protocol, string Metric, bool Lowest)
{
    /// <summary>As a recipe writes it.</summary>
    public override string ToString() => $"{(Lowest ? "-" : "")}{Protocol}.{Metric}";

    /// <summary>Larger is better.</summary>
    public double Score(double value) => Lowest ? -value : value;

    /// <summary>The metric of a phase; null where it names none.</summary>
    /// <exception cref="ConfigurationException">It is no metric's name, its protocol is not evaluated, or nothing is evaluated while training.</exception>
    public static BestMetric? Of(RecipeFile phase)
    {
        ArgumentNullException.ThrowIfNull(phase);
        var asked = phase.Evaluate.Select((node, i) => EvaluationNode.Read(node, $"evaluate.{i}").Name).Distinct().ToArray();
        if (phase.Train.EvaluateEvery > 0 && asked.Length == 0)
            throw new ConfigurationException($"train.evaluateEvery: {phase.Train.EvaluateEvery}, but the recipe evaluates nothing; name protocols, such as evaluate=[knn].");
        if (phase.Train.Best is not { } text) return null;
        if (phase.Train.EvaluateEvery == 0)
            throw new ConfigurationException($"train.best: {text} is never looked at while training; give train.evaluateEvery, the steps between two evaluations.");
        var lowest = text.StartsWith('-');
        var name = lowest ? text[1..] : text;
        if (name.Split('.', 2) is not [{ Length: > 0 } protocol, { Length: > 0 } metric])
            throw new ConfigurationException($"train.best: {text}; expected is PROTOCOL.METRIC, such as knn.accuracy, or -generation.fid where less is better.");
        return asked.Contains(protocol) ? new(protocol, metric, lowest)
            : throw new ConfigurationException($"train.best: {text}, but the recipe does not evaluate '{protocol}'{Suggest.Nearest(protocol, asked)}; it evaluates {string.Join(", ", asked)}.");
    }

    /// <summary>The metric among those of a report.</summary>
    /// <exception cref="ConfigurationException">There is none of that name.</exception>
    public double Find(IReadOnlyDictionary<string, double> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        return metrics.TryGetValue(Metric, out var value) ? value
            : throw new ConfigurationException($"train.best: {Protocol} gives no '{Metric}'{Suggest.Nearest(Metric, metrics.Keys)}; it gives {string.Join(", ", metrics.Keys)}.");
    }
}
