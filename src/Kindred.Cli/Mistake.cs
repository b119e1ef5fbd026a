using System.CommandLine;
using System.CommandLine.Parsing;

namespace Kindred.Cli;

/// <summary>What is wrong with a command line, in words for whoever typed it.</summary>
static class Mistake
{
    /// <summary>The first mistake; null where the words can be obeyed.</summary>
    /// <param name="root">The verbs.</param>
    /// <param name="parsed">What became of the words.</param>
    /// <param name="args">The words.</param>
    /// <param name="program">What a person calls the program.</param>
    internal static string? Of(RootCommand root, ParseResult parsed, string[] args, string program)
    {
        if (Swallowed(parsed, args) is { } option) return NoOption(option, parsed, program);
        if (parsed.Errors.Count == 0) return null;
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var word, ..])
        {
            if (word.StartsWith('-')) return NoOption(word, parsed, program);
            if (command.Subcommands.Count > 0)
                return $"there is no verb '{(command == root ? word : $"{HelpText.PathOf(command)} {word}")}'{Suggest.Nearest(word, command.Subcommands.Select(c => c.Name))}; "
                    + $"there are {string.Join(", ", command.Subcommands.Select(c => c.Name))}.";
            return $"{HelpText.PathOf(command)} can do nothing with '{word}'. {See(parsed, program)}";
        }
        return $"{Explain(parsed.Errors, HelpText.PathOf(command))} {See(parsed, program)}";
    }

    // What stands first in a usage is asked for first.
    static string Explain(IReadOnlyList<ParseError> errors, string verb)
    {
        var first = errors.FirstOrDefault(e => e.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult }) ?? errors[0];
        return first.SymbolResult switch
        {
            ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing => $"{verb} wants a <{missing.Argument.Name}>: {missing.Argument.Description?.TrimEnd('.')}.",
            ArgumentResult { Tokens: [var given, ..] } wrong when Expected(wrong.Argument.ValueType) is { } expected =>
                $"{(wrong.Parent is OptionResult of ? of.Option.Name : $"<{wrong.Argument.Name}>")}: {expected} was expected, this is '{given.Value}'.",
            OptionResult { Tokens: [var given, ..] } wrong when Expected(wrong.Option.ValueType) is { } expected => $"{wrong.Option.Name}: {expected} was expected, this is '{given.Value}'.",
            OptionResult { Tokens.Count: 0, Implicit: true } missing => $"{verb} wants {missing.Option.Name}: {missing.Option.Description?.TrimEnd('.')}.",
            OptionResult { Tokens.Count: 0 } empty => $"{empty.Option.Name} wants a value: {empty.Option.Description?.TrimEnd('.')}.",
            _ => $"{first.Message.TrimEnd('.')}.",
        };
    }

    static string? Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(ulong) ? "a whole number from 0 on" : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) || type == typeof(float) ? "a number" : type == typeof(bool) ? "true or false" : null;
    }

    static string See(ParseResult parsed, string program) => $"See `{program} {(HelpText.PathOf(parsed.CommandResult.Command) is { Length: > 0 } path ? $"{path} " : "")}--help`.";

    // An argument takes whatever comes, a misspelt option too.
    static string? Swallowed(ParseResult parsed, string[] args)
    {
        var free = args.SkipWhile(a => a != "--").ToHashSet();
        return parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)
            .FirstOrDefault(t => t.Length > 2 && t.StartsWith("--", StringComparison.Ordinal) && !free.Contains(t));
    }

    static string NoOption(string word, ParseResult parsed, string program)
    {
        var command = parsed.CommandResult.Command;
        var options = command.Options.Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options).Where(o => o.Recursive)).Append(Launcher.Plugin).Where(o => !o.Hidden);
        var name = word.Split('=')[0];
        var see = See(parsed, program);
        return $"there is no option '{name}'{Suggest.Nearest(name, options.SelectMany(o => o.Aliases.Prepend(o.Name)))}; {char.ToLowerInvariant(see[0])}{see[1..]}";
    }
}
