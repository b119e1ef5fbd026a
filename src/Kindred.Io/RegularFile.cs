using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Io;

/// <summary>Reads files that a person names: regular files only, and never more of them than was agreed.</summary>
/// <remarks>A pipe or a device has no end and no length: opening the one may wait for ever, reading the other fills the memory. Both are refused before they are opened.</remarks>
public static unsafe partial class RegularFile
{
    /// <summary>What a file of settings may have at most: 64 MiB.</summary>
    public const long SmallLimit = 64L << 20;

    /// <summary>What a file of lists or labels may have at most: 1 GiB.</summary>
    public const long LargeLimit = 1L << 30;

    const int CurrentFolder = -100, TypeMask = 0xF000, Regular = 0x8000, Folder = 0x4000, Pipe = 0x1000, Socket = 0xC000;
    const uint WantType = 1;

    /// <summary>Refuses what is there but is no regular file; what is not there is left to who opens it.</summary>
    /// <param name="path">The path; links are followed.</param>
    /// <exception cref="DataException">It is a folder, a pipe, a device or a socket.</exception>
    public static void Require(string path)
    {
        if (Kind(path) is not { } kind || kind == Regular) return;
        var what = kind switch { Folder => "a folder", Pipe => "a pipe", Socket => "a socket", _ => "a device" };
        throw new DataException($"{path} is {what}, not a file{(kind == Folder ? "" : "; only a file has an end that is known beforehand, so save the content into one first")}.");
    }

    /// <summary>Opens a regular file for reading at any place.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="DataException">There is none, it is no regular file, or it may not be read.</exception>
    public static SafeFileHandle Open(string path)
    {
        Require(path);
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException($"{path}: there is no such file.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DataException($"{path}: permission denied.", e);
        }
        catch (IOException e)
        {
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">Bytes that it may have at most.</param>
    /// <returns>Its content.</returns>
    /// <exception cref="DataException">There is none, it is no regular file, it cannot be read, or it is longer.</exception>
    public static byte[] ReadAllBytes(string path, long limit = LargeLimit)
    {
        using var file = Open(path);
        try
        {
            var length = RandomAccess.GetLength(file);
            if (length > limit) throw TooLong(path, length, limit);
            // Files that the kernel makes up say that they have no length; they are read to their end, or to the limit.
            return length > 0 ? ReadTo(file, length) : ReadOn(path, file, limit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A whole file as text: UTF-8, or what its byte-order mark says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">Bytes that it may have at most.</param>
    /// <returns>Its content.</returns>
    /// <exception cref="DataException">There is none, it is no regular file, it cannot be read, or it is longer.</exception>
    public static string ReadAllText(string path, long limit = SmallLimit)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path, limit)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The lines of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">Bytes that it may have at most.</param>
    /// <returns>Its lines without their ends.</returns>
    /// <exception cref="DataException">There is none, it is no regular file, it cannot be read, or it is longer.</exception>
    public static string[] ReadAllLines(string path, long limit = LargeLimit)
    {
        var lines = new List<string>();
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path, limit)), Encoding.UTF8);
        while (reader.ReadLine() is { } line) lines.Add(line);
        return [.. lines];
    }

    static byte[] ReadTo(SafeFileHandle file, long length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        var done = 0;
        while (done < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(done), done) is > 0 and var read) done += read;
        return done == bytes.Length ? bytes : bytes[..done];
    }

    static byte[] ReadOn(string path, SafeFileHandle file, long limit)
    {
        using var all = new MemoryStream();
        var piece = new byte[1 << 16];
        while (RandomAccess.Read(file, piece, all.Length) is > 0 and var read)
        {
            all.Write(piece, 0, read);
            if (all.Length > limit) throw TooLong(path, all.Length, limit);
        }
        return all.ToArray();
    }

    static DataException TooLong(string path, long length, long limit) => new($"{path} has {length} bytes or more; a file of this kind has at most {limit}.");

    static int? Kind(string path)
    {
        Statx found;
        return statx(CurrentFolder, path, 0, WantType, &found) == 0 ? found.Mode & TypeMask : null;
    }

    /// <summary>struct statx, as far as it is used; the same on every Linux.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    struct Statx
    {
        [FieldOffset(28)] public ushort Mode;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, Statx* buffer);
}
