namespace Kindred.Io;

/// <summary>NumPy's .npz files: a zip of .npy files.</summary>
public static class Npz
{
    /// <summary>Reads every array, from <c>savez</c> or <c>savez_compressed</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The arrays in the order of the file.</returns>
    /// <exception cref="DataException">The file is missing, damaged, or holds something else than numbers.</exception>
    public static IReadOnlyList<NamedArray> Read(string path)
    {
        const string suffix = ".npy";
        using var zip = ZipReader.Open(path);
        var others = zip.Items.Keys.Where(n => !n.EndsWith(suffix, StringComparison.Ordinal)).ToArray();

        if (others.Length > 0)
            throw new DataException($"{path} is not a .npz file: it holds {Suggest.Some(others)}.");

        return [.. zip.Items.Values.OrderBy(i => i.Start).Select(i => Npy.Parse($"{path}:{i.Name}", i.Name[..^suffix.Length], zip.Read(i, Array.MaxLength)))];
    }

    /// <summary>Replaces a file in one act.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">Arrays with distinct names.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <returns>Length and hash of the file.</returns>
    /// <exception cref="EnvironmentException">The file could not be written.</exception>
    public static Written Save(string path, IEnumerable<NamedArray> arrays, IDisk? disk = null) => AtomicFile.Write(
        path,
        stream =>
        {
            var zip = new ZipWriter(stream);

            foreach (var array in arrays)
            {
                using var buffer = new MemoryStream();
                Npy.Write(buffer, array);
                zip.Add($"{array.Name}.npy", buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
            }

            zip.Finish();
        },
        disk);
}
