using System.Text;

namespace Kindred.Io;

/// <summary>What to do with names in a file of torch.save that are neither tensors nor plain collections.</summary>
public enum UnknownNames
{
    /// <summary>Refuse the file, naming opcode and name. Harmless things that training scripts often save (argparse.Namespace, numpy scalars …) are let through as inert nodes.</summary>
    Refuse,

    /// <summary>Show them as inert nodes. Nothing is ever called or imported in either case.</summary>
    Keep,
}

/// <summary>What the names in a pickle mean: a handful make tensors and collections, all else stays inert.</summary>
sealed class PickleNames(string file, UnknownNames unknown)
{
    static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "argparse.Namespace", "collections.Counter", "collections.deque", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray.scalar",
        "numpy._core.multiarray._reconstruct", "numpy.dtype", "numpy.ndarray", "pathlib.PosixPath", "pathlib.Path", "datetime.datetime", "datetime.timedelta", "torch.device", "torch.Size",
        "builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.list", "builtins.dict", "builtins.tuple", "builtins.complex", "builtins.slice", "builtins.bytearray",
        "__builtin__.int", "__builtin__.long", "__builtin__.float", "__builtin__.str", "__builtin__.bool", "__builtin__.list", "__builtin__.dict", "__builtin__.tuple", "__builtin__.complex",
        "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_qtensor", "torch.per_tensor_affine", "torch.per_channel_affine", "torch.serialization._get_layout",
    };

    static readonly HashSet<string> Dictionaries = new(StringComparer.Ordinal) { "collections.OrderedDict", "collections.defaultdict" };
    static readonly HashSet<string> Sets = new(StringComparer.Ordinal) { "builtins.set", "builtins.frozenset", "__builtin__.set", "__builtin__.frozenset" };

    static readonly Dictionary<string, ElementType> Dtypes = new(StringComparer.Ordinal)
    {
        ["float64"] = ElementType.Float64, ["float32"] = ElementType.Float32, ["float16"] = ElementType.Float16, ["bfloat16"] = ElementType.BFloat16,
            ["int64"] = ElementType.Int64, ["int32"] = ElementType.Int32,
        ["int16"] = ElementType.Int16, ["int8"] = ElementType.Int8, ["uint8"] = ElementType.UInt8, ["bool"] = ElementType.Bool,
            ["uint16"] = ElementType.UInt16, ["uint32"] = ElementType.UInt32, ["uint64"] = ElementType.UInt64,
    };

    /// <summary>Storage classes and the element types that they hold; the writer uses the same table.</summary>
    public static IReadOnlyDictionary<string, ElementType> Storages { get; } = new Dictionary<string, ElementType>(StringComparer.Ordinal)
    {
        ["DoubleStorage"] = ElementType.Float64, ["FloatStorage"] = ElementType.Float32, ["HalfStorage"] = ElementType.Float16,
            ["BFloat16Storage"] = ElementType.BFloat16, ["LongStorage"] = ElementType.Int64,
        ["IntStorage"] = ElementType.Int32, ["ShortStorage"] = ElementType.Int16, ["CharStorage"] = ElementType.Int8, ["ByteStorage"] = ElementType.UInt8, ["BoolStorage"] = ElementType.Bool,
    };

    public object Resolve(PickleName name, string opcode, int at) => unknown is UnknownNames.Keep || IsKnown(name)
        ? name
        : throw new DataException($"{file}: the opcode {opcode} at byte {at} asks for {name}, which is neither a tensor nor plain data, and is "
            + $"refused. Nothing of it was run. If you trust where the file comes from, its tensors can be read with unknown names kept as inert nodes; that never runs anything either.");

    public object? Call(object? callee, object? arguments, int at)
    {
        if (callee is not PickleName name || arguments is not TorchSequence { Kind: "tuple" } tuple)
            throw new DataException($"{file}: the opcode REDUCE at byte {at} calls something that is no name, and is refused.");

        var full = name.ToString();
        var items = tuple.Items;

        return full switch
        {
            "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_tensor_v3" => Tensor(full, items),
            "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" when items.Count > 0 => items[0],
            "torch.Size" when items is [TorchSequence sizes] => sizes,
            "_codecs.encode" when items is [string text, "latin1"] => Encoding.Latin1.GetBytes(text),
            _ when Dictionaries.Contains(full) => Map(name.Name, items),
            _ when Sets.Contains(full) => new TorchSequence("set", items is [TorchSequence initial] ? initial.Items : []),
            _ => new TorchOpaque(full, tuple),
        };
    }

    /// <summary>State goes to inert nodes; for collections and tensors it is metadata that nobody here needs.</summary>
    public static void Build(object? target, object? state)
    {
        if (target is TorchOpaque opaque)
            opaque.State = state;
    }

    static bool IsKnown(PickleName name) => name.Module switch
    {
        "torch._utils" when name.Name.StartsWith("_rebuild_tensor", StringComparison.Ordinal) || name.Name.StartsWith("_rebuild_parameter", StringComparison.Ordinal) => true,
        "torch" or "torch.cuda" or "torch.storage" when name.Name.EndsWith("Storage", StringComparison.Ordinal) || Dtypes.ContainsKey(name.Name) => true,
        "_codecs" => name.Name == "encode",
        _ => Harmless.Contains(name.ToString()) || Dictionaries.Contains(name.ToString()) || Sets.Contains(name.ToString()),
    };

    static TorchMap Map(string name, IList<object?> arguments)
    {
        var map = new TorchMap(name);

        if (arguments is [TorchSequence pairs])
        {
            foreach (var pair in pairs.Items.OfType<TorchSequence>().Where(p => p.Items.Count == 2))
                map.Entries.Add(new(pair.Items[0], pair.Items[1]));
        }

        return map;
    }

    object Tensor(string rebuild, IList<object?> arguments)
    {
        if (arguments is not [TorchStorage storage, long offset, TorchSequence sizes, TorchSequence strides, ..])
            throw Broken("a tensor is rebuilt from other things than a storage, an offset, sizes and strides");

        var type = rebuild.EndsWith("v3", StringComparison.Ordinal) && arguments.Count > 6 ? arguments[6] is PickleName dtype
            && Dtypes.TryGetValue(dtype.Name, out var given) ? given : (ElementType?)null : storage.Type;

        if (type is not { } known)
            return new TorchOpaque("a tensor of an element type that is not known here", null);

        var tensor = new TorchTensor(storage, known, offset, Numbers(sizes), Numbers(strides));
        CheckBounds(tensor, offset, Numbers(strides), storage.Bytes / known.Size());
        return tensor;
    }

    long[] Numbers(TorchSequence sequence) =>
        [.. sequence.Items.Select(i => i is long and >= 0 and var number
        ? (long)number : throw Broken("a size or stride of a tensor is not a whole number from 0 up"))];

    void CheckBounds(TorchTensor tensor, long offset, long[] strides, long elements)
    {
        if (tensor.Shape.Length != strides.Length || offset < 0 || !ElementTypes.TryCount(tensor.Shape, out var count))
            throw Broken($"a tensor has the shape [{string.Join(", ", tensor.Shape)}], the strides [{string.Join(", ", strides)}] and the offset {offset}");

        if (count == 0)
            return;

        Int128 last = offset;

        for (var d = 0; d < strides.Length; d++)
            last += (Int128)(tensor.Shape[d] - 1) * strides[d];

        if (last >= elements)
            throw Broken($"a tensor of shape [{string.Join(", ", tensor.Shape)}] reaches to element {last} of a storage of {elements}");
    }

    DataException Broken(string what) => new($"{file}: {what}.");
}
