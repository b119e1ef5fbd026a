using System.Text.Json;

namespace Kindred.Cli.Tests;

/// <summary><c>kindred init</c> end to end: what it writes can be trained, as it says.</summary>
public sealed class InitVerbTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-init-").FullName;

    [Fact]
    public void What_it_writes_for_pictures_trains_and_its_study_is_whole()
    {
        TinyRuns.Pictures(Path.Combine(folder, "pictures"), side: 20);
        var (code, output, errors) = Cli.Run("init", Path.Combine(folder, "mine"), "--data", $"folder:{Path.Combine(folder, "pictures")}", "--json");
        Assert.True(code == 0, errors);
        var said = JsonDocument.Parse(output).RootElement;
        var recipe = said.GetProperty("recipe").GetString()!;
        Assert.Contains($"kindred train {recipe} --out", errors, StringComparison.Ordinal);
        Assert.Contains("40 pictures, 2 classes", said.GetProperty("seen").GetString(), StringComparison.Ordinal);
        Assert.Contains("split=train", File.ReadAllText(recipe), StringComparison.Ordinal);
        Assert.Contains("# ", File.ReadAllText(recipe), StringComparison.Ordinal);

        Succeeds("config", "validate", recipe);
        Succeeds("train", recipe, "--max-steps", "2", "--out", Path.Combine(folder, "run"));
        // The study names its recipe by its place beside it, from whatever folder it is run.
        var (studied, _, wrong) = Cli.Run("study", said.GetProperty("study").GetString()!, "--only", "nothing", "--out", Path.Combine(folder, "study"));
        Assert.Equal(2, studied);
        Assert.Contains("as-written", wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("motifs:40", "graphcl")]
    [InlineData("points:ring?n=200", "nce")]
    [InlineData("emoji", "simclr")]
    public void What_it_writes_for_other_data_can_be_trained(string data, string basis)
    {
        Succeeds("init", folder, "--data", data);
        Assert.Contains($"extends: {basis}", File.ReadAllText(Path.Combine(folder, "recipe.yaml")), StringComparison.Ordinal);
        Succeeds("config", "validate", Path.Combine(folder, "recipe.yaml"));
        var (_, _, wrong) = Cli.Run("study", Path.Combine(folder, "study.yaml"), "--only", "nothing", "--out", Path.Combine(folder, "study"));
        Assert.Contains("as-written", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_of_ones_choice_is_taken() => Assert.Equal(0, Succeeds("init", folder, "--data", "emoji", "--method", "byol").Code);

    [Fact]
    public void Pictures_in_the_folder_are_found_without_a_word()
    {
        TinyRuns.Pictures(folder);
        Assert.Contains($"folder:{folder}", JsonDocument.Parse(Succeeds("init", folder, "--json").Output).RootElement.GetProperty("data").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_overwritten_and_mistakes_leave_nothing()
    {
        File.WriteAllText(Path.Combine(folder, "study.yaml"), "mine");
        Refused(2, "nothing is overwritten", folder, "--data", "motifs:40");
        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder, "study.yaml")));
        Assert.False(File.Exists(Path.Combine(folder, "recipe.yaml")));
        Refused(3, "no/such", Path.Combine(folder, "a"), "--data", "folder:/no/such/pictures");
        Refused(2, "did you mean 'simclr'", Path.Combine(folder, "a"), "--data", "emoji", "--method", "simclrr");
        Refused(3, "8 or more", Path.Combine(folder, "a"), "--data", "motifs:4");
        Refused(2, "is a file", Path.Combine(folder, "study.yaml"));
        Assert.False(Directory.Exists(Path.Combine(folder, "a")));
    }

    static void Refused(int code, string said, params string[] words)
    {
        var (actual, _, errors) = Cli.Run(["init", .. words]);
        Assert.True(code == actual, $"{actual}: {errors}");
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    static (int Code, string Output, string Errors) Succeeds(params string[] words)
    {
        var result = Cli.Run(words);
        Assert.True(result.Code == 0, result.Errors);
        return result;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
