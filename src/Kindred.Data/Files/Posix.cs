using System.Runtime.InteropServices;

namespace Kindred.Data.Files;

/// <summary>The system calls behind the file index: names stay bytes, and nothing is allocated for a file.</summary>
static unsafe partial class Posix
{
    // Without waiting: a pipe that nobody writes into would hold the opening for ever.
    internal const int ReadOnlyCloseOnExec = 0x80000 | 0x800, SeekSet = 0, SeekEnd = 2;
    internal const byte TypeUnknown = 0, TypeDirectory = 4, TypeRegular = 8, TypeLink = 10;
    internal const int NoEntry = 2, NotDirectory = 20;

    /// <summary>struct dirent of 64-bit Linux: inode 8, offset 8, record length 2, type 1, then the name.</summary>
    internal const int DirentType = 18, DirentName = 19;

    const int CurrentFolder = -100, StatxBasic = 0x7FF, NoFollow = 0x100;

    /// <summary>struct statx, as far as it is used; the same on every Linux.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(28)] internal ushort Mode;
        [FieldOffset(40)] internal long Size;
        [FieldOffset(112)] internal long Seconds;
        [FieldOffset(120)] internal uint Nanoseconds;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint opendir(byte* path);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial byte* readdir(nint directory);

    [LibraryImport("libc")]
    internal static partial int closedir(nint directory);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int open(byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(int file, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial long lseek(int file, long offset, int whence);

    [LibraryImport("libc")]
    internal static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial byte* realpath(byte* path, byte* resolved);

    [LibraryImport("libc")]
    internal static partial void free(byte* memory);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int folder, byte* path, int flags, uint mask, Statx* buffer);

    /// <summary>Looks a path up, links followed.</summary>
    /// <param name="path">NUL-terminated.</param>
    /// <param name="found">Receives type, size and time.</param>
    internal static bool TryStat(byte* path, out Statx found)
    {
        fixed (Statx* buffer = &found)
            return statx(CurrentFolder, path, 0, StatxBasic, buffer) == 0;
    }

    /// <summary>Whether the path itself is a link.</summary>
    internal static bool IsLink(byte* path)
    {
        Statx stat;
        return statx(CurrentFolder, path, NoFollow, StatxBasic, &stat) == 0 && (stat.Mode & 0xF000) == 0xA000;
    }

    internal static bool IsDirectory(in Statx stat) => (stat.Mode & 0xF000) == 0x4000;

    internal static bool IsRegular(in Statx stat) => (stat.Mode & 0xF000) == 0x8000;

    internal static FileStamp Stamp(in Statx stat) => new(stat.Size, (stat.Seconds * 1_000_000_000) + stat.Nanoseconds);

    /// <summary>The real path, links resolved; null if there is none.</summary>
    internal static byte[]? RealPath(byte* path)
    {
        var resolved = realpath(path, null);
        if (resolved == null)
            return null;
        var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved).ToArray();
        free(resolved);
        return bytes;
    }

    /// <summary>What the system says about its last refusal.</summary>
    internal static string LastError() => Marshal.GetLastPInvokeErrorMessage();
}
