using System.Globalization;
using System.Text.RegularExpressions;

namespace Kindred.Data.Sources;

/// <summary>Resolves the ways to name several archives at once.</summary>
static partial class TarShards
{
    internal static string[] Find(string path)
    {
        if (Range().Match(path) is { Success: true } range)
            return [.. Expand(path, range).Select(Existing)];
        if (Directory.Exists(path))
            return Pattern(path, "*.tar");
        var file = Path.GetFileName(path);
        return file.Contains('*', StringComparison.Ordinal) ? Pattern(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".", file) : [Existing(path)];
    }

    static IEnumerable<string> Expand(string path, Match range)
    {
        string first = range.Groups[1].Value, last = range.Groups[2].Value;
        int from = int.Parse(first, CultureInfo.InvariantCulture), to = int.Parse(last, CultureInfo.InvariantCulture);
        if (to < from)
            throw new DataException($"{path}: the range {range.Value} runs backwards");
        for (var i = from; i <= to; i++)
            yield return path[..range.Index] + i.ToString("D" + first.Length, CultureInfo.InvariantCulture) + path[(range.Index + range.Length)..];
    }

    static string[] Pattern(string folder, string pattern)
    {
        if (!Directory.Exists(folder))
            throw new DataException($"there is no folder {folder}; looked for from {Environment.CurrentDirectory}");
        var found = Directory.GetFiles(folder, pattern);
        Array.Sort(found, StringComparer.Ordinal);
        return found.Length > 0 ? found : throw new DataException($"{folder} holds no {pattern}");
    }

    static string Existing(string path) =>
        File.Exists(path) ? path : throw new DataException($"there is no file {path}; looked for from {Environment.CurrentDirectory}");

    [GeneratedRegex(@"\{(\d{1,9})\.\.(\d{1,9})\}", RegexOptions.CultureInvariant)]
    private static partial Regex Range();
}
