using System.Text.RegularExpressions;
using Kindred.Data.Files;
using Kindred.Data.Views;
using Kindred.Sampling;

namespace Kindred.Data.Sources;

/// <summary>Pictures of things that several cameras saw: the names say which thing and which camera, as in Market-1501's <c>0002_c1s1_000451_03.jpg</c>.</summary>
/// <remarks>
/// The class of a picture is its identity; the columns <c>camera</c> and <c>part</c> tell its camera and, where folders say so, whether it asks or is found (<c>query</c>, <c>gallery</c>).
/// Identities of Market's junk (<c>-1</c>) have no class. Without folders that divide, three in ten identities are the test split: train and test share none.
/// </remarks>
public sealed partial class ReIdPictures : IPictures
{
    /// <summary>The share of the identities that the split <c>test</c> holds where no folder says which.</summary>
    public const double HeldOut = 0.3;

    // What names look like when nothing is said; the first that all names fit.
    static readonly string[] known = ["{id}_c{camera}s*", "{id}_c{camera}_*", "{id}_cam{camera}.*", "{id}_{camera}.*"];

    readonly IPictures pictures;
    readonly int[] indices, labels;
    readonly string[] cameras, parts;

    ReIdPictures(IPictures pictures, Seen[] seen, string description)
    {
        (this.pictures, Description) = (pictures, description);
        indices = Array.ConvertAll(seen, s => s.Index);
        cameras = Array.ConvertAll(seen, s => s.Camera);
        parts = Array.ConvertAll(seen, s => s.Part ?? "");
        Classes = [.. seen.Select(s => s.Id).Where(id => id != "-1").Distinct().Order(StringComparer.Ordinal)];
        var labelOf = Classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        labels = Array.ConvertAll(seen, s => labelOf.GetValueOrDefault(s.Id, -1));
    }

    internal static string[] Keys { get; } = ["split", "pattern", "ids", "within", "seed"];

    readonly record struct Seen(int Index, string Id, string Camera, string? Part);

    /// <summary>Reads identities and cameras off the names of pictures.</summary>
    /// <param name="pictures">All of them; owned from here on.</param>
    /// <param name="uri">Says <c>split</c>, <c>pattern</c>, <c>ids</c> and <c>within</c>.</param>
    /// <exception cref="ConfigurationException">The pattern has no <c>{id}</c>, or there is no such split.</exception>
    /// <exception cref="DataException">A name does not say what it should, or nothing is left.</exception>
    internal static ReIdPictures Of(IPictures pictures, DataUri uri)
    {
        var names = Enumerable.Range(0, pictures.Count).Select(pictures.Name).ToArray();
        var within = Globs(uri["within"]);
        int[] chosen = [.. Enumerable.Range(0, names.Length).Where(i => within.Length == 0 || names[i].Split('/')[..^1].Any(folder => within.Any(glob => glob.IsMatch(folder))))];
        if (chosen.Length == 0) throw new DataException($"{uri}: no picture is below a folder {uri["within"]}");
        var all = Read(names, chosen, uri);
        if (Globs(uri["ids"]) is { Length: > 0 } ids) all = [.. all.Where(s => ids.Any(glob => glob.IsMatch(s.Id)))];
        if (all.Length == 0) throw new DataException($"{uri}: no identity is called {uri["ids"]}; the first picture is {FileNames.Printable(names[chosen[0]])}");
        var kept = Split(all, uri);
        return kept.Length > 0 ? new(pictures, kept, uri.Text)
            : throw new DataException($"{uri}: no picture is in split '{uri["split"]}'; there are "
                + $"{string.Join(", ", all.Select(s => s.Part).OfType<string>().Distinct().Order(StringComparer.Ordinal))}");
    }

    static Seen[] Read(string[] names, int[] chosen, DataUri uri)
    {
        if (uri["pattern"] is { } pattern)
        {
            var said = Template(pattern, uri);
            Seen[] read = [.. chosen.Select(i => (Index: i, Match: said.Match(names[i]))).Where(m => m.Match.Success).Select(m => Made(m.Index, m.Match, names[m.Index]))];
            return read.Length > 0 ? read
                : throw new DataException($"{uri}: no name is as pattern={pattern} says; the first is {FileNames.Printable(names[chosen[0]])}. "
                    + "{id} and {camera} stand for what they are called, * for anything");
        }
        foreach (var rule in known.Select(k => Template(k, uri)))
        {
            var matches = chosen.Select(i => rule.Match(names[i])).TakeWhile(m => m.Success).ToArray();
            if (matches.Length == chosen.Length) return [.. chosen.Zip(matches, (i, match) => Made(i, match, names[i]))];
        }
        throw new DataException($"{uri}: names such as {FileNames.Printable(names[chosen[0]])} and {FileNames.Printable(names[chosen[^1]])} tell no identity and camera together; "
            + "known are 0002_c1s1_000451_03.jpg, bus_0001_cam1.jpg and 0002_1.jpg. Say how they are built, "
            + "for example ?pattern={id}-{camera}.jpg; with a slash it is matched against the path, and what does not match is left out");
    }

    static Seen Made(int index, Match match, string name) => new(index, match.Groups["id"].Value, match.Groups["camera"].Value, PartOf(name));

    /// <summary>The part of a picture by its outermost folder that names one: train, val, query or gallery.</summary>
    static string? PartOf(string name) => name.Split('/')[..^1].Select(folder => folder.ToLowerInvariant() switch
    {
        "bounding_box_train" or "train" or "training" or "image_train" => "train",
        "val" or "valid" or "validation" => "val",
        "query" or "probe" or "image_query" => "query",
        "bounding_box_test" or "gallery" or "image_test" => "gallery",
        "test" or "testing" => "test",
        _ => null,
    }).FirstOrDefault(part => part is not null);

    static Seen[] Split(Seen[] all, DataUri uri)
    {
        if (uri["split"] is not { } split) return all;
        if (all.Any(s => s.Part is not null))
            return [.. all.Where(s => split == "test" ? s.Part is "test" or "query" or "gallery" : s.Part == split)];
        if (split is not ("train" or "test"))
            throw new ConfigurationException($"{uri}: split={split}; where no folder is called train, val, query, gallery or test there are train and test, by identities");
        string[] ids = [.. all.Select(s => s.Id).Distinct().Order(StringComparer.Ordinal)];
        var order = Shuffler.Keyed((ulong)(uri.Number("seed") ?? 0)).Shuffled([.. Enumerable.Range(0, ids.Length)], 0);
        var held = order.Take((int)Math.Round(HeldOut * ids.Length)).Select(i => ids[i]).ToHashSet();
        return [.. all.Where(s => held.Contains(s.Id) == (split == "test"))];
    }

    // {id} and {camera} are as short as the rest allows, * is anything; without a slash only the file's own name is looked at.
    static Regex Template(string pattern, DataUri uri)
    {
        if (!pattern.Contains("{id}", StringComparison.Ordinal))
            throw new ConfigurationException($"{uri}: pattern={pattern} does not say where the identity stands; write for example pattern={{id}}_cam{{camera}}.jpg");
        var text = Regex.Escape(pattern).Replace(@"\{id}", "(?<id>[^/]+?)", StringComparison.Ordinal)
            .Replace(@"\{camera}", "(?<camera>[^/_.]+?)", StringComparison.Ordinal).Replace(@"\*", ".*", StringComparison.Ordinal);
        return new($"{(pattern.Contains('/', StringComparison.Ordinal) ? "^" : "(^|/)")}{text}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);
    }

    static Regex[] Globs(string? names) => [.. (names ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(name => new Regex($"^{Regex.Escape(name).Replace(@"\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking))];

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <summary>The identities here.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public string Name(int index) => pictures.Name(indices[index]);

    /// <inheritdoc/>
    public int Label(int index) => labels[index];

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } = ["camera", "part"];

    /// <inheritdoc/>
    public string? Value(string column, int index) => (column == "part" ? parts : cameras)[index] is { Length: > 0 } value ? value : null;

    /// <inheritdoc/>
    public FileStamp Stamp(int index) => pictures.Stamp(indices[index]);

    /// <inheritdoc/>
    public PictureReader Open() => new PictureSubset(pictures, indices, Description).Open();

    /// <inheritdoc/>
    public void Dispose() => pictures.Dispose();
}
