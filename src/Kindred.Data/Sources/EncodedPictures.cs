using Kindred.Data.Files;
using Kindred.Data.Pictures;

namespace Kindred.Data.Sources;

/// <summary>A source of encoded files: an index, and a way to fetch the bytes of one.</summary>
public abstract class EncodedPictures : IPictures
{
    private protected EncodedPictures(PictureIndex index, string description, PictureLimits? limits)
    {
        (Index, Description) = (index, description);
        Limits = limits ?? PictureLimits.Default;
        if (index.Count == 0)
        {
            var others = string.Join(", ", index.Ignored.Select(pair => $"{pair.Value} {(pair.Key.Length > 0 ? pair.Key : "without extension")}").Take(5));
            throw new DataException($"{description} holds no pictures (.jpg, .jpeg, .png, .webp){(others.Length > 0 ? $"; other files: {others}" : "")}");
        }
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Count => Index.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => Index.Classes;

    /// <summary>Files that were passed over because their names are no pictures', by extension.</summary>
    public IReadOnlyDictionary<string, int> Ignored => Index.Ignored;

    /// <summary>The splits that its folders stand for: train, val, test; empty where it is not divided.</summary>
    public IReadOnlyCollection<string> Splits => Index.Splits;

    /// <summary>What a file may claim to be.</summary>
    public PictureLimits Limits { get; }

    private protected PictureIndex Index { get; }

    /// <inheritdoc/>
    public string Name(int index) => Index.Name(index);

    /// <inheritdoc/>
    public int Label(int index) => Index.Label(index);

    /// <inheritdoc/>
    public abstract FileStamp Stamp(int index);

    /// <summary>Fetches a file's bytes; called from many threads at once.</summary>
    /// <param name="index">Which picture.</param>
    /// <param name="buffer">Receives the bytes; replaced by a larger one if it is too short.</param>
    /// <returns>How many bytes there are.</returns>
    /// <exception cref="PictureException">The file cannot be read or is longer than allowed.</exception>
    public abstract int ReadBytes(int index, ref byte[] buffer);

    /// <inheritdoc/>
    public PictureReader Open() => new Reader(this);

    /// <summary>Takes the labels from a file instead of the folders.</summary>
    /// <param name="path">A list of name and label (<see cref="LabelFile"/>).</param>
    /// <param name="classesPath">A file with one class name a line, or null.</param>
    /// <param name="layout">What the list leaves open; left out, its content tells.</param>
    /// <exception cref="DataException">A line is wrong, or a picture has no label.</exception>
    public void LabelBy(string path, string? classesPath = null, ListLayout? layout = null)
    {
        var file = LabelFile.Read(path, classesPath, layout);
        Index.Relabel(file.LabelsFor(this), file.Classes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what is open.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing) { }

    /// <summary>Makes room for a file, or refuses its length.</summary>
    private protected void Reserve(long bytes, ref byte[] buffer)
    {
        if (bytes > Limits.MaxFileBytes)
            throw new PictureException($"is {bytes} bytes long; at most {Limits.MaxFileBytes} are read");
        if (buffer.Length < bytes)
            buffer = GC.AllocateUninitializedArray<byte>((int)Math.Max(bytes, Math.Min(2L * buffer.Length, Limits.MaxFileBytes)));
    }

    sealed class Reader(EncodedPictures source) : PictureReader
    {
        readonly PictureDecoder decoder = new(source.Limits);
        byte[] buffer = new byte[64 << 10];
        int length;
        PictureInfo info;

        public override PictureInfo Measure(int index)
        {
            length = source.ReadBytes(index, ref buffer);
            return info = decoder.Measure(buffer.AsSpan(0, length));
        }

        public override void Decode(Region region, int scale, Picture into) => decoder.Decode(buffer.AsSpan(0, length), info, region, scale, into);

        protected override void Dispose(bool disposing) => decoder.Dispose();
    }
}
