using System.Runtime.InteropServices;
using Kindred.Data.Files;

namespace Kindred.Data.Sources;

/// <summary>Lists a tree of folders into an index: sorted, each file once, loops cut.</summary>
sealed unsafe class FolderWalk(byte[] root, PictureIndex index)
{
    readonly List<byte[]> followed = [];

    /// <summary>Lists everything below the root.</summary>
    /// <param name="shown">The root as the user wrote it.</param>
    internal void Run(string shown)
    {
        fixed (byte* path = (byte[])[.. root, 0])
        {
            if (!Posix.TryStat(path, out var stat))
                throw new DataException($"there is no folder {shown}; looked for from {Environment.CurrentDirectory}");
            if (!Posix.IsDirectory(stat))
                throw new DataException($"{shown} is a file; folder: expects a folder of pictures");
            followed.Add(Posix.RealPath(path) ?? root);
        }
        Walk([], 0);
    }

    void Walk(byte[] folder, int depth)
    {
        if (depth > ListingRule.MaxDepth)
            throw new DataException($"folders nest deeper than {ListingRule.MaxDepth} at {FileNames.Printable(FileNames.Decode(folder))}");
        var files = new NameTable();
        var folders = new List<byte[]>();
        List(folder, files, folders);

        if (files.Count > 0)
        {
            var order = new int[files.Count];
            for (var i = 0; i < order.Length; i++)
                order[i] = i;
            Array.Sort(order, (a, b) => files[a].SequenceCompareTo(files[b]));
            var number = index.AddFolder(folder);
            foreach (var i in order)
                index.Add(number, files[i]);
        }
        folders.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
        foreach (var child in folders)
            Walk(child, depth + 1);
    }

    void List(byte[] folder, NameTable files, List<byte[]> folders)
    {
        nint directory;
        fixed (byte* path = Absolute(folder, default))
            directory = Posix.opendir(path);
        if (directory == 0)
            throw new DataException($"folder {FileNames.Printable(FileNames.Decode(root) + "/" + FileNames.Decode(folder))} cannot be listed: {Posix.LastError()}");
        try
        {
            for (byte* entry; (entry = Posix.readdir(directory)) != null;)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + Posix.DirentName);
                if (ListingRule.Hidden(name))
                    continue;
                var type = entry[Posix.DirentType];
                if (type == Posix.TypeRegular)
                    files.Add(name);
                else if (type == Posix.TypeDirectory)
                    folders.Add(Below(folder, name));
                else if (type is Posix.TypeLink or Posix.TypeUnknown)
                    Look(folder, name, files, folders);
            }
        }
        finally
        {
            _ = Posix.closedir(directory);
        }
    }

    /// <summary>A link, or an entry whose type the file system does not tell.</summary>
    void Look(byte[] folder, ReadOnlySpan<byte> name, NameTable files, List<byte[]> folders)
    {
        fixed (byte* path = Absolute(folder, name))
        {
            if (!Posix.TryStat(path, out var stat))
                return; // a link to nowhere
            if (Posix.IsRegular(stat))
                files.Add(name);
            else if (Posix.IsDirectory(stat) && !Posix.IsLink(path))
                folders.Add(Below(folder, name));
            else if (Posix.IsDirectory(stat) && Posix.RealPath(path) is { } real && !Listed(real))
            {
                followed.Add(real);
                folders.Add(Below(folder, name));
            }
        }
    }

    bool Listed(byte[] real)
    {
        foreach (var top in followed)
        {
            if (real.AsSpan().StartsWith(top) && (real.Length == top.Length || real[top.Length] == (byte)'/'))
                return true;
        }
        return false;
    }

    byte[] Absolute(byte[] folder, ReadOnlySpan<byte> name) => [.. root, (byte)'/', .. folder, (byte)'/', .. name, 0];

    static byte[] Below(byte[] folder, ReadOnlySpan<byte> name) => folder.Length == 0 ? name.ToArray() : [.. folder, (byte)'/', .. name];
}
