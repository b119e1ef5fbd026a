using Kindred.Golden;

namespace Kindred.Tests;

public class GoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases() =>
        GoldenSuite.Files(GoldenSuite.DefaultDirectory).Select(file => new TheoryDataRow<string>(Path.GetRelativePath(GoldenSuite.DefaultDirectory, file)));

    [Theory, MemberData(nameof(Cases))]
    public void The_library_agrees_with_the_published_formula(string file)
    {
        var verdict = GoldenSuite.Run(Path.Combine(GoldenSuite.DefaultDirectory, file));
        Assert.True(verdict.Known, $"no adapter for {verdict.Case}");
        Assert.True(verdict.Passed, string.Join('\n', verdict.Faults));
    }
}
