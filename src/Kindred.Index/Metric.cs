namespace Kindred.Index;

/// <summary>How alike two vectors are. A score is larger the nearer they are.</summary>
public enum Metric
{
    /// <summary>The cosine of their angle, −1 to 1; 0 where one of them is zero.</summary>
    Cosine,

    /// <summary>Their dot product.</summary>
    Dot,

    /// <summary>Minus their Euclidean distance.</summary>
    Euclidean,
}

/// <summary>Reading metrics by name.</summary>
public static class MetricNames
{
    /// <summary>What a metric is called.</summary>
    public static string Name(this Metric metric) => metric switch { Metric.Cosine => "cosine", Metric.Dot => "dot", _ => "euclidean" };

    /// <summary>The metric of a name.</summary>
    /// <exception cref="ConfigurationException">There is none of that name.</exception>
    public static Metric Find(string name) => Enum.GetValues<Metric>().Where(m => m.Name() == name).Select(m => (Metric?)m).FirstOrDefault()
        ?? throw new ConfigurationException($"there is no metric '{name}'{Suggest.Nearest(name, ["cosine", "dot", "euclidean"])}; there are cosine, dot and euclidean.");
}

/// <summary>One of the nearest vectors.</summary>
/// <param name="Row">Its number.</param>
/// <param name="Score">Cosine, dot product, or minus the distance: larger is nearer.</param>
public readonly record struct Neighbour(int Row, float Score)
{
    /// <summary>Nearest first; equal ones in the order of their numbers, so that no order of work shows.</summary>
    internal static readonly Comparison<Neighbour> NearestFirst = (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Row.CompareTo(b.Row);
}
