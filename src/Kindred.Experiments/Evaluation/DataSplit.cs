using Kindred.Data.Sources;

namespace Kindred.Experiments.Evaluation;

/// <summary>The parts of a data URI that protocols learn from and test on.</summary>
/// <remarks>
/// <c>n</c>, <c>fraction</c>, <c>tail</c> and <c>hold</c> say how much there is to learn from; the test part stays whole, unless <c>ntest=N</c> asks for N of its samples.
/// <c>held=F</c> measures on the share F that is held out of the training samples instead of the test samples, and learns from what is left.
/// All other keys are for both.
/// </remarks>
public static class DataSplit
{
    static readonly string[] ofTraining = ["n", "fraction", "tail", "hold"];

    /// <summary>The URI of one part.</summary>
    /// <param name="uri">The whole.</param>
    /// <param name="split">train, test, or null for all.</param>
    public static string Of(string uri, string? split)
    {
        var parsed = DataUri.Parse(uri);
        var (share, count) = (parsed["held"], parsed["ntest"]);
        parsed = parsed.With("split", split).With("ntest", null);
        if (split == "train" && share is not null) return parsed.With("held", null).With("hold", share).Text;
        if (split != "test") return parsed.Text;
        foreach (var key in ofTraining) parsed = parsed.With(key, null);
        if (share is not null) parsed = parsed.With("split", "train");
        return parsed.With("n", count).Text;
    }

    /// <summary>The share that is held out to test on where data have no test part and nobody says otherwise.</summary>
    public const string HeldShare = "0.2";

    /// <summary>The URI of one part of data that have no parts of their own: a share is held out, the same every time.</summary>
    /// <param name="uri">The whole.</param>
    /// <param name="split">train or test.</param>
    public static string Drawn(string uri, string split)
    {
        var parsed = DataUri.Parse(uri);
        var (share, count) = (parsed["held"] ?? HeldShare, parsed["ntest"]);
        parsed = parsed.With("ntest", null).With("held", null);
        if (split == "train") return parsed.With("hold", share).Text;
        foreach (var key in ofTraining) parsed = parsed.With(key, null);
        return parsed.With("held", share).With("n", count).Text;
    }
}
