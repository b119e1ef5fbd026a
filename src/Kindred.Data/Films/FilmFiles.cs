using System.Text;
using System.Text.Json;
using Kindred.Data.Loading;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Io;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Films;

/// <summary>Reads films with captions from a folder or a tar archive.</summary>
/// <remarks>
/// Either <c>captions.json</c> in the layout of MSR-VTT, or <c>captions.tsv</c> with a header that names <c>id</c>, <c>split</c> and columns of text. Films are
/// <c>features/ID.npy</c> <c>[frames, width]</c>, or <c>clips/ID.jpg</c>: frames of equal width side by side, read as <c>size</c> × <c>size</c> pixels of three colours.
/// </remarks>
public static class FilmFiles
{
    const long MostBytes = 1L << 30;
    const int MostFrames = 100_000;

    /// <summary>The keys of a URI that say how files are read.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["text", "frames", "size"];

    /// <summary>Reads everything.</summary>
    /// <param name="uri">Its path is a folder or an archive.</param>
    /// <exception cref="ConfigurationException">A key is wrong.</exception>
    /// <exception cref="DataException">The files are missing, cut or contradict each other; the message has file and line.</exception>
    public static FilmSet Open(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        using var members = new Members(uri.Path);
        var bad = new List<BadSample>();
        var told = members.Names.Contains("captions.json") ? Json(uri, members, bad) : Table(uri, members);
        var films = new List<Film>();
        foreach (var (index, (id, part, captions)) in told.Index())
        {
            if (captions.Count == 0) bad.Add(new(index, id, "no caption"));
            else if (members.Names.Contains($"features/{id}.npy")) films.Add(Features(members, id, part, captions));
            else if (members.Names.Contains($"clips/{id}.jpg")) films.Add(Strip(uri, members, id, part, captions));
            else bad.Add(new(index, id, $"captions, and neither features/{id}.npy nor clips/{id}.jpg"));
        }
        if (films.Count == 0) throw new DataException($"{uri.Path}: no film has both a caption and a file, {bad.Count} have one of them; films are features/ID.npy or clips/ID.jpg.");
        foreach (var film in films)
            if (film.Width != films[0].Width)
                throw new DataException($"{uri.Path}: the film '{film.Id}' has frames of {film.Width} numbers, and '{films[0].Id}' has {films[0].Width}; all of a set have equally many.");
        return new(uri.Text, films, bad);
    }

    static List<(string Id, string? Part, List<string> Captions)> Json(DataUri uri, Members members, List<BadSample> bad)
    {
        if (uri["text"] is not null) throw new ConfigurationException($"{uri}: text= chooses columns of captions.tsv, and these captions are captions.json; leave it out.");
        var file = $"{uri.Path}/captions.json";
        var films = new List<(string Id, string? Part, List<string> Captions)>();
        var known = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(members.Read("captions.json"));
            foreach (var video in json.RootElement.GetProperty("videos").EnumerateArray())
            {
                var id = Safe(file, Text(video, "video_id"));
                var captions = new List<string>();
                if (!known.TryAdd(id, captions)) throw new DataException($"{file}: the video '{id}' stands there twice.");
                films.Add((id, video.TryGetProperty("split", out var split) ? split.GetString() : null, captions));
            }
            foreach (var sentence in json.RootElement.GetProperty("sentences").EnumerateArray())
            {
                var (id, caption) = (Text(sentence, "video_id"), Text(sentence, "caption"));
                if (!known.TryGetValue(id, out var captions)) bad.Add(new(-1, id, "a caption of a video that is not listed"));
                else if (!string.IsNullOrWhiteSpace(caption)) captions.Add(caption.Trim());
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DataException($"{file} has not the layout of MSR-VTT, {{\"videos\": [{{\"video_id\", \"split\"}}], \"sentences\": [{{\"video_id\", \"caption\"}}]}}: {e.Message}", e);
        }
        return films;

        static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new InvalidOperationException($"'{name}' is null");
    }

    static List<(string Id, string? Part, List<string> Captions)> Table(DataUri uri, Members members)
    {
        if (!members.Names.Contains("captions.tsv")) throw new DataException($"{uri.Path}: there is neither captions.json nor captions.tsv; films come with one of them.");
        var file = $"{uri.Path}/captions.tsv";
        string[] lines = Encoding.UTF8.GetString(members.Read("captions.tsv")).Split('\n');
        var header = lines[0].TrimEnd('\r').Split('\t');
        var (id, split) = (Array.IndexOf(header, "id"), Array.IndexOf(header, "split"));
        if (id < 0) throw new DataException($"{file}, line 1: a header that names 'id', 'split' and columns of text is expected, between tabs; got '{Short(lines[0])}'.");
        string[] wanted = uri["text"]?.Split(',') ?? [.. header.Where((_, i) => i != id && i != split).Take(1)];
        if (wanted.Length == 0) throw new DataException($"{file}, line 1: there is no column of text; got '{Short(lines[0])}'.");
        int[] columns = Array.ConvertAll(wanted, name => Array.IndexOf(header, name) is var i and >= 0 ? i
            : throw new ConfigurationException($"{uri}: there is no column '{name}'{Suggest.Nearest(name, header)}; there are {string.Join(", ", header)}."));
        var films = new List<(string, string?, List<string>)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            var cells = lines[i].TrimEnd('\r').Split('\t');
            if (cells.Length != header.Length) throw new DataException($"{file}, line {i + 1}: {cells.Length} columns, and the header has {header.Length}; is the file cut?");
            if (!seen.Add(cells[id])) throw new DataException($"{file}, line {i + 1}: the film '{Short(cells[id])}' stands there twice.");
            films.Add((Safe(file, cells[id]), split < 0 ? null : cells[split], [.. columns.Select(c => cells[c].Trim()).Where(c => c.Length > 0)]));
        }
        return films;
    }

    static Film Features(Members members, string id, string? part, IReadOnlyList<string> captions)
    {
        var name = $"features/{id}.npy";
        var array = Npy.Parse($"{members.Path}/{name}", members.Read(name));
        if (array.Shape is not [> 0 and <= MostFrames, > 0])
            throw new DataException($"{members.Path}/{name}: a table of frames and their features is expected, such as [50, 128]; this is [{string.Join(", ", array.Shape)}].");
        float[] values = Array.ConvertAll(array.ToDoubles(), v => (float)v);
        if (Array.Exists(values, v => !float.IsFinite(v))) throw new DataException($"{members.Path}/{name}: a feature is not a finite number.");
        return new(id, values, (int)array.Shape[0], captions, part);
    }

    static Film Strip(DataUri uri, Members members, string id, string? part, IReadOnlyList<string> captions)
    {
        var name = $"clips/{id}.jpg";
        using var decoder = new PictureDecoder();
        var strip = new Picture();
        try { decoder.Decode(members.Read(name), strip); }
        catch (PictureException e) { throw new DataException($"{members.Path}/{name}: {e.Message}", e); }
        var frames = FilmSet.Whole(uri, "frames", 1, MostFrames) ?? Math.Max(1, strip.Width / strip.Height);
        var size = FilmSet.Whole(uri, "size", 1, 1024) ?? 16;
        if (strip.Width % frames != 0) throw new DataException($"{members.Path}/{name}: {strip.Width} pixels are no {frames} frames side by side; say how many by frames=.");
        var side = strip.Width / frames;
        if (side < size || strip.Height < size) throw new DataException($"{members.Path}/{name}: a frame has {side} × {strip.Height} pixels, fewer than size={size}.");
        var values = new float[frames * size * size * 3];
        for (var f = 0; f < frames; f++) Shrink(strip, f * side, side, size, values.AsSpan(f * size * size * 3, size * size * 3));
        return new(id, values, frames, captions, part);
    }

    // The mean over what a pixel of the small frame covers, from −1 to 1.
    static void Shrink(Picture strip, int left, int side, int size, Span<float> into)
    {
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                int top = y * strip.Height / size, bottom = (y + 1) * strip.Height / size, first = left + (x * side / size), last = left + ((x + 1) * side / size);
                for (var c = 0; c < 3; c++)
                {
                    long sum = 0;
                    for (var row = top; row < bottom; row++)
                        for (var column = first; column < last; column++) sum += strip.Row(row)[(column * strip.Channels) + (strip.Channels < 3 ? 0 : c)];
                    into[(((y * size) + x) * 3) + c] = (float)((sum / (127.5 * (bottom - top) * (last - first))) - 1);
                }
            }
        }
    }

    // A name becomes part of a path.
    static string Safe(string file, string id) => id.Length > 0 && id.IndexOfAny(['/', '\\', '\0']) < 0 && id is not ("." or "..") ? id
        : throw new DataException($"{file}: '{Short(id)}' is no name of a film.");

    static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    /// <summary>The files beside the captions, by their path from there.</summary>
    sealed class Members : IDisposable
    {
        readonly SafeFileHandle? archive;
        readonly Dictionary<string, (long Offset, long Length)> places = [];

        public Members(string path)
        {
            Path = path;
            if (Directory.Exists(path))
            {
                Names = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(f => System.IO.Path.GetRelativePath(path, f).Replace('\\', '/'))];
                return;
            }
            archive = RegularFile.Open(path);
            try
            {
                var entries = TarIndex.Read(archive, path).Where(e => e.Link is null).Select(e => (Name: Encoding.UTF8.GetString(e.Path), e.Offset, e.Length)).ToList();
                var captions = entries.Find(e => System.IO.Path.GetFileName(e.Name) is "captions.json" or "captions.tsv").Name
                    ?? throw new DataException($"{path}: there is neither captions.json nor captions.tsv; films come with one of them.");
                var root = captions[..(captions.Length - System.IO.Path.GetFileName(captions).Length)];
                foreach (var (name, offset, length) in entries)
                    if (name.StartsWith(root, StringComparison.Ordinal)) places[name[root.Length..]] = (offset, length);
                Names = [.. places.Keys];
            }
            catch
            {
                archive.Dispose();
                throw;
            }
        }

        public string Path { get; }

        public HashSet<string> Names { get; }

        public byte[] Read(string name)
        {
            if (archive is null) return RegularFile.ReadAllBytes(System.IO.Path.Combine(Path, name), MostBytes);
            var (offset, length) = places[name];
            if (length > MostBytes) throw new DataException($"{Path}/{name}: {length} bytes are more than one file of a film may have ({MostBytes}).");
            var bytes = new byte[length];
            for (var done = 0; done < bytes.Length;)
            {
                var read = RandomAccess.Read(archive, bytes.AsSpan(done), offset + done);
                if (read == 0) throw new DataException($"{Path}/{name}: the archive ends within it; fetch or pack it again.");
                done += read;
            }
            return bytes;
        }

        public void Dispose() => archive?.Dispose();
    }
}
