using System.Globalization;
using Kindred.Data.Sources;
using Kindred.Io.Csv;

namespace Kindred.Data.Text;

/// <summary>One file of sentences: lines, or a table whose columns are named or counted.</summary>
static class TextTable
{
    // The names under which data sets carry sentences, a data set a line, in the order of their parts.
    static readonly string[][] sentenceNames =
        [["sent0", "sent1", "hard_neg"], ["anchor", "positive", "negative"], ["premise", "hypothesis"],
            ["sentence1", "sentence2"], ["sentence_A", "sentence_B"], ["sentence"], ["text"]];
    static readonly string[] otherNames = ["label", "score", "entailment"];

    // In concepts: alone. The first two names have to be there, as either alone may well be a word of a sentence; what labels a row beside them.
    static readonly (string[] Names, string? Label)[] named =
        [([Sentences.ConceptColumn, "sentence"], null), ([Sentences.QuestionColumn, .. Enumerable.Range(0, 10).Select(i => $"option{i}")], "answer")];

    internal static Sentences Read(string name, byte[] bytes, DataUri uri)
    {
        var lines = Utf8.Lines(bytes, name);
        return TextFiles.Extension(name) switch
        {
            ".tsv" => new TableReader(name, uri, "tabs", Tabs(lines)).Read(lines.Count(string.IsNullOrWhiteSpace)),
            ".csv" => new TableReader(name, uri, "commas", Quoted(name, lines)).Read(lines.Count(string.IsNullOrWhiteSpace)),
            _ => Lines(name, lines, uri),
        };
    }

    static Sentences Lines(string name, List<string> lines, DataUri uri)
    {
        if (uri["columns"] is not null || uri["label"] is not null || uri["triples"] is not null)
            throw new ConfigurationException($"{uri}: {name} has one sentence a line and no columns; leave columns=, label= and triples= out, or name a .tsv.");
        string[][] rows = [.. lines.Where(l => !string.IsNullOrWhiteSpace(l)).Select(l => new[] { l.Trim() })];
        if (rows.Length == 0) throw new DataException($"{name}: there is no sentence in it; expected is one a line.");
        return new(name, ["sentence"], rows) { Blank = lines.Count - rows.Length };
    }

    // Tabs separate and nothing is quoted: sentences hold quotation marks of their own.
    static IEnumerable<(int, string[])> Tabs(List<string> lines) =>
        lines.Index().Where(l => !string.IsNullOrWhiteSpace(l.Item)).Select(l => (l.Index + 1, l.Item.Split('\t', StringSplitOptions.TrimEntries)));

    // A line break within quotes is no end of a sentence.
    static IEnumerable<(int, string[])> Quoted(string name, List<string> lines) => lines.TrueForAll(string.IsNullOrWhiteSpace) ? []
        : CsvTable.Of(name, string.Join('\n', lines)).Rows().Select(r => (r.Line, Array.ConvertAll(r.Cells, c => c.ReplaceLineEndings(" ").Trim())));

    /// <summary>Makes sentences of the rows of a table.</summary>
    /// <param name="name">What messages call the file.</param>
    /// <param name="uri">What was asked for.</param>
    /// <param name="between">What stands between cells, for messages.</param>
    /// <param name="table">Rows that are not blank, with their lines.</param>
    sealed class TableReader(string name, DataUri uri, string between, IEnumerable<(int Line, string[] Cells)> table)
    {
        // A column that nobody named holds classes where it says so few words so often.
        const int Often = 4, Fewest = 8;

        string[] first = [];
        string[]? header;
        int line;

        internal Sentences Read(int blank)
        {
            (int Line, string[] Cells)[] all = [.. table];
            if (all.Length == 0) throw new DataException($"{name}: there is no row in it; expected are sentences between {between}.");
            (line, first) = all[0];
            header = IsHeader(first) ? first : null;
            var label = Place("label", uri["label"] ?? (header is null ? null : Known(header)?.Label is { } own && At(own) >= 0 ? own : At("label") >= 0 ? "label" : null));
            var relation = Place("triples", uri["triples"]);
            int[] columns = Chosen([label, relation]);
            var score = header is null ? -1 : At("score");
            if (relation >= 0 && columns.Length != 2)
                throw new ConfigurationException($"{uri}: triples= is for tables of two sentences a row, and {name} has {columns.Length}; choose by columns=A,B.");
            List<string[]> rows = [];
            List<string> labels = [], relations = [];
            List<double> scores = [];
            var needed = new[] { columns.Max(), label, relation, score }.Max() + 1;
            foreach (var (at, cells) in header is null ? all : all[1..])
            {
                // Cells too many are as wrong as cells too few: a sentence was divided, and what stands behind it is in another column. Empty ones behind the last say nothing.
                if (cells.Length < needed || (header is null && cells.Length < first.Length) || cells.Skip(first.Length).Any(c => c.Length > 0))
                    throw Wrong(at, $"{cells.Length} column{(cells.Length == 1 ? "" : "s")}, "
                        + $"expected {(header is null ? $"{first.Length}, as in the first row" : $"those of the header: {string.Join(", ", header)}")}; "
                        + $"is the line cut, or not separated by {between}, or has a sentence {between} of its own?");
                if (columns.FirstOrDefault(c => cells[c].Length == 0, -1) is >= 0 and var empty) throw Wrong(at, $"column {empty + 1} has no sentence");
                rows.Add([.. columns.Select(c => cells[c])]);
                if (relation >= 0)
                    relations.Add(Triples.IsRelation(cells[relation]) ? cells[relation]
                        : throw Wrong(at, $"'{Short(cells[relation])}' is no relation of two sentences; expected is entailment, neutral or contradiction"));
                if (label >= 0)
                    labels.Add(cells[label].Length > 0 ? cells[label] : throw Wrong(at, $"column {label + 1} ({(header is null ? "the label" : header[label])}) is empty; each row has its class"));
                if (score >= 0)
                    scores.Add(double.TryParse(cells[score], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
                        : throw Wrong(at, $"'{Short(cells[score])}' is no score; a number was expected"));
            }
            if (rows.Count == 0) throw new DataException($"{name}: there is a header and no row.");
            if (relation >= 0) return Triples.Of(name, rows, relations) with { Blank = blank };
            RefuseClasses(rows, columns);
            string[] classes = [.. labels.Distinct().Order(StringComparer.Ordinal)];
            return new(name, [.. columns.Select((c, i) => header is null ? $"sentence{i + 1}" : Canonical(header[c]))], rows)
            {
                Blank = blank,
                Classes = classes,
                Labels = label < 0 ? null : [.. labels.Select(l => Array.BinarySearch(classes, l, StringComparer.Ordinal))],
                Scores = score < 0 ? null : scores,
                Grouped = uri.Kind == ConceptSet.Kind && columns.Length == 2,
            };
        }

        // Headers are known in any case: Sentence, LABEL.
        static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

        int At(string column) => Array.IndexOf(header!, column) is >= 0 and var exact ? exact : Array.FindIndex(header!, c => Same(c, column));

        // Others ask for these by their names.
        static string Canonical(string column) => new[] { Sentences.ConceptColumn, Sentences.QuestionColumn }.FirstOrDefault(c => Same(c, column), column);

        (string[] Names, string? Label)? Known(string[] cells) =>
            uri.Kind == ConceptSet.Kind && Array.Find(named, n => n.Names[..2].All(w => cells.Any(c => Same(c, w)))) is { Names: not null } found ? found : null;

        bool IsHeader(string[] cells) => Known(cells) is not null || cells.Any(c => otherNames.Any(n => Same(n, c)) || sentenceNames.Any(names => names.Any(n => Same(n, c))))
            || new[] { uri["columns"], uri["label"], uri["triples"] }.Any(wanted => wanted is not null && wanted.Split(',').Any(w => cells.Any(c => Same(c, w.Trim()))));

        int[] Chosen(int[] others)
        {
            if (uri["columns"] is { } wanted) return [.. wanted.Split(',').Select(w => Place("columns", w.Trim()))];
            if (header is not null)
            {
                if (Known(header) is { } known) return Found(known.Names);
                foreach (var names in sentenceNames)
                    if (At(names[0]) >= 0) return Found(names);
                throw new DataException($"{name}, line {line}: no column is called {string.Join(", ", sentenceNames.Select(n => n[0]))}; "
                    + $"there are {string.Join(", ", header)}: choose by ?columns=A,B.");
            }
            int[] rest = [.. Enumerable.Range(0, first.Length).Except(others)];
            return rest.Length is 1 or 2 or 3 ? rest
                : throw new DataException($"{name}, line {line}: {first.Length} column{(first.Length == 1 ? "" : "s")} without a header; say which hold sentences, such as ?columns=1,2.");
        }

        // Names follow one another: an anchor and a negative without a positive are no pair that says the same.
        int[] Found(string[] names)
        {
            int[] places = Array.ConvertAll(names, At);
            var count = Array.FindIndex(places, p => p < 0) is >= 0 and var end ? end : places.Length;
            if (Array.FindIndex(places, count, p => p >= 0) is >= 0 and var later)
                throw new DataException($"{name}, line {line}: there is a column '{names[later]}' and no '{names[count]}' before it; choose by ?columns=A,B.");
            if (places[..count].FirstOrDefault(p => header!.Count(c => Same(c, header![p])) > 1, -1) is >= 0 and var twice)
                throw new DataException($"{name}, line {line}: two columns are called '{header![twice]}'; choose by their numbers, as ?columns={twice + 1}.");
            return places[..count];
        }

        int Place(string key, string? wanted) => wanted is null ? -1
            : header is not null && At(wanted) is >= 0 and var found ? found
            : int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= first.Length ? number - 1
            : throw new ConfigurationException($"{uri}: {key}={wanted}: {name} has no such column; "
                + $"{(header is null ? $"it has {first.Length}, counted from 1" : $"there are {string.Join(", ", header)}")}.");

        // A class beside each sentence would be learnt from as its twin.
        void RefuseClasses(List<string[]> rows, int[] columns)
        {
            if (header is not null || uri["columns"] is not null || columns.Length < 2 || uri.Kind == ConceptSet.Kind) return;
            string[][] seen = [.. rows.Skip(rows.Count > 1 ? 1 : 0)];       // the first may be a header that is not known
            for (var c = 0; c < columns.Length; c++)
            {
                string[] said = [.. seen.Select(r => r[c]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
                var numbers = Array.TrueForAll(said, s => double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
                var few = seen.Length >= Fewest && said.Length * Often <= seen.Length && !Array.Exists(said, s => s.Contains(' ', StringComparison.Ordinal));
                if (!numbers && !few) continue;
                var other = c == 0 ? 1 : 0;
                throw new DataException($"{name}: column {columns[c] + 1} holds {(numbers ? "numbers" : "the same few words")} "
                    + $"({Suggest.Some(said.Select(Short))}), and a sentence in each column was expected; "
                    + $"say which is which, by names that the first line has or by numbers: ?columns={columns[other] + 1}&label={columns[c] + 1}.");
            }
        }

        DataException Wrong(int at, string what) => new($"{name}, line {at}: {what}.");
    }

    static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
