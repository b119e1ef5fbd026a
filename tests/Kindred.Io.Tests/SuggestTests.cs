namespace Kindred.Io.Tests;

public sealed class SuggestTests
{
    [Theory]
    [InlineData("temprature", "temperature")]
    [InlineData("Temperature", "temperature")]
    [InlineData("mocov2", "moco-v2")]
    [InlineData("ecpohs", "epochs")]
    [InlineData("simclr", "simclr")]
    public void The_nearest_name_is_found(string typed, string meant) =>
        Assert.Equal(meant, Suggest.Closest(typed, ["byol", "simclr", "moco-v2", "temperature", "epochs"]));

    [Fact]
    public void A_name_far_from_all_gets_no_suggestion() => Assert.Equal("", Suggest.Nearest("banana", ["byol", "simclr"]));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("ab", "ba", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distances(string a, string b, int distance) => Assert.Equal(distance, Suggest.Distance(a, b));
}
