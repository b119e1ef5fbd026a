namespace Kindred.Experiments.Runs;

/// <summary>Reads which commit a folder is at, without running git.</summary>
static class GitCommit
{
    public static string? Of(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var git = Path.Combine(at.FullName, ".git");

            if (Directory.Exists(git))
                return TryRead(git);
        }

        return null;
    }

    static string? TryRead(string git)
    {
        const string reference = "ref: ";

        try
        {
            var head = File.ReadAllText(Path.Combine(git, "HEAD")).Trim();

            if (!head.StartsWith(reference, StringComparison.Ordinal))
                return head;

            var name = head[reference.Length..];
            var loose = Path.Combine(git, name);

            return File.Exists(loose) ? File.ReadAllText(loose).Trim()
                : File.ReadLines(Path.Combine(git, "packed-refs")).FirstOrDefault(l => l.EndsWith($" {name}", StringComparison.Ordinal))?.Split(' ')[0];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
