using System.Runtime.InteropServices;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Views;

namespace Kindred.Data.Sources;

/// <summary>Pictures that are files: a folder with all below it, or a list of paths.</summary>
/// <remarks>
/// Of a folder, the order is the byte order of the names, and a picture's class is the folder that holds it.
/// Links to files are followed. A link to a folder is followed once, and only out of the tree: what lies inside is listed anyway, so loops
/// end there. Hidden files (a leading dot) are passed over. Names need not be UTF-8.
/// </remarks>
public sealed unsafe class FilePictures : EncodedPictures
{
    readonly byte[] root;

    FilePictures(byte[] root, PictureIndex index, string description, PictureLimits? limits) : base(index, description, limits) => this.root = root;

    /// <summary>Lists a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="split">train, val or test: only pictures below a folder that is that split; all if null.</param>
    /// <param name="limits">What a file may claim to be.</param>
    /// <exception cref="DataException">There is no such folder, or it holds no pictures.</exception>
    public static FilePictures OpenFolder(string path, string? split = null, PictureLimits? limits = null)
    {
        var root = FileNames.Encode(Path.TrimEndingDirectorySeparator(path));
        var description = "folder:" + path + (split is null ? "" : "?split=" + split);
        var index = new PictureIndex();
        new FolderWalk(root, index).Run(path);
        index.Finish(split, description);
        return new(root, index, description, limits);
    }

    /// <summary>Takes the pictures that a list names, in its order.</summary>
    /// <param name="path">A CSV, TSV or plain list (<see cref="LabelFile"/>), or a folder with one for each part; paths are absolute or relative to the list.</param>
    /// <param name="classesPath">A file with one class name a line, or null.</param>
    /// <param name="limits">What a file may claim to be.</param>
    /// <param name="layout">What the list leaves open; left out, its content tells.</param>
    /// <param name="split">Only pictures of that part; all if null.</param>
    /// <exception cref="DataException">There is no such list, a line of it is wrong, or it has no such part.</exception>
    public static FilePictures OpenList(string path, string? classesPath = null, PictureLimits? limits = null, ListLayout? layout = null, string? split = null)
    {
        var list = LabelFile.Read(path, classesPath, layout);
        var index = new PictureIndex();
        var folders = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in list.Names)
        {
            var slash = name.LastIndexOf('/');
            var folder = slash <= 0 ? "" : name[..slash];
            if (!folders.TryGetValue(folder, out var number))
                folders[folder] = number = index.AddFolder(FileNames.Encode(folder));
            index.AddAny(number, FileNames.Encode(name[(slash + 1)..]));
        }
        index.FinishList(list.Splits, split, "list:" + path);
        index.Relabel([.. Enumerable.Range(0, index.Count).Select(i => list.Labels[index.Origin(i)])], list.Classes);
        var root = Directory.Exists(path) ? Path.GetFullPath(path) : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new(FileNames.Encode(root), index, "list:" + path + (split is null ? "" : "?split=" + split), limits);
    }

    /// <summary>The path of a picture's file.</summary>
    /// <param name="index">0 to <see cref="EncodedPictures.Count"/> − 1.</param>
    public string FullPath(int index) => Name(index) is ['/', ..] absolute ? absolute : FileNames.Decode(root) + "/" + Name(index);

    /// <inheritdoc/>
    public override FileStamp Stamp(int index)
    {
        var path = stackalloc byte[PathCapacity(index)];
        WritePath(index, path);
        return Posix.TryStat(path, out var stat) ? Posix.Stamp(stat) : new(-1, 0);
    }

    /// <inheritdoc/>
    public override int ReadBytes(int index, ref byte[] buffer)
    {
        var path = stackalloc byte[PathCapacity(index)];
        WritePath(index, path);
        var file = Posix.open(path, Posix.ReadOnlyCloseOnExec);
        if (file < 0)
        {
            var reason = Marshal.GetLastPInvokeError() == Posix.NoEntry ? "is gone since it was listed" : $"cannot be opened: {Posix.LastError()}";
            throw new PictureException(reason);
        }
        try
        {
            return ReadAll(file, ref buffer);
        }
        finally
        {
            _ = Posix.close(file);
        }
    }

    int ReadAll(int file, ref byte[] buffer)
    {
        var length = Posix.lseek(file, 0, Posix.SeekEnd);
        if (length < 0 || Posix.lseek(file, 0, Posix.SeekSet) < 0)
            throw new PictureException($"cannot be read: {Posix.LastError()}");
        Reserve(length, ref buffer);
        var read = 0;
        fixed (byte* bytes = buffer)
        {
            while (read < length)
            {
                var got = Posix.read(file, bytes + read, (nint)(length - read));
                if (got < 0)
                    throw new PictureException($"cannot be read: {Posix.LastError()}");
                if (got == 0)
                    break;
                read += (int)got;
            }
        }
        return read;
    }

    int PathCapacity(int index) => root.Length + Index.Folder(index).Length + Index.FileName(index).Length + 3;

    void WritePath(int index, byte* path)
    {
        var at = new Span<byte>(path, PathCapacity(index));
        var folder = Index.Folder(index);
        if (!folder.StartsWith("/"u8))
        {
            root.CopyTo(at);
            at[root.Length] = (byte)'/';
            at = at[(root.Length + 1)..];
        }
        if (!folder.IsEmpty)
        {
            folder.CopyTo(at);
            at[folder.Length] = (byte)'/';
            at = at[(folder.Length + 1)..];
        }
        var name = Index.FileName(index);
        name.CopyTo(at);
        at[name.Length] = 0;
    }
}
