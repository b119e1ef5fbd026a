using System.CommandLine;
using System.Text.RegularExpressions;
using Kindred.Cli;
using Kindred.Cli.Verbs;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Packages.Tests.Docs;

/// <summary>Every command that a page shows is one: its verb, options and settings are read by the very parsers of the program.</summary>
public sealed partial class CommandTests
{
    static readonly RootCommand root = Root();

    public static TheoryData<string> AllPages => [.. Pages.All];

    static RootCommand Root()
    {
        var made = new RootCommand();
        foreach (var verb in VerbList.All) made.Subcommands.Add(verb());
        made.Options.Add(Launcher.Plugin);
        return made;
    }

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Commands_in_blocks_can_be_given(string page)
    {
        string[] faults = [.. from block in Pages.Blocks(page)
                     where block.Language is "" or "bash"
                     from words in Shell.Commands(block.Text)
                     where words[0] is "kindred" or "./kindred" or "./do"
                     let fault = words[0] == "./do" ? Did(words) : IsUsage(words) ? Usage(words[1..]) : Fault(words[1..])
                     where fault is not null
                     select $"{block}: {string.Join(' ', words)}: {fault}"];
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    /// <summary>In running text a command may be shortened; what it names has to be there.</summary>
    [Theory]
    [MemberData(nameof(AllPages))]
    public void Commands_in_running_text_name_verbs_and_options_that_are_there(string page)
    {
        string[] faults = [.. from code in Pages.Inline(page)
                     where code.Code.StartsWith("kindred ", StringComparison.Ordinal) || code.Code.StartsWith("./kindred ", StringComparison.Ordinal) || code.Code.StartsWith("./do ", StringComparison.Ordinal)
                     let words = code.Code.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                     let fault = words[0] == "./do" ? Did(words) : Usage(words[1..])
                     where fault is not null
                     select $"{page}:{code.Line}: {code.Code}: {fault}"];
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Fact]
    public void The_checks_find_what_is_wrong()
    {
        Assert.Null(Fault(Shell.Words("train simclr.small --data 'folder:/my pictures' train.batch=8   # a comment")));
        Assert.NotNull(Fault(["trian", "simclr"]));
        Assert.NotNull(Fault(["train", "simclr", "--dta", "emoji"]));
        Assert.NotNull(Fault(["train", "simclr", "train.bacth=8"]));
        Assert.NotNull(Fault(["train", "simclrr"]));
        Assert.NotNull(Fault(["eval", "knnn", "--run", "r"]));
        Assert.NotNull(Fault(["eval", "knn", "kk=3", "--run", "r"]));
        Assert.NotNull(Fault(["study", "temprature"]));
        Assert.NotNull(Fault(["launch", "--procs", "2", "--", "train", "simclrr"]));
        Assert.NotNull(Usage(["embed", "RUN", "[--dta", "URI]"]));
        Assert.NotNull(Did(["./do", "tests"]));
    }

    // A line that says what may be given, not what is.
    static bool IsUsage(string[] words) => words.Any(w => w.Contains('|', StringComparison.Ordinal) || w.StartsWith('[') || w.Contains('…', StringComparison.Ordinal));

    static string? Did(string[] words) => words.Length < 2 || Verbs().IsMatch(File.ReadAllText(Repository.In("do"))) && Verbs().Matches(File.ReadAllText(Repository.In("do"))).Any(m => m.Groups[1].Value == words[1])
        ? null : $"./do has no {words[1]}";

    static string? Usage(string[] words)
    {
        Command at = root;
        foreach (var word in words)
        {
            if (!at.TreatUnmatchedTokensAsErrors) return null;             // it hands its words on to another program
            if (word == "--") at = root;                                   // behind it stands another command
            else if (Option().Match(word) is { Success: true } option)
            {
                if (!Known(at, option.Value)) return $"{at.Name} has no option {option.Value}";
            }
            else if (Array.Find(Names(word), n => at.Subcommands.Any(c => c.Name == n)) is { } found) at = at.Subcommands.First(c => c.Name == found);
            else if (at == root && Plain().IsMatch(word)) return $"there is no verb {word}";
        }
        return null;
    }

    // In tables `index build|search` stands for two; options of either will do.
    static string[] Names(string word) => word.Split('|');

    static bool Known(Command at, string option) => option == "--help" || option == "--version" || at.Options.Concat(root.Options).Any(o => o.Name == option || o.Aliases.Contains(option))
        || at.Subcommands.Any(c => Known(c, option));

    static string? Fault(string[] words)
    {
        if (words is ["--version"] or ["--help"] or []) return null;
        var inner = Array.IndexOf(words, "--");
        if (inner > 0 && Fault(words[(inner + 1)..]) is { } further) return further;
        // Where a verb takes settings, its parser would take an unknown option for one of them.
        if (Usage(inner > 0 ? words[..inner] : words) is { } fault) return fault;
        var parsed = root.Parse([.. words.Select(w => w.StartsWith('$') ? "variable" : w)]);
        if (parsed.Errors.Count > 0) return parsed.Errors[0].Message;
        try
        {
            // Names in capitals stand for the reader's own.
            if (parsed.GetValue(Launcher.Plugin) is { Length: > 0 } || words is [_, var name, ..] && !name.Any(char.IsLower)) return null;
            Settings(words);
            return null;
        }
        catch (KindredException e) { return e.Message; }
    }

    static void Settings(string[] words)
    {
        string[] changes = [.. words.Skip(2).Where(w => !w.StartsWith('-') && w.Contains('=', StringComparison.Ordinal) && !w.Contains(':', StringComparison.Ordinal) | w.Contains("=[", StringComparison.Ordinal))];
        switch (words[0])
        {
            case "train" when words.Length > 1 && !words[1].EndsWith(".yaml", StringComparison.Ordinal):
                RecipeCheck.Refuse(RecipeFinder.Load(words[1], changes));
                break;
            case "data" when words is [_, "preview", var recipe, ..]:
                RecipeCheck.Refuse(RecipeFinder.Load(recipe, changes));
                break;
            case "eval" when words.Length > 1:
                Evaluations.Check(new EvaluationRequest(words[1], Options: RecipeMerge.Apply(new RecipeMap([], RecipePlace.CommandLine), [.. changes])));
                break;
            case "study" when words.Length > 1 && !words[1].StartsWith('-') && !words[1].Contains('.', StringComparison.Ordinal):
                if (!File.Exists(Repository.In("studies", $"{words[1]}.yaml"))) throw new ConfigurationException($"there is no study {words[1]}");
                break;
        }
    }

    [GeneratedRegex("^  ([a-z]+)\\)", RegexOptions.Multiline)]
    private static partial Regex Verbs();

    [GeneratedRegex("--[a-z][a-z-]*")]
    private static partial Regex Option();

    [GeneratedRegex("^[a-z]+$")]
    private static partial Regex Plain();
}
