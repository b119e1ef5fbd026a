using System.Globalization;

namespace Kindred.Io;

/// <summary>Turns a failed write into a sentence with the path, the bytes and a way out.</summary>
public static class StorageFailure
{
    const int NoSpace = 28, Quota = 122, ReadOnly = 30, Windows = unchecked((int)0x80070070);

    /// <summary>The error to throw when a file or folder could not be written.</summary>
    /// <param name="path">What was to be written.</param>
    /// <param name="bytes">Bytes written before it failed.</param>
    /// <param name="error">What the file system said.</param>
    /// <returns>An error for people, with exit code 4.</returns>
    public static EnvironmentException Explain(string path, long bytes, Exception error)
    {
        var after = bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $" after {bytes:N0} bytes") : "";
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));

        return new((error.HResult, error) switch
        {
            (NoSpace or Quota or Windows, _) => $"cannot write {path}: the disk is full{after}{Room(folder)}. Free some space, or choose another folder with --out; what was there before is intact.",
            (ReadOnly, _) => $"cannot write {path}: the file system is read-only. Choose another folder with --out.",
            (_, UnauthorizedAccessException) when Directory.Exists(path) && error.Message.Contains($"'{Path.GetFullPath(path)}'", StringComparison.Ordinal) =>
                $"cannot write {path}: there is a folder of this name that may not be written, or that stands where a file is to be. Move it away, or choose another folder with --out.",
            (_, UnauthorizedAccessException) => $"cannot write {path}: permission denied for user {Environment.UserName}. Choose another folder with --out, or change its owner.",
            (_, DirectoryNotFoundException or FileNotFoundException) => $"cannot write {path}: its folder {folder} is gone or takes nothing new. Choose another folder with --out.",
            _ => $"cannot write {path}{after}: {error.Message.TrimEnd('.')}. Mend that, or choose another folder with --out.",
        }, error);
    }

    static string Room(string? folder)
    {
        try
        {
            return folder is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({new DriveInfo(folder).AvailableFreeSpace:N0} bytes free)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "";
        }
    }
}
