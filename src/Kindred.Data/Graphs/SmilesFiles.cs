using System.Globalization;
using Kindred.Data.Sources;
using Kindred.Io;

namespace Kindred.Data.Graphs;

/// <summary>Molecules in files of SMILES, one a line.</summary>
/// <remarks>
/// URI: <c>smiles:FILE</c> (<c>.smi</c>, <c>.txt</c>, <c>.tsv</c>, <c>.csv</c>, each also as <c>.gz</c>): the first column is the molecule, columns lie between tabs, blanks, or commas or
/// semicolons with quotation marks. <c>column=</c> names or counts another one, <c>label=</c> that of the class; a first line that names a column <c>smiles</c>, or one of those asked for, is a header.
/// <c>split=train|test</c> parts off every fifth molecule of each class, <c>bad=skip</c> leaves out what cannot be read, <c>n=</c> takes the first of each class. <c>smiles:rdkit</c> is the
/// sample: which of two collections a molecule is from.
/// </remarks>
public static class SmilesFiles
{
    const long MostBytes = 1L << 30;

    /// <summary>Opens what a data URI names.</summary>
    /// <exception cref="ConfigurationException">A key is unknown or wrong.</exception>
    /// <exception cref="DataException">A file is missing or damaged; the message has file and line.</exception>
    /// <exception cref="EnvironmentException">The sample cannot be fetched.</exception>
    public static GraphSet Open(DataUri uri) => Open(uri, out _);

    /// <summary>Opens what a data URI names, and tells what was left out by <c>bad=skip</c>.</summary>
    /// <exception cref="ConfigurationException">A key is unknown or wrong.</exception>
    /// <exception cref="DataException">A file is missing or damaged; the message has file and line.</exception>
    /// <exception cref="EnvironmentException">The sample cannot be fetched.</exception>
    public static GraphSet Open(DataUri uri, out IReadOnlyList<(string Place, string Reason)> bad)
    {
        ArgumentNullException.ThrowIfNull(uri);
        uri.Allow("column", "label", "split", "bad", "n");
        if (uri["bad"] is not (null or "skip")) throw new ConfigurationException($"{uri}: bad={uri["bad"]}; expected is skip, or nothing, which refuses a file with a bad line.");
        List<(string, string)> skipped = [];
        bad = skipped;
        var set = uri.Path == "rdkit" ? MoleculeSample.Open(uri) : Read(uri.Text, uri.Path, Lines(uri.Path), uri["column"], uri["label"], uri["bad"] is null ? null : skipped);
        return Fewer(set.Split(uri["split"]), uri);
    }

    static List<string> Lines(string path)
    {
        if (!File.Exists(path)) throw new DataException($"{path}: there is no such file; write smiles:FILE, or smiles:rdkit for the sample.");
        return Utf8.Lines(Gzip.Unpacked(path, RegularFile.ReadAllBytes(path, MostBytes), MostBytes), path);
    }

    /// <summary>Reads lines.</summary>
    /// <param name="source">What messages call the whole.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="column">The molecule's column by name or number from 1; null for the one called smiles, else the first.</param>
    /// <param name="label">The class's; null for none.</param>
    /// <param name="skipped">Takes what cannot be read; null refuses it.</param>
    /// <exception cref="ConfigurationException">There is no such column.</exception>
    /// <exception cref="DataException">A line cannot be read, or none is left; the message has file and line.</exception>
    public static GraphSet Read(string source, string name, IReadOnlyList<string> lines, string? column = null, string? label = null, List<(string Place, string Reason)>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var first = Enumerable.Range(0, lines.Count).FirstOrDefault(i => !string.IsNullOrWhiteSpace(lines[i]), -1);
        if (first < 0) throw new DataException($"{name}: there is no molecule in it; expected is a SMILES a line.");
        var separator = SeparatorOf(name, lines[first]);
        var cells = Cells(lines[first], separator, first);
        var header = cells.Any(c => c.Equals("smiles", StringComparison.OrdinalIgnoreCase) || ((c == column || c == label) && !IsNumber(c))) ? cells : null;
        // Behind a molecule between blanks its name may have blanks of its own; a comma or a tab too many has divided a cell.
        var most = separator == ' ' ? int.MaxValue : cells.Length;
        var molecule = column is not null ? Place("column", column) : header is null ? 0 : Math.Max(0, Array.FindIndex(header, c => c.Equals("smiles", StringComparison.OrdinalIgnoreCase)));
        var kind = label is null ? -1 : Place("label", label);
        List<GraphSample> graphs = [];
        List<string> labels = [];
        for (var i = header is null ? first : first + 1; i < lines.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            try
            {
                cells = Cells(lines[i], separator, i);
                if (cells.Length <= Math.Max(molecule, kind))
                    throw Wrong(i, $"{cells.Length} column{(cells.Length == 1 ? "" : "s")}, expected {Math.Max(molecule, kind) + 1} or more between {Between(separator)}");
                if (cells.Skip(most).Any(c => c.Length > 0))
                    throw Wrong(i, $"{cells.Length} columns, and the first line has {most}; a cell that holds {Between(separator)} stands in quotation marks, in a .csv");
                if (kind >= 0 && cells[kind].Length == 0) throw Wrong(i, $"column {kind + 1} has no class");
                graphs.Add(Graph(cells[molecule], i));
                if (kind >= 0) labels.Add(cells[kind]);
            }
            catch (DataException e) when (skipped is not null) { skipped.Add((string.Create(CultureInfo.InvariantCulture, $"{name}, line {i + 1}"), e.Message)); }
        }
        if (graphs.Count == 0) throw new DataException($"{name}: no line of it is a molecule{(skipped?.Count > 0 ? $"; the first says: {skipped[0].Reason}" : "")}.");
        string[] classes = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        return new(source, graphs, classes, kind < 0 ? null : [.. labels.Select(l => Array.BinarySearch(classes, l, StringComparer.Ordinal))]);

        GraphSample Graph(string text, int line)
        {
            try { return Smiles.Parse(text).Graph(); }
            catch (FormatException e) { throw Wrong(line, $"'{Short(text)}' is no SMILES: {e.Message}"); }
        }

        int Place(string key, string wanted) => header is not null && Array.IndexOf(header, wanted) is >= 0 and var named ? named
            : int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= cells.Length ? number - 1
            : throw new ConfigurationException($"{source}: {key}={wanted}: {name} has no such column; "
                + $"{(header is null ? $"it has {cells.Length} between {Between(separator)}, counted from 1" : $"there are {string.Join(", ", header)}")}.");

        string[] Cells(string line, char between, int number) => between == ' ' ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            : between == '\t' ? line.Split('\t', StringSplitOptions.TrimEntries) : Quoted(line, between, number);

        string[] Quoted(string line, char between, int number)
        {
            List<string> found = [];
            var cell = new System.Text.StringBuilder();
            var quoted = false;
            foreach (var c in line)
            {
                if (c == '"') quoted = !quoted;
                else if (c == between && !quoted)
                {
                    found.Add(cell.ToString().Trim());
                    cell.Clear();
                }
                else cell.Append(c);
            }
            return quoted ? throw Wrong(number, "a quotation mark does not end") : [.. found, cell.ToString().Trim()];
        }

        DataException Wrong(int line, string what) => new(string.Create(CultureInfo.InvariantCulture, $"{name}, line {line + 1}: {what}."));
    }

    // Semicolons where the first line has them and no commas: ChEMBL's tables, and those of a spreadsheet that writes 1,5. Neither is a letter of SMILES.
    static char SeparatorOf(string name, string first) =>
        Path.GetExtension(name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name).Equals(".csv", StringComparison.OrdinalIgnoreCase)
            ? first.Contains(';', StringComparison.Ordinal) && !first.Contains(',', StringComparison.Ordinal) ? ';' : ','
        : first.Contains('\t', StringComparison.Ordinal) ? '\t' : ' ';

    static bool IsNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    static string Between(char separator) => separator switch { '\t' => "tabs", ',' => "commas", ';' => "semicolons", _ => "blanks" };

    static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    // The first of each class of the part, so that the same n gives the same molecules.
    static GraphSet Fewer(GraphSet set, DataUri uri)
    {
        if (uri.Number("n") is not { } n) return set;
        if (n < 2 || n != Math.Floor(n)) throw new ConfigurationException($"{uri}: n={uri["n"]}; expected is a whole number from 2 on.");
        var each = (int)Math.Max(1, n / Math.Max(1, set.Classes.Count));
        var seen = new Dictionary<int, int>();
        int[] kept = [.. Enumerable.Range(0, set.Graphs.Count).Where(i => set.Labels is null ? i < n : (seen[set.Labels[i]] = seen.GetValueOrDefault(set.Labels[i]) + 1) <= each)];
        return set with { Graphs = [.. kept.Select(i => set.Graphs[i])], Labels = set.Labels is null ? null : [.. kept.Select(i => set.Labels[i])] };
    }
}
