namespace Kindred.Data.Sources;

/// <summary>Which files are listed as pictures, the same for a folder and for an archive of it.</summary>
static class ListingRule
{
    /// <summary>Deeper trees are refused: no picture set nests so far.</summary>
    internal const int MaxDepth = 256;

    /// <summary>Whether a file or folder of that name is passed over with all below it: <c>.git</c>, <c>.ipynb_checkpoints</c>, <c>._1.jpg</c>.</summary>
    internal static bool Hidden(ReadOnlySpan<byte> name) => name.StartsWith("."u8);

    /// <summary>Whether a name ends as a picture's.</summary>
    internal static bool IsPicture(ReadOnlySpan<byte> name)
    {
        if (name.Length < 5 || Hidden(name))
            return false;
        Span<byte> ending = stackalloc byte[5];
        for (var i = 0; i < 5; i++)
            ending[i] = (byte)(name[name.Length - 5 + i] is >= (byte)'A' and <= (byte)'Z' and var c ? c | 32 : name[name.Length - 5 + i]);
        return ending.EndsWith(".jpg"u8) || ending.EndsWith(".png"u8) || ending.SequenceEqual(".jpeg"u8) || ending.SequenceEqual(".webp"u8)
            || ending.EndsWith(".jpe"u8) || ending.SequenceEqual(".jfif"u8);
    }

    /// <summary>Brings a path inside an archive to the form that a walk of the unpacked folder gives.</summary>
    /// <param name="path">As the archive has it, perhaps with <c>./</c>, <c>//</c>, a leading <c>/</c> or <c>../</c>.</param>
    /// <param name="within">Whether a path that <c>..</c> leads out of the archive is none, instead of being cut as tar does when it unpacks.</param>
    /// <returns>Names divided by single slashes; empty if nothing is left.</returns>
    internal static byte[] Plain(ReadOnlySpan<byte> path, bool within = false)
    {
        var result = new List<byte>(path.Length);
        foreach (var range in path.Split((byte)'/'))
        {
            var name = path[range];
            if (name.IsEmpty || name.SequenceEqual("."u8))
                continue;
            if (name.SequenceEqual(".."u8))
            {
                if (result.Count == 0 && within)
                    return [];
                result.RemoveRange(Math.Max(0, result.LastIndexOf((byte)'/')), result.Count - Math.Max(0, result.LastIndexOf((byte)'/')));
                continue;
            }
            if (result.Count > 0)
                result.Add((byte)'/');
            result.AddRange(name);
        }
        return [.. result];
    }

    /// <summary>Whether a walk of the unpacked folder would come to a path at all.</summary>
    /// <param name="path">As <see cref="Plain"/> gives it.</param>
    internal static bool Listed(ReadOnlySpan<byte> path)
    {
        foreach (var range in path.Split((byte)'/'))
        {
            if (Hidden(path[range]))
                return false;
        }
        return !path.IsEmpty;
    }
}
