using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>The layers of one side of T5, with the distances that they share.</summary>
sealed class T5Stack : Module
{
    readonly RelativePositions positions;
    readonly T5Block[] blocks;
    readonly RmsNorm norm;
    readonly Dropout dropout;

    public T5Stack(T5.Options options, long headWidth, RelativePositions positions, bool writes)
    {
        this.positions = positions;
        blocks = [.. Enumerable.Range(0, options.Depth).Select(_ => new T5Block(options, headWidth, writes))];
        (norm, dropout) = (new(options.Width), new(options.Dropout));
    }

    /// <summary>`[N, T, D]` → `[N, T, D]`. What writes looks back only, and at what was read.</summary>
    /// <param name="x">The tokens.</param>
    /// <param name="hidden">True where nothing is to be looked at, `[N, 1, 1, T]`; null for what writes.</param>
    /// <param name="memory">What was read, `[N, S, D]`; null for what reads.</param>
    /// <param name="memoryHidden">True where there is nothing to read, `[N, 1, 1, S]`.</param>
    public Tensor Forward(Tensor x, Tensor? hidden, Tensor? memory, Tensor? memoryHidden)
    {
        var length = (int)x.Size(1);
        hidden ??= Tensor.Ones([length, length], Dtype.Bool, x.Device).Tril().LogicalNot();
        var moved = positions.Forward(length, length).MaskedFill(hidden, double.NegativeInfinity);              // [N or 1, heads, T, T]
        x = dropout.Forward(x);
        foreach (var block in blocks) x = block.Forward(x, moved, memory, memoryHidden);
        return dropout.Forward(norm.Forward(x));
    }

    /// <summary>What reads, as ONNX.</summary>
    /// <param name="onnx">The file in the making.</param>
    /// <param name="x">`[N, T, D]`.</param>
    /// <param name="seen">True where there is something to look at, `[N, 1, 1, T]`.</param>
    public OnnxValue Export(OnnxExport onnx, OnnxValue x, OnnxValue seen)
    {
        var moved = seen.Choose(positions.Export(onnx, x.Places(1)), double.NegativeInfinity);
        return norm.Export(onnx, blocks.Aggregate(x, (h, block) => block.Export(onnx, h, moved)));
    }

    // encoder.blocks.3.self.query.weight, decoder.positions.weight
    internal static string NameInFile(string[] parts)
    {
        var side = parts[0];
        if (parts[1] == "positions") return $"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
        if (parts[1] == "norm") return $"{side}.final_layer_norm.weight";
        var mlp = side == "encoder" ? 1 : 2;
        return $"{side}.block.{parts[2]}.layer.{parts[3] switch
        {
            "selfNorm" => "0.layer_norm",
            "acrossNorm" => "1.layer_norm",
            "mlpNorm" => $"{mlp}.layer_norm",
            "self" => $"0.SelfAttention.{parts[4][0]}",
            "across" => $"1.EncDecAttention.{parts[4][0]}",
            "down" => $"{mlp}.DenseReluDense.wo",
            "gate" => $"{mlp}.DenseReluDense.wi_0",
            "gated" => $"{mlp}.DenseReluDense.wi_1",
            _ => $"{mlp}.DenseReluDense.wi",
        }}.weight";
    }
}

/// <summary>Attention to itself, in what writes attention to what was read, and an MLP, each behind a norm and around a shortcut.</summary>
sealed class T5Block : Module
{
    readonly RmsNorm selfNorm, mlpNorm;
    readonly RmsNorm? acrossNorm;
    readonly T5Attention self;
    readonly T5Attention? across;
    readonly Linear? up, gate, gated;
    readonly Linear down;
    readonly Dropout dropout;

    public T5Block(T5.Options options, long headWidth, bool writes)
    {
        var (width, hidden) = (options.Width, options.Hidden);
        Linear Up() => new(Weights.Normal([hidden, width], Math.Pow(width, -0.5)), null);
        (selfNorm, self) = (new(width), new(width, options.Heads, headWidth, options.Dropout));
        if (writes) (acrossNorm, across) = (new(width), new(width, options.Heads, headWidth, options.Dropout));
        mlpNorm = new(width);
        if (options.Form == T5.FormKind.Original) up = Up();
        else (gate, gated) = (Up(), Up());
        down = new(Weights.Normal([width, hidden], Math.Pow(hidden, -0.5)), null);
        dropout = new(options.Dropout);
    }

    public Tensor Forward(Tensor x, Tensor moved, Tensor? memory, Tensor? memoryHidden)
    {
        // What backward does not need goes at the end of the layer, not at that of the step.
        using var scope = Scope.Open();
        var h = selfNorm.Forward(x);
        x = x + dropout.Forward(self.Forward(h, h, scores => scores + moved));
        if (across is not null) x = x + dropout.Forward(across.Forward(acrossNorm!.Forward(x), memory!, scores => scores.MaskedFill(memoryHidden!, double.NegativeInfinity)));
        h = mlpNorm.Forward(x);
        h = up is not null ? up.Forward(h).Relu() : gate!.Forward(h).Gelu("tanh") * gated!.Forward(h);
        return scope.Return(x + dropout.Forward(down.Forward(dropout.Forward(h))));
    }

    /// <summary>The block of what reads, as ONNX.</summary>
    public OnnxValue Export(OnnxExport onnx, OnnxValue x, OnnxValue moved)
    {
        x = x + self.Export(onnx, selfNorm.Export(onnx, x), moved);
        var h = mlpNorm.Export(onnx, x);
        h = up is not null ? up.Export(onnx, h).Relu() : gate!.Export(onnx, h).GeluTanh() * gated!.Export(onnx, h);
        return x + down.Export(onnx, h);
    }
}

/// <summary>Attention without biases whose scores are not scaled.</summary>
sealed class T5Attention : Module
{
    readonly Linear query, key, value, output;
    readonly Dropout dropout;
    readonly long heads, width;

    public T5Attention(long width, long heads, long headWidth, double dropout)
    {
        (this.heads, this.width, this.dropout) = (heads, headWidth, new(dropout));
        Linear Drawn(long outputs, long inputs, double variance) => new(Weights.Normal([outputs, inputs], Math.Sqrt(variance)), null);
        query = Drawn(heads * headWidth, width, 1.0 / (width * headWidth));
        key = Drawn(heads * headWidth, width, 1.0 / width);
        value = Drawn(heads * headWidth, width, 1.0 / width);
        output = Drawn(width, heads * headWidth, 1.0 / (heads * headWidth));
    }

    public Tensor Forward(Tensor x, Tensor memory, Func<Tensor, Tensor> move)
    {
        var scores = move(Heads(query, x).Matmul(Heads(key, memory).Transpose(-2, -1)));                        // [N, heads, T, S]
        var read = dropout.Forward(scores.Softmax(-1)).Matmul(Heads(value, memory)).Transpose(1, 2);
        return output.Forward(read.Reshape([x.Size(0), x.Size(1), heads * width]));
    }

    public OnnxValue Export(OnnxExport onnx, OnnxValue x, OnnxValue moved)
    {
        OnnxValue Split(Linear layer) => layer.Export(onnx, x).Reshape(0, 0, heads, width).Transpose(0, 2, 1, 3);
        var scores = Split(query).Matmul(Split(key).Transpose(0, 1, 3, 2)) + moved;
        return output.Export(onnx, scores.Softmax().Matmul(Split(value)).Transpose(0, 2, 1, 3).Reshape(0, 0, heads * width));
    }

    Tensor Heads(Linear layer, Tensor x) => layer.Forward(x).View([x.Size(0), x.Size(1), heads, width]).Transpose(1, 2);
}
