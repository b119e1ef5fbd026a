using System.Globalization;

namespace Kindred.Io;

/// <summary>A file of named arrays in any format that weights come in: safetensors, torch.save (zip or legacy), ONNX, npz. Told apart by what is in it.</summary>
public sealed class WeightFile : IDisposable
{
    static readonly string[] written = [".safetensors", ".pt", ".pth", ".npz"];

    readonly IDisposable? source;
    readonly Dictionary<string, (ElementType Type, long[] Shape, Func<NamedArray> Read)> entries = new(StringComparer.Ordinal);

    WeightFile(string path, string format, IDisposable? source) => (Path, Format, this.source) = (path, format, source);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>safetensors, torch, onnx or npz.</summary>
    public string Format { get; }

    /// <summary>Words that are kept beside the arrays; empty where the format has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>The names, in the order of the file. Nested dictionaries of torch.save are joined by dots: <c>state_dict.module.encoder_q.conv1.weight</c>.</summary>
    public IReadOnlyCollection<string> Names => entries.Keys;

    /// <summary>Type and shape of an array, without reading it.</summary>
    public (ElementType Type, IReadOnlyList<long> Shape) this[string name] => (entries[name].Type, entries[name].Shape);

    /// <summary>Reads an array.</summary>
    /// <exception cref="DataException">The file is damaged there.</exception>
    public NamedArray Read(string name) => entries[name].Read();

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is missing, damaged, or of no known format.</exception>
    public static WeightFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Span<byte> head = stackalloc byte[9];
        using (var handle = InputFile.Open(path))
            if (RandomAccess.Read(handle, head, 0) < 4) throw new DataException($"{path} is no file of weights: it has {RandomAccess.GetLength(handle)} bytes.");
        return head switch
        {
            [(byte)'P', (byte)'K', ..] when path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) => OfArrays(path, "npz", Npz.Read(path)),
            [(byte)'P', (byte)'K', ..] or [0x80, 0x02, ..] => OfTorch(path),
            [.., (byte)'{'] => OfSafeTensors(path),
            [0x08, ..] => OfArrays(path, "onnx", OnnxWeights.Read(RegularFile.ReadAllBytes(path), path)),
            _ => OfSafeTensors(path),                                     // which explains what is wrong
        };
    }

    /// <summary>Writes arrays in the format that the file's ending says: .safetensors, .pt, .pth or .npz.</summary>
    /// <param name="path">The file, replaced in one act.</param>
    /// <param name="arrays">With distinct names.</param>
    /// <param name="metadata">Words to keep beside them, where the format has room.</param>
    /// <exception cref="ConfigurationException">No format has that ending.</exception>
    /// <exception cref="EnvironmentException">The file cannot be written.</exception>
    public static Written Save(string path, IEnumerable<NamedArray> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return System.IO.Path.GetExtension(path).ToLower(CultureInfo.InvariantCulture) switch
        {
            ".safetensors" => SafeTensors.Save(path, arrays, metadata),
            ".pt" or ".pth" => TorchFile.SaveState(path, arrays),
            ".npz" => Npz.Save(path, arrays),
            var other => throw new ConfigurationException($"{path}: no format of weights ends in '{other}'; there are {string.Join(", ", written)}."),
        };
    }

    static WeightFile OfArrays(string path, string format, IReadOnlyList<NamedArray> arrays)
    {
        var file = new WeightFile(path, format, null);
        foreach (var array in arrays) file.Add(array.Name, array.Type, array.Shape, () => array);
        return file;
    }

    static WeightFile OfSafeTensors(string path)
    {
        var opened = SafeTensorsFile.Open(path);
        var file = new WeightFile(path, "safetensors", opened) { Metadata = opened.Metadata };
        foreach (var entry in opened.Entries) file.Add(entry.Name, entry.Type, entry.Shape, () => opened.Read(entry.Name));
        return file;
    }

    static WeightFile OfTorch(string path)
    {
        var opened = TorchFile.Open(path, UnknownNames.Keep);
        var file = new WeightFile(path, "torch", opened);
        try
        {
            foreach (var (name, tensor) in opened.Tensors()) file.Add(name, tensor.Type, tensor.Shape, () => tensor.Read(name));
            return file;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    void Add(string name, ElementType type, long[] shape, Func<NamedArray> read)
    {
        if (!entries.TryAdd(name, (type, shape, read))) throw new DataException($"{Path}: two arrays are called '{name}'.");
    }

    /// <inheritdoc/>
    public void Dispose() => source?.Dispose();
}
