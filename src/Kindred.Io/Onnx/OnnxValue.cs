namespace Kindred.Io.Onnx;

/// <summary>A value within an <see cref="OnnxGraph"/>: what an input, a weight or an operator gives. Its methods add operators.</summary>
/// <remarks>Names and order follow the tensors of libtorch, so that a layer's export reads like its forward pass.</remarks>
/// <param name="graph">The graph that it belongs to.</param>
/// <param name="name">Its name there.</param>
/// <param name="shape">Its sizes, −1 where one is not known before the model runs.</param>
public sealed partial class OnnxValue(OnnxGraph graph, string name, long[] shape)
{
    /// <summary>The graph that it belongs to.</summary>
    public OnnxGraph Graph { get; } = graph;

    /// <summary>Its name there.</summary>
    public string Name { get; } = name;

    /// <summary>Its sizes, −1 where one is not known before the model runs.</summary>
    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>How many axes it has.</summary>
    public int Rank => Shape.Count;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join(", ", Shape.Select(s => s < 0 ? "?" : $"{s}"))}]";

    /// <summary>The size of an axis, where the computation depends on it.</summary>
    /// <exception cref="ConfigurationException">It is not known before the model runs.</exception>
    public long Size(int axis) => Shape[At(axis)] is >= 0 and var size ? size
        : throw new ConfigurationException($"axis {axis} of {this} has to be known when the model is written; give data of one size.");

    int At(int axis) => axis < 0 ? axis + Rank : axis;

    OnnxValue Same(string op, params (string, object)[] attributes) => Graph.Node(op, [this], [.. Shape], attributes);

    OnnxValue With(string op, OnnxValue other) => Graph.Node(op, [this, other], Broadcast(Shape, other.Shape));

    static long[] Broadcast(IReadOnlyList<long> a, IReadOnlyList<long> b)
    {
        var both = new long[Math.Max(a.Count, b.Count)];
        for (var i = 1; i <= both.Length; i++)
        {
            var (left, right) = (i <= a.Count ? a[^i] : 1, i <= b.Count ? b[^i] : 1);
            both[^i] = left == 1 ? right : right == 1 ? left : Math.Max(left, right);
        }
        return both;
    }

    /// <summary>max(x, 0).</summary>
    public OnnxValue Relu() => Same("Relu");

    /// <summary>1 / (1 + exp(−x)).</summary>
    public OnnxValue Sigmoid() => Same("Sigmoid");

    /// <summary>The square root.</summary>
    public OnnxValue Sqrt() => Same("Sqrt");

    /// <summary>The natural logarithm.</summary>
    public OnnxValue Log() => Same("Log");

    /// <summary>x Φ(x), by the error function and not its approximation.</summary>
    public OnnxValue Gelu() => this * (Mul(Math.Sqrt(0.5)).Same("Erf") + Graph.Number(1)).Mul(0.5);

    /// <summary>x Φ(x), by the approximation with a tanh.</summary>
    public OnnxValue GeluTanh() => this * (this + (this * this * this).Mul(0.044715)).Mul(Math.Sqrt(2 / Math.PI)).Same("Tanh").Add(1).Mul(0.5);

    /// <summary>Shares that add up to 1 along an axis.</summary>
    public OnnxValue Softmax(int axis = -1) => Same("Softmax", ("axis", axis));

    /// <summary>Another kind of number.</summary>
    public OnnxValue To(OnnxType type) => Same("Cast", ("to", (long)type));

    /// <summary>Sums, elements in pairs or repeated where one has size 1.</summary>
    public static OnnxValue operator +(OnnxValue a, OnnxValue b) => (a ?? throw new ArgumentNullException(nameof(a))).With("Add", b);

    /// <summary>Differences.</summary>
    public static OnnxValue operator -(OnnxValue a, OnnxValue b) => (a ?? throw new ArgumentNullException(nameof(a))).With("Sub", b);

    /// <summary>Products of elements.</summary>
    public static OnnxValue operator *(OnnxValue a, OnnxValue b) => (a ?? throw new ArgumentNullException(nameof(a))).With("Mul", b);

    /// <summary>Quotients.</summary>
    public static OnnxValue operator /(OnnxValue a, OnnxValue b) => (a ?? throw new ArgumentNullException(nameof(a))).With("Div", b);

    /// <summary>Every element times a number.</summary>
    public OnnxValue Mul(double factor) => this * Graph.Number(factor);

    /// <summary>Every element and a number.</summary>
    public OnnxValue Add(double summand) => this + Graph.Number(summand);

    /// <summary>Whole numbers held between two.</summary>
    public OnnxValue Within(long least, long most) => With("Max", Graph.Index(least)).With("Min", Graph.Index(most));

    /// <summary>Whether a whole number is larger than another.</summary>
    public OnnxValue Gt(long other) => With("Greater", Graph.Index(other));

    /// <summary>The larger of an element and a number.</summary>
    public OnnxValue AtLeast(double least) => With("Max", Graph.Number(least));

    /// <summary>This mask's choice: elements of one value where it holds, else a number.</summary>
    public OnnxValue Choose(OnnxValue where, double otherwise)
    {
        ArgumentNullException.ThrowIfNull(where);
        return Graph.Node("Where", [this, where, Graph.Number(otherwise)], Broadcast(Shape, where.Shape));
    }

    /// <summary>The mean over axes.</summary>
    public OnnxValue Mean(long[] axes, bool keep = false) => Graph.Node("ReduceMean", [this], Reduced(axes, keep), ("axes", axes), ("keepdims", keep ? 1 : 0));

    /// <summary>The sum over axes.</summary>
    public OnnxValue Sum(long[] axes, bool keep = false) => Graph.Node("ReduceSum", [this, Graph.Whole(axes)], Reduced(axes, keep), ("keepdims", keep ? 1 : 0));

    /// <summary>The largest over axes.</summary>
    public OnnxValue Max(long[] axes, bool keep = false) => Graph.Node("ReduceMax", [this], Reduced(axes, keep), ("axes", axes), ("keepdims", keep ? 1 : 0));

    long[] Reduced(long[] axes, bool keep)
    {
        int[] gone = [.. axes.Select(a => At((int)a))];
        return [.. Enumerable.Range(0, Rank).Where(i => keep || !gone.Contains(i)).Select(i => gone.Contains(i) ? 1 : Shape[i])];
    }

    /// <summary>The product of matrices along the last two axes.</summary>
    public OnnxValue Matmul(OnnxValue other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Graph.Node("MatMul", [this, other], [.. Broadcast([.. Shape.SkipLast(2)], [.. other.Shape.SkipLast(2)]), Shape[^2], other.Shape[^1]]);
    }

    /// <summary>x Wᵀ + b along the last axis; the weight keeps its own layout.</summary>
    /// <param name="weight">[Out, In].</param>
    /// <param name="bias">[Out], or null.</param>
    public OnnxValue Linear(OnnxValue weight, OnnxValue? bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (Rank == 2) return Graph.Node("Gemm", bias is null ? [this, weight] : [this, weight, bias], [Shape[0], weight.Shape[0]], ("transB", 1));
        var product = Matmul(weight.Transpose(1, 0));
        return bias is null ? product : product + bias;
    }
}
