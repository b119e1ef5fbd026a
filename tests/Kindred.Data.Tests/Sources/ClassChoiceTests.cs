using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

/// <summary>Classes by name, and classes that training does not see.</summary>
public sealed class ClassChoiceTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("classes").FullName;

    public ClassChoiceTests()
    {
        // One pixel, grey.
        var png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==");
        foreach (var (name, i) in new[] { "Greek/alpha", "Greek/beta", "Latin/a", "Latin/b" }.Select((n, i) => (n, i)))
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            for (var p = 0; p <= i; p++) File.WriteAllBytes(Path.Combine(folder, name, $"{p}.png"), png);
        }
    }

    public void Dispose() => Directory.Delete(folder, true);

    string[] Of(string query)
    {
        using var pictures = PictureSources.Open($"folder:{folder}?{query}");
        return [.. Enumerable.Range(0, pictures.Count).Select(i => pictures.Classes[pictures.Label(i)].Split('/')[^1]).Distinct()];
    }

    [Theory]
    [InlineData("only=alpha,beta", "alpha beta")]
    [InlineData("unseen=alpha,beta", "a b")]
    [InlineData("unseen=alpha,beta&split=train", "a b")]
    [InlineData("unseen=alpha,beta&split=test", "alpha beta")]
    [InlineData("only=a,b&unseen=b&split=test", "b")]
    public void Names_stand_for_classes(string query, string expected) => Assert.Equal(expected, string.Join(' ', Of(query)));

    [Theory]
    [InlineData("only=Cyrillic")]
    [InlineData("unseen=alpha,beta&split=val")]
    public void A_name_or_split_that_is_not_there_is_refused(string query) => Assert.Throws<ConfigurationException>(() => Of(query));

    [Fact]
    public void A_part_without_pictures_is_refused() => Assert.Throws<DataException>(() => Of("unseen=alpha,beta,a,b"));
}
