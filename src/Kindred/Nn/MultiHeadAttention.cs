using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Scaled dot-product attention in several heads, softmax(Q Kᵀ / √d) V. Vaswani et al., arXiv:1706.03762.</summary>
public sealed class MultiHeadAttention : Layer
{
    readonly Linear qkv, proj;
    readonly Dropout dropout;
    readonly long width, heads;

    /// <summary>Attention of width <paramref name="width"/>.</summary>
    /// <param name="width">D, a multiple of the heads.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="bias">Biases on query, key and value.</param>
    /// <param name="dropout">Chance that an attention weight is dropped in training.</param>
    /// <param name="initial">Draws the weight matrices: (shape, stacked matrices) → values; Xavier when null.</param>
    /// <exception cref="ArgumentException">The width is not a multiple of the heads.</exception>
    public MultiHeadAttention(long width, long heads, bool bias = true, double dropout = 0, Draw? initial = null)
    {
        if (width % heads != 0)
            throw new ArgumentException($"attention of width {width} cannot have {heads} heads: choose a divisor of the width");
        initial ??= Weights.Xavier;
        qkv = new(initial([3 * width, width], 3), bias ? Weights.Zeros(3 * width) : null);
        proj = new(initial([width, width], 1), Weights.Zeros(width));
        this.dropout = new(dropout);
        (this.width, this.heads) = (width, heads);
    }

    /// <summary>Draws the initial values of a weight whose rows may stack several matrices.</summary>
    public delegate Tensor Draw(ReadOnlySpan<long> shape, long stacked);

    /// <summary>Self-attention: [N, T, D] → [N, T, D].</summary>
    public override Tensor Forward(Tensor x) => Forward(x, mask: null);

    /// <summary>Self-attention under a mask.</summary>
    /// <param name="x">[N, T, D].</param>
    /// <param name="mask">Bool, broadcastable to [N, heads, T, T]; true where a position may be looked at. Null: everywhere.</param>
    public Tensor Forward(Tensor x, Tensor? mask)
    {
        var parts = qkv.Forward(x).View([x.Size(0), x.Size(1), 3, heads, width / heads]).Permute([2, 0, 3, 1, 4]).Unbind(0);
        return Attend(parts[0], parts[1], parts[2], mask); // each [N, heads, T, d]
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => Export(onnx, x, mask: null);

    /// <summary>Self-attention under a mask, as ONNX.</summary>
    /// <param name="onnx">The file in the making.</param>
    /// <param name="x">[N, T, D].</param>
    /// <param name="mask">Truth values, as for the forward pass; null: everywhere.</param>
    public OnnxValue Export(OnnxExport onnx, OnnxValue x, OnnxValue? mask)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(x);
        var stacked = qkv.Export(onnx, x).Reshape(0, 0, 3, heads, width / heads).Transpose(2, 0, 3, 1, 4);   // [3, N, heads, T, d]
        var scores = stacked.Select(0, 0).Mul(1 / Math.Sqrt(width / heads)).Matmul(stacked.Select(0, 1).Transpose(0, 1, 3, 2));
        if (mask is not null) scores = mask.Choose(scores, double.NegativeInfinity);
        return proj.Export(onnx, scores.Softmax().Matmul(stacked.Select(0, 2)).Transpose(0, 2, 1, 3).Reshape(0, 0, width));
    }

    /// <summary>Attention of one sequence to another.</summary>
    /// <param name="query">[N, T, D].</param>
    /// <param name="memory">[N, S, D], from which keys and values come.</param>
    /// <param name="mask">Bool, broadcastable to [N, heads, T, S]; true where a position may be looked at.</param>
    public Tensor Across(Tensor query, Tensor memory, Tensor? mask = null)
    {
        var w = qkv.Weight.Value.Chunk(3);
        var b = qkv.Bias?.Value.Chunk(3);
        return Attend(Heads(query, 0), Heads(memory, 1), Heads(memory, 2), mask);

        Tensor Heads(Tensor x, int part)
            => Tensor.Linear(x, w[part], b?[part]).View([x.Size(0), x.Size(1), heads, width / heads]).Transpose(1, 2);
    }

    Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        var scores = (q * (1 / Math.Sqrt(width / heads))).Matmul(k.Transpose(-2, -1)); // [N, heads, T, S]
        if (mask is not null)
            scores = scores.MaskedFill(mask.LogicalNot(), double.NegativeInfinity);
        var mixed = dropout.Forward(scores.Softmax(-1)).Matmul(v);
        return proj.Forward(mixed.Transpose(1, 2).Reshape([q.Size(0), q.Size(2), width]));
    }
}
