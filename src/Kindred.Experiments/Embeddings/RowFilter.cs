using System.IO.Enumeration;

namespace Kindred.Experiments.Embeddings;

/// <summary>Which samples may be found, as a person writes it: <c>label=cat</c>, <c>name=holiday/*.jpg</c>, or with <c>!=</c> those that are not.</summary>
public static class RowFilter
{
    /// <summary>Understands a condition.</summary>
    /// <param name="text">label or name, = or !=, a text in which * stands for anything.</param>
    /// <param name="among">The samples.</param>
    /// <returns>Whether a row may be found.</returns>
    /// <exception cref="ConfigurationException">It is no condition.</exception>
    /// <exception cref="DataException">It asks for labels, and there are none.</exception>
    public static Func<int, bool> Of(string text, Collection among)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(among);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var not = equals > 0 && text[equals - 1] == '!';
        var (key, pattern) = equals < 1 ? ("", "") : (text[..(not ? equals - 1 : equals)], text[(equals + 1)..]);
        if (key is not ("label" or "name"))
            throw new ConfigurationException($"'{text}' is no condition; write label=cat, name=holiday/*.jpg, or != for all others.");
        if (key == "name") return row => Matches(among.Names[row]) != not;
        var labels = among.Labels ?? throw new DataException($"{among.Path} has no labels, so that '{text}' chooses nothing.");
        return row => (labels[row] is { } label && Matches(label)) != not;

        bool Matches(string value) => FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), value, ignoreCase: false);
    }
}
