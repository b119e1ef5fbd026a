using System.Text.RegularExpressions;

namespace Kindred.Tests;

/// <summary>What the sources look like from outside: where a file lies and how long its lines are.</summary>
public partial class HouseOrderTests
{
    // How many lines still pass the limit: a number that only falls.
    const int Longest = 200, StillLonger = 4;

    // Parts of one class that a program writes.
    static readonly string[] elsewhere = ["src/Kindred.Torch/Generated"];

    static IEnumerable<string> Sources(params string[] folders) =>
        from folder in folders
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
        select path;

    [Fact]
    public void A_file_s_folder_is_its_namespace()
    {
        var faults = from path in Sources("src", "tests", "bench")
                     let folder = Path.GetDirectoryName(path)!
                     where !elsewhere.Contains(folder)
                     let match = Namespace().Match(File.ReadAllText(Path.Combine(Repository.Root, path)))
                     where match.Success && match.Groups[1].Value != Expected(folder)
                     select $"{path} says {match.Groups[1].Value}, its folder {Expected(folder)}";
        Assert.Equal([], faults);
    }

    [Fact]
    public void No_further_line_is_longer_than_what_a_wide_screen_shows()
    {
        string[] faults = [.. from path in Sources("src", "tests", "bench", "samples")
                     where !elsewhere.Contains(Path.GetDirectoryName(path))
                     from line in File.ReadLines(Path.Combine(Repository.Root, path)).Index()
                     where line.Item.Length > Longest
                     select $"{path}:{line.Index + 1} has {line.Item.Length} columns; break it before column 160"];
        Assert.True(faults.Length <= StillLonger, $"{faults.Length} lines pass {Longest} columns, {StillLonger} did before:\n{string.Join('\n', faults)}");
    }

    // The project's name, or the root that its file declares, and the folders below it.
    static string Expected(string folder)
    {
        var parts = folder.Split('/');
        var project = File.ReadAllText(Path.Combine(Repository.Root, parts[0], parts[1], $"{parts[1]}.csproj"));
        var root = Root().Match(project) is { Success: true } declared ? declared.Groups[1].Value : parts[1];
        return string.Join('.', parts.Skip(2).Prepend(root));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex("<RootNamespace>(.+?)</RootNamespace>")]
    private static partial Regex Root();
}
