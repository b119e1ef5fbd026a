using Kindred.Encoders;
using Kindred.Io;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Experiments.Export;

/// <summary>One encoder of a trained method, ready to be written into files that others read: named as PyTorch's models name their weights, with a note of how samples are made ready.</summary>
/// <param name="Encoder">The encoder.</param>
/// <param name="Path">Where it lies in the method, such as <c>network.encoder</c>.</param>
/// <param name="Example">A view that it takes, of at least one sample.</param>
/// <param name="Metadata">What the files say about it; see <see cref="OnnxKeys"/>.</param>
public sealed record ExportedEncoder(Encoder Encoder, string Path, View Example, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Name of the output of the ONNX file.</summary>
    public const string Output = "features";

    /// <summary>The weights under the names of torchvision (ResNets), timm (vision transformers) or BERT; other encoders' have their own, in PyTorch's manner.</summary>
    public IReadOnlyList<NamedArray> Weights() =>
        [.. Encoder.State().Select(s => TensorArrays.ToArray(PublishedWeights.NameOf(Encoder, s.Path), s.State.Value)).Select(Single)];

    // What was kept in a half-precision type is read by everybody as singles.
    static NamedArray Single(NamedArray array)
    {
        if (array.Type is not (ElementType.BFloat16 or ElementType.Float16)) return array;
        using var scope = Scope.Open();
        return TensorArrays.ToArray(array.Name, TensorArrays.ToTensor(array).To(Dtype.Float32));
    }

    /// <summary>Writes the weights as safetensors.</summary>
    /// <exception cref="EnvironmentException">The file cannot be written.</exception>
    public void SaveSafeTensors(string file) => SafeTensors.Save(file, Weights(), Metadata.Append(new("format", "pt")).ToDictionary());

    /// <summary>Writes the weights as a state dict that <c>torch.load</c> reads, with <c>weights_only=True</c> too; what is known of them is <c>extra/kindred.json</c> in it.</summary>
    /// <exception cref="EnvironmentException">The file cannot be written.</exception>
    public void SaveTorch(string file) => TorchFile.SaveState(file, Weights(),
        extra: new Dictionary<string, string> { ["kindred.json"] = System.Text.Json.JsonSerializer.Serialize(Metadata) });

    /// <summary>Writes what the encoder does in evaluation as ONNX: any number of samples in, their representations out.</summary>
    /// <exception cref="ConfigurationException">A layer of it does not say how.</exception>
    /// <exception cref="DataException">It would be longer than the format allows.</exception>
    /// <exception cref="EnvironmentException">The file cannot be written.</exception>
    public void SaveOnnx(string file)
    {
        var graph = Graph();
        AtomicFile.Write(file, stream => graph.Write(stream, Metadata));
    }

    /// <summary>What the encoder does in evaluation as ONNX.</summary>
    public OnnxGraph Graph()
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        using var evaluating = Encoder.Evaluating();
        var onnx = new OnnxExport(Encoder, Encoder.GetType().Name, path => PublishedWeights.NameOf(Encoder, path));
        OnnxValue[] inputs = [.. Encoder.Feeds(Example).Select(f => onnx.Graph.Input(f.Name, f.Type, f.Described))];
        onnx.Graph.Output(Encoder.Export(onnx, inputs), Output, OnnxType.Float, "N", Encoder.Dim);
        return onnx.Graph;
    }

    /// <summary>What the encoder makes of a view by libtorch, and what it is fed in ONNX.</summary>
    /// <param name="view">A view that it takes.</param>
    /// <returns>[N, Dim] and the inputs.</returns>
    public (NamedArray Features, IReadOnlyList<NamedArray> Feeds) Reference(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        using var evaluating = Encoder.Evaluating();
        return (TensorArrays.ToArray(Output, Encoder.Forward(view).To(Dtype.Float32)),
            [.. Encoder.Feeds(view).Select(f => TensorArrays.ToArray(f.Name, f.Value.Dtype.IsFloatingPoint ? f.Value.To(Dtype.Float32) : f.Value))]);
    }
}
