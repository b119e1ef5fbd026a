using System.Text.RegularExpressions;

namespace Kindred.Packages.Tests.Packed;

/// <summary>Projects outside the repository that use the packages.</summary>
[Collection(nameof(Feed))]
public sealed partial class OutsideTests(Feed feed)
{
    static readonly string project = $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
          <ItemGroup><PackageReference Include="Kindred.Experiments" Version="{Repository.Version}" /></ItemGroup>
        </Project>
        """;

    /// <summary>The first block of C# in README.md, word for word.</summary>
    [Fact]
    public void Twenty_lines_train_on_a_folder_embed_it_and_search_it()
    {
        var code = Block().Match(File.ReadAllText(Repository.In("README.md"))).Groups[1].Value;
        Assert.InRange(code.Split('\n').Count(l => l.Trim().Length > 0), 8, 20);
        var built = feed.Build("twenty", new Dictionary<string, string> { ["Twenty.csproj"] = project, ["Program.cs"] = code });
        var output = Repository.Succeeds(Feed.Program(built, "Twenty", feed.Pictures, "03.png", "train.batch=8", "train.epochs=1", "encoder.width=8"));
        Assert.Matches(@"(?m)^1\.0000 .*03\.png$", output);
        Assert.Equal(5, Neighbour().Count(output));
        Assert.True(File.Exists(Path.Combine(feed.Folder, "twenty", "photos.npy")));
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^-?\d\.\d{4} ", RegexOptions.Multiline)]
    private static partial Regex Neighbour();
}
