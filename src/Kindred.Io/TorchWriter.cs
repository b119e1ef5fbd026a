using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Kindred.Io;

/// <summary>Writes the zip form of torch.save with a pickle of protocol 2, the same bytes for the same content.</summary>
sealed class TorchWriter
{
    const int Alignment = 64;

    readonly MemoryStream pickle = new();
    readonly List<NamedArray> storages = [];

    public static void Write(Stream stream, object? root, IReadOnlyDictionary<string, string>? extra = null)
    {
        var writer = new TorchWriter();
        writer.pickle.Write([(byte)PickleOpcode.Proto, 2]);
        writer.Value(root);
        writer.Op(PickleOpcode.Stop);

        var zip = new ZipWriter(stream, Alignment);
        zip.Add("archive/data.pkl", writer.pickle.GetBuffer().AsSpan(0, (int)writer.pickle.Length));
        zip.Add("archive/byteorder", "little"u8);

        for (var i = 0; i < writer.storages.Count; i++)
            zip.Add(string.Create(CultureInfo.InvariantCulture, $"archive/data/{i}"), writer.storages[i].Bytes.Span);

        // Readers pass over what they do not look for.
        foreach (var (name, text) in extra ?? new Dictionary<string, string>())
            zip.Add($"archive/extra/{name}", Encoding.UTF8.GetBytes(text));

        zip.Add("archive/version", "3\n"u8);
        zip.Finish();
    }

    void Value(object? value)
    {
        switch (value)
        {
            case null: Op(PickleOpcode.None); break;
            case bool truth: Op(truth ? PickleOpcode.NewTrue : PickleOpcode.NewFalse); break;
            case int or long or short or byte: Integer(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case BigInteger big: Long(big); break;
            case float or double: Real(Convert.ToDouble(value, CultureInfo.InvariantCulture)); break;
            case string text: Text(text); break;
            case NamedArray array: Tensor(array); break;
            case TorchMap map: Map(map.Name == "OrderedDict", map.Entries.Select(e => (e.Key, e.Value))); break;
            case IDictionary map: Map(false, map.Keys.Cast<object?>().Select(k => (k, map[k!]))); break;
            case TorchSequence { Kind: "tuple" } tuple: Tuple(tuple.Items); break;
            case TorchSequence { Kind: "list" } list: List(list.Items); break;
            case IEnumerable list and not byte[]: List(list.Cast<object?>()); break;
            default: throw new ArgumentException($"a {value.GetType().Name} has no counterpart that torch.load accepts", nameof(value));
        }
    }

    void Tensor(NamedArray array)
    {
        var storage = PickleNames.Storages.FirstOrDefault(s => s.Value == array.Type).Key
            ?? throw new ArgumentException($"{array}: PyTorch has no storage of that type; convert it first", nameof(array));

        Global("torch._utils", "_rebuild_tensor_v2");
        Op(PickleOpcode.Mark);
        Op(PickleOpcode.Mark);
        Text("storage");
        Global("torch", storage);
        Text(storages.Count.ToString(CultureInfo.InvariantCulture));
        Text("cpu");
        Integer(array.Count);
        Op(PickleOpcode.Tuple);
        Op(PickleOpcode.BinPersId);
        Integer(0);
        Tuple(array.Shape.Cast<object?>());
        Tuple(Strides(array.Shape).Cast<object?>());
        Op(PickleOpcode.NewFalse);
        Map(ordered: true, []);
        Op(PickleOpcode.Tuple);
        Op(PickleOpcode.Reduce);
        storages.Add(array);
    }

    static long[] Strides(long[] shape)
    {
        var strides = new long[shape.Length];

        for (var (d, step) = (shape.Length - 1, 1L); d >= 0; step *= Math.Max(shape[d], 1), d--)
            strides[d] = step;

        return strides;
    }

    void Map(bool ordered, IEnumerable<(object? Key, object? Value)> entries)
    {
        if (ordered)
        {
            Global("collections", "OrderedDict");
            Op(PickleOpcode.EmptyTuple);
            Op(PickleOpcode.Reduce);
        }
        else
        {
            Op(PickleOpcode.EmptyDict);
        }

        Op(PickleOpcode.Mark);

        foreach (var (key, value) in entries)
        {
            Value(key);
            Value(value);
        }

        Op(PickleOpcode.SetItems);
    }

    void List(IEnumerable<object?> items)
    {
        Op(PickleOpcode.EmptyList);
        Op(PickleOpcode.Mark);

        foreach (var item in items)
            Value(item);

        Op(PickleOpcode.Appends);
    }

    void Tuple(IEnumerable<object?> items)
    {
        Op(PickleOpcode.Mark);

        foreach (var item in items)
            Value(item);

        Op(PickleOpcode.Tuple);
    }

    void Integer(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Span<byte> raw = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(raw, (int)value);
            Op(PickleOpcode.BinInt);
            pickle.Write(raw);
        }
        else
        {
            Long(value);
        }
    }

    void Long(BigInteger value)
    {
        var raw = value.ToByteArray();

        if (raw.Length > byte.MaxValue)
            throw new ArgumentException("a whole number of more than 2040 bits cannot be saved", nameof(value));

        Op(PickleOpcode.Long1);
        pickle.WriteByte((byte)raw.Length);
        pickle.Write(raw);
    }

    void Real(double value)
    {
        Span<byte> raw = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(raw, value);
        Op(PickleOpcode.BinFloat);
        pickle.Write(raw);
    }

    void Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        Op(PickleOpcode.BinUnicode);
        pickle.Write(length);
        pickle.Write(utf8);
    }

    void Global(string module, string name)
    {
        Op(PickleOpcode.Global);
        pickle.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
    }

    void Op(PickleOpcode opcode) => pickle.WriteByte((byte)opcode);
}
