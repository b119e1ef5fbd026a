using Kindred.Io;
using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>A module that is being written as ONNX: the graph, and the module's weights in it under their names. Layers add themselves by <see cref="Layer.Export"/>.</summary>
public sealed class OnnxExport
{
    readonly Dictionary<State, string> names;

    /// <summary>A graph for a module, without inputs yet.</summary>
    /// <param name="module">What is written, in evaluation mode.</param>
    /// <param name="name">What the graph is called.</param>
    /// <param name="naming">The name in the file of a state path; the path itself if left out.</param>
    public OnnxExport(Module module, string name, Func<string, string>? naming = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        Graph = new(name);
        names = module.State().ToDictionary(s => s.State, s => naming is null ? s.Path : naming(s.Path));
    }

    /// <summary>The graph in the making.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>A weight under its own name.</summary>
    /// <param name="state">A parameter or buffer of the module.</param>
    /// <param name="used">The values with which the layer really works, such as standardised ones; the weight's own if left out.</param>
    public OnnxValue Weight(State state, Tensor? used = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        var name = names.TryGetValue(state, out var own) ? own : throw new InvalidOperationException("this weight is no part of the module that is written");
        return Constant(used ?? state.Value, name);
    }

    /// <summary>Fixed numbers.</summary>
    /// <param name="values">A tensor; floating ones are written in single precision.</param>
    /// <param name="name">Its name, one for each content.</param>
    public OnnxValue Constant(Tensor values, string name)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        return Graph.Weight(TensorArrays.ToArray(name, values.Dtype.IsFloatingPoint ? values.Detach().To(Dtype.Float32) : values));
    }

    /// <summary>Ones, or zeros, one a channel: the gain or offset of a norm that has none.</summary>
    public OnnxValue Filled(long channels, double value) =>
        Constant(Tensor.Full([channels], value, Dtype.Float32), $"filled_{channels}_{value.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
}
