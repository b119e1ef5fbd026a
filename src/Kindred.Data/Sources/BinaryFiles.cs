using Kindred.Io;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Sources;

/// <summary>Opens the fixed-size record files of the classic data sets and says precisely what is wrong with a broken one.</summary>
static class BinaryFiles
{
    internal static string Folder(string path, string expects)
    {
        if (Directory.Exists(path))
            return path;
        throw new DataException(File.Exists(path)
            ? $"{path} is a file; expected is the folder that holds {expects}"
            : $"there is no folder {path}; expected is the folder that holds {expects}");
    }

    /// <summary>Finds which of the files of a split are there; all must be.</summary>
    internal static string[] Require(string folder, IEnumerable<string> names)
    {
        var paths = names.Select(name => Path.Combine(folder, name)).ToArray();
        var missing = paths.Where(path => !File.Exists(path)).Select(Path.GetFileName).ToArray();
        return missing.Length == 0 ? paths : throw new DataException($"{folder} lacks {string.Join(", ", missing)}");
    }

    internal static SafeFileHandle Open(string path)
    {
        return RegularFile.Open(path);
    }

    /// <summary>How many whole records a file holds; refuses a part of one.</summary>
    internal static int Records(SafeFileHandle file, string path, int stride)
    {
        var length = RandomAccess.GetLength(file);
        if (length == 0 || length % stride != 0)
        {
            file.Dispose();
            throw new DataException($"{path} is cut or no such file: it is {length} bytes long, which is not a whole number of {stride}-byte records; "
                + $"the broken one starts at byte {length / stride * stride}");
        }
        return checked((int)(length / stride));
    }

    /// <summary>The split asked for, or all.</summary>
    internal static string[] Splits(string? split, string what, params string[] known)
    {
        if (split is null)
            return known;
        return known.Contains(split) ? [split] : throw new DataException($"{what} has no split '{split}'; it has {string.Join(", ", known)}");
    }

    internal static string[] ClassNames(string path, int count) =>
        File.Exists(path) && RegularFile.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray() is var lines && lines.Length == count ? lines : [];
}
