using System.Reflection;

namespace Kindred.Golden;

/// <summary>How one case ended.</summary>
/// <param name="Case"><c>objective/variant</c>.</param>
/// <param name="Known">False where no adapter knows the objective.</param>
/// <param name="Faults">Empty where the case passed.</param>
public sealed record Verdict(string Case, bool Known, IReadOnlyList<string> Faults)
{
    /// <summary>Known, and without fault.</summary>
    public bool Passed => Known && Faults.Count == 0;
}

/// <summary>Replays golden cases against the public API.</summary>
public static class GoldenSuite
{
    static readonly Dictionary<string, Func<GoldenCase, CaseResult>> Adapters = Discover();

    /// <summary>Every case file below the folder, in ordinal order.</summary>
    public static IEnumerable<string> Files(string directory) =>
        Directory.EnumerateFiles(directory, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    /// <summary>The project's own cases, found from the place of this program.</summary>
    public static string DefaultDirectory
    {
        get
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
                if (Directory.Exists(Path.Combine(at.FullName, "tests", "golden")))
                    return Path.Combine(at.FullName, "tests", "golden");
            return Path.Combine("tests", "golden");
        }
    }

    /// <summary>Replays one case file.</summary>
    public static Verdict Run(string path)
    {
        using var scope = Scope.Open();
        var name = Path.GetFileName(Path.GetDirectoryName(path)) + "/" + Path.GetFileNameWithoutExtension(path);
        try
        {
            var golden = GoldenCase.Load(path);
            name = golden.Name;
            if (!Adapters.TryGetValue(golden.Objective, out var adapter))
                return new Verdict(name, false, []);
            var result = adapter(golden);
            string[] unread = [.. golden.Unread];
            return unread.Length > 0
                ? new Verdict(name, true, [$"the adapter does not know {string.Join(", ", unread)}: read the parameter, or say by Describes that it changes nothing"])
                : new Verdict(name, true, [.. Judgement.Faults(golden, result)]);
        }
        catch (Exception error)
        {
            return new Verdict(name, true, [$"{error.GetType().Name}: {error.Message}"]);
        }
    }

    static Dictionary<string, Func<GoldenCase, CaseResult>> Discover()
    {
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var adapters = new Dictionary<string, Func<GoldenCase, CaseResult>>();
        foreach (var method in typeof(GoldenSuite).Assembly.GetTypes().SelectMany(type => type.GetMethods(Any)))
            foreach (var mark in method.GetCustomAttributes<GoldenAttribute>())
                adapters.Add(mark.Objective, method.CreateDelegate<Func<GoldenCase, CaseResult>>());
        return adapters;
    }
}
