using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Io;

/// <summary>The form of torch.save before PyTorch 1.6: five pickles in a row, then each storage as its length and its bytes.</summary>
sealed class TorchLegacy(string path, SafeFileHandle handle, PickleNames names)
{
    static readonly BigInteger Magic = BigInteger.Parse("01950A86A20F9469CFC6C", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
    const long Protocol = 1001;

    readonly Dictionary<string, (TorchStorage Storage, string Class, long Count)> storages = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> starts = new(StringComparer.Ordinal);

    public object? Read(int maxPickle)
    {
        var length = RandomAccess.GetLength(handle);
        var head = new byte[Math.Min(length, maxPickle)];
        InputFile.ReadExactly(path, handle, 0, head);
        RefuseOtherFormats(head);

        var machine = new PickleMachine(path, head, names, Storage);

        if (machine.Run(0) is not BigInteger magic || magic != Magic || machine.Run(machine.Position) is not Protocol)
            throw NotTorch();

        if (machine.Run(machine.Position) is TorchMap system && system["little_endian"] is false)
            throw new DataException($"{path} was written on a big-endian machine; save it again on a little-endian one.");

        var root = machine.Run(machine.Position);
        var keys = machine.Run(machine.Position) as TorchSequence ?? throw NotTorch();
        LocateStorages(keys, machine.Position, length);
        return root;
    }

    object? Storage(object? id)
    {
        var (name, key, count, view) = TorchZip.ParseId(path, id);

        if (view is not null)
            throw new DataException($"{path}: it was written by a PyTorch before 0.4, with views of storages; save it again with a newer one.");

        if (storages.TryGetValue(key, out var known))
            return known.Storage;

        var type = PickleNames.Storages.TryGetValue(name, out var element) ? element : (ElementType?)null;
        var size = ElementSize(name);

        if (size == 0 || count > long.MaxValue / 32)
            throw new DataException($"{path}: a storage of {count} elements of the class {name}, which is not known here.");

        var storage = new TorchStorage(path, key, type, count * size, Fetch);
        storages[key] = (storage, name, count);
        return storage;
    }

    byte[] Fetch(TorchStorage storage, long from, long count)
    {
        var bytes = new byte[count];
        InputFile.ReadExactly(path, handle, starts[storage.Key] + from, bytes);
        return bytes;
    }

    void LocateStorages(TorchSequence keys, long at, long length)
    {
        Span<byte> prefix = stackalloc byte[8];

        foreach (var key in keys.Items)
        {
            if (key is not string name || !storages.TryGetValue(name, out var storage) || starts.ContainsKey(name))
                throw new DataException($"{path}: it lists a storage that no tensor has, or one twice.");

            InputFile.ReadExactly(path, handle, at, prefix);

            if (BinaryPrimitives.ReadInt64LittleEndian(prefix) != storage.Count || storage.Storage.Bytes > length - at - 8)
                throw new DataException($"{path} is damaged or cut short: the storage '{name}' should have {storage.Count} elements at byte {at}.");

            starts[name] = at + 8;
            at += 8 + storage.Storage.Bytes;
        }

        if (starts.Count != storages.Count)
            throw new DataException($"{path} is damaged: {storages.Count - starts.Count} storages are missing.");
    }

    static int ElementSize(string name) => PickleNames.Storages.TryGetValue(name, out var type) ? type.Size() : name switch
    {
        "ComplexFloatStorage" => 8,
        "ComplexDoubleStorage" => 16,
        _ => 0,
    };

    void RefuseOtherFormats(ReadOnlySpan<byte> head)
    {
        const int tarMagic = 257;

        if (head.Length > tarMagic + 5 && head.Slice(tarMagic, 5).SequenceEqual("ustar"u8))
            throw new DataException($"{path} is a tar file: torch.save wrote such before PyTorch 0.1.10. Load it with an old PyTorch and save it again.");

        if (head[0] != (byte)PickleOpcode.Proto)
            throw NotTorch();
    }

    DataException NotTorch() =>
        new($"{path} is not a file of torch.save: it is neither a zip nor the legacy form. If it is a plain pickle, load it where it was made and save its tensors with torch.save or safetensors.");
}
