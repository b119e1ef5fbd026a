using System.Text.Json;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Sources;

/// <summary>One emoji, whoever draws it.</summary>
/// <param name="Name">Its Unicode name, in capitals.</param>
/// <param name="ShortName">Its short name, such as <c>grinning</c>.</param>
/// <param name="Category">One of nine.</param>
/// <param name="Subcategory">One of about a hundred.</param>
public sealed record Emoji(string Name, string ShortName, string Category, string Subcategory);

/// <summary>The built-in sample: 1,852 emoji, each drawn by four vendors, 32×32 with alpha so that a view may change the background.</summary>
/// <remarks>
/// npm package emoji-datasource 16.0.0, fetched once. Taken are the emoji that all four vendors draw, without the category Component.
/// Pictures: google Apache-2.0, twitter CC BY 4.0, apple and facebook for study only; none is part of this project.
/// </remarks>
public static class EmojiSample
{
    const string Package = "emoji-datasource@16.0.0";
    const string Sha512 = "/qHKqK5Nr3+8zhgO6kHmF43Fm5C8HNn0AaFRIpgw8HF3+uF0Vfc8jgLI1ZQS5ba1vBzksS8NBCjHejwLb2D/Sg==";

    /// <summary>The vendors, in the order in which a picture's number counts them.</summary>
    public static IReadOnlyList<string> Vendors { get; } = ["apple", "google", "twitter", "facebook"];

    /// <summary>The share of the emoji, with all their vendors, that the split <c>test</c> holds.</summary>
    public const double HeldOut = 0.3;

    internal static string[] Keys { get; } = ["split", "vendor", "label", "camera"];

    /// <summary>The folder with the sample's files, fetched if need be.</summary>
    /// <exception cref="EnvironmentException">npm is missing or cannot reach its registry.</exception>
    public static string Fetch() => SampleCache.Get("emoji-datasource-16.0.0", folder =>
        NpmPackage.Fetch(Package, Sha512, ["emoji.json", "LICENSE", .. Vendors.Select(SheetOf)], folder));

    /// <summary>Opens the sample.</summary>
    /// <param name="split"><c>train</c>: 70 % of the emoji; <c>test</c>: the other 30 %; all if null.</param>
    /// <param name="vendor">One vendor's pictures, or those of several, divided by commas; all four if null.</param>
    /// <param name="label">What the classes are: <c>category</c>, <c>subcategory</c>, <c>vendor</c>, <c>emoji</c>, or <c>hue</c>, the colour that there is most of.</param>
    /// <param name="seed">Chooses the held-out emoji.</param>
    /// <param name="camera">What stands for the camera of re-identification, as the column <c>camera</c>: <c>vendor</c>; null for no such column.</param>
    /// <exception cref="ConfigurationException">An unknown split, vendor or label.</exception>
    /// <exception cref="EnvironmentException">npm is missing or cannot reach its registry.</exception>
    public static EmojiPictures Open(string? split = null, string? vendor = null, string label = "category", ulong seed = 0, string? camera = null)
    {
        Choose("split", split, "train", "test");
        var asked = vendor?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        if (asked is []) throw new ConfigurationException($"emoji?vendor={vendor}: expected is {string.Join(", ", Vendors)}, or several of them");
        foreach (var one in asked ?? []) Choose("vendor", one, [.. Vendors]);
        Choose("camera", camera, "vendor", "category", "subcategory");
        Choose("label", label, "category", "subcategory", "vendor", "emoji", "hue");
        var folder = Fetch();
        var cells = ReadTable(Path.Combine(folder, "emoji.json"));
        var order = new int[cells.Count];
        var draws = new RandomKey(seed, 0, 0, 0).Draws();
        draws.Permutation(order);
        var held = order.AsSpan(0, (int)(HeldOut * order.Length)).ToArray().ToHashSet();
        int[] emoji = [.. Enumerable.Range(0, cells.Count).Where(i => split is null || held.Contains(i) == (split == "test"))];
        string[] vendors = asked is null ? [.. Vendors] : [.. Vendors.Where(asked.Contains)];
        var sheets = new Picture[vendors.Length];
        Parallel.For(0, vendors.Length, v => sheets[v] = ReadSheet(Path.Combine(folder, SheetOf(vendors[v]))));
        return new(split, vendors, [.. emoji.Select(i => cells[i])], sheets, label, cells.Select(c => c.Emoji), camera, "emoji" + Query(split, vendor, label));
    }

    internal static EmojiPictures Open(DataUri uri) =>
        Open(uri["split"], uri["vendor"], uri["label"] ?? (uri["camera"] is null ? "category" : "emoji"), (ulong)(uri.Number("seed") ?? 0), uri["camera"]);

    static List<(Emoji Emoji, int X, int Y)> ReadTable(string path)
    {
        using var table = JsonDocument.Parse(File.ReadAllBytes(path));
        var cells = new List<(Emoji, int, int)>();
        foreach (var entry in table.RootElement.EnumerateArray())
        {
            string Text(string name) => entry.GetProperty(name).GetString() ?? "";
            if (Text("category") == "Component" || !Vendors.All(vendor => entry.GetProperty("has_img_" + vendor).GetBoolean()))
                continue;
            cells.Add((new(Text("name"), Text("short_name"), Text("category"), Text("subcategory")), entry.GetProperty("sheet_x").GetInt32(), entry.GetProperty("sheet_y").GetInt32()));
        }
        return cells;
    }

    static Picture ReadSheet(string path)
    {
        using var decoder = new PictureDecoder();
        var sheet = new Picture();
        decoder.Decode(File.ReadAllBytes(path), sheet);
        return sheet;
    }

    static string SheetOf(string vendor) => $"img/{vendor}/sheets/32.png";

    static string Query(string? split, string? vendor, string label)
    {
        string[] parts = [.. new[] { ("split", split), ("vendor", vendor), ("label", label == "category" ? null : label) }.Where(p => p.Item2 is not null).Select(p => $"{p.Item1}={p.Item2}")];
        return parts.Length == 0 ? "" : "?" + string.Join('&', parts);
    }

    static void Choose(string key, string? value, params string[] known)
    {
        if (value is not null && !known.Contains(value))
            throw new ConfigurationException($"emoji?{key}={value}: expected is {string.Join(", ", known)}");
    }
}
