using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>An encoder of sentences as rows of tokens, the shorter ones filled up: `[N, T]` → `[N, Dim]`.</summary>
public abstract class TokenEncoder : Encoder
{
    /// <summary>Encodes sentences.</summary>
    /// <param name="text">Tokens, and which of them are real.</param>
    /// <returns>[N, Dim].</returns>
    protected abstract Tensor Encode(TextView text);

    /// <summary>Writes what the encoder does in evaluation as ONNX operators.</summary>
    /// <param name="onnx">The file in the making, which has the encoder's weights.</param>
    /// <param name="tokens">int64 `[N, T]`.</param>
    /// <param name="real">True where a token is real, `[N, T]`.</param>
    /// <returns>[N, Dim].</returns>
    /// <exception cref="ConfigurationException">The encoder does not say how it is written as ONNX.</exception>
    protected virtual OnnxValue Export(OnnxExport onnx, OnnxValue tokens, OnnxValue real) => throw NotExported();

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The view is no text.</exception>
    protected sealed override Tensor Encode(View view) => Encode(Sentences(view));

    /// <inheritdoc/>
    public sealed override IReadOnlyList<OnnxFeed> Feeds(View view)
    {
        var text = Sentences(view);
        return [new("input_ids", text.X, ["N", "T"]), new("attention_mask", text.Mask.To(Dtype.Int64), ["N", "T"])];
    }

    /// <inheritdoc/>
    public sealed override OnnxValue Export(OnnxExport onnx, IReadOnlyList<OnnxValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(inputs);
        return Export(onnx, inputs[0], inputs[1].Gt(0));
    }

    /// <summary>The mean of each sentence's real tokens: `[N, T, D]` → `[N, D]`.</summary>
    /// <param name="states">One row a token.</param>
    /// <param name="mask">True where a token is real, `[N, T]`.</param>
    public static Tensor Mean(Tensor states, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(mask);
        var weights = mask.To(states.Dtype).Unsqueeze(2);
        return (states * weights).Sum(1) / weights.Sum(1);
    }

    /// <summary>The same as ONNX operators.</summary>
    /// <param name="states">`[N, T, D]`.</param>
    /// <param name="real">True where a token is real, `[N, T]`.</param>
    protected static OnnxValue Mean(OnnxValue states, OnnxValue real)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(real);
        var weights = real.To(OnnxType.Float).Unsqueeze(2);
        return (states * weights).Sum([1]) / weights.Sum([1]);
    }

    TextView Sentences(View view)
    {
        if (view is TextView text) return text;
        Check(view);
        throw new ConfigurationException($"encoder: {GetType().Name} reads sentences, and a {view.GetType().Name} has none.");
    }
}
