using System.Text.RegularExpressions;
using Kindred.Packages.Tests.Docs;

namespace Kindred.Packages.Tests.Packed;

/// <summary>Every C# block of the pages compiles against the packages, in one project outside the repository. What a block takes for granted stands in a comment before it.</summary>
[Collection(nameof(Feed))]
public sealed partial class PageCodeTests(Feed feed)
{
    static readonly string project = $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>
            <NoWarn>CS1591;CS8019;CS0105;CS0219;CS1998;CS0168;CS8321</NoWarn>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Kindred.Experiments" Version="{Repository.Version}" />
            <PackageReference Include="Kindred.Extensions.AI" Version="{Repository.Version}" />
            <PackageReference Include="Microsoft.Extensions.DependencyInjection" Version="10.0.12" />
          </ItemGroup>
        </Project>
        """;

    [Fact]
    public void Every_block_compiles()
    {
        var files = new Dictionary<string, string> { ["Pages.csproj"] = project };
        // Listings below docs/methods are parts of the sources, and held against them elsewhere.
        foreach (var (number, block) in Pages.Blocks().Where(b => b.Language == "csharp" && !b.Page.StartsWith("docs/methods/", StringComparison.Ordinal)).Index())
            files[$"Block{number:00}.cs"] = Wrapped(block, number);
        Assert.True(files.Count > 15, $"only {files.Count} blocks were found");
        feed.Build("Pages", files);
    }

    // Usings first, types beside, statements into a method; line numbers in errors are the page's.
    static string Wrapped(Block block, int number)
    {
        var (usings, types, statements) = Parted($"{block.With}\n#line {block.Line + 1} \"{block.Page}\"\n{block.Text}");
        return $$"""
            {{usings}}
            namespace Pages.B{{number:00}}
            {
                {{(usings.Contains("Kindred;", StringComparison.Ordinal) ? "" : "using Kindred;")}}
                {{types}}
                static class Block
                {
                    static async Task Run(string[] args)
                    {
                        await Task.CompletedTask;
            {{statements}}
                    }
                }
            }
            """;
    }

    static (string Usings, string Types, string Statements) Parted(string text)
    {
        var (usings, types, statements) = (new List<string>(), new List<string>(), new List<string>());
        List<string>? into = null;
        foreach (var line in text.Split('\n'))
        {
            if (Using().IsMatch(line)) usings.Add(line);
            else if (line.StartsWith("namespace ", StringComparison.Ordinal)) continue;
            else if (line.StartsWith("#line", StringComparison.Ordinal)) statements.Add(line);
            else
            {
                if (into is null && TypeStart().IsMatch(line)) into = types;
                (into ?? statements).Add(line);
                // A type ends with a brace at the left edge, or on its only line.
                if (into is not null && (line == "}" || TypeStart().IsMatch(line) && line.TrimEnd().EndsWith('}'))) into = null;
            }
        }
        return (string.Join('\n', usings), string.Join('\n', types), string.Join('\n', statements));
    }

    [GeneratedRegex(@"^(using [A-Z][\w.]*; ?)+$")]
    private static partial Regex Using();

    [GeneratedRegex(@"^(\[|///|(public |internal |sealed |static |abstract |partial )*(class|record|interface|struct) )")]
    private static partial Regex TypeStart();
}
