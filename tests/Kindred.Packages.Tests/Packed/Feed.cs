using System.Diagnostics;
using System.Text.RegularExpressions;
using Kindred.Data.Pictures;
using Kindred.Data.Pictures.Native;

namespace Kindred.Packages.Tests.Packed;

/// <summary>The packages, packed as they are built, and a folder outside the repository where projects use them.</summary>
/// <remarks>Restored into a package folder of its own, lest an older build of the same version is taken; what comes from elsewhere is taken from the user's.</remarks>
public sealed partial class Feed : IDisposable
{
    static readonly string[] packed =
        ["Kindred.Core", "Kindred.Io", "Kindred.Torch", "Kindred.Data", "Kindred.Index", "Kindred", "Kindred.Experiments", "Kindred.Onnx", "Kindred.Extensions.AI"];

    readonly string config;

    public Feed()
    {
        // Outside: no Directory.Build.props of the repository's is above it.
        var project = Path.Combine(Folder, "pack.proj");
        File.WriteAllText(project, $"""
            <Project>
              <ItemGroup><P Include="{string.Join(';', packed.Select(p => Repository.In("src", p, $"{p}.csproj")))}" /></ItemGroup>
              <Target Name="Pack"><MSBuild Projects="@(P)" Targets="Pack" Properties="Configuration=Release;NoBuild=true;PackageOutputPath={Path.Combine(Folder, "feed")}" /></Target>
            </Project>
            """);
        Repository.Succeeds(Repository.Start(Folder, "dotnet", "msbuild", project, "-t:Pack", "-v:q", "-nologo", "-m:1", "-nr:false"));
        var others = Directory.CreateDirectory(Path.Combine(Folder, "others")).FullName;
        if (Directory.Exists(UserPackages))
            foreach (var folder in Directory.EnumerateDirectories(UserPackages).Where(f => !Path.GetFileName(f).StartsWith("kindred", StringComparison.Ordinal)))
                Directory.CreateSymbolicLink(Path.Combine(others, Path.GetFileName(folder)), folder);
        config = $"""
            <configuration>
              <packageSources><add key="kindred" value="{Path.Combine(Folder, "feed")}" /></packageSources>
              <fallbackPackageFolders><add key="others" value="{others}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="{Path.Combine(Folder, "packages")}" /></config>
            </configuration>
            """;
        foreach (var i in Enumerable.Range(0, 24)) File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Pictures).FullName, $"{i:00}.png"), Png(i));
    }

    static string UserPackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    internal string Folder { get; } = Directory.CreateTempSubdirectory("kindred-packed-").FullName;

    internal string Pictures => Path.Combine(Folder, "pictures");

    /// <summary>A picture of few colours, another one for each number; neighbours in number look alike.</summary>
    internal static byte[] Png(int number)
    {
        var picture = new Picture(40, 40, 3);
        for (var i = 0; i < picture.Pixels.Length; i++) picture.Pixels[i] = (byte)((i % 3 == number / 8 ? 200 : 40) + (i / 120 * (number % 8) % 50));
        var file = new MemoryStream();
        PngWriter.Write(file, picture);
        return file.ToArray();
    }

    /// <summary>Builds a project of these files, by name, and gives the folder of what came out.</summary>
    internal string Build(string name, IReadOnlyDictionary<string, string> files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.WriteAllText(Path.Combine(folder, path), text);
        }
        File.WriteAllText(Path.Combine(folder, "nuget.config"), config);
        var (code, output) = Repository.Run(Repository.Start(folder, "dotnet", "build", "-c", "Release", "-v", "q", "-o", Path.Combine(folder, "out"), "-m:1", "-nr:false", "-warnaserror"));
        if (code != 0 && Unreachable().IsMatch(output)) Assert.Skip($"NuGet cannot be reached: {Unreachable().Match(output).Value}");
        Assert.True(code == 0, output);
        return Path.Combine(folder, "out");
    }

    internal static ProcessStartInfo Program(string built, string name, params IEnumerable<string> words)
    {
        var start = Repository.Start(Path.GetDirectoryName(built)!, "dotnet", [Path.Combine(built, $"{name}.dll"), .. words]);
        start.Environment["KINDRED_THREADS"] = "1";
        return start;
    }

    [GeneratedRegex("NU1301.*")]
    private static partial Regex Unreachable();

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

[CollectionDefinition(nameof(Feed))]
public sealed class FeedUsers : ICollectionFixture<Feed>;
