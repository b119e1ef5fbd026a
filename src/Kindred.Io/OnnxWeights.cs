using System.Runtime.InteropServices;

namespace Kindred.Io;

/// <summary>Reads the weights of an ONNX file that PyTorch exported, under the names of its state dict.</summary>
/// <remarks>
/// The exporter folds constants: the weight of a linear layer becomes a nameless operand of a matrix product, laid down transposed. The bias that is added to that
/// product keeps its name,
/// and so gives the weight's back. Only weights in single precision are read.
/// </remarks>
public static class OnnxWeights
{
    const int Float = 1;

    /// <summary>All weights that have a name, or get one back.</summary>
    /// <param name="model">The file's content.</param>
    /// <param name="path">What messages call it.</param>
    /// <exception cref="DataException">It is no ONNX file, or a weight is shorter than its shape says.</exception>
    public static IReadOnlyList<NamedArray> Read(ReadOnlySpan<byte> model, string path)
    {
        var (weights, nodes) = (new Dictionary<string, NamedArray>(StringComparer.Ordinal), new List<Node>());
        try { Take(model, weights, nodes); }
        catch (DataException e) { throw new DataException($"{path} is no ONNX file, or damaged: {e.Message}", e); }
        if (weights.Count == 0) throw new DataException($"{path}: there are no weights in single precision in it; expected is an ONNX file.");
        var named = weights.Where(w => w.Key.Contains('.', StringComparison.Ordinal)).ToDictionary(w => w.Key, w => w.Value, StringComparer.Ordinal);
        var readers = nodes.SelectMany(n => n.Inputs.Select(i => (i, n))).ToLookup(p => p.i, p => p.n);
        foreach (var product in nodes.Where(n => n is { Operator: "MatMul", Inputs: [_, _], Outputs: [_] } && weights.ContainsKey(n.Inputs[1])))
        {
            var bias = readers[product.Outputs[0]].Where(n => n.Operator == "Add").SelectMany(n => n.Inputs)
                .FirstOrDefault(i => i.EndsWith(".bias", StringComparison.Ordinal) && named.ContainsKey(i));
            var weight = weights[product.Inputs[1]];
            if (bias is not null && weight.Shape.Length == 2) named[bias[..^4] + "weight"] = Transposed(weight, bias[..^4] + "weight");
        }
        return [.. named.Values];
    }

    sealed record Node(string Operator, string[] Inputs, string[] Outputs);

    static void Take(ReadOnlySpan<byte> model, Dictionary<string, NamedArray> weights, List<Node> nodes)
    {
        var file = new ProtoReader(model);
        while (file.Next())
        {
            if (file.Field != 7) continue;
            var graph = new ProtoReader(file.Content);
            while (graph.Next())
            {
                if (graph.Field == 1) nodes.Add(NodeOf(graph.Content));
                if (graph.Field == 5 && Weight(graph.Content) is { } weight) weights[weight.Name] = weight;
            }
        }
    }

    static Node NodeOf(ReadOnlySpan<byte> content)
    {
        List<string> inputs = [], outputs = [];
        var name = "";
        var node = new ProtoReader(content);
        while (node.Next())
        {
            if (node.Field == 1) inputs.Add(node.AsText);
            if (node.Field == 2) outputs.Add(node.AsText);
            if (node.Field == 4) name = node.AsText;
        }
        return new(name, [.. inputs], [.. outputs]);
    }

    static NamedArray? Weight(ReadOnlySpan<byte> content)
    {
        List<long> shape = [];
        var (name, type) = ("", 0UL);
        byte[]? values = null;
        var tensor = new ProtoReader(content);
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case 1 when tensor.Content.Length > 0: AddAll(tensor.Content, shape); break;
                case 1: shape.Add((long)tensor.Bits); break;
                case 2: type = tensor.Bits; break;
                case 4 or 9 when tensor.Content.Length > 0: values = tensor.Content.ToArray(); break;
                case 8: name = tensor.AsText; break;
                default: break;
            }
        }
        if (type != Float || values is null) return null;
        return ElementTypes.TryCount(CollectionsMarshal.AsSpan(shape), out var count) && values.Length == count * sizeof(float)
            ? new(name, ElementType.Float32, CollectionsMarshal.AsSpan(shape), values)
            : throw new DataException($"the weight '{name}' of shape [{string.Join(", ", shape)}] has {values.Length} bytes, expected {count * sizeof(float)}; is the file cut?");
    }

    // Numbers laid down one after another, seven bits a byte.
    static void AddAll(ReadOnlySpan<byte> packed, List<long> numbers)
    {
        var (number, shift) = (0L, 0);
        foreach (var part in packed)
        {
            number |= (long)(part & 0x7F) << shift;
            shift += 7;
            if (part >= 0x80) continue;
            numbers.Add(number);
            (number, shift) = (0, 0);
        }
    }

    static NamedArray Transposed(NamedArray array, string name)
    {
        var (rows, columns) = ((int)array.Shape[0], (int)array.Shape[1]);
        var from = array.As<float>();
        var to = new float[rows * columns];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) to[(c * rows) + r] = from[(r * columns) + c];
        return NamedArray.From<float>(name, to, [array.Shape[1], array.Shape[0]]);   // of no element, a side may be longer than an int
    }
}
