using System.Globalization;
using System.Text;

namespace Kindred.Experiments.Recipes;

/// <summary>Prints nodes as YAML that reads back to the same nodes, byte for byte the same on every machine.</summary>
static class RecipeWriter
{
    const int Indent = 2;

    public static string Write(RecipeNode node)
    {
        var text = new StringBuilder();

        if (node is RecipeMap { Entries.Count: > 0 } or RecipeList { Items.Count: > 0 })
            Block(text, node, 0);
        else
            text.Append(Flow(node)).Append('\n');

        return text.ToString();
    }

    static void Block(StringBuilder text, RecipeNode node, int indent)
    {
        if (node is RecipeMap map)
        {
            foreach (var (key, value) in map.Entries)
                Value(text.Append(' ', indent).Append(Scalar(key, quoted: false)).Append(':'), value, indent);
        }
        else
        {
            foreach (var item in ((RecipeList)node).Items)
                Value(text.Append(' ', indent).Append('-'), item, indent);
        }
    }

    /// <summary>Values that fit a line stand on it; larger ones begin a block below.</summary>
    static void Value(StringBuilder text, RecipeNode value, int indent)
    {
        const int width = 100;
        var flow = value is RecipeScalar || value.Size <= 24 ? Flow(value) : null;

        if (flow is not null && (value is RecipeScalar || flow.Length + indent <= width))
        {
            text.Append(' ').Append(flow).Append('\n');
        }
        else
        {
            text.Append('\n');
            Block(text, value, indent + Indent);
        }
    }

    static string Flow(RecipeNode node) => node switch
    {
        RecipeScalar { IsNull: true } => "null",
        RecipeScalar scalar => Scalar(scalar.Text, scalar.Quoted),
        RecipeList { Items.Count: 0 } => "[]",
        RecipeList list => $"[{string.Join(", ", list.Items.Select(Flow))}]",
        RecipeMap { Entries.Count: 0 } => "{}",
        RecipeMap map => $"{{ {string.Join(", ", map.Entries.Select(e => $"{Scalar(e.Key, quoted: false)}: {Flow(e.Value)}"))} }}",
        _ => throw new ArgumentException($"a {node.GetType().Name} cannot be printed", nameof(node)),
    };

    static string Scalar(string text, bool quoted) => quoted || !IsPlain(text) ? Quote(text) : text;

    /// <summary>Whether the text means the same without quotes wherever it stands; doubtful ones get quotes.</summary>
    static bool IsPlain(string text)
    {
        if (text.Length == 0 || "-?:,[]{}#&*!|>'\"%@` ~=<".Contains(text[0], StringComparison.Ordinal))
            return text is "~" || (text.Length > 1 && text[0] == '-' && (char.IsAsciiDigit(text[1]) || text[1] == '.') && text.All(IsHarmless));

        return text.All(IsHarmless) && text[^1] is not (' ' or ':');
    }

    static bool IsHarmless(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+' or '.' or '/' or '\\' or '*' or '(' or ')' or ' ' or '=' or '%' or '@' or '~' or '^' or '!';

    static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");

        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                < ' ' or (>= '\u007F' and < '\u00A0') or '\u2028' or '\u2029' or '\uFEFF' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
