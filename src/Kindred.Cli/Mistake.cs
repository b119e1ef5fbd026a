using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Kindred.Cli;

/// <summary>What is wrong with a command line, in words for whoever typed it.</summary>
static class Mistake
{
    /// <summary>The name of the argument by which every verb takes changes by dotted path.</summary>
    internal const string Changes = "key=value";

    // Options that are short for a change.
    static readonly Dictionary<string, string> shorts = new() { ["--data"] = "data", ["--seed"] = "train.seed", ["--precision"] = "train.precision", ["--k"] = "k", ["--temp"] = "temperature" };

    /// <summary>The first mistake; null where the words can be obeyed.</summary>
    /// <param name="root">The verbs.</param>
    /// <param name="parsed">What became of the words.</param>
    /// <param name="args">The words.</param>
    /// <param name="program">What a person calls the program.</param>
    internal static string? Of(RootCommand root, ParseResult parsed, string[] args, string program)
    {
        if (Swallowed(parsed, args) is { } option) return NoOption(option, parsed, program);
        if (Twice(parsed) is { } twice) return $"{twice} {See(parsed, program)}";
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

    // Of two values one would be used, and nobody was told which. What takes several says so by its type.
    static string? Twice(ParseResult parsed)
    {
        foreach (var option in Chain(parsed.CommandResult).SelectMany(c => c.Children).OfType<OptionResult>())
            if (option.IdentifierTokenCount > 1 && !option.Option.ValueType.IsArray && option.Option is not HelpOption)
                return $"{option.Option.Name} stands there {Times(option.IdentifierTokenCount)}"
                    + $"{(option.Tokens.Count > 1 ? $" ({string.Join(", ", option.Tokens.Select(t => $"'{t.Value}'"))})" : "")}; "
                    + "it can be said once, so leave out the others.";
        foreach (var argument in parsed.CommandResult.Children.OfType<ArgumentResult>().Where(a => a.Argument.Name == Changes))
        {
            string[] words = [.. argument.Tokens.Select(t => t.Value)];
            if ((ChangedTwice(words) ?? ChangedByOption(parsed, words)) is { } said) return said;
        }
        return null;
    }

    // A later change of the whole would undo one of its part; `+` at the end of a path adds to a list, which may be done any number of times.
    static string? ChangedTwice(IReadOnlyList<string> words)
    {
        string[] keys = [.. words.Select(w => w.Split('=')[0])];
        for (var later = 1; later < keys.Length; later++)
            for (var before = 0; before < later; before++)
                if (keys[before] == keys[later] && !keys[later].EndsWith('+'))
                    return $"{keys[later]} is changed twice, by '{words[before]}' and by '{words[later]}'; leave one out.";
                else if (keys[before].StartsWith($"{keys[later]}.", StringComparison.Ordinal))
                    return $"'{words[later]}' comes after '{words[before]}', which is a part of it; write the whole first.";
        return null;
    }

    static string? ChangedByOption(ParseResult parsed, string[] words) =>
        (from option in parsed.CommandResult.Children.OfType<OptionResult>()
         where !option.Implicit && shorts.ContainsKey(option.Option.Name)
         from word in words
         where word.StartsWith($"{shorts[option.Option.Name]}=", StringComparison.Ordinal)
         select $"{option.Option.Name} and '{word}' say the same twice; leave one out.").FirstOrDefault();

    static IEnumerable<CommandResult> Chain(CommandResult? command)
    {
        for (; command is not null; command = command.Parent as CommandResult) yield return command;
    }

    static string Times(int count) => count == 2 ? "twice" : $"{count} times";

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
