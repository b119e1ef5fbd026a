using System.CommandLine;
using System.Text.Json;
using Kindred.Cli.Verbs;

namespace Kindred.Cli.Tests;

/// <summary>What the program says of itself.</summary>
public sealed class HelpTests
{
    static RootCommand Root()
    {
        var root = new RootCommand();
        foreach (var verb in VerbList.All) root.Subcommands.Add(verb());
        root.Options.Add(Launcher.Plugin);
        return root;
    }

    [Fact]
    public void Alone_it_says_where_to_begin()
    {
        var (code, output, errors) = Cli.Run();
        Assert.Equal((0, ""), (code, errors));
        Assert.All(new[] { "kindred demo", "kindred init", "kindred train", "kindred eval", "kindred embed" }, words => Assert.Contains(words, output, StringComparison.Ordinal));
        Assert.True(output.Split('\n').Length < 16, output);
        Assert.Equal(output, Cli.Run("help").Output);
    }

    [Theory]
    [InlineData("data", "scan")]
    [InlineData("runs", "compare")]
    [InlineData("ckpt", "inspect")]
    [InlineData("index", "build")]
    public void A_verb_that_holds_others_names_them_when_it_stands_alone(string verb, string below)
    {
        var (code, output, errors) = Cli.Run(verb);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains($"  {below} ", output, StringComparison.Ordinal);
        Assert.Equal(output, Cli.Run("help", verb).Output);
        Assert.Equal(output, Cli.Run(verb, "--help").Output);
    }

    /// <summary>Whatever a verb needs besides, and wherever the word stands.</summary>
    [Fact]
    public void Every_verb_says_its_help_to_dash_dash_help()
    {
        var root = Root();
        HelpText.Install(root, "kindred");
        foreach (var verb in HelpText.All(root))
        {
            string[] words = HelpText.PathOf(verb).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (var asked in new[] { "--help", "-h", "-?" }) Assert.Equal([], root.Parse([.. words, asked]).Errors.Select(e => $"{HelpText.PathOf(verb)} {asked}: {e.Message}"));
        }
        foreach (var verb in new[] { "train", "embed", "runs rm" })
        {
            var (code, output, errors) = Cli.Run([.. verb.Split(' '), "--help"]);
            Assert.Equal((0, ""), (code, errors));
            Assert.Contains($"kindred {verb}", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_help_is_called_kindred_and_fits_80_columns()
    {
        var (code, output, errors) = Cli.Run("help", "--all");
        Assert.True(code == 0, errors);
        Assert.DoesNotContain("Kindred.Cli", output, StringComparison.Ordinal);
        Assert.Equal([], output.Split('\n').Where(l => l.Length > 80));
        Assert.Equal([], output.Split('\n').Where(l => l.StartsWith("  <", StringComparison.Ordinal) && !l.Contains('>', StringComparison.Ordinal)));   // no name is cut
        Assert.All(VerbList.All.Select(v => v().Name).Where(n => n != "bench"), name => Assert.Contains($"  kindred {name}", output, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_verb_has_examples_and_each_can_be_read()
    {
        var root = Root();
        string[] verbs = [.. HelpText.All(root).Select(HelpText.PathOf)];
        Assert.Equal([], verbs.Where(v => Examples.Of(v).Count == 0));
        Assert.Equal([], Examples.Verbs.Except(verbs));
        Assert.Equal([], Examples.Verbs.SelectMany(Examples.Of).Select(e => (Example: e, Parsed: root.Parse(e.Split(" > ")[0]))).Where(e => e.Parsed.Errors.Count > 0)
            .Select(e => $"{e.Example}: {string.Join(' ', e.Parsed.Errors.Select(x => x.Message))}"));
    }

    [Fact]
    public void The_version_is_said_in_both_ways()
    {
        Assert.StartsWith("kindred 0.", Cli.Run("version").Output, StringComparison.Ordinal);
        Assert.StartsWith(JsonDocument.Parse(Cli.Run("version", "--json").Output).RootElement.GetProperty("version").GetString()!, Cli.Run("--version").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("did you mean '--json'?", "train", "simclr", "--josn")]
    [InlineData("did you mean '--json'?", "doctor", "--josn")]
    [InlineData("there is no option '--epoch'", "train", "simclr", "--epoch=3")]
    [InlineData("did you mean 'scan'?", "data", "scna")]
    [InlineData("did you mean 'compare'?", "runs", "comapre")]
    [InlineData("did you mean 'train'?", "help", "trian")]
    [InlineData("did you mean 'simclr.small'?", "train", "simclr.smal")]
    [InlineData("did you mean '--help'?", "--hlep")]
    public void What_is_misspelt_is_answered_with_the_nearest(string said, params string[] words)
    {
        var (code, output, errors) = Cli.Run(words);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_study_s_misspelt_recipe_is_answered_with_the_nearest()
    {
        var study = Path.Combine(Directory.CreateTempSubdirectory("kindred-study-").FullName, "study.yaml");
        File.WriteAllText(study, "title: t\nrecipe: simclr\ncells: { a: { recipe: simclr.smal } }\n");
        var (code, _, errors) = Cli.Run("study", study);
        Assert.Equal(2, code);
        Assert.Contains("cells.a.recipe: there is no method or recipe 'simclr.smal' (did you mean 'simclr.small'?)", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("methods")]
    [InlineData("recipes")]
    [InlineData("datasets")]
    public void A_list_fits_the_terminal(string what)
    {
        var start = Cli.Start("list", what);
        start.Environment["COLUMNS"] = "80";
        Assert.Equal([], Cli.Run(start).Output.Split('\n').Where(l => l.Length > 80));
    }
}
