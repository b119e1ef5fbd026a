using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>A part with weights. Its fields of type Module, Module[], Parameter and Buffer are its state; nothing is registered.</summary>
/// <remarks>
/// A path is made of field names and array indices: <c>encoder.layer1.0.conv1.weight</c>. A module reached on two paths
/// is listed under the first. Fields hidden in lists, dictionaries or lambdas are not found: use fields and arrays.
/// </remarks>
public abstract class Module
{
    bool training = true;

    /// <summary>Whether batch statistics, dropout and their like behave as in training. Set it by <see cref="Train"/> and <see cref="Eval"/>.</summary>
    public bool Training => training;

    /// <summary>Every tensor of the state with its path, in the order of the fields; shared ones once.</summary>
    public IEnumerable<(string Path, State State)> State() => Fields.Walk(this);

    /// <summary>The parameters, frozen ones included.</summary>
    public IEnumerable<Parameter> Parameters() => State().Select(entry => entry.State).OfType<Parameter>();

    /// <summary>The parameters with their paths.</summary>
    public IEnumerable<(string Path, Parameter Parameter)> NamedParameters()
        => from entry in State() where entry.State is Parameter select (entry.Path, (Parameter)entry.State);

    /// <summary>The buffers.</summary>
    public IEnumerable<Buffer> Buffers() => State().Select(entry => entry.State).OfType<Buffer>();

    /// <summary>This module and all those below it, each once.</summary>
    public IEnumerable<Module> Modules() => Fields.Modules(this);

    /// <summary>How many numbers the parameters hold.</summary>
    public long Size => Parameters().Sum(parameter => parameter.Value.Numel);

    /// <summary>Turns training behaviour on, below this module too.</summary>
    public void Train() => Switch(true);

    /// <summary>Turns training behaviour off, below this module too.</summary>
    public void Eval() => Switch(false);

    /// <summary>Turns training behaviour off until the result is disposed; then every part is as it was.</summary>
    public IDisposable Evaluating()
    {
        var before = new Modes([.. Modules().Where(module => module.training)]);
        Eval();
        return before;
    }

    /// <summary>Whether any parameter takes gradients; setting it reaches all parameters but the frozen ones.</summary>
    public bool Trainable
    {
        get => Parameters().Any(parameter => parameter.Trainable);
        set
        {
            foreach (var parameter in Parameters())
                parameter.Trainable = value;
        }
    }

    /// <summary>Moves the state to a device, a floating dtype or a memory layout; what is null stays.</summary>
    /// <param name="device">Where the tensors shall live.</param>
    /// <param name="dtype">Their floating dtype; integer buffers keep theirs.</param>
    /// <param name="channelsLast">Lays 4-d weights out as NHWC (true) or NCHW (false).</param>
    public void To(Device? device = null, Dtype? dtype = null, bool? channelsLast = null)
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        foreach (var (_, state) in State().ToArray())
            Placement.Move(state, device, dtype, channelsLast);
    }

    /// <summary>Fills the state from named tensors, all or nothing.</summary>
    /// <param name="tensors">Path → tensor, as <see cref="State()"/> names them.</param>
    /// <param name="anySize">Takes buffers of any shape: for looking at what was learnt from data of another size, never for training on.</param>
    /// <exception cref="DataException">Names are missing or unexpected, or shapes differ; the message lists every one.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> tensors, bool anySize = false) => Loading.Fill(this, tensors, anySize);

    sealed class Modes(Module[] training) : IDisposable
    {
        public void Dispose()
        {
            foreach (var module in training)
                module.training = true;
        }
    }

    void Switch(bool on)
    {
        foreach (var module in Modules())
            module.training = on;
    }
}

/// <summary>A module that maps one tensor to one tensor.</summary>
public abstract class Layer : Module
{
    /// <summary>The layer's function.</summary>
    /// <param name="x">The input.</param>
    public abstract Tensor Forward(Tensor x);

    /// <summary>Writes what the layer does in evaluation as ONNX operators.</summary>
    /// <param name="onnx">The file in the making, which has the layer's weights.</param>
    /// <param name="x">The input.</param>
    /// <returns>The output.</returns>
    /// <exception cref="ConfigurationException">The layer does not say how.</exception>
    public virtual OnnxValue Export(OnnxExport onnx, OnnxValue x) =>
        throw new ConfigurationException($"{GetType().Name} does not say how it is written as ONNX: override Export in it, or export safetensors instead.");
}
