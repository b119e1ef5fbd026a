using System.ComponentModel.DataAnnotations;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Optim;

/// <summary>What every optimizer is told.</summary>
/// <param name="LearningRate">Learning rate, before the schedule's factor; 0 trains nothing.</param>
/// <param name="WeightDecay">Weight decay; may change over training (DINO: 0.04 → 0.4). 0 if left out.</param>
/// <param name="Schedule">The learning rate's factor over time; 1 if left out.</param>
/// <param name="ExcludeOneDimensional">Leaves biases, norms and other one-dimensional parameters out of weight decay (and of LARS's trust ratios).</param>
/// <param name="Groups">Parameters with settings of their own.</param>
/// <param name="ClipNorm">Largest norm of all gradients together; 0 does not clip.</param>
/// <param name="ClipEach">Largest norm of each gradient tensor by itself, as DINO clips; 0 does not clip.</param>
public abstract record OptimizerOptions(
    [Range(0.0, 1e6)] double LearningRate = 0.03, [Range(0.0, 1000.0)] Schedule? WeightDecay = null, [Range(0.0, 1e6)] Schedule? Schedule = null,
    bool ExcludeOneDimensional = false, IReadOnlyList<ParameterGroup>? Groups = null, [Range(0.0, 1e9)] double ClipNorm = 0, [Range(0.0, 1e9)] double ClipEach = 0)
{
    /// <summary>Weight decay; may change over training (DINO: 0.04 → 0.4).</summary>
    public Schedule WeightDecay { get; init; } = WeightDecay ?? 0.0;

    /// <summary>The learning rate's factor over time.</summary>
    public Schedule Schedule { get; init; } = Schedule ?? 1.0;

    /// <summary>Parameters with settings of their own.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = Groups ?? [];

    /// <summary>Builds the optimizer for the parameters of a module.</summary>
    /// <exception cref="ConfigurationException">A setting is out of its range, or a group's pattern matches no parameter.</exception>
    public abstract Optimizer For(Module module);
}

/// <summary>Changes parameters by their gradients. Parameters without a gradient (frozen, unused) are left alone.</summary>
/// <remarks>All work is in place and without graph; state lives in named slots for checkpoints.</remarks>
public abstract class Optimizer : IDisposable
{
    readonly OptimizerOptions options;
    readonly Entry[] entries;
    readonly Module module;

    /// <summary>Takes the parameters of <paramref name="module"/> with their paths.</summary>
    /// <exception cref="ConfigurationException">A setting is out of its range, or a group's pattern matches no parameter.</exception>
    protected Optimizer(Module module, OptimizerOptions options)
    {
        OptionRules.Check(options);
        (this.options, this.module) = (options, module);
        entries = [.. module.NamedParameters().Select(named => Place(named.Path, named.Parameter))];
        foreach (var group in options.Groups)
            if (!entries.Any(entry => entry.Group == group))
                throw new ConfigurationException($"optimizer group '{group.Pattern}' matches no parameter that an earlier group left; "
                    + $"the paths are: {string.Join(", ", entries.Take(8).Select(entry => entry.Path))}{(entries.Length > 8 ? ", …" : "")}");
    }

    /// <summary>Norm of all gradients before clipping in the last step; NaN when <see cref="OptimizerOptions.ClipNorm"/> is 0.</summary>
    public double GradientNorm { get; private set; } = double.NaN;

    /// <summary>Forgets all gradients: they become null, not zero, so that parameters without a new one are skipped.</summary>
    public void Zero()
    {
        foreach (var entry in entries)
            entry.Parameter.Gradient = null;
    }

    /// <summary>The learning rate that parameters outside of all groups get.</summary>
    public double LearningRate(Progress at) => options.LearningRate * options.Schedule[at];

    /// <summary>Whether a step here would change nothing: every parameter's learning rate is 0.</summary>
    /// <param name="at">Where training stands.</param>
    public bool Rests(Progress at) => entries.All(entry => RateOf(entry, at) == 0);

    /// <summary>Takes one step.</summary>
    /// <param name="at">Where training stands: schedules are read here.</param>
    public void Step(Progress at)
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        Clip();
        foreach (var entry in entries)
        {
            using var gradient = entry.Parameter.Gradient;
            if (gradient is null)
                continue;
            using var inner = Scope.Open();
            entry.Steps++;
            Update(entry, entry.Parameter.Value, gradient, RateOf(entry, at), entry.Excluded ? 0 : DecayOf(entry, at));
        }
    }

    /// <summary>Changes one parameter.</summary>
    /// <param name="entry">Its path, slots and settings.</param>
    /// <param name="w">The weights, to be changed in place.</param>
    /// <param name="g">Their gradient; may be overwritten.</param>
    /// <param name="rate">Learning rate of this step.</param>
    /// <param name="decay">Weight decay of this step.</param>
    protected abstract void Update(Entry entry, Tensor w, Tensor g, double rate, double decay);

    /// <summary>The slots by name (<c>momentum/encoder.conv1.weight</c>) and each parameter's number of steps (<c>steps/…</c>).</summary>
    /// <remarks>The step counts are fresh tensors of the open scope; the slots are the optimizer's own.</remarks>
    public IEnumerable<(string Path, Tensor Value)> State()
    {
        foreach (var entry in entries)
        {
            foreach (var (name, slot) in entry.Slots)
                yield return ($"{name}/{entry.Path}", slot.Value);
            if (entry.Steps > 0)
                yield return ($"steps/{entry.Path}", Tensor.From<long>([entry.Steps], []));
        }
    }

    /// <summary>Takes back what <see cref="State"/> gave.</summary>
    /// <exception cref="DataException">A name belongs to no parameter of this optimizer, or a slot has another shape than its parameter.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        var byPath = entries.ToDictionary(entry => entry.Path);
        foreach (var entry in entries)
            entry.Reset();
        foreach (var (name, value) in state)
        {
            int slash = name.IndexOf('/');
            if (slash < 0 || !byPath.TryGetValue(StateMovedAttribute.Today(module, name[(slash + 1)..]), out var entry))
                throw new DataException($"the optimizer's state has '{name}', which belongs to no parameter here: it was saved from another model or another player");
            if (name[..slash] == "steps")
                entry.Steps = (long)value.Item();
            else
                entry.Restore(name[..slash], value);
        }
    }

    /// <summary>Frees the slots.</summary>
    public void Dispose()
    {
        foreach (var entry in entries)
            entry.Reset();
        GC.SuppressFinalize(this);
    }

    Entry Place(string path, Parameter parameter)
    {
        var group = options.Groups.FirstOrDefault(group => group.Takes(path));
        bool excluded = group?.Excluded ?? (options.ExcludeOneDimensional && parameter.Value.Dim <= 1);
        return new(path, parameter, group, excluded);
    }

    double RateOf(Entry entry, Progress at)
        => options.LearningRate * (entry.Group?.Multiplier ?? 1) * (entry.Group?.Schedule ?? options.Schedule)[at];

    double DecayOf(Entry entry, Progress at) => (entry.Group?.WeightDecay ?? options.WeightDecay)[at];

    void Clip()
    {
        if (options.ClipNorm > 0)
            GradientNorm = Gradients.ClipTogether(Parameters, options.ClipNorm);
        if (options.ClipEach > 0)
            Gradients.ClipEach(Parameters, options.ClipEach);
    }

    IEnumerable<Parameter> Parameters => entries.Select(entry => entry.Parameter);

    /// <summary>One parameter as its optimizer sees it.</summary>
    protected sealed class Entry(string path, Parameter parameter, ParameterGroup? group, bool excluded)
    {
        readonly SortedDictionary<string, Buffer> slots = new(StringComparer.Ordinal);

        /// <summary>The state path.</summary>
        public string Path => path;

        /// <summary>The parameter.</summary>
        public Parameter Parameter => parameter;

        /// <summary>The group it belongs to, if any.</summary>
        public ParameterGroup? Group => group;

        /// <summary>Without decay and trust ratio.</summary>
        public bool Excluded => excluded;

        /// <summary>Steps this parameter has taken, the present one included.</summary>
        public long Steps { get; internal set; }

        internal IEnumerable<(string Name, Buffer Slot)> Slots => slots.Select(slot => (slot.Key, slot.Value));

        /// <summary>A state tensor like the parameter, zero at first.</summary>
        public Tensor Slot(string name)
        {
            if (!slots.TryGetValue(name, out var slot))
                slots[name] = slot = new(parameter.Value.ZerosLike());
            return slot.Value;
        }

        internal void Restore(string name, Tensor value)
        {
            var slot = Slot(name);
            // A copy would stretch what is smaller.
            if (!slot.Shape.AsSpan().SequenceEqual(value.Shape))
                throw new DataException($"the optimizer's state has '{name}/{path}' of shape [{string.Join(", ", value.Shape)}], expected "
                    + $"[{string.Join(", ", slot.Shape)}]: it was saved from another model");
            // Like the parameter in device and memory layout, exact in value.
            slot.Copy_(value);
        }

        internal void Reset()
        {
            foreach (var slot in slots.Values)
                slot.Dispose();
            slots.Clear();
            Steps = 0;
        }
    }
}
