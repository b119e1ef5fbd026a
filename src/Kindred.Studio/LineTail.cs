using System.Text;
using Kindred.Io;

namespace Kindred.Studio;

/// <summary>Reads a file of lines that another process appends to.</summary>
static class LineTail
{
    /// <summary>The most bytes of one look.</summary>
    internal const int Most = 64 << 20;

    /// <summary>The whole lines behind a place.</summary>
    /// <param name="path">The file; one that is not there has no lines.</param>
    /// <param name="from">The byte to begin with.</param>
    /// <param name="most">Bytes to read at most.</param>
    /// <returns>The lines, and the byte behind the last one. A file that has become shorter is read anew, which <c>Anew</c> says: a run went back to a checkpoint.</returns>
    internal static (IReadOnlyList<string> Lines, long To, bool Anew) Read(string path, long from, int most = Most)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists || info.LinkTarget is not null) return ([], 0, from > 0);
            RegularFile.Require(path); // to open a pipe may take for ever
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var anew = from < 0 || from > stream.Length;
            var start = anew ? 0 : from;
            var bytes = new byte[(int)Math.Min(stream.Length - start, most)];
            stream.Position = start;
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var whole = bytes.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
            return (Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries), start + whole, anew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DataException) { return ([], from, false); }
    }

    /// <summary>The last whole line, or null.</summary>
    internal static string? Last(string path)
    {
        const int block = 16 << 10;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists || info.LinkTarget is not null) return null;
            return Read(path, Math.Max(0, info.Length - block), block).Lines.LastOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return null; }
    }
}
