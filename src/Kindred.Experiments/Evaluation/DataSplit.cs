using Kindred.Data.Sources;

namespace Kindred.Experiments.Evaluation;

/// <summary>The parts of a data URI that protocols learn from and test on.</summary>
/// <remarks>
/// <c>n</c>, <c>fraction</c>, <c>tail</c>, <c>hold</c> and <c>held</c> say how much there is to learn from; the test part stays whole, unless <c>ntest=N</c> asks for N of its samples.
/// All other keys hold for both.
/// </remarks>
public static class DataSplit
{
    static readonly string[] ofTraining = ["n", "fraction", "tail", "hold", "held"];

    /// <summary>The URI of one part.</summary>
    /// <param name="uri">The whole.</param>
    /// <param name="split">train, test, or null for all.</param>
    public static string Of(string uri, string? split)
    {
        var parsed = DataUri.Parse(uri);
        var held = parsed["ntest"];
        parsed = parsed.With("split", split).With("ntest", null);
        if (split != "test") return parsed.Text;
        foreach (var key in ofTraining) parsed = parsed.With(key, null);
        return parsed.With("n", held).Text;
    }
}
