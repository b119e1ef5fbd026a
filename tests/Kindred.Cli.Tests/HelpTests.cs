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

    [Theory]
    [InlineData("train wants a <method>: A method's name", "train")]
    [InlineData("list wants a <what>: methods, objectives", "list")]
    [InlineData("embed wants --out: The file", "embed", "run")]
    [InlineData("--seed wants a value", "train", "simclr", "--seed")]
    [InlineData("--seed: a whole number from 0 on was expected, this is 'x'", "train", "simclr", "--seed", "x")]
    [InlineData("--max-steps: a whole number was expected, this is '1.5'", "train", "simclr", "--max-steps", "1.5")]
    [InlineData("--min-dist: a number was expected, this is 'near'", "project", "run", "--out", "map.csv", "--min-dist", "near")]
    [InlineData("there is no option '--root'", "runs", "ls", "--root", "/nowhere")]
    [InlineData("version can do nothing with 'more'", "version", "more")]
    public void A_command_line_that_cannot_be_obeyed_is_answered_in_plain_words(string said, params string[] words)
    {
        var root = Root();
        Assert.Contains(said, Mistake.Of(root, root.Parse(words), words, "kindred"), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", Mistake.Of(root, root.Parse(words), words, "kindred"), StringComparison.Ordinal);
    }

    /// <summary>Whatever the option: no type of the library's shows, and the option is named.</summary>
    [Fact]
    public void Every_number_that_is_none_is_called_so()
    {
        var root = Root();
        foreach (var verb in HelpText.All(root))
            foreach (var option in verb.Options.Where(o => Type.GetTypeCode(Nullable.GetUnderlyingType(o.ValueType) ?? o.ValueType) is >= TypeCode.SByte and <= TypeCode.Decimal))
            {
                string[] words = [.. HelpText.PathOf(verb).Split(' '), .. verb.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0).Select(_ => "word"),
                    .. verb.Options.Where(o => o.Required && o != option).SelectMany(o => new[] { o.Name, "1" }), option.Name, "word"];
                Assert.Matches($"^{option.Name}: a (whole )?number .*was expected, this is 'word'", Mistake.Of(root, root.Parse(words), words, "kindred") ?? string.Join(' ', words));
            }
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
