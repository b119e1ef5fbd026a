namespace Kindred.Data.Text;

/// <summary>Sentences, pairs or triples in memory.</summary>
/// <param name="Source">Where they come from, for messages.</param>
/// <param name="Columns">What the sentences of a row are called: <c>sentence</c>; anchor, positive and negative; or the captions of one picture.</param>
/// <param name="Rows">One array a row, as long as the columns.</param>
public sealed record Sentences(string Source, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows)
{
    /// <summary>The column of a table that holds concepts, between blanks; the one of a question.</summary>
    public const string ConceptColumn = "concepts", QuestionColumn = "question";

    /// <summary>The class names; empty without labels.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>One a row; null without labels.</summary>
    public IReadOnlyList<int>? Labels { get; init; }

    /// <summary>How alike people find the two sentences of each row; null where nobody said.</summary>
    public IReadOnlyList<double>? Scores { get; init; }

    /// <summary>Whether the sentences of a row say the same, so that any two of them are a pair.</summary>
    public bool Alike { get; init; }

    /// <summary>Whether rows with the same first column belong together, so that a split takes all of them or none.</summary>
    public bool Grouped { get; init; }

    /// <summary>The group of each row, counted from 0 in the order of their first rows; the row itself where rows stand alone.</summary>
    public IReadOnlyList<int> Groups
    {
        get
        {
            if (!Grouped) return [.. Enumerable.Range(0, Rows.Count)];
            var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
            return [.. Rows.Select(r => numbers.TryGetValue(r[0], out var known) ? known : numbers[r[0]] = numbers.Count)];
        }
    }

    /// <summary>Blank lines that were passed over.</summary>
    public int Blank { get; init; }

    /// <summary>All sentences, row after row.</summary>
    public IEnumerable<string> All => Rows.SelectMany(r => r);

    /// <summary>Some of the rows, with what belongs to them.</summary>
    /// <param name="rows">Their numbers.</param>
    public Sentences Of(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return this with
        {
            Rows = [.. rows.Select(r => Rows[r])],
            Labels = Labels is null ? null : [.. rows.Select(r => Labels[r])],
            Scores = Scores is null ? null : [.. rows.Select(r => Scores[r])],
        };
    }

    /// <summary>The part of a split: every tenth row, or group of rows, is for testing, the others for training.</summary>
    /// <param name="split">train, test, or null for all.</param>
    /// <exception cref="ConfigurationException">Another word.</exception>
    public Sentences Split(string? split) => split switch
    {
        null => this,
        "train" or "test" => Of([.. Groups.Index().Where(g => (g.Item % 10 == 9) == (split == "test")).Select(g => g.Index)]),
        _ => throw new ConfigurationException($"{Source}: split={split}; expected is train or test."),
    };
}
