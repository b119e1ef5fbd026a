namespace Kindred;

/// <summary>"Did you mean …?" for misspelt names, by edit distance.</summary>
public static class Suggest
{
    /// <summary>A clause to put behind a name that is not known.</summary>
    /// <param name="name">What came.</param>
    /// <param name="known">What would have been right.</param>
    /// <returns><c> (did you mean 'temperature'?)</c>, or nothing when no name is near.</returns>
    public static string Nearest(string name, IEnumerable<string> known) => Closest(name, known) is { } near ? $" (did you mean '{near}'?)" : "";

    /// <summary>The known name that is nearest to a misspelt one.</summary>
    /// <param name="name">What came.</param>
    /// <param name="known">What would have been right.</param>
    /// <returns>A name at most a third of its letters away (at least one, at most four), or null.</returns>
    public static string? Closest(string name, IEnumerable<string> known)
    {
        var (best, distance) = (default(string), int.MaxValue);

        foreach (var candidate in known)
        {
            var d = string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase) ? 0 : Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());

            if (d < distance)
                (best, distance) = (candidate, d);
        }

        return best is not null && distance <= Math.Clamp(Math.Max(name.Length, best.Length) / 3, 1, 4) ? best : null;
    }

    /// <summary>A list of names for a message, cut after a dozen.</summary>
    /// <param name="names">The names.</param>
    /// <returns><c>a, b, c</c> or <c>a, b, … (40 in all)</c>.</returns>
    public static string Some(IEnumerable<string> names)
    {
        const int shown = 12;
        var all = names.ToArray();

        return all.Length == 0 ? "nothing" : all.Length <= shown ? string.Join(", ", all) : $"{string.Join(", ", all.Take(shown))}, … ({all.Length} in all)";
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    /// <param name="a">A word.</param>
    /// <param name="b">Another.</param>
    /// <returns>The optimal string alignment distance.</returns>
    public static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        // Names are short; a long one is cut so that a hostile file cannot buy quadratic time.
        a = a[..Math.Min(a.Length, 64)];
        b = b[..Math.Min(b.Length, 64)];
        var rows = new int[a.Length + 1, b.Length + 1];

        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;

        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var least = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));

                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    least = Math.Min(least, rows[i - 2, j - 2] + 1);

                rows[i, j] = least;
            }
        }

        return rows[a.Length, b.Length];
    }
}
