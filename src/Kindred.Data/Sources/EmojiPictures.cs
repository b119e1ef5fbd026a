using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Views;

namespace Kindred.Data.Sources;

/// <summary>The emoji sample, or a part of it: picture <c>i</c> is emoji <c>i / vendors</c> drawn by vendor <c>i mod vendors</c>.</summary>
public sealed class EmojiPictures : IGroupedPictures
{
    /// <summary>Columns and rows of a picture.</summary>
    public const int Side = 32;

    const int CellPitch = Side + 2, Bytes = Side * Side * 4;

    readonly string[] vendors;
    readonly string? camera;
    readonly Emoji[] emoji;
    readonly byte[] pixels;
    readonly int[] labels;

    internal EmojiPictures(
        string? split, string[] vendors, (Emoji Emoji, int X, int Y)[] cells, Picture[] sheets, string label, IEnumerable<Emoji> everywhere, string? camera, string description)
    {
        (this.vendors, this.camera, Description, Split) = (vendors, camera, description, split);
        if (camera is not null) Columns = [.. Columns, "camera"];
        emoji = [.. cells.Select(cell => cell.Emoji)];
        pixels = new byte[(long)Count * Bytes];
        for (var i = 0; i < Count; i++)
        {
            var (_, x, y) = cells[i / vendors.Length];
            Cut(sheets[i % vendors.Length], (x * CellPitch) + 1, (y * CellPitch) + 1, pixels.AsSpan(i * Bytes, Bytes));
        }
        string[] names = [.. Enumerable.Range(0, Count).Select(i => Value(label, i))];
        // What both splits may hold has the same number in both, also where one of them has none of a kind.
        Classes = label switch
        {
            "hue" => DominantHue.Names,
            "category" => InOrder(everywhere.Select(e => e.Category)),
            "subcategory" => InOrder(everywhere.Select(e => e.Subcategory)),
            _ => InOrder(names),
        };
        var labelOf = Classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        labels = [.. names.Select(n => labelOf[n])];
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>train, test, or null for all.</summary>
    public string? Split { get; }

    /// <inheritdoc/>
    public int Count => emoji.Length * vendors.Length;

    /// <summary>How many emoji there are.</summary>
    public int EmojiCount => emoji.Length;

    /// <summary>The vendors here.</summary>
    public IReadOnlyList<string> Vendors => vendors;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The emoji that a picture shows.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public Emoji Of(int index) => emoji[index / vendors.Length];

    /// <inheritdoc/>
    public int Group(int index) => index / vendors.Length;

    /// <summary>Who drew a picture.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public string Vendor(int index) => vendors[index % vendors.Length];

    /// <inheritdoc/>
    public string Name(int index) => $"{Of(index).ShortName}/{Vendor(index)}";

    /// <inheritdoc/>
    public int Label(int index) => labels[index];

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } = ["category", "subcategory", "vendor", "emoji"];

    /// <inheritdoc/>
    public string Value(string column, int index) => column switch
    {
        "camera" => Value(camera ?? "vendor", index),
        "subcategory" => Of(index).Subcategory,
        "vendor" => Vendor(index),
        "emoji" => Of(index).ShortName,
        "hue" => DominantHue.Of(pixels.AsSpan(index * Bytes, Bytes)),
        _ => Of(index).Category,
    };

    /// <inheritdoc/>
    public FileStamp Stamp(int index) => new(Bytes, 0);

    /// <inheritdoc/>
    public PictureReader Open() => new Reader(pixels, Count);

    /// <inheritdoc/>
    public void Dispose() { }

    static string[] InOrder(IEnumerable<string> names) => [.. names.Distinct().Order(StringComparer.Ordinal)];

    static void Cut(Picture sheet, int left, int top, Span<byte> cell)
    {
        if (left + Side > sheet.Width || top + Side > sheet.Height || sheet.Channels != 4)
            throw new DataException($"the emoji sheet is {sheet.Width}×{sheet.Height} with {sheet.Channels} channels and has no cell at ({left}, "
                + $"{top}); delete the sample in {SampleCache.Folder} and fetch it again");
        for (var y = 0; y < Side; y++)
            sheet.Row(top + y).Slice(left * 4, Side * 4).CopyTo(cell[(y * Side * 4)..]);
    }

    sealed class Reader(byte[] pixels, int count) : PictureReader
    {
        int current;

        public override PictureInfo Measure(int index)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count, nameof(index));
            current = index;
            return new(PictureFormat.Raw, Side, Side, 4);
        }

        public override void Decode(Region region, int scale, Picture into)
        {
            into.Reset(Side, Side, 4);
            pixels.AsSpan(current * Bytes, Bytes).CopyTo(into.Span);
        }
    }
}
