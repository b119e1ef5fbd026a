using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Kindred.Cli;

/// <summary>The help of System.CommandLine under the name that a person types, at most 80 columns wide, with examples at its end.</summary>
sealed class HelpText : SynchronousCommandLineAction
{
    internal const int Widest = 80;

    const int LongestChoice = 32;

    readonly HelpAction inner;
    readonly string program;

    HelpText(HelpAction inner, string program) => (this.inner, this.program) = (inner, program);

    /// <summary>Gives every verb this help, and verbs that only hold others something to say when they stand alone.</summary>
    internal static void Install(RootCommand root, string program)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
            if (help.Action is HelpAction inner) help.Action = new HelpText(inner, program);
        foreach (var command in All(root).Where(c => c.Subcommands.Count > 0 && c.Action is null)) command.SetAction(_ => Of(root, command, Console.Out));
    }

    // Where there are many words to choose from, the library would print all of them in place of a name, cut into pieces.
    static void Name(Command command)
    {
        foreach (var argument in command.Arguments) if (Many(argument)) argument.HelpName ??= argument.Name;
        foreach (var option in command.Options) if (Many(option)) option.HelpName ??= option.Name.TrimStart('-');

        static bool Many(Symbol symbol) => symbol.GetCompletions(CompletionContext.Empty).Sum(c => c.Label.Length + 1) > LongestChoice;
    }

    /// <summary>The verb and all below it.</summary>
    internal static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    /// <summary>The words that lead to a verb: <c>data scan</c>; nothing for the program itself.</summary>
    internal static string PathOf(Command command) => command is RootCommand ? ""
        : $"{command.Parents.OfType<Command>().Select(PathOf).FirstOrDefault()} {command.Name}".TrimStart();

    /// <summary>Writes the help of a verb.</summary>
    internal static int Of(RootCommand root, Command command, TextWriter output)
    {
        string[] words = [.. PathOf(command).Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"];
        return root.Parse(words).Invoke(new InvocationConfiguration { Output = output });
    }

    /// <summary>Who asks for help need not have said all that the verb wants.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        inner.MaxWidth = Math.Min(Widest, Terminal.Width);
        foreach (var shown in All(parseResult.CommandResult.Command)) Name(shown);
        var buffer = new StringWriter { NewLine = "\n" };
        parseResult.InvocationConfiguration.Output = buffer;
        try { inner.Invoke(parseResult); }
        finally { parseResult.InvocationConfiguration.Output = output; }
        var command = parseResult.CommandResult.Command;
        foreach (var line in buffer.ToString().TrimEnd().Split('\n').SelectMany(l => Fitted(l.Replace(RootCommand.ExecutableName, program, StringComparison.Ordinal).TrimEnd())))
            output.WriteLine(line);
        if (program == "kindred" && Examples.Of(PathOf(command)) is { Count: > 0 } examples)
        {
            output.WriteLine("\nExamples:");
            foreach (var example in examples) output.WriteLine($"  {program} {example}");
        }
        return 0;
    }

    // Long usages are not broken by the library.
    IEnumerable<string> Fitted(string line)
    {
        if (line.Length <= inner.MaxWidth) return [line];
        var indent = line.Length - line.TrimStart().Length;
        return Terminal.Wrap(line.Trim(), inner.MaxWidth - indent - 4).Select((part, i) => new string(' ', indent + (i == 0 ? 0 : 4)) + part);
    }
}
