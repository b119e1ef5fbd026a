using System.Globalization;

namespace Kindred.Torch.Generation;

/// <summary>One argument of an operator as its schema declares it.</summary>
/// <param name="Type">The type without alias marks: <c>Tensor</c>, <c>int[2]</c>, <c>Scalar</c> …</param>
/// <param name="Optional">Whether the type carries a <c>?</c>.</param>
/// <param name="Name">The name in the schema.</param>
/// <param name="Default">The default as written, or null when the argument is required.</param>
public sealed record Argument(string Type, bool Optional, string Name, string? Default);

/// <summary>An operator schema: <c>aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor</c>.</summary>
/// <param name="Text">The schema as dumped.</param>
/// <param name="Name">The base name, without namespace and overload.</param>
/// <param name="Overload">The overload's name; empty for the unnamed one.</param>
/// <param name="Arguments">In declaration order.</param>
/// <param name="Returns">Types and names of the results.</param>
public sealed record Schema(string Text, string Name, string Overload, IReadOnlyList<Argument> Arguments, IReadOnlyList<Argument> Returns)
{
    /// <summary>The name as <c>ops.txt</c> writes it.</summary>
    public string Key => Overload.Length == 0 ? Name : $"{Name}.{Overload}";

    /// <summary>Reads one line of a schema dump.</summary>
    public static Schema Parse(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var arrow = text.LastIndexOf(" -> ", StringComparison.Ordinal);
        var fullName = text["aten::".Length..open];
        var dot = fullName.IndexOf('.', StringComparison.Ordinal);
        var returns = text[(arrow + 4)..];
        if (returns.StartsWith('(')) returns = returns[1..^1];
        return new Schema(
            text,
            dot < 0 ? fullName : fullName[..dot],
            dot < 0 ? "" : fullName[(dot + 1)..],
            [.. Split(text[(open + 1)..(arrow - 1)]).Where(a => a != "*").Select(ParseArgument)],
            [.. Split(returns).Select(ParseArgument)]);
    }

    static Argument ParseArgument(string text)
    {
        text = RemoveAliases(text);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var type = space < 0 ? text : text[..space];
        var rest = space < 0 ? "" : text[(space + 1)..];
        var equals = rest.IndexOf('=', StringComparison.Ordinal);
        var optional = type.EndsWith('?');
        return new Argument(
            (optional ? type[..^1] : type).Replace("SymInt", "int", StringComparison.Ordinal), optional,
            equals < 0 ? rest : rest[..equals], equals < 0 ? null : rest[(equals + 1)..]);
    }

    // Tensor(a!) and Tensor(a)[] name aliases, which a caller does not need.
    static string RemoveAliases(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0) return text;
        var close = text.IndexOf(')', open);
        return string.Create(CultureInfo.InvariantCulture, $"{text[..open]}{text[(close + 1)..]}");
    }

    static IEnumerable<string> Split(string list)
    {
        int depth = 0, start = 0;
        for (var i = 0; i <= list.Length; i++)
        {
            if (i < list.Length && list[i] is '(' or '[') depth++;
            if (i < list.Length && list[i] is ')' or ']') depth--;
            if (i < list.Length && (list[i] != ',' || depth > 0)) continue;
            var part = list[start..i].Trim();
            if (part.Length > 0) yield return part;
            start = i + 1;
        }
    }
}
