using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>A point's values and their products in pairs, without weights: [N, D] → [N, D + D(D + 1)/2]. What is linear in them is the logarithm of an unnormalised Gaussian.</summary>
[Encoder("moments", "the values of a point and their products", Takes = SampleKinds.Rows)]
public sealed class Moments : TensorEncoder
{
    /// <summary>Which points.</summary>
    /// <param name="Inputs">D; what the data say if left out.</param>
    public sealed record Options([Range(1, 1024)] long? Inputs = null);

    readonly long inputs;

    /// <summary>Nothing is learnt.</summary>
    /// <exception cref="ConfigurationException">Nothing says how many values a point has, or an option is out of its range.</exception>
    public Moments(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        inputs = options.Inputs ?? Mlp.Values(facts ?? DataFacts.None, 0);
        Dim = inputs + (inputs * (inputs + 1) / 2);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    protected override string? Fault(View view) => (view.X.Numel / Math.Max(1, view.X.Size(0))) is var given && given == inputs ? null
        : $"was made for points of {inputs} values, and these have {given} (views of [{string.Join(", ", view.X.Shape)}])";

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        x = x.Flatten(1);
        return Tensor.Cat([x, .. Enumerable.Range(0, (int)inputs).Select(i => x.Narrow(1, i, 1) * x.Narrow(1, i, inputs - i))], 1);
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(x);
        x = x.Flatten();
        var pairs = from i in Enumerable.Range(0, (int)inputs) from j in Enumerable.Range(i, (int)inputs - i) select (First: (long)i, Second: (long)j);
        return OnnxValue.Concat(1, x, x.Gather(onnx.Graph.Whole([.. pairs.Select(p => p.First)]), 1) * x.Gather(onnx.Graph.Whole([.. pairs.Select(p => p.Second)]), 1));
    }
}
