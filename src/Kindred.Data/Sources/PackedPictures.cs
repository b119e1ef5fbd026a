using System.IO.MemoryMappedFiles;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Io;

namespace Kindred.Data.Sources;

/// <summary>Decoded pictures in one memory-mapped file: an epoch costs no decoding, and only the rows of a crop are touched.</summary>
/// <remarks>
/// Layout, little-endian, 64-bit numbers: <c>KINDPACK</c>, version; the pixels of each picture; a table of offset and, 32 bits each, width,
/// height, channels and label; a JSON text with classes and names; count, offset of the table, offset and length of the text, <c>KINDPACK</c>.
/// </remarks>
public sealed unsafe class PackedPictures : IPictures
{
    internal const int HeaderBytes = 16, RowBytes = 24, TrailerBytes = 40;
    internal const long Version = 1;

    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    readonly byte* start;
    readonly Row* table;
    readonly string[] names;
    readonly string path;

    internal static ReadOnlySpan<byte> Magic => "KINDPACK"u8;

    internal struct Row
    {
        internal long Offset;
        internal int Width, Height, Channels, Label;
    }

    PackedPictures(string path, MemoryMappedFile file, long length)
    {
        (this.path, this.file) = (path, file);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            if (*(long*)(start + 8) is var version && version != Version)
                throw Damaged($"format version {version} at byte 8; version {Version} is read");
            if (!new ReadOnlySpan<byte>(start + length - 8, 8).SequenceEqual(Magic))
                throw Damaged($"it was cut: no end mark before byte {length}");
            var trailer = new ReadOnlySpan<long>(start + length - TrailerBytes, 4);
            var (count, tableAt, textAt, textLength) = (trailer[0], trailer[1], trailer[2], trailer[3]);
            if (count is < 1 or > int.MaxValue || tableAt < HeaderBytes || tableAt > length || tableAt % 8 != 0
                || tableAt + (count * RowBytes) != textAt || textLength != length - TrailerBytes - textAt)
                throw Damaged($"the trailer at byte {length - TrailerBytes} does not fit a file of {length} bytes");
            Count = (int)count;
            table = (Row*)(start + tableAt);
            var text = JsonText.Read<Text>(new ReadOnlySpan<byte>(start + textAt, checked((int)textLength)), $"{path}, the text at byte {textAt}");
            (names, Classes) = (text.Names, text.Classes);
            for (var i = 0; i < Count; i++)
            {
                var row = table[i];
                if (row.Width is < 1 or > 1 << 16 || row.Height is < 1 or > 1 << 16 || row.Channels is < 1 or > 4 || row.Label < -1 || row.Label >= Classes.Count
                    || row.Offset < HeaderBytes || row.Offset > tableAt - ((long)row.Width * row.Height * row.Channels))
                    throw Damaged($"the entry at byte {tableAt + ((long)i * RowBytes)} makes no sense");
            }
            if (names.Length != Count)
                throw Damaged($"{names.Length} names for {Count} pictures at byte {textAt}");
        }
        catch (Exception exception)
        {
            Dispose();
            if (exception is OverflowException)
                throw Damaged("its names cannot be read");
            throw;
        }
    }

    internal sealed record Text(string[] Classes, string[] Names);

    /// <inheritdoc/>
    public string Description => "packed:" + path;

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Opens a packed file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">Missing, cut or altered.</exception>
    public static PackedPictures Open(string path)
    {
        try
        {
            RegularFile.Require(path);
            var length = new FileInfo(path).Length;
            if (length < HeaderBytes + TrailerBytes || !Recognise(path))
                throw new DataException($"{path} is no packed file, or cut before its header ends ({length} bytes)");
            return new(path, MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read), length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>Whether a file begins as a packed one.</summary>
    internal static bool Recognise(string path)
    {
        Span<byte> start = stackalloc byte[8];
        using var file = RegularFile.Open(path);
        return RandomAccess.Read(file, start, 0) == 8 && start.SequenceEqual(Magic);
    }

    /// <inheritdoc/>
    public string Name(int index) => names[index];

    /// <inheritdoc/>
    public int Label(int index) => At(index).Label;

    /// <inheritdoc/>
    public FileStamp Stamp(int index) => new FileInfo(path) is { Exists: true } found ? new(found.Length, (found.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100) : new(-1, 0);

    /// <inheritdoc/>
    public PictureReader Open() => new Reader(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!view.SafeMemoryMappedViewHandle.IsClosed)
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }

    Row At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return table[index];
    }

    DataException Damaged(string what) => new($"{path} is damaged: {what}");

    sealed class Reader(PackedPictures source) : PictureReader
    {
        Row row;

        public override PictureInfo Measure(int index)
        {
            row = source.At(index);
            return new(PictureFormat.Raw, row.Width, row.Height, row.Channels);
        }

        public override void Decode(Region region, int scale, Picture into)
        {
            var rows = Math.Min(region.Height, row.Height - region.Y);
            into.Reset(row.Width, rows, row.Channels);
            var stride = (long)row.Width * row.Channels;
            new ReadOnlySpan<byte>(source.start + row.Offset + (region.Y * stride), into.Span.Length).CopyTo(into.Span);
            into.Place(row.Width, row.Height, 0, region.Y, 1);
        }
    }
}
