using System.Reflection;
using PublicApiGenerator;

namespace Kindred.Packages.Tests.Api;

/// <summary>What the packages promise: a change of it shows in a file, and so in a review. <c>./do api</c> writes the files anew.</summary>
public sealed class PublicApiTests
{
    static readonly string approved = Repository.In("tests", "Kindred.Packages.Tests", "Api");

    public static readonly TheoryData<string> Packages =
    [
        "Kindred.Core", "Kindred.Io", "Kindred.Torch", "Kindred.Data", "Kindred.Index", "Kindred", "Kindred.Experiments", "Kindred.Onnx", "Kindred.Extensions.AI", "Kindred.Studio",
    ];

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_public_surface_is_the_approved_one(string package)
    {
        var text = Assembly.Load(package).GeneratePublicApi(new() { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n");
        var file = Path.Combine(approved, $"{package}.txt");
        if (Environment.GetEnvironmentVariable("KINDRED_API") == "write") File.WriteAllText(file, text);
        else Assert.True(text == File.ReadAllText(file), $"the public surface of {package} has changed: {Difference(File.ReadAllText(file), text)}\nIf that is meant, run ./do api, and say it in CHANGELOG.md.");
    }

    [Fact]
    public void Every_library_that_is_packed_is_looked_at() => Assert.Equal(
        [.. Directory.EnumerateDirectories(Repository.In("src")).Select(Path.GetFileName).Where(n => n is not "Kindred.Torch.Generator" and not "Kindred.Cli" && File.Exists(Repository.In("src", n!, $"{n}.csproj"))).Order(StringComparer.Ordinal)],
        Packages.Select(p => p.Data).Order(StringComparer.Ordinal));

    static string Difference(string before, string now)
    {
        var (old, news) = (before.Split('\n'), now.Split('\n'));
        return string.Concat(news.Except(old).Take(10).Select(l => $"\n  + {l.Trim()}")) + string.Concat(old.Except(news).Take(10).Select(l => $"\n  - {l.Trim()}"));
    }
}
