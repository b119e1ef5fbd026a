using System.Text.RegularExpressions;

namespace Kindred.Studio;

/// <summary>What a page may change of a recipe: numbers and words of the training and of the method, and nothing that names a file.</summary>
static partial class Change
{
    internal const int Most = 32;

    /// <summary>Refuses what is no such change.</summary>
    /// <param name="changes">Texts such as <c>train.epochs=10</c>.</param>
    /// <exception cref="ConfigurationException">One is not; the message says why.</exception>
    internal static void Check(IReadOnlyList<string> changes)
    {
        if (changes.Count > Most) throw new ConfigurationException($"{changes.Count} changes; a page takes {Most} at most.");
        foreach (var change in changes)
        {
            if (!Form().IsMatch(change))
                throw new ConfigurationException($"'{Shown(change)}': a page changes train.… and options.… to a number, true, false or a word, such as "
                    + "train.epochs=10; write a recipe for anything else.");
            if (change.StartsWith("train.from=", StringComparison.Ordinal))
                throw new ConfigurationException("'train.from' names a file; start such a run by `kindred train … --from`.");
        }
    }

    /// <summary>Refuses what cannot be a run's folder below the one that is served.</summary>
    internal static void CheckName(string name)
    {
        if (!Folder().IsMatch(name)) throw new ConfigurationException($"'{Shown(name)}' is no name of a run: small letters, digits, - and . between them, at most 60.");
    }

    static string Shown(string text) => text.Length > 60 ? text[..60] + "…" : text;

    [GeneratedRegex(@"\A(train|options)(\.[A-Za-z][A-Za-z0-9]{0,30}){1,4}=(-?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,3})?|[A-Za-z][A-Za-z0-9-]{0,30})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]|\.(?!\.)){0,58}[a-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Folder();
}
