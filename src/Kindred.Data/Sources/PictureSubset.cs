using Kindred.Data.Files;
using Kindred.Data.Pictures;

namespace Kindred.Data.Sources;

/// <summary>Some pictures of a source, in a given order; it owns the source.</summary>
/// <param name="source">Where the pictures are.</param>
/// <param name="indices">Which ones; a picture may come twice.</param>
/// <param name="description">What this is, for messages.</param>
public sealed class PictureSubset(IPictures source, int[] indices, string description) : IPictures
{
    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => source.Classes;

    /// <summary>The pictures' places in the source.</summary>
    public IReadOnlyList<int> Indices => indices;

    /// <inheritdoc/>
    public string Name(int index) => source.Name(indices[index]);

    /// <inheritdoc/>
    public int Label(int index) => source.Label(indices[index]);

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns => source.Columns;

    /// <inheritdoc/>
    public string? Value(string column, int index) => source.Value(column, indices[index]);

    /// <inheritdoc/>
    public FileStamp Stamp(int index) => source.Stamp(indices[index]);

    /// <inheritdoc/>
    public PictureReader Open() => new MappedReader(source.Open(), indices);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();

    sealed class MappedReader(PictureReader reader, int[] indices) : PictureReader
    {
        public override PictureInfo Measure(int index) => reader.Measure(indices[index]);

        public override void Decode(Region region, int scale, Picture into) => reader.Decode(region, scale, into);

        protected override void Dispose(bool disposing) => reader.Dispose();
    }
}
