using System.Text.Json;
using Kindred.Data.Loading;
using Kindred.Data.Sources;
using Kindred.Io;

namespace Kindred.Data.Films;

/// <summary>Reads films with captions from a folder or a tar archive.</summary>
/// <remarks>
/// Either <c>captions.json</c> in the layout of MSR-VTT, or <c>captions.tsv</c> with a header that names <c>id</c>, <c>split</c> and columns of text. Films are
/// <c>features/ID.npy</c> <c>[frames, width]</c>, or <c>clips/ID.jpg</c>: frames of equal width side by side, read as <c>size</c> × <c>size</c> pixels of three colours; or a folder of
/// pictures <c>frames/ID/</c>; or, in a folder, <c>videos/ID.mp4</c> and the like, which ffmpeg decodes.
/// </remarks>
public static class FilmFiles
{
    internal const long MostBytes = 1L << 30;
    internal const int MostFrames = 100_000;

    /// <summary>The keys of a URI that say how files are read.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["text", "frames", "size", "fps"];

    /// <summary>Reads everything.</summary>
    /// <param name="uri">Its path is a folder or an archive.</param>
    /// <exception cref="ConfigurationException">A key is wrong.</exception>
    /// <exception cref="DataException">The files are missing, cut or contradict each other; the message has file and line.</exception>
    public static FilmSet Open(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        using var members = new FilmMembers(uri.Path);
        var bad = new List<BadSample>();
        var told = members.Names.Contains("captions.json") ? Json(uri, members, bad) : Table(uri, members);
        var films = new List<Film>();
        foreach (var (index, (id, part, captions)) in told.Index())
        {
            if (captions.Count == 0) bad.Add(new(index, id, "no caption"));
            else if (members.Names.Contains($"features/{id}.npy")) films.Add(Features(members, id, part, captions));
            else if (members.Names.Contains($"clips/{id}.jpg")) films.Add(FilmFrames.Strip(uri, members, id, part, captions));
            else if (FilmFrames.FolderOf(members, id) is { Count: > 0 } pictures) films.Add(FilmFrames.Folder(uri, members, pictures, id, part, captions));
            else if (FilmFrames.VideoOf(members, id) is { } video) films.Add(FilmFrames.Video(uri, members, video, id, part, captions));
            else bad.Add(new(index, id, $"captions, and neither features/{id}.npy nor clips/{id}.jpg, frames/{id}/ or videos/{id}.mp4"));
        }
        if (films.Count == 0)
            throw new DataException($"{uri.Path}: no film has both a caption and a file, {bad.Count} have one of them; "
                + "films are features/ID.npy, clips/ID.jpg, frames/ID/NUMBER.jpg or videos/ID.mp4.");
        foreach (var film in films)
            if (film.Width != films[0].Width)
                throw new DataException($"{uri.Path}: the film '{film.Id}' has frames of {film.Width} numbers, and '{films[0].Id}' has {films[0].Width}; all of a set have equally many.");
        return new(uri.Text, films, bad);
    }

    static List<(string Id, string? Part, List<string> Captions)> Json(DataUri uri, FilmMembers members, List<BadSample> bad)
    {
        if (uri["text"] is not null) throw new ConfigurationException($"{uri}: text= chooses columns of captions.tsv, and these captions are captions.json; leave it out.");
        var file = $"{uri.Path}/captions.json";
        var films = new List<(string Id, string? Part, List<string> Captions)>();
        var known = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        try
        {
            var root = JsonText.Read<JsonElement>(members.Read("captions.json"), file);
            foreach (var video in All(root, "videos"))
            {
                var id = Safe(file, Text(video, "video_id"));
                var captions = new List<string>();
                if (!known.TryAdd(id, captions)) throw new DataException($"{file}: the video '{id}' stands there twice.");
                films.Add((id, video.TryGetProperty("split", out var split) && split.ValueKind != JsonValueKind.Null ? Text(video, "split") : null, captions));
            }
            foreach (var sentence in All(root, "sentences"))
            {
                var (id, caption) = (Text(sentence, "video_id"), Text(sentence, "caption"));
                if (!known.TryGetValue(id, out var captions)) bad.Add(new(-1, id, "a caption of a video that is not listed"));
                else if (!string.IsNullOrWhiteSpace(caption)) captions.Add(caption.Trim());
            }
        }
        catch (InvalidOperationException e)
        {
            throw new DataException($"{file} has not the layout of MSR-VTT, {{\"videos\": [{{\"video_id\", \"split\"}}], \"sentences\": [{{\"video_id\", \"caption\"}}]}}: {e.Message}", e);
        }
        return films;

        static JsonElement Part(JsonElement whole, string name) => whole.ValueKind == JsonValueKind.Object && whole.TryGetProperty(name, out var part) ? part
            : throw new InvalidOperationException($"'{name}' is missing");

        static JsonElement.ArrayEnumerator All(JsonElement whole, string name) => Part(whole, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray()
            : throw new InvalidOperationException($"'{name}' is no list");

        static string Text(JsonElement element, string name) => Part(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()!
            : throw new InvalidOperationException($"'{name}' is {Part(element, name).GetRawText()[..Math.Min(40, Part(element, name).GetRawText().Length)]}, and a text was expected");
    }

    static List<(string Id, string? Part, List<string> Captions)> Table(DataUri uri, FilmMembers members)
    {
        if (!members.Names.Contains("captions.tsv")) throw new DataException($"{uri.Path}: there is neither captions.json nor captions.tsv; films come with one of them.");
        var file = $"{uri.Path}/captions.tsv";
        var lines = Utf8.Lines(members.Read("captions.tsv"), file);
        if (lines.Count == 0) throw new DataException($"{file} is empty; a header that names 'id', 'split' and columns of text is expected.");
        var header = lines[0].TrimEnd('\r').Split('\t');
        var (id, split) = (Array.IndexOf(header, "id"), Array.IndexOf(header, "split"));
        if (id < 0) throw new DataException($"{file}, line 1: a header that names 'id', 'split' and columns of text is expected, between tabs; got '{Short(lines[0])}'.");
        string[] wanted = uri["text"]?.Split(',') ?? [.. header.Where((_, i) => i != id && i != split).Take(1)];
        if (wanted.Length == 0) throw new DataException($"{file}, line 1: there is no column of text; got '{Short(lines[0])}'.");
        int[] columns = Array.ConvertAll(wanted, name => Array.IndexOf(header, name) is var i and >= 0 ? i
            : throw new ConfigurationException($"{uri}: there is no column '{name}'{Suggest.Nearest(name, header)}; there are {string.Join(", ", header)}."));
        var films = new List<(string, string?, List<string>)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 1; i < lines.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            var cells = lines[i].TrimEnd('\r').Split('\t');
            if (cells.Length != header.Length) throw new DataException($"{file}, line {i + 1}: {cells.Length} columns, and the header has {header.Length}; is the file cut?");
            if (!seen.Add(cells[id])) throw new DataException($"{file}, line {i + 1}: the film '{Short(cells[id])}' stands there twice.");
            films.Add((Safe(file, cells[id]), split < 0 ? null : cells[split], [.. columns.Select(c => cells[c].Trim()).Where(c => c.Length > 0)]));
        }
        return films;
    }

    static Film Features(FilmMembers members, string id, string? part, IReadOnlyList<string> captions)
    {
        var name = $"features/{id}.npy";
        var array = Npy.Parse($"{members.Path}/{name}", members.Read(name));
        if (array.Shape is not [> 0 and <= MostFrames, > 0])
            throw new DataException($"{members.Path}/{name}: a table of frames and their features is expected, such as [50, 128]; this is [{string.Join(", ", array.Shape)}].");
        float[] values = Array.ConvertAll(array.ToDoubles(), v => (float)v);
        if (Array.Exists(values, v => !float.IsFinite(v))) throw new DataException($"{members.Path}/{name}: a feature is not a finite number.");
        return new(id, values, (int)array.Shape[0], captions, part);
    }

    // A name becomes part of a path.
    static string Safe(string file, string id) => id.Length > 0 && id.IndexOfAny(['/', '\\', '\0']) < 0 && id is not ("." or "..") ? id
        : throw new DataException($"{file}: '{Short(id)}' is no name of a film.");

    static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
