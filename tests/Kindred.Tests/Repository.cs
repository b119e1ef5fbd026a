namespace Kindred.Tests;

/// <summary>The checked-out sources that this program was built from.</summary>
static class Repository
{
    /// <summary>The folder of <c>Kindred.slnx</c>.</summary>
    internal static string Root { get; } = Find();

    static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Kindred.slnx"))) return at.FullName;
        throw new InvalidOperationException($"no Kindred.slnx above {AppContext.BaseDirectory}");
    }
}
