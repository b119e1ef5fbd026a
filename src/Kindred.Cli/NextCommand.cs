namespace Kindred.Cli;

/// <summary>The commands that a person most likely wants next, ready to be copied.</summary>
static class NextCommand
{
    /// <summary>After a training: how it is evaluated, and how its vectors are had.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="method">What was trained.</param>
    /// <param name="data">What it learnt from.</param>
    /// <param name="evaluated">The protocols that the recipe asks for.</param>
    internal static string[] AfterTraining(string run, Method method, IData data, IReadOnlyList<string> evaluated) => method is not IEncodes
        ? [.. evaluated.Take(1).Select(protocol => Line("eval", protocol, "--run", run))]
        : [Line("eval", data.Labels is not null && data.Classes.Count > 1 ? "knn" : "geometry", "--run", run), Line("embed", run, "--out", Path.Combine(run, "embeddings.npy"))];

    /// <summary>A command as a person types it into a shell.</summary>
    /// <param name="words">Its words.</param>
    internal static string Line(params IEnumerable<string> words) => $"kindred {string.Join(' ', words.Select(Quoted))}";

    static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "_-./:=,@%+".Contains(c, StringComparison.Ordinal)) ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
