using Kindred.Io;

namespace Kindred.Tests.Training;

/// <summary>
/// A disk that does the work on real files and writes down what was asked of it, so that the state after a power cut at any moment can be made again.
/// </summary>
sealed class PowerCutDisk(string root) : IDisk
{
    public enum Fate
    {
        /// <summary>Everything that was asked for reached the medium.</summary>
        AllKept,

        /// <summary>Names reached the medium, data that was not synced did not: files of length 0.</summary>
        DataLost,

        /// <summary>Neither names nor data that were not synced reached the medium.</summary>
        AllLost,

        /// <summary>Half of the data that was not synced reached the medium, and all names.</summary>
        HalfLost,
    }

    readonly List<(string Act, string Path, string? To, byte[]? Bytes)> log = [];

    public int Count => log.Count;

    public string Describe(int count) => count == 0 ? "nothing" : $"{log[count - 1].Act} {Path.GetRelativePath(root, log[count - 1].Path)}";

    public Stream Create(string path)
    {
        log.Add(("create", path, null, null));
        return new Logged(this, path, Disk.Default.Create(path));
    }

    public void Sync(Stream file) => log.Add(("sync", ((Logged)file).Path, null, null));

    public void Rename(string from, string to)
    {
        Disk.Default.Rename(from, to);
        log.Add(("rename", from, to, null));
    }

    public void SyncFolder(string folder) => log.Add(("sync folder", folder, null, null));

    public void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;

        Disk.Default.CreateFolder(folder);
        log.Add(("folder", folder, null, null));
    }

    public void Delete(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            return;

        Disk.Default.Delete(path);
        log.Add(("delete", path, null, null));
    }

    /// <summary>The files that a power cut after the first so many acts leaves behind.</summary>
    public void Restore(int count, Fate fate, string target)
    {
        var medium = new Medium();

        foreach (var (act, path, to, bytes) in log.Take(count))
            medium.Do(act, Relative(path), to is null ? null : Relative(to), bytes, fate);

        medium.Write(target, fate);
    }

    string Relative(string path) => Path.GetRelativePath(root, path);

    sealed class Logged(PowerCutDisk disk, string path, Stream inner) : PassingStream(inner)
    {
        readonly Stream inner = inner;

        public string Path => path;

        protected override void Pass(ReadOnlySpan<byte> bytes)
        {
            inner.Write(bytes);
            disk.log.Add(("write", path, null, bytes.ToArray()));
        }
    }

    /// <summary>Inodes with their synced and unsynced data, and names that are on the medium or only in memory.</summary>
    sealed class Medium
    {
        sealed class Inode
        {
            public List<byte> Now { get; } = [];

            public int Synced { get; set; }
        }

        readonly Dictionary<string, Inode?> now = new(StringComparer.Ordinal);
        readonly List<(string Folder, Action<Dictionary<string, Inode?>> Do)> pending = [];
        readonly Dictionary<string, Inode?> stable = new(StringComparer.Ordinal);

        public void Do(string act, string path, string? to, byte[]? bytes, Fate fate)
        {
            switch (act)
            {
                case "create":
                    var inode = new Inode();
                    Name(Parent(path), names => names[path] = inode);
                    break;
                case "folder":
                    Name(Parent(path), names => names[path] = null);
                    break;
                case "write":
                    now[path]!.Now.AddRange(bytes!);
                    break;
                case "sync":
                    now[path]!.Synced = now[path]!.Now.Count;
                    break;
                case "rename":
                    Name(Parent(path), names => Move(names, path, to!));
                    break;
                case "delete":
                    Name(Parent(path), names => Remove(names, path));
                    break;
                case "sync folder":
                    foreach (var entry in pending.Where(p => p.Folder == path).ToArray())
                    {
                        entry.Do(stable);
                        pending.Remove(entry);
                    }

                    break;
                default:
                    throw new InvalidOperationException(act);
            }
        }

        public void Write(string target, Fate fate)
        {
            var names = fate is Fate.AllLost ? stable : now;
            Directory.CreateDirectory(target);

            foreach (var (path, inode) in names.OrderBy(n => n.Key, StringComparer.Ordinal))
            {
                // A name whose folder never reached the medium is lost with it.
                if (!IsReachable(names, path))
                    continue;

                var full = Path.Combine(target, path);
                if (inode is null)
                    Directory.CreateDirectory(full);
                else
                    File.WriteAllBytes(full, [.. inode.Now.Take(Kept(inode, fate))]);
            }
        }

        static bool IsReachable(Dictionary<string, Inode?> names, string path) =>
            Parent(path) is "." || (names.ContainsKey(Parent(path)) && IsReachable(names, Parent(path)));

        static int Kept(Inode inode, Fate fate) => fate switch
        {
            Fate.AllKept => inode.Now.Count,
            Fate.HalfLost => inode.Synced + ((inode.Now.Count - inode.Synced) / 2),
            _ => inode.Synced,
        };

        static string Parent(string path) => Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";

        static void Remove(Dictionary<string, Inode?> names, string path)
        {
            foreach (var name in names.Keys.Where(n => n == path || n.StartsWith($"{path}/", StringComparison.Ordinal)).ToArray())
                names.Remove(name);
        }

        static void Move(Dictionary<string, Inode?> names, string from, string to)
        {
            foreach (var name in names.Keys.Where(n => n == from || n.StartsWith($"{from}/", StringComparison.Ordinal)).ToArray())
            {
                names.Remove(name, out var inode);
                names[to + name[from.Length..]] = inode;
            }
        }

        void Name(string folder, Action<Dictionary<string, Inode?>> act)
        {
            act(now);
            pending.Add((folder, act));
        }
    }
}
