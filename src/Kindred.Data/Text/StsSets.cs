using Kindred.Data.Sources;

namespace Kindred.Data.Text;

/// <summary>Sets of sentence pairs with a score of how alike people find them, a file a set.</summary>
public static class StsSets
{
    /// <summary>Opens <c>sts:PATH</c>, where PATH is as <see cref="TextFiles"/> takes it; <c>sets=A,B</c> chooses by the files' names without extension.</summary>
    /// <exception cref="ConfigurationException">There is no set of a name.</exception>
    /// <exception cref="DataException">A file has no two sentences a row, or no scores; the message has file and line.</exception>
    public static IReadOnlyList<(string Name, Sentences Set)> Open(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var files = TextFiles.Files(uri.Path).ConvertAll(f => (Name: Path.GetFileNameWithoutExtension(TextFiles.Bare(f.Name)), Path: f.Name, f.Bytes));
        if (files.GroupBy(f => f.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new DataException($"{uri.Path}: two files are the set '{twice.Key}', {string.Join(" and ", twice.Select(f => f.Path))}; name one of them, or a pattern that takes one.");
        if (uri["sets"] is { } wanted)
        {
            string[] names = wanted.Split(',');
            foreach (var name in names)
                if (!files.Exists(f => f.Name == name))
                    throw new ConfigurationException($"{uri}: there is no set '{name}'{Suggest.Nearest(name, files.Select(f => f.Name))}; "
                        + $"there are {string.Join(", ", files.Select(f => f.Name))}.");
            files = files.FindAll(f => names.Contains(f.Name));
        }
        return [.. files.Select(f => (f.Name, Checked(TextTable.Read(f.Path, f.Bytes, DataUri.Parse("sts:" + f.Path)), f.Path)))];
    }

    static Sentences Checked(Sentences set, string path) =>
        set.Columns.Count != 2
            ? throw new DataException($"{path}, line 1: {set.Columns.Count} column{(set.Columns.Count == 1 ? "" : "s")} of sentences, and sentence similarity needs two; "
                + "expected is a .tsv with the header score, sentence1, sentence2.")
        : set.Scores is null ? throw new DataException($"{path}, line 1: no column is called score; expected is a .tsv with the header score, sentence1, sentence2.")
        : set;
}
