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

    /// <summary>What is gathered while the archives are listed.</summary>
    sealed class Reading
    {
        readonly Dictionary<string, int> folders = new(StringComparer.Ordinal);
        readonly Dictionary<string, string> keys = new(StringComparer.Ordinal);
        byte[] lastFolder = [0];
        int lastNumber;

        internal PictureIndex Index { get; } = new();

        internal List<(int File, long Offset, int Length)> Places { get; } = [];

        internal void Add(SafeFileHandle file, string path, int number)
        {
            foreach (var entry in TarIndex.Read(file, path))
            {
                var slash = entry.Path.AsSpan().LastIndexOf((byte)'/');
                var name = entry.Path.AsSpan(slash + 1);
                if (name.EndsWith(".cls"u8) && entry.Length < 256)
                    keys[FileNames.Decode(entry.Path.AsSpan(0, entry.Path.Length - 4))] = Content(file, entry);
                else if (Index.Add(Folder(entry.Path.AsSpan(0, Math.Max(slash, 0))), name))
                    Places.Add((number, entry.Offset, (int)Math.Min(entry.Length, int.MaxValue)));
            }
        }

        /// <summary>Labels from .cls files, if there are any.</summary>
        internal void LabelByKeys(string description)
        {
            if (keys.Count == 0)
                return;
            var texts = new string[Index.Count];
            for (var i = 0; i < texts.Length; i++)
            {
                var name = Index.Name(i);
                texts[i] = keys.GetValueOrDefault(name[..name.LastIndexOf('.')])
                    ?? throw new DataException($"{description} has .cls labels, but none for {FileNames.Printable(name)}");
            }
            var numbers = texts.All(text => int.TryParse(text, out var label) && label is >= 0 and < 1_000_000);
            string[] classes = numbers
                ? [.. Enumerable.Range(0, texts.Max(int.Parse) + 1).Select(label => label.ToString(System.Globalization.CultureInfo.InvariantCulture))]
                : [.. texts.Distinct().Order(StringComparer.Ordinal)];
            var labelOf = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
            Index.Relabel([.. texts.Select(text => numbers ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : labelOf[text])], classes);
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

        static string Content(SafeFileHandle file, TarEntry entry)
        {
            var bytes = new byte[entry.Length];
            RandomAccess.Read(file, bytes, entry.Offset);
            return Encoding.UTF8.GetString(bytes).Trim();
        }
    }
}
