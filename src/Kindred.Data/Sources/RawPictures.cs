using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Sources;

/// <summary>How the pixels of a record follow each other.</summary>
enum PixelOrder
{
    /// <summary>Pixel after pixel, its channels together.</summary>
    Interleaved,

    /// <summary>Channel after channel, each row by row (CIFAR).</summary>
    Planes,

    /// <summary>Channel after channel, each column by column (STL-10).</summary>
    PlanesOfColumns,
}

/// <summary>Equal records of pixels in one file, or in memory if the file was compressed.</summary>
/// <param name="File">The open file, or null.</param>
/// <param name="Memory">The unpacked file, if <paramref name="File"/> is null.</param>
/// <param name="Path">Where it came from.</param>
/// <param name="Start">Offset of the first record's pixels.</param>
/// <param name="Stride">Bytes from one record to the next.</param>
/// <param name="Count">How many records there are.</param>
sealed record RecordBlock(SafeFileHandle? File, byte[]? Memory, string Path, long Start, int Stride, int Count)
{
    internal void Read(int record, Span<byte> pixels)
    {
        var at = Start + ((long)record * Stride);
        if (File is null)
            Memory.AsSpan((int)at, pixels.Length).CopyTo(pixels);
        else if (RandomAccess.Read(File, pixels, at) != pixels.Length)
            throw new PictureException($"lies beyond the end of {Path}, which was cut since it was opened");
    }
}

/// <summary>Pictures of one size stored without encoding: CIFAR, STL-10, MNIST.</summary>
public sealed class RawPictures : IPictures
{
    readonly RecordBlock[] blocks;
    readonly string[] blockNames;
    readonly int[] labels;
    readonly PixelOrder order;
    readonly PictureInfo info;

    internal RawPictures(string description, RecordBlock[] blocks, string[] blockNames, int[] labels, IReadOnlyList<string> classes, PixelOrder order, PictureInfo info)
    {
        (Description, this.blocks, this.blockNames, this.labels) = (description, blocks, blockNames, labels);
        (Classes, this.order, this.info) = (classes, order, info);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The size that all pictures share.</summary>
    public PictureInfo Info => info;

    /// <inheritdoc/>
    public string Name(int index)
    {
        var (block, record) = Find(index);
        return $"{blockNames[block]}/{record:D5}";
    }

    /// <inheritdoc/>
    public int Label(int index) => labels[index];

    /// <inheritdoc/>
    public FileStamp Stamp(int index)
    {
        var file = new FileInfo(blocks[Find(index).Block].Path);
        return file.Exists ? new(file.Length, (file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100) : new(-1, 0);
    }

    /// <inheritdoc/>
    public PictureReader Open() => new Reader(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var block in blocks)
            block.File?.Dispose();
    }

    (int Block, int Record) Find(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var block = 0;
        for (; index >= blocks[block].Count; block++)
            index -= blocks[block].Count;
        return (block, index);
    }

    sealed class Reader(RawPictures source) : PictureReader
    {
        readonly byte[] record = new byte[source.info.Width * source.info.Height * source.info.Channels];
        int current = -1;

        public override PictureInfo Measure(int index)
        {
            current = index;
            return source.info;
        }

        public override void Decode(Region region, int scale, Picture into)
        {
            var (block, number) = source.Find(current);
            var info = source.info;
            into.Reset(info.Width, info.Height, info.Channels);
            if (source.order == PixelOrder.Interleaved)
            {
                source.blocks[block].Read(number, into.Span);
                return;
            }
            source.blocks[block].Read(number, record);
            var to = into.Span;
            var area = info.Width * info.Height;
            if (source.order == PixelOrder.Planes)
            {
                Span<byte> first = record.AsSpan(0, area), second = record.AsSpan(area, area), third = record.AsSpan(2 * area, area);
                for (var i = 0; i < area; i++)
                    (to[3 * i], to[(3 * i) + 1], to[(3 * i) + 2]) = (first[i], second[i], third[i]);
                return;
            }
            for (var c = 0; c < info.Channels; c++)
            {
                for (var i = 0; i < area; i++)
                    to[((((i % info.Height) * info.Width) + (i / info.Height)) * info.Channels) + c] = record[(c * area) + i];
            }
        }
    }
}
