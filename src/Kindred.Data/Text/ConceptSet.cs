using System.Globalization;
using Kindred.Data.Sources;
using Kindred.Randomness;

namespace Kindred.Data.Text;

/// <summary>Sentences whose nouns and verbs are known, and for each its concepts: those that somebody chose, or its own nouns and verbs.</summary>
/// <param name="Source">Where they come from, for messages.</param>
/// <param name="Sentences">Those of which a distractor can be made.</param>
/// <param name="Concepts">The concepts of each, between blanks.</param>
/// <param name="Alone">Sentences that were left out: they have no two different nouns or verbs to exchange.</param>
public sealed record ConceptSet(string Source, IReadOnlyList<ConceptPrompts> Sentences, IReadOnlyList<string> Concepts, int Alone)
{
    /// <summary>What stands before the colon of its URIs.</summary>
    public const string Kind = "concepts";

    /// <summary>The name of the sample: WordNet's examples.</summary>
    public const string Sample = "wordnet";

    // The same for every run, so that seeds of a study hold out the same.
    const ulong HoldSeed = 0x636F6E63657074;

    /// <summary>The keys of a URI that this reader knows, beside those of <see cref="TextFiles"/> where it names files.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["split", "hold", "held", "n"];

    /// <summary>Reads <c>concepts:PATH</c> or <c>concepts:wordnet</c>: tables of concepts and sentence, sentences one a line, or tables of questions with options.</summary>
    /// <remarks>Rows with the same concepts stay on one side of a split and of <c>hold=F</c>, which leaves the share F of them out, and <c>held=F</c>, which is that share.</remarks>
    /// <exception cref="ConfigurationException">A key is wrong.</exception>
    /// <exception cref="DataException">There is no text, it is damaged, or a table has other columns; the message has file and line.</exception>
    public static Sentences Read(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var all = uri.Path == Sample ? WordNet.Examples(uri.Text).Split(uri["split"]) : TextFiles.Open(uri.With("n", null).With("hold", null).With("held", null));
        var isQuestions = all.Columns[0] == Text.Sentences.QuestionColumn;
        if (!isQuestions && (all.Columns.Count > 2 || all.Columns[0] == "sentence1" && all.Columns.Count == 1))
            throw new DataException($"{uri.Path}, line 1: {all.Columns.Count} column{(all.Columns.Count == 1 ? "" : "s")} ({string.Join(", ", all.Columns)}); expected are two between tabs, "
                + "concepts and sentence, or a question and its options under the header answer, question, option0, option1, …; plain sentences belong into a .txt.");
        var part = Held(all, uri);
        return isQuestions ? TextFiles.Some(part, uri) : part;
    }

    /// <summary>Finds the nouns and verbs of sentences, and leaves out those without a distractor.</summary>
    /// <param name="all">A sentence a row, or concepts and a sentence.</param>
    /// <param name="uri">What was asked for; <c>n</c> takes so many, evenly spread.</param>
    /// <param name="tagger">Knows words.</param>
    /// <exception cref="DataException">None is left.</exception>
    public static ConceptSet Of(Sentences all, DataUri uri, ConceptTagger tagger)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(tagger);
        var tagged = all.Rows.Select(row => (Chosen: row.Length > 1 ? Spaced(row[0]) : null, Prompts: tagger.Tag(row[^1]))).Where(t => t.Prompts.Qualifies).ToArray();
        if (tagged.Length == 0)
            throw new DataException($"{uri}: none of {all.Rows.Count} sentences has two different nouns or verbs to exchange, so that no distractor can be made; give English sentences.");
        var kept = tagged;
        if (TextFiles.Whole(uri, "n", 1) is { } most && most < tagged.Length) kept = [.. Enumerable.Range(0, most).Select(i => tagged[(int)((long)i * tagged.Length / most)])];
        return new(uri.Text, [.. kept.Select(t => t.Prompts)], [.. kept.Select(t => t.Chosen ?? string.Join(' ', t.Prompts.Concepts))], all.Rows.Count - tagged.Length);
    }

    // CommonGen's own files have number signs between concepts.
    static string Spaced(string concepts) => string.Join(' ', concepts.Split([' ', ',', ';', '#'], StringSplitOptions.RemoveEmptyEntries));

    static Sentences Held(Sentences all, DataUri uri)
    {
        var (hold, held) = (Share(uri, "hold"), Share(uri, "held"));
        if (hold is null && held is null) return all;
        if (hold is not null && held is not null) throw new ConfigurationException($"{uri}: hold leaves out what held takes; give one of them.");
        var groups = all.Groups;
        int[] order = [.. Enumerable.Range(0, groups.Max() + 1)];
        new RandomKey(HoldSeed, 0, 0, 0).Draws().Permutation(order);
        HashSet<int> away = [.. order.Take((int)Math.Round((hold ?? held)!.Value * order.Length))];
        return all.Of([.. groups.Index().Where(g => away.Contains(g.Item) == held is not null).Select(g => g.Index)]);
    }

    static double? Share(DataUri uri, string key) => uri.Number(key) switch
    {
        null => null,
        > 0 and < 1 and var share => share,
        var other => throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"{uri}: {key}={other}; expected is a share between 0 and 1.")),
    };
}

/// <summary>A question and what could be answered.</summary>
/// <param name="Text">The question.</param>
/// <param name="Options">What could be answered.</param>
/// <param name="Answer">Which of them is right, from 0.</param>
public sealed record Question(string Text, IReadOnlyList<string> Options, int Answer)
{
    /// <summary>The prompt in which the authors ask it: <c>context: …  options: 1: … 2: …</c>.</summary>
    public string Prompt => $"context: {Text}  options: {string.Join(' ', Options.Select((o, i) => $"{i + 1}: {o}"))}";

    /// <summary>The questions of a table.</summary>
    /// <param name="table">With the columns <c>question</c> and its options, and <c>answer</c> as label.</param>
    /// <exception cref="DataException">There is no answer, or it is none of the options.</exception>
    public static IReadOnlyList<Question> Of(Sentences table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Columns.Count < 3)
            throw new DataException($"{table.Source}: a question has at least two options, under the header answer, question, option0, option1, …; there are {string.Join(", ", table.Columns)}.");
        if (table.Labels is null) throw new DataException($"{table.Source}: no column is called answer; expected is the number of the right option, from 0.");
        return [.. table.Rows.Select((row, i) => new Question(row[0], row[1..], RightOf(table, i)))];
    }

    static int RightOf(Sentences table, int row) =>
        int.TryParse(table.Classes[table.Labels![row]], NumberStyles.None, CultureInfo.InvariantCulture, out var answer) && answer < table.Columns.Count - 1 ? answer
            : throw new DataException($"{table.Source}, row {row + 1}: the answer '{table.Classes[table.Labels[row]]}' is none of {table.Columns.Count - 1} options; expected is a number from 0 on.");
}
