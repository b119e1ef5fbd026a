using Kindred.Io;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kindred.Experiments.Recipes;

/// <summary>Reads YAML into nodes, and nothing but nodes: no tag makes a type, no alias makes a bomb.</summary>
/// <remarks>Accepted: one document of at most 1 MiB, 64 levels and 100,000 values (aliases counted as often as used), each key once.</remarks>
public sealed class RecipeReader
{
    const int MaxLength = 1 << 20, MaxDepth = 64, MaxSize = 100_000;

    readonly string source;
    readonly Parser parser;
    readonly Dictionary<string, RecipeNode> anchors = new(StringComparer.Ordinal);
    long expanded;

    RecipeReader(string text, string source)
    {
        this.source = source;
        parser = new(new Scanner(new StringReader(text)));
    }

    /// <summary>Reads a recipe file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="ConfigurationException">The file is missing or not what a recipe may be; the message has line and column.</exception>
    public static RecipeMap ReadFile(string path) => ReadMap(ReadText(path), path);

    /// <summary>The text of a recipe file.</summary>
    internal static string ReadText(string path)
    {
        try
        {
            return RegularFile.ReadAllText(path, MaxLength);
        }
        catch (DataException e)
        {
            throw new ConfigurationException(e.InnerException is FileNotFoundException or DirectoryNotFoundException ? $"{path}: there is no such recipe." : e.Message, e);
        }
    }

    /// <summary>Reads a document whose outermost value is a map.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="ConfigurationException">It is not valid YAML, or not what a recipe may be.</exception>
    public static RecipeMap ReadMap(string yaml, string source) => Read(yaml, source) switch
    {
        RecipeMap map => map,
        { IsNull: true } empty => new([], empty.Place),
        var other => throw other.Error("", $"a recipe is a map of keys and values, this is {other.Kind}"),
    };

    /// <summary>Reads a document.</summary>
    /// <param name="yaml">The text; also a single value such as <c>0.2</c> or <c>[1, 2]</c>.</param>
    /// <param name="source">What messages call it.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="ConfigurationException">It is not valid YAML, or not what a recipe may be.</exception>
    public static RecipeNode Read(string yaml, string source)
    {
        if (yaml.Length > MaxLength)
            throw new ConfigurationException($"{source} has {yaml.Length} characters; a recipe has at most {MaxLength}.");

        var reader = new RecipeReader(yaml, source);

        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException e)
        {
            var reason = e.InnerException?.Message ?? e.Message;
            throw new ConfigurationException($"{source}:{e.Start.Line}:{e.Start.Column}: this is not valid YAML: {reason}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or EndOfStreamException)
        {
            // The parser's answer to a list or map that is never closed.
            throw new ConfigurationException($"{source}:{reader.parser.Current?.End.Line ?? 1}:{reader.parser.Current?.End.Column ?? 1}: this is not "
                + $"valid YAML: something that was opened is never closed", e);
        }
    }

    RecipeNode ReadDocument()
    {
        parser.Consume<StreamStart>();

        if (parser.TryConsume<StreamEnd>(out _))
            return new RecipeScalar("", false, new(source, 1, 1));

        parser.Consume<DocumentStart>();
        var node = ReadNode(0);
        parser.Consume<DocumentEnd>();

        if (!parser.TryConsume<StreamEnd>(out _))
            throw new RecipeScalar("", false, Here()).Error("", "a second document begins here; a recipe is one document");

        return node;
    }

    RecipeNode ReadNode(int depth)
    {
        var place = Here();

        if (depth > MaxDepth)
            throw new ConfigurationException($"{place}: the recipe is nested deeper than {MaxDepth} levels.");

        if (parser.TryConsume<AnchorAlias>(out var alias))
            return Count(anchors.GetValueOrDefault(alias.Value.Value) ?? throw new ConfigurationException($"{place}: the alias *{alias.Value.Value} has no anchor before it."), place);

        var start = parser.Current as NodeEvent ?? throw new ConfigurationException($"{place}: a value was expected here.");

        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific)
            throw new ConfigurationException($"{place}: the tag {start.Tag.Value} is not accepted; a recipe holds plain values, and their types follow from the options that take them.");

        var node = ReadContent(depth, place);

        if (!start.Anchor.IsEmpty)
            anchors[start.Anchor.Value] = node;

        return node;
    }

    RecipeNode ReadContent(int depth, RecipePlace place)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
            return Count(new RecipeScalar(scalar.Value, scalar.Style != ScalarStyle.Plain, place), place);

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<RecipeNode>();

            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(ReadNode(depth + 1));

            return new RecipeList(items, place);
        }

        parser.Consume<MappingStart>();
        return ReadEntries(depth, place);
    }

    RecipeMap ReadEntries(int depth, RecipePlace place)
    {
        var entries = new List<KeyValuePair<string, RecipeNode>>();
        var seen = new Dictionary<string, RecipePlace>(StringComparer.Ordinal);

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var at = Here();

            if (ReadNode(depth + 1) is not RecipeScalar key)
                throw new ConfigurationException($"{at}: a key must be a word, not a list or a map.");

            if (!seen.TryAdd(key.Text, at))
                throw new ConfigurationException($"{at}: the key '{key.Text}' stands twice; it is first at {seen[key.Text]}.");

            entries.Add(new(key.Text, ReadNode(depth + 1)));
        }

        return new(entries, place);
    }

    RecipeNode Count(RecipeNode node, RecipePlace place)
    {
        expanded += node.Size;

        if (expanded > MaxSize)
            throw new ConfigurationException($"{place}: the recipe has more than {MaxSize} values (aliases counted as often as they are used).");

        return node;
    }

    RecipePlace Here()
    {
        // The parser shows its next event only after a peek.
        parser.Accept<ParsingEvent>(out var next);
        return new(source, (int)(next?.Start.Line ?? 0), (int)(next?.Start.Column ?? 0));
    }
}
