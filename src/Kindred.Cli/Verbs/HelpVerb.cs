using System.CommandLine;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred help [VERB]</c>, and what the program says when it stands alone.</summary>
static class HelpVerb
{
    internal static Command Create()
    {
        var words = new Argument<string[]>("verb") { Description = "The verb, such as train or data scan; without one, where to begin.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "The help of every verb, one after the other." };
        var command = new Command("help", "Explains a verb, or where to begin.") { words, all };
        words.CompletionSources.Add(_ => command.Parents.OfType<RootCommand>().Single().Subcommands.Select(c => c.Name));
        command.SetAction(result =>
        {
            var root = command.Parents.OfType<RootCommand>().Single();
            if (result.GetValue(all))
            {
                foreach (var verb in HelpText.All(root).Where(c => !c.Hidden))
                {
                    HelpText.Of(root, verb, Console.Out);
                    Console.Out.WriteLine("");
                }
                return 0;
            }
            return result.GetValue(words) is { Length: > 0 } asked ? HelpText.Of(root, Find(root, asked), Console.Out) : Begin(root);
        });
        return command;
    }

    /// <summary>Where to begin.</summary>
    internal static int Begin(RootCommand root)
    {
        Console.Out.WriteLine("Kindred learns what is alike in pictures, sounds, texts and graphs, without labels.");
        Console.Out.WriteLine("");
        (string Words, string What)[] first =
        [
            ("demo", "see it work on real pictures, in a few minutes"),
            ("init --data folder:PICTURES", "look at your data and write a recipe for them"),
            ("train RECIPE", "train into a folder below runs/"),
            ("eval knn --run RUN", "measure what a run has learnt"),
            ("embed RUN --data URI --out v.npy", "vectors for search, maps and your own code"),
        ];
        foreach (var (words, what) in first) Console.Out.WriteLine($"  kindred {words,-34}{what}");
        Console.Out.WriteLine("");
        foreach (var line in Terminal.Wrap($"All verbs: {string.Join(", ", root.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}.", HelpText.Widest)) Console.Out.WriteLine(line);
        Console.Out.WriteLine("`kindred help VERB` explains one, with examples.");
        return 0;
    }

    static Command Find(RootCommand root, string[] words)
    {
        Command at = root;
        foreach (var word in words)
            at = at.Subcommands.FirstOrDefault(c => c.Name == word)
                ?? throw new ConfigurationException($"there is no verb '{string.Join(' ', words)}'{Suggest.Nearest(word, at.Subcommands.Select(c => c.Name))}; "
                    + $"{(at.Subcommands.Count > 0 ? $"there are {string.Join(", ", at.Subcommands.Select(c => c.Name))}" : $"{HelpText.PathOf(at)} has none below it")}.");
        return at;
    }
}
