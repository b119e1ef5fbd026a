using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Io;

/// <summary>A file of torch.save (.pt, .pth), zip or legacy, read without Python and without ever running what is in it.</summary>
/// <remarks>
/// Python's own torch.load runs code that a file names. Here a small machine knows the opcodes that tensors need and gives every name no
/// meaning but its own. Strides, offsets and sizes are checked against the storages; numbers are read when asked for.
/// </remarks>
public sealed class TorchFile : IDisposable
{
    const int MaxPickle = 256 << 20, MaxNodes = 4_000_000;

    readonly IDisposable source;
    readonly string path;

    TorchFile(string path, object? root, IDisposable source)
    {
        this.path = path;
        this.source = source;
        Root = root;
    }

    /// <summary>
    /// What was saved: null, bool, long, <see cref="System.Numerics.BigInteger"/>, double, string, byte[], <see cref="TorchMap"/>,
    /// <see cref="TorchSequence"/>, <see cref="TorchTensor"/> or <see cref="TorchOpaque"/>.
    /// </summary>
    public object? Root { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="unknown">What to do with names that are neither tensors nor plain data.</param>
    /// <returns>The open file; dispose it when the tensors are read.</returns>
    /// <exception cref="DataException">The file is missing, damaged, hostile, or of another kind; the message says which.</exception>
    public static TorchFile Open(string path, UnknownNames unknown = UnknownNames.Refuse)
    {
        Span<byte> magic = stackalloc byte[4];

        using (var handle = InputFile.Open(path))
        {
            if (RandomAccess.Read(handle, magic, 0) < 4)
                throw new DataException($"{path} is not a file of torch.save: it has {RandomAccess.GetLength(handle)} bytes.");
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(magic) == 0x04034B50 ? OpenZip(path, unknown) : OpenLegacy(path, unknown);
    }

    /// <summary>All tensors under the path that leads to them, such as <c>state_dict.encoder.conv1.weight</c>; a tensor that is there twice is listed twice.</summary>
    /// <returns>Paths and tensors in the order of the file.</returns>
    /// <exception cref="DataException">Collections share parts so often that their paths cannot be listed.</exception>
    public IReadOnlyList<KeyValuePair<string, TorchTensor>> Tensors()
    {
        var found = new List<KeyValuePair<string, TorchTensor>>();
        var visited = 0;
        Visit("", Root);
        return found;

        void Visit(string at, object? node)
        {
            if (++visited > MaxNodes)
                throw new DataException($"{path}: its collections share parts so often that they unfold to more than {MaxNodes} values.");

            if (node is TorchTensor tensor)
                found.Add(new(at, tensor));
            else if (node is TorchMap map)
                Each(map.Entries.Select(e => (e.Key, e.Value)));
            else if (node is TorchSequence sequence)
                Each(sequence.Items.Select((item, i) => ((object?)(long)i, item)));

            void Each(IEnumerable<(object? Key, object? Value)> entries)
            {
                foreach (var (key, value) in entries)
                    Visit(at.Length == 0 ? Text(key) : $"{at}.{Text(key)}", value);
            }
        }
    }

    /// <summary>Reads all tensors.</summary>
    /// <param name="under">Only those below this path, which is left out of their names, such as <c>state_dict</c>.</param>
    /// <returns>The arrays in the order of the file.</returns>
    /// <exception cref="DataException">There are none below that path, or the file is damaged.</exception>
    public IReadOnlyList<NamedArray> Read(string under = "")
    {
        var prefix = under.Length == 0 ? "" : $"{under}.";
        var all = Tensors();
        var arrays = all.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(t => t.Value.Read(t.Key[prefix.Length..])).ToArray();

        return arrays.Length > 0 || under.Length == 0 ? arrays : throw new DataException($"{path} has no tensors below '{under}'; it has {Suggest.Some(all.Select(t => t.Key))}.");
    }

    /// <summary>Writes a file that Python's torch.load reads, with weights_only too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="root">What to save: see <see cref="Root"/>, with <see cref="NamedArray"/> for tensors; also string-keyed dictionaries and lists of .NET.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <returns>Length and hash of the file.</returns>
    /// <exception cref="EnvironmentException">The file could not be written.</exception>
    /// <exception cref="ArgumentException">Something in it has no counterpart in PyTorch.</exception>
    public static Written Save(string path, object? root, IDisk? disk = null) => AtomicFile.Write(path, stream => TorchWriter.Write(stream, root), disk);

    /// <summary>Writes arrays as a state_dict.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">Arrays with distinct names, kept in this order.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <param name="extra">Words to keep in the archive, by file name below <c>extra/</c>; <c>torch.load</c> passes over them.</param>
    /// <returns>Length and hash of the file.</returns>
    /// <exception cref="EnvironmentException">The file could not be written.</exception>
    public static Written SaveState(string path, IEnumerable<NamedArray> arrays, IDisk? disk = null, IReadOnlyDictionary<string, string>? extra = null)
    {
        var state = new TorchMap("OrderedDict");

        foreach (var array in arrays)
            state.Add(array.Name, array);

        return AtomicFile.Write(path, stream => TorchWriter.Write(stream, state, extra), disk);
    }

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();

    static string Text(object? key) => key switch
    {
        null => "None",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        string text => text,
        _ => $"({key.GetType().Name})",
    };

    static TorchFile OpenZip(string path, UnknownNames unknown)
    {
        var zip = ZipReader.Open(path);

        try
        {
            return new(path, TorchZip.Read(path, zip, new(path, unknown), MaxPickle), zip);
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    static TorchFile OpenLegacy(string path, UnknownNames unknown)
    {
        var handle = InputFile.Open(path);

        try
        {
            return new(path, new TorchLegacy(path, handle, new(path, unknown)).Read(MaxPickle), handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
