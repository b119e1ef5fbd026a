using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Io;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Sources;

/// <summary>Pictures inside one or several tar archives, read in place at random.</summary>
/// <remarks>
/// Classes come from folders as on disk, or from <c>KEY.cls</c> files beside <c>KEY.jpg</c> (WebDataset shards). Several archives
/// are one source, in the order of their names.
/// </remarks>
public sealed class TarPictures : EncodedPictures
{
    readonly SafeFileHandle[] files;
    readonly string[] paths;
    readonly List<(int File, long Offset, int Length)> places;

    TarPictures(string[] paths, SafeFileHandle[] files, PictureIndex index, List<(int, long, int)> places, string description, PictureLimits? limits)
        : base(index, description, limits) => (this.paths, this.files, this.places) = (paths, files, places);

    /// <summary>Opens an archive, a folder of archives, or those that a pattern names.</summary>
    /// <param name="path">A file, a folder, a pattern with <c>*</c> in the file's name, or a range such as <c>shard-{000..011}.tar</c>.</param>
    /// <param name="split">train, val or test; all if null.</param>
    /// <param name="limits">What a file may claim to be.</param>
    /// <exception cref="DataException">There is no such archive, it is cut or damaged, or it holds no pictures.</exception>
    public static TarPictures Open(string path, string? split = null, PictureLimits? limits = null)
    {
        var description = "tar:" + path + (split is null ? "" : "?split=" + split);
        var paths = TarShards.Find(path);
        var files = new SafeFileHandle[paths.Length];
        try
        {
            var reading = new Reading();
            for (var i = 0; i < paths.Length; i++)
            {
                files[i] = RegularFile.Open(paths[i]);
                reading.Add(files[i], paths[i], i);
            }
            reading.Index.Finish(split, description);
            reading.LabelByKeys(description);
            return new(paths, files, reading.Index, reading.Places, description, limits);
        }
        catch (Exception exception)
        {
            foreach (var file in files)
                file?.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
                throw new DataException($"{description} cannot be opened: {exception.Message}", exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public override FileStamp Stamp(int index)
    {
        var place = places[Index.Origin(index)];
        var file = new FileInfo(paths[place.File]);
        return file.Exists ? new(place.Length, (file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100) : new(-1, 0);
    }

    /// <inheritdoc/>
    public override int ReadBytes(int index, ref byte[] buffer)
    {
        var place = places[Index.Origin(index)];
        Reserve(place.Length, ref buffer);
        try
        {
            var read = RandomAccess.Read(files[place.File], buffer.AsSpan(0, place.Length), place.Offset);
            return read == place.Length ? read : throw new PictureException($"lies beyond the end of {paths[place.File]}, which was cut since it was opened");
        }
        catch (IOException exception)
        {
            throw new PictureException($"cannot be read from {paths[place.File]}: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var file in files)
            file.Dispose();
    }

    /// <summary>What is gathered while the archives are listed, by the rules of a folder: hidden names are passed over, a path is there once, links to files are followed.</summary>
    sealed class Reading
    {
        readonly Dictionary<string, int> folders = new(StringComparer.Ordinal);
        readonly Dictionary<(int File, string Key), string> keys = [];
        readonly Dictionary<UInt128, Place> files = []; // of the archive at hand, by the hash of their paths
        byte[] lastFolder = [0];
        int lastNumber;

        /// <summary>Where a file's bytes lie, and which picture it is; −1 if none.</summary>
        readonly record struct Place(long Offset, long Length, int Picture);

        internal PictureIndex Index { get; } = new();

        internal List<(int File, long Offset, int Length)> Places { get; } = [];

        internal void Add(SafeFileHandle file, string path, int number)
        {
            files.Clear();
            var links = new List<TarEntry>();
            foreach (var entry in TarIndex.Read(file, path))
            {
                var plain = ListingRule.Plain(entry.Path);
                if (entry.Link is null)
                    Add(file, path, number, plain, entry.Offset, entry.Length);
                else if (Target(entry, plain) is { Length: > 0 } target)
                    links.Add(entry with { Path = plain, Link = target });
            }
            // Links may lead to links, and to files further on.
            for (var before = links.Count + 1; links.Count > 0 && links.Count < before;)
            {
                before = links.Count;
                links.RemoveAll(link =>
                {
                    if (!files.TryGetValue(Hash(link.Link!), out var place))
                        return false;
                    Add(file, path, number, link.Path, place.Offset, place.Length);
                    return true;
                });
            }
        }

        void Add(SafeFileHandle file, string archive, int number, byte[] path, long offset, long length)
        {
            var hash = Hash(path);
            var place = (number, offset, (int)Math.Min(length, int.MaxValue));
            if (files.TryGetValue(hash, out var earlier) && earlier.Picture >= 0)
            {
                Places[earlier.Picture] = place; // what comes later in an archive replaces what came before
                files[hash] = new(offset, length, earlier.Picture);
                return;
            }
            files[hash] = new(offset, length, -1);
            if (!ListingRule.Listed(path))
                return;
            var slash = path.AsSpan().LastIndexOf((byte)'/');
            if (path.AsSpan().Count((byte)'/') > ListingRule.MaxDepth)
                throw new DataException($"{archive}: folders nest deeper than {ListingRule.MaxDepth} at {FileNames.Printable(FileNames.Decode(path.AsSpan(0, 80)))}…");
            var name = path.AsSpan(slash + 1);
            if (name.EndsWith(".cls"u8) && length < 256)
            {
                keys[(number, FileNames.Decode(path.AsSpan(0, path.Length - 4)))] = Content(file, offset, (int)length);
            }
            else if (Index.Add(Folder(path.AsSpan(0, Math.Max(slash, 0))), name))
            {
                files[hash] = new(offset, length, Places.Count);
                Places.Add(place);
            }
        }

        /// <summary>The file of this archive that a link leads to; none if it leads out.</summary>
        static byte[] Target(in TarEntry link, byte[] path)
        {
            if (!link.Symbolic)
                return ListingRule.Plain(link.Link);
            return link.Link is null or [(byte)'/', ..] ? [] : ListingRule.Plain([.. path.AsSpan(0, Math.Max(0, path.AsSpan().LastIndexOf((byte)'/'))), (byte)'/', .. link.Link], within: true);
        }

        static UInt128 Hash(byte[] path) => XxHash128.HashToUInt128(path);

        /// <summary>Labels from .cls files, if there are any.</summary>
        internal void LabelByKeys(string description)
        {
            if (keys.Count == 0)
                return;
            var texts = new string[Index.Count];
            for (var i = 0; i < texts.Length; i++)
            {
                var name = Index.Name(i);
                texts[i] = keys.GetValueOrDefault((Places[Index.Origin(i)].File, name[..name.LastIndexOf('.')]))
                    ?? throw new DataException($"{description} has .cls labels, but none for {FileNames.Printable(name)}");
            }
            static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var label) && label < 1_000_000 ? label : null;
            var numbers = texts.All(text => Number(text) is not null);
            string[] classes = numbers
                ? [.. Enumerable.Range(0, texts.Max(text => Number(text)!.Value) + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))]
                : [.. texts.Distinct().Order(StringComparer.Ordinal)];
            var labelOf = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
            Index.Relabel([.. texts.Select(text => Number(text) is { } label && numbers ? label : labelOf[text])], classes);
        }

        int Folder(ReadOnlySpan<byte> path)
        {
            if (path.SequenceEqual(lastFolder))
                return lastNumber;
            lastFolder = path.ToArray();
            var name = FileNames.Decode(path);
            if (!folders.TryGetValue(name, out lastNumber))
                folders[name] = lastNumber = Index.AddFolder(path);
            return lastNumber;
        }

        static string Content(SafeFileHandle file, long offset, int length)
        {
            var bytes = new byte[length];
            RandomAccess.Read(file, bytes, offset);
            return Encoding.UTF8.GetString(bytes).Trim();
        }
    }
}
