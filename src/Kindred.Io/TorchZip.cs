using System.Text;

namespace Kindred.Io;

/// <summary>The zip form of torch.save: <c>ROOT/data.pkl</c> and one stored entry a storage.</summary>
static class TorchZip
{
    public static object? Read(string path, ZipReader zip, PickleNames names, int maxPickle)
    {
        var pickles = zip.Items.Keys.Where(n => n.EndsWith("/data.pkl", StringComparison.Ordinal) && n.Count(c => c == '/') == 1).ToArray();

        if (pickles is not [var pickle])
            throw new DataException($"{path} is a zip file, but not one of torch.save: it has {pickles.Length} entries called data.pkl. It holds {Suggest.Some(zip.Items.Keys)}.");

        var root = pickle[..^"data.pkl".Length];

        if (zip.Items.Keys.FirstOrDefault(n => n == $"{root}constants.pkl" || n.StartsWith($"{root}code/", StringComparison.Ordinal)) is { } script)
            throw new DataException($"{path} is a TorchScript program (it has {script}), not a file of tensors. In Python, save its weights with "
                + $"torch.save(torch.jit.load(…).state_dict(), …) and read that.");

        CheckByteOrder(path, zip, root);
        var storages = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        var machine = new PickleMachine(path, zip.Read(zip.Items[pickle], maxPickle), names, id => Storage(path, zip, root, id, storages));
        return machine.Run(0);
    }

    /// <summary><c>("storage", class, key, location, elements)</c>; the legacy form appends a view.</summary>
    public static (string Class, string Key, long Count, object? View) ParseId(string path, object? id) =>
        id is TorchSequence { Kind: "tuple", Items: ["storage", PickleName type, string key, string, long and >= 0 and var count, ..] and var items }
            ? (type.Name, key, count, items.ElementAtOrDefault(5))
            : throw new DataException($"{path}: a persistent id in it is not that of a storage.");

    static TorchStorage Storage(string path, ZipReader zip, string root, object? id, Dictionary<string, TorchStorage> storages)
    {
        var (name, key, count, _) = ParseId(path, id);

        if (storages.TryGetValue(key, out var known))
            return known;

        if (!zip.Items.TryGetValue($"{root}data/{key}", out var item) || item.Deflated)
            throw new DataException($"{path}: the storage '{key}' is missing or compressed.");

        var type = PickleNames.Storages.TryGetValue(name, out var element) ? element : (ElementType?)null;

        if (type is { } t && (Int128)count * t.Size() != item.Size)
            throw new DataException($"{path}: the storage '{key}' should have {count} elements of {t}, but has {item.Size} bytes.");

        return storages[key] = new(path, key, type, item.Size, (storage, from, length) => Fetch(zip, item, from, length));
    }

    /// <summary>Whole storages are checked against their CRC; pieces cannot be.</summary>
    static byte[] Fetch(ZipReader zip, ZipItem item, long from, long length)
    {
        if (from == 0 && length == item.Size)
            return zip.Read(item, length);

        var bytes = new byte[length];
        zip.ReadInto(item, from, bytes);
        return bytes;
    }

    static void CheckByteOrder(string path, ZipReader zip, string root)
    {
        const int longest = 16;

        if (zip.Items.TryGetValue($"{root}byteorder", out var order) && Encoding.ASCII.GetString(zip.Read(order, longest)) is var other and not "little")
            throw new DataException($"{path} was written on a machine of the byte order '{other}'; save it again on a little-endian one.");
    }
}
