using System.Runtime.InteropServices;
using Kindred.Io;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Index;

/// <summary>Vectors of a file. Runs of them are read, so that a pass over all takes no more memory than its buffer; single ones are mapped.</summary>
sealed class FileVectors : Vectors
{
    readonly string path;
    readonly long offset;
    readonly SafeFileHandle handle;
    readonly Lazy<MappedFile> map;

    internal FileVectors(string path, long offset, int count, int dimension)
    {
        (this.path, this.offset, Count, Dimension) = (path, offset, count, dimension);
        handle = RegularFile.Open(path);
        map = new(() => MappedFile.Open(path));
    }

    public override string Description => path;

    public override int Count { get; }

    public override int Dimension { get; }

    public override void Read(int first, Span<float> into)
    {
        var bytes = MemoryMarshal.AsBytes(into);
        var from = Place(first);
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(handle, bytes[done..], from + done);
            if (read == 0) throw new DataException($"{path} is cut short: vector {first + (done / (4 * Dimension))} of {Count} is not in it any more.");
            done += read;
        }
    }

    public override ReadOnlySpan<float> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return map.Value.Slice<float>(Place(index), Dimension);
        }
    }

    long Place(int index) => offset + ((long)index * Dimension * sizeof(float));

    internal static new FileVectors Open(string path)
    {
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || IndexFile.Recognises(path)) return OfSafeTensors(path);
        if (path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)) return OfNpy(path);
        throw new DataException($"{path}: vectors are read from .npy, .safetensors and indices; `kindred embed … --out FILE.npy` writes them.");
    }

    static FileVectors OfNpy(string path)
    {
        var found = NpyPlace.Read(path);
        return Checked(path, found.Type, found.Shape, found.Offset);
    }

    internal static FileVectors OfSafeTensors(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        ArrayEntry[] matrices = [.. file.Entries.Where(e => e.Shape.Length == 2)];
        var entry = file.Contains("embeddings") ? file.Entry("embeddings")
            : matrices is [var only] ? only
            : throw new DataException($"{path} holds {matrices.Length} matrices and none that is called 'embeddings'; it is no file of vectors.");
        return Checked(path, entry.Type, entry.Shape, entry.Offset);
    }

    static FileVectors Checked(string path, ElementType type, long[] shape, long offset)
    {
        if (shape.Length != 2) throw new DataException($"{path} holds an array of [{string.Join(", ", shape)}]; vectors are [N, D], a row each.");
        if (type != ElementType.Float32) throw new DataException($"{path} holds {type}; vectors are in single precision (float32).");
        if (shape[0] == 0 || shape[1] == 0) throw new DataException($"{path} holds no vectors: [{shape[0]}, {shape[1]}].");
        if (shape[0] > int.MaxValue || shape[1] > 1 << 20)
            throw new DataException($"{path} holds [{shape[0]}, {shape[1]}]; at most 2147483647 vectors of 1048576 numbers are searched.");
        return new(path, offset, (int)shape[0], (int)shape[1]);
    }

    protected override void Dispose(bool disposing)
    {
        handle.Dispose();
        if (map.IsValueCreated) map.Value.Dispose();
    }
}
