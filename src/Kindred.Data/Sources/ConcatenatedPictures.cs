using Kindred.Data.Files;
using Kindred.Data.Pictures;

namespace Kindred.Data.Sources;

/// <summary>Several sources one after the other; classes of the same name are one class. It owns the sources.</summary>
public sealed class ConcatenatedPictures : IPictures
{
    readonly IPictures[] parts;
    readonly int[] starts;
    readonly int[][] labelOf;

    /// <summary>Joins sources.</summary>
    /// <param name="parts">At least one.</param>
    public ConcatenatedPictures(params IPictures[] parts)
    {
        if (parts.Length == 0)
            throw new ConfigurationException("no sources to join");
        this.parts = parts;
        starts = new int[parts.Length + 1];
        for (var i = 0; i < parts.Length; i++)
            starts[i + 1] = checked(starts[i] + parts[i].Count);
        Classes = [.. parts.SelectMany(part => part.Classes).Distinct(StringComparer.Ordinal)];
        var all = Classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        labelOf = [.. parts.Select(part => part.Classes.Select(name => all[name]).ToArray())];
    }

    /// <inheritdoc/>
    public string Description => string.Join(" + ", parts.Select(part => part.Description));

    /// <inheritdoc/>
    public int Count => starts[^1];

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Which source a picture comes from: its domain.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public int Part(int index)
    {
        var at = Array.BinarySearch(starts, 0, parts.Length, index);
        return at >= 0 ? at : ~at - 1;
    }

    /// <inheritdoc/>
    public string Name(int index) => Part(index) is var part && parts.Length > 1 ? $"{part}:{parts[part].Name(index - starts[part])}" : parts[0].Name(index);

    /// <inheritdoc/>
    public int Label(int index)
    {
        var part = Part(index);
        var label = parts[part].Label(index - starts[part]);
        return label < 0 ? -1 : labelOf[part][label];
    }

    /// <summary>The sources' own columns, and <c>source</c>: which one a picture comes from.</summary>
    public IReadOnlyList<string> Columns => [.. parts.SelectMany(part => part.Columns).Distinct(StringComparer.Ordinal).Except(["source"]), "source"];

    /// <inheritdoc/>
    public string? Value(string column, int index) =>
        Part(index) is var part && column == "source" ? part.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : parts[part].Value(column, index - starts[part]);

    /// <inheritdoc/>
    public FileStamp Stamp(int index) => parts[Part(index)].Stamp(index - starts[Part(index)]);

    /// <inheritdoc/>
    public PictureReader Open() => new JoinedReader(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in parts)
            part.Dispose();
    }

    sealed class JoinedReader(ConcatenatedPictures source) : PictureReader
    {
        readonly PictureReader[] readers = [.. source.parts.Select(part => part.Open())];
        int current;

        public override PictureInfo Measure(int index)
        {
            current = source.Part(index);
            return readers[current].Measure(index - source.starts[current]);
        }

        public override void Decode(Region region, int scale, Picture into) => readers[current].Decode(region, scale, into);

        protected override void Dispose(bool disposing)
        {
            foreach (var reader in readers)
                reader.Dispose();
        }
    }
}
