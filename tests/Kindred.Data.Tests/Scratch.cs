using Kindred.Data.Sources;

namespace Kindred.Data.Tests;

/// <summary>A folder of a test's own, removed with all that is in it.</summary>
sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kindred-data-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public void Dispose()
    {
        // rm copes with names that are not UTF-8 and with links.
        using var process = System.Diagnostics.Process.Start("rm", ["-rf", "--", Path]);
        process.WaitForExit();
    }
}
