using Kindred.Experiments.Studies;

namespace Kindred.Tests.Studies;

public class ClaimTests
{
    static readonly string[] cells = ["crop", "crop+colour", "colour", "64", "no head", "a/x", "b/x", "b/y"];

    [Theory]
    [InlineData("crop+colour.knn.accuracy > crop.knn.accuracy + 3", 6)]
    [InlineData("crop+colour.knn.accuracy >= 2 * crop.knn.accuracy - 21", 0)]
    [InlineData("crop.knn.accuracy < crop+colour.knn.accuracy", 9)]
    [InlineData("64.knn.accuracy > 1 + 2 * 3 - 8 / 4", 59)]
    [InlineData("mean(crop.knn.accuracy, no head.knn.accuracy) > 0", 20)]
    [InlineData("max(*.knn.accuracy) - min(*/x.knn.accuracy) > 0", 63)]
    [InlineData("abs(crop.knn.accuracy - crop+colour.knn.accuracy) <= (10)", 1)]
    [InlineData("-crop.knn.accuracy < -(20)", 10)]
    [InlineData("crop.low-shot.at_1 > 0", 5)]
    public void A_claim_is_decided_by_arithmetic_on_the_cells(string text, double margin)
    {
        var verdict = Claim.Parse(text, cells).Decide(Results(0));
        Assert.Equal(margin, verdict.Margin, 9);
        Assert.Equal(!text.Contains(" > ", StringComparison.Ordinal) || margin > 0, verdict.Holds);
    }

    [Fact]
    public void The_margin_is_of_the_means_and_its_error_is_that_of_the_seeds_differences()
    {
        var claim = Claim.Parse("crop+colour.knn.accuracy > crop.knn.accuracy + 3", cells);
        var verdict = claim.Decide([.. Results(0), .. Results(1, ("crop+colour", 41))]);
        Assert.Equal("holds by 7.00 ± 1.00 (2 seeds)", verdict.ToString());
        Assert.Equal("does not hold: 4.00 short of it (1 seed)", Claim.Parse("crop.knn.accuracy > 34", cells).Decide(Results(0)).ToString());
    }

    [Theory]
    [InlineData(33, 33, "holds by 3.00 ± 0 (2 seeds)", true)]
    [InlineData(39, 30, "undecided: within two standard errors, 4.50 ± 4.50 ahead (2 seeds)", null)]
    [InlineData(25, 30, "undecided: within two standard errors, 2.50 ± 2.50 short of it (2 seeds)", null)]
    [InlineData(20, 18, "does not hold: 11.0 ± 1.00 short of it (2 seeds)", false)]
    public void Of_several_seeds_a_claim_is_decided_beyond_two_standard_errors(double first, double second, string said, bool? holds)
    {
        var verdict = Claim.Parse("crop+colour.knn.accuracy > crop.knn.accuracy", cells).Decide([.. Results(0, ("crop+colour", first)), .. Results(1, ("crop+colour", second))]);
        Assert.Equal((said, holds), (verdict.ToString(), verdict.Holds));
    }

    [Fact]
    public void Without_a_result_a_claim_is_undecided()
    {
        var verdict = Claim.Parse("crop.knn.accuracy > crop.linear.accuracy", cells).Decide(Results(0));
        Assert.Null(verdict.Holds);
        Assert.Equal("undecided: no result for crop.linear.accuracy", verdict.ToString());
    }

    [Theory]
    [InlineData("crop.knn.accuracy > 3 +", "character 24", "the end")]
    [InlineData("crop.knn.accuracy 3", "character 19", "> >= < <=")]
    [InlineData("cropp.knn.accuracy > 3", "character 1", "did you mean 'crop'?")]
    [InlineData("crop.knn.accuracy > 3 4", "character 23", "should end")]
    [InlineData("meen(crop.knn.accuracy) > 3", "character 1", "did you mean 'mean'?")]
    [InlineData("mean(*/z.knn.accuracy) > 3", "character 6", "no cell fits")]
    [InlineData("(crop.knn.accuracy > 3", "character 20", "closing bracket")]
    [InlineData("", "character 1", "the end")]
    public void What_cannot_be_read_is_shown_with_its_place(string text, params string[] said)
    {
        var message = Assert.Throws<ConfigurationException>(() => Claim.Parse(text, cells, "holds.2")).Message;
        Assert.StartsWith("holds.2: ", message, StringComparison.Ordinal);
        Assert.All(said, s => Assert.Contains(s, message, StringComparison.Ordinal));
    }

    static CellResult[] Results(ulong seed, params (string Cell, double Accuracy)[] other)
    {
        Dictionary<string, double> accuracy = new() { ["crop"] = 30, ["crop+colour"] = 39, ["colour"] = 28, ["64"] = 64, ["no head"] = 10, ["a/x"] = 1, ["b/x"] = 2, ["b/y"] = 3 };
        foreach (var (cell, value) in other) accuracy[cell] = value;
        return [.. accuracy.Select(a => new CellResult(a.Key, seed, "", "", new Dictionary<string, double> { ["knn.accuracy"] = a.Value, ["low-shot.at_1"] = 5 }, null, 0, null))];
    }
}
