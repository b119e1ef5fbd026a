namespace Kindred.Io;

/// <summary>A dictionary in a file of torch.save, in order.</summary>
/// <param name="name">What Python calls it: <c>dict</c> or <c>OrderedDict</c>.</param>
public sealed class TorchMap(string name = "dict")
{
    /// <summary>What Python calls it.</summary>
    public string Name { get; } = name;

    /// <summary>Keys and values; a key that is set twice appears twice, and the last one counts.</summary>
    public IList<KeyValuePair<object?, object?>> Entries { get; } = [];

    /// <summary>The value of a text key, or null.</summary>
    /// <param name="key">The key.</param>
    public object? this[string key] => Entries.LastOrDefault(e => e.Key is string k && k == key).Value;

    /// <summary>Sets a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>This map.</returns>
    public TorchMap Add(object key, object? value)
    {
        Entries.Add(new(key, value));
        return this;
    }
}

/// <summary>A list, tuple or set in a file of torch.save.</summary>
/// <param name="kind">What Python calls it: <c>list</c>, <c>tuple</c>, <c>set</c>.</param>
/// <param name="items">Its items.</param>
public sealed class TorchSequence(string kind, IEnumerable<object?> items)
{
    /// <summary>What Python calls it.</summary>
    public string Kind { get; } = kind;

    /// <summary>Its items.</summary>
    public IList<object?> Items { get; } = [.. items];
}

/// <summary>Something in a file of torch.save that is neither data nor tensor: shown by name, never made.</summary>
/// <param name="name">Module and name, such as <c>argparse.Namespace</c>.</param>
/// <param name="arguments">What it would have been called with.</param>
public sealed class TorchOpaque(string name, object? arguments)
{
    /// <summary>Module and name.</summary>
    public string Name { get; } = name;

    /// <summary>What it would have been called with.</summary>
    public object? Arguments { get; } = arguments;

    /// <summary>What it would have been given as state.</summary>
    public object? State { get; internal set; }
}

/// <summary>A tensor in a file of torch.save; its numbers are read when asked for.</summary>
public sealed class TorchTensor
{
    const long MaxExpansion = 64 << 20;
    readonly TorchStorage storage;
    readonly long offset;
    readonly long[] strides;

    internal TorchTensor(TorchStorage storage, ElementType type, long offset, long[] shape, long[] strides)
    {
        this.storage = storage;
        this.offset = offset;
        this.strides = strides;
        Type = type;
        Shape = shape;
    }

    /// <summary>What one element is.</summary>
    public ElementType Type { get; }

    /// <summary>Sizes; empty for a single number.</summary>
    public long[] Shape { get; }

    /// <summary>Where the tensor lives in its storage, in elements: tensors may share one.</summary>
    internal (string Storage, long Offset) Place => (storage.Key, offset);

    /// <summary>Reads the numbers in row order, whatever the strides are.</summary>
    /// <param name="name">The name to give them.</param>
    /// <returns>The array.</returns>
    /// <exception cref="DataException">The file is damaged, or the tensor exceeds 2 GiB.</exception>
    public NamedArray Read(string name)
    {
        ElementTypes.TryCount(Shape, out var count);
        var size = Type.Size();

        if (count * size > Array.MaxLength || (count * size > MaxExpansion && count * size > storage.Bytes))
            throw new DataException($"{storage.File}: '{name}' would take {count * size} bytes of memory out of {storage.Bytes} in the file, which is not read here.");

        if (count == 0)
            return new(name, Type, Shape, default);

        var span = Extent();
        var source = storage.Read(offset * size, (span + 1) * size);
        return new(name, Type, Shape, span + 1 == count && IsContiguous() ? source : Gather(source, size, count));
    }

    /// <summary>Elements from the first to the last one.</summary>
    internal long Extent() => Shape.Zip(strides, (s, stride) => (s - 1) * stride).Sum();

    bool IsContiguous()
    {
        var expected = 1L;

        for (var d = Shape.Length - 1; d >= 0; d--)
        {
            if (Shape[d] != 1 && strides[d] != expected)
                return false;

            expected *= Shape[d];
        }

        return true;
    }

    byte[] Gather(byte[] source, int size, long count)
    {
        var target = new byte[count * size];
        var index = new long[Shape.Length];

        for (var (i, at) = (0L, 0L); i < count; i++)
        {
            source.AsSpan((int)(at * size), size).CopyTo(target.AsSpan((int)(i * size)));

            for (var d = Shape.Length - 1; d >= 0; d--)
            {
                at += strides[d];

                if (++index[d] < Shape[d])
                    break;

                at -= strides[d] * Shape[d];
                index[d] = 0;
            }
        }

        return target;
    }
}

/// <summary>The bytes that tensors are views of.</summary>
/// <param name="File">The file, for messages.</param>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">What it is typed as; null when it has no type (then a tensor says it) or one that is not known here.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Fetch">Reads a piece of it.</param>
sealed record TorchStorage(string File, string Key, ElementType? Type, long Bytes, Func<TorchStorage, long, long, byte[]> Fetch)
{
    public byte[] Read(long from, long count) => Fetch(this, from, count);
}
