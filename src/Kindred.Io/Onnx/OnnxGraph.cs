using System.Globalization;
using System.Runtime.InteropServices;

namespace Kindred.Io.Onnx;

/// <summary>A computation in the making that is written as an ONNX file: inputs, weights, operators, outputs.</summary>
/// <remarks>
/// Format: github.com/onnx/onnx, onnx.proto3; operators of opset 17, which every runtime of the last years knows. Weights stay where they are until the file is written,
/// so that a model costs its own size once. What an operator makes of shapes is worked out along the way (<see cref="OnnxValue.Shape"/>).
/// </remarks>
/// <param name="name">What the graph is called.</param>
public sealed class OnnxGraph(string name)
{
    /// <summary>The set of operators that is written.</summary>
    public const int Opset = 17;

    const int IrVersion = 8;
    const long MostBytes = int.MaxValue;                                  // a protocol-buffer message may not be longer

    readonly ProtoWriter nodes = new(), ends = new();
    readonly List<NamedArray> weights = [];
    readonly Dictionary<string, OnnxValue> known = new(StringComparer.Ordinal);
    readonly List<OnnxValue> inputs = [], outputs = [];
    int made;

    /// <summary>The inputs, in the order in which they were added.</summary>
    public IReadOnlyList<OnnxValue> Inputs => inputs;

    /// <summary>The outputs, in the order in which they were added.</summary>
    public IReadOnlyList<OnnxValue> Outputs => outputs;

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name, which is also the name under which it is fed.</param>
    /// <param name="type">Its numbers.</param>
    /// <param name="axes">Its axes, fixed or free.</param>
    public OnnxValue Input(string name, OnnxType type, params IReadOnlyList<OnnxAxis> axes)
    {
        var value = Declared(11, name, type, axes);
        inputs.Add(value);
        return value;
    }

    /// <summary>Makes a value an output, under a name of its own.</summary>
    /// <param name="value">What comes out.</param>
    /// <param name="name">The name under which it is asked for.</param>
    /// <param name="type">Its numbers.</param>
    /// <param name="axes">Its axes, fixed or free.</param>
    public OnnxValue Output(OnnxValue value, string name, OnnxType type, params IReadOnlyList<OnnxAxis> axes)
    {
        ArgumentNullException.ThrowIfNull(value);
        Write("Identity", [value], [name], []);
        var output = Declared(12, name, type, axes);
        outputs.Add(output);
        return output;
    }

    /// <summary>Adds a weight; one that is there already is taken again.</summary>
    /// <param name="array">Single-precision, 64-bit or truth values.</param>
    /// <exception cref="ArgumentException">Another array of that name was added, or its numbers are of another kind.</exception>
    public OnnxValue Weight(NamedArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        TypeOf(array);
        if (weights.Find(w => w.Name == array.Name) is { } before)
        {
            return before.Shape.AsSpan().SequenceEqual(array.Shape) && before.Bytes.Span.SequenceEqual(array.Bytes.Span) ? new(this, array.Name, array.Shape)
                : throw new ArgumentException($"two different weights are called '{array.Name}'", nameof(array));
        }
        weights.Add(array);
        return new(this, array.Name, array.Shape);
    }

    /// <summary>A number in single precision.</summary>
    public OnnxValue Number(double value) =>
        Known(string.Create(CultureInfo.InvariantCulture, $"number_{(float)value:R}"), key => NamedArray.From<float>(key, [(float)value]));

    /// <summary>Whole numbers in a row.</summary>
    public OnnxValue Whole(params ReadOnlySpan<long> values)
    {
        long[] kept = [.. values];
        return Known($"whole_{string.Join('_', kept)}", key => new(key, ElementType.Int64, [kept.Length], MemoryMarshal.AsBytes(kept.AsSpan()).ToArray()));
    }

    /// <summary>One whole number, without an axis.</summary>
    public OnnxValue Index(long value) => Known(string.Create(CultureInfo.InvariantCulture, $"index_{value}"), key => NamedArray.From<long>(key, [value]));

    /// <summary>An operator of one output.</summary>
    /// <param name="op">Its name in the format.</param>
    /// <param name="from">Its inputs; null for an optional one that is left out.</param>
    /// <param name="shape">The sizes that come out, −1 where a size is not known.</param>
    /// <param name="attributes">Its attributes: long, double, string or long[].</param>
    public OnnxValue Node(string op, IReadOnlyList<OnnxValue?> from, long[] shape, params IReadOnlyList<(string Name, object Value)> attributes)
    {
        ArgumentNullException.ThrowIfNull(op);
        var output = string.Create(CultureInfo.InvariantCulture, $"{op.ToLowerInvariant()}_{made}");
        Write(op, from, [output], attributes);
        return new(this, output, shape);
    }

    /// <summary>Writes the file.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="metadata">Words to keep beside the graph.</param>
    /// <exception cref="DataException">It would be longer than the format allows.</exception>
    public void Write(Stream stream, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var (before, after) = (nodes.ToArray(), ends.ToArray());
        byte[][] heads = [.. weights.Select(Head)];
        var length = before.LongLength + after.LongLength + new ProtoWriter().Text(2, name).ToArray().Length
            + heads.Zip(weights, (head, weight) => (long)head.Length + weight.Bytes.Length).Sum();
        if (length > MostBytes)
            throw new DataException($"the ONNX file would take {length / 1_000_000_000.0:0.0} GB, and the format ends at 2.1 GB; export safetensors instead.");
        stream.Write(new ProtoWriter().Varint(1, IrVersion).Text(2, "kindred").Lead(7, length).ToArray());
        stream.Write(before);
        stream.Write(new ProtoWriter().Text(2, name).ToArray());
        foreach (var (head, weight) in heads.Zip(weights))
        {
            stream.Write(head);
            stream.Write(weight.Bytes.Span);
        }
        stream.Write(after);
        stream.Write(new ProtoWriter().Message(8, set => set.Text(1, "").Varint(2, Opset)).ToArray());
        foreach (var (key, value) in (metadata ?? new Dictionary<string, string>()).OrderBy(m => m.Key, StringComparer.Ordinal))
            stream.Write(new ProtoWriter().Message(14, entry => entry.Text(1, key).Text(2, value)).ToArray());
    }

    // Everything of a weight but its bytes: the last field is left open for them.
    static byte[] Head(NamedArray weight)
    {
        var fields = new ProtoWriter();
        foreach (var size in weight.Shape) fields.Varint(1, size);
        fields.Varint(2, (int)TypeOf(weight)).Text(8, weight.Name).Lead(9, weight.Bytes.Length);
        var inner = fields.ToArray();
        return [.. new ProtoWriter().Lead(5, inner.LongLength + weight.Bytes.Length).ToArray(), .. inner];
    }

    OnnxValue Known(string key, Func<string, NamedArray> make)
    {
        if (!known.TryGetValue(key, out var value)) known[key] = value = Weight(make(key));
        return value;
    }

    OnnxValue Declared(int field, string name, OnnxType type, IReadOnlyList<OnnxAxis> axes)
    {
        ends.Message(field, value => value.Text(1, name).Message(2, t => t.Message(1, tensor => tensor.Varint(1, (int)type).Message(2, shape =>
        {
            foreach (var axis in axes) shape.Message(1, dim => _ = axis.Name is { } free ? dim.Text(2, free) : dim.Varint(1, axis.Size));
        }))));
        return new(this, name, [.. axes.Select(a => a.Size)]);
    }

    void Write(string op, IReadOnlyList<OnnxValue?> from, string[] to, IReadOnlyList<(string Name, object Value)> attributes) => nodes.Message(1, node =>
    {
        foreach (var input in from) node.Text(1, input?.Name ?? "");
        foreach (var output in to) node.Text(2, output);
        node.Text(3, string.Create(CultureInfo.InvariantCulture, $"{op}_{made++}")).Text(4, op);
        foreach (var (key, value) in attributes) node.Message(5, attribute => Attribute(attribute.Text(1, key), value));
    });

    static void Attribute(ProtoWriter attribute, object value)
    {
        const int ofFloat = 1, ofInt = 2, ofText = 3, ofInts = 7;
        _ = value switch
        {
            long whole => attribute.Varint(3, whole).Varint(20, ofInt),
            int whole => attribute.Varint(3, whole).Varint(20, ofInt),
            double real => attribute.Float(2, (float)real).Varint(20, ofFloat),
            string text => attribute.Text(4, text).Varint(20, ofText),
            long[] several => several.Aggregate(attribute, (a, v) => a.Varint(8, v)).Varint(20, ofInts),
            _ => throw new ArgumentException($"an attribute is no {value.GetType().Name}", nameof(value)),
        };
    }

    static OnnxType TypeOf(NamedArray array) => array.Type switch
    {
        ElementType.Float32 => OnnxType.Float,
        ElementType.Int64 => OnnxType.Int64,
        ElementType.Bool => OnnxType.Bool,
        _ => throw new ArgumentException($"{array}: weights are written in single precision, or as whole numbers of 64 bits", nameof(array)),
    };
}
