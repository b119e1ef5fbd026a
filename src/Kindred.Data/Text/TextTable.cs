using System.Globalization;
using Kindred.Data.Sources;

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
        return Path.GetExtension(TextFiles.Bare(name)) switch
        {
            ".tsv" => Table(name, lines, '\t', uri),
            ".csv" => Table(name, lines, ',', uri),
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

    static Sentences Table(string name, List<string> lines, char separator, DataUri uri)
    {
        var blank = lines.Count(string.IsNullOrWhiteSpace);
        if (blank == lines.Count) throw new DataException($"{name}: there is no row in it; expected are sentences between {(separator == '\t' ? "tabs" : "commas")}.");
        var start = lines.FindIndex(l => !string.IsNullOrWhiteSpace(l));
        var first = Cells(lines[start]);
        var header = IsHeader(first) ? first : null;
        int[] columns = Chosen();
        var label = Place("label", uri["label"] ?? (header is null ? null : Known(header) is { Label: { } own } && header.Contains(own) ? own : header.Contains("label") ? "label" : null));
        var score = header is null ? -1 : Array.IndexOf(header, "score");
        var relation = Place("triples", uri["triples"]);
        if (relation >= 0 && columns.Length != 2) throw new ConfigurationException($"{uri}: triples= is for tables of two sentences a row, and {name} has {columns.Length}; choose by columns=A,B.");
        List<string[]> rows = [];
        List<string> labels = [], relations = [];
        List<double> scores = [];
        for (var i = header is null ? start : start + 1; i < lines.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            var cells = Cells(lines[i]);
            if (cells.Length < Math.Max(Math.Max(columns.Max(), relation), Math.Max(label, score)) + 1 || (header is null && cells.Length != first.Length))
                throw Wrong(i, $"{cells.Length} column{(cells.Length == 1 ? "" : "s")}, "
                    + $"expected {(header is null ? $"{first.Length}, as in the first row" : $"those of the header: {string.Join(", ", header)}")}; "
                    + $"is the line cut, or not separated by {(separator == '\t' ? "tabs" : "commas")}?");
            if (columns.FirstOrDefault(c => string.IsNullOrWhiteSpace(cells[c]), -1) is >= 0 and var empty) throw Wrong(i, $"column {empty + 1} has no sentence");
            rows.Add([.. columns.Select(c => cells[c].Trim())]);
            if (relation >= 0)
                relations.Add(Triples.IsRelation(cells[relation].Trim()) ? cells[relation].Trim()
                    : throw Wrong(i, $"'{Short(cells[relation])}' is no relation of two sentences; expected is entailment, neutral or contradiction"));
            if (label >= 0) labels.Add(cells[label].Trim());
            if (score >= 0)
                scores.Add(double.TryParse(cells[score], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
                    : throw Wrong(i, $"'{Short(cells[score])}' is no score; a number was expected"));
        }
        if (rows.Count == 0) throw new DataException($"{name}: there is a header and no row.");
        if (relation >= 0) return Triples.Of(name, rows, relations) with { Blank = blank };
        string[] classes = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        return new(name, [.. columns.Select((c, i) => header is null ? $"sentence{i + 1}" : header[c])], rows)
        {
            Blank = blank,
            Classes = classes,
            Labels = label < 0 ? null : [.. labels.Select(l => Array.BinarySearch(classes, l, StringComparer.Ordinal))],
            Scores = score < 0 ? null : scores,
            Grouped = uri.Kind == ConceptSet.Kind && columns.Length == 2,
        };

        // Tabs separate and nothing is quoted: sentences hold quotation marks of their own.
        string[] Cells(string line) => separator == '\t' ? line.Split('\t') : Quoted(line);

        (string[] Names, string? Label)? Known(string[] cells) =>
            uri.Kind == ConceptSet.Kind && Array.Find(named, n => n.Names[..2].All(cells.Contains)) is { Names: not null } found ? found : null;

        bool IsHeader(string[] cells) => Known(cells) is not null || cells.Any(c => otherNames.Contains(c) || sentenceNames.Any(names => names.Contains(c)))
            || new[] { uri["columns"], uri["label"], uri["triples"] }.Any(wanted => wanted is not null && wanted.Split(',').Any(w => cells.Contains(w)));

        int[] Chosen()
        {
            if (uri["columns"] is { } wanted) return [.. wanted.Split(',').Select(w => Place("columns", w.Trim()))];
            if (header is not null)
            {
                if (Known(header) is { } known) return [.. known.Names.Select(n => Array.IndexOf(header, n)).Where(c => c >= 0)];
                foreach (var names in sentenceNames)
                    if (Array.IndexOf(header, names[0]) >= 0) return [.. names.Select(n => Array.IndexOf(header, n)).Where(c => c >= 0)];
                throw new DataException($"{name}, line {start + 1}: no column is called {string.Join(", ", sentenceNames.Select(n => n[0]))}; "
                    + $"there are {string.Join(", ", header)}: choose by ?columns=A,B.");
            }
            return first.Length <= 3 ? [.. Enumerable.Range(0, first.Length)]
                : throw new DataException($"{name}, line {start + 1}: {first.Length} columns without a header; say which hold sentences, such as ?columns=1,2.");
        }

        int Place(string key, string? wanted) => wanted is null ? -1
            : header is not null && Array.IndexOf(header, wanted) is >= 0 and var named ? named
            : int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= first.Length ? number - 1
            : throw new ConfigurationException($"{uri}: {key}={wanted}: {name} has no such column; "
                + $"{(header is null ? $"it has {first.Length}, counted from 1" : $"there are {string.Join(", ", header)}")}.");

        string[] Quoted(string line)
        {
            List<string> cells = [];
            var cell = new System.Text.StringBuilder();
            var quoted = false;
            for (var i = 0; i < line.Length; i++)
            {
                if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[i++]);
                else if (line[i] == '"' && (quoted || cell.Length == 0)) quoted = !quoted;
                else if (line[i] == separator && !quoted)
                {
                    cells.Add(cell.ToString());
                    cell.Clear();
                }
                else cell.Append(line[i]);
            }
            if (quoted) throw new DataException($"{name}, line {lines.IndexOf(line) + 1}: a quotation mark does not end; a sentence has to stand in one line.");
            return [.. cells, cell.ToString()];
        }

        DataException Wrong(int line, string what) => new($"{name}, line {line + 1}: {what}.");
    }

    static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
