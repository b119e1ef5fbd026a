namespace Kindred.Io.Tests;

/// <summary>Weights out of ONNX files: named and nameless ones, and files that are damaged.</summary>
public class OnnxWeightsTests
{
    // A linear layer as PyTorch writes it: the weight transposed and nameless, the bias named; beside it a named weight.
    static byte[] File(params long[] shape) => new ProtoWriter().Varint(1, 8).Message(7, graph => graph
        .Message(1, node => node.Text(1, "x").Text(1, "onnx::1").Text(2, "y").Text(4, "MatMul"))
        .Message(1, node => node.Text(1, "y").Text(1, "fc.bias").Text(2, "z").Text(4, "Add"))
        .Message(5, weight => Sized(weight, shape.Length == 0 ? [2, 3] : shape).Varint(2, 1).Text(8, "onnx::1").Bytes(9, new byte[shape.Length == 0 ? 24 : 0]))
        .Message(5, weight => weight.Varint(1, 3).Varint(2, 1).Text(8, "fc.bias").Bytes(9, new byte[12]))
        .Message(5, weight => weight.Bytes(1, [2, 2]).Varint(2, 1).Text(8, "conv.weight").Bytes(9, new byte[16]))).ToArray();

    static ProtoWriter Sized(ProtoWriter weight, long[] shape) => shape.Aggregate(weight, (w, n) => w.Varint(1, n));

    [Fact]
    public void A_nameless_operand_gets_its_name_back_and_is_turned_round()
    {
        var weights = OnnxWeights.Read(File(), "file").ToDictionary(a => a.Name, a => string.Join('x', a.Shape));
        Assert.Equal(("3x2", "3", "2x2"), (weights["fc.weight"], weights["fc.bias"], weights["conv.weight"]));
    }

    [Theory]
    [InlineData(1L << 31, 0)]
    [InlineData(0, 1L << 33)]
    [InlineData(1L << 32, 1L << 32)]
    [InlineData(-1, 0)]
    public void A_side_longer_than_memory_is_read_or_refused(long rows, long columns)
    {
        try { OnnxWeights.Read(File(rows, columns), "file"); }
        catch (DataException e) { Assert.Contains("onnx::1", e.Message, StringComparison.Ordinal); }
    }

    [Fact]
    public void Mutated_files_give_arrays_or_a_DataException_and_nothing_else() =>
        Mutation.Run(new(4), File(), Mutation.Times(10_000, 100_000), bytes => OnnxWeights.Read(bytes, "mutated"));
}
