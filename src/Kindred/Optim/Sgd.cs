using System.ComponentModel.DataAnnotations;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Optim;

/// <summary>Stochastic gradient descent with momentum and coupled weight decay: d = g + λw; v ← μv + d; w ← w − η v.</summary>
/// <param name="module">Whose parameters.</param>
/// <param name="options">Settings.</param>
[Optimizer("sgd", "stochastic gradient descent with momentum")]
public sealed class Sgd(Module module, Sgd.Options options) : Optimizer(module, options)
{
    /// <summary>Settings of <see cref="Sgd"/>; ranges of what all optimizers share stand at <see cref="OptimizerOptions"/>.</summary>
    /// <param name="LearningRate">Learning rate, before the schedule's factor; 0 trains nothing.</param>
    /// <param name="WeightDecay">Weight decay; 0 if left out.</param>
    /// <param name="Schedule">The learning rate's factor over time; 1 if left out.</param>
    /// <param name="ExcludeOneDimensional">Leaves biases, norms and other one-dimensional parameters out of weight decay.</param>
    /// <param name="Groups">Parameters with settings of their own.</param>
    /// <param name="ClipNorm">Largest norm of all gradients together; 0 does not clip.</param>
    /// <param name="ClipEach">Largest norm of each gradient tensor by itself; 0 does not clip.</param>
    /// <param name="Momentum">μ; 0 keeps no state.</param>
    /// <param name="Nesterov">Looks ahead: the step is d + μv.</param>
    public sealed record Options(
        double LearningRate = 0.03, Schedule? WeightDecay = null, Schedule? Schedule = null, bool ExcludeOneDimensional = false,
        IReadOnlyList<ParameterGroup>? Groups = null, double ClipNorm = 0, double ClipEach = 0,
        [Range(0.0, 1.0, MaximumIsExclusive = true)] double Momentum = 0.9, bool Nesterov = false)
        : OptimizerOptions(LearningRate, WeightDecay, Schedule, ExcludeOneDimensional, Groups, ClipNorm, ClipEach)
    {
        /// <inheritdoc/>
        public override Optimizer For(Module module) => new Sgd(module, this);
    }

    /// <inheritdoc/>
    protected override void Update(Entry entry, Tensor w, Tensor g, double rate, double decay)
    {
        var d = decay != 0 ? g.Add_(w, decay) : g;
        if (options.Momentum != 0)
        {
            var v = entry.Slot("momentum").Mul_(options.Momentum).Add_(d);
            d = options.Nesterov ? d.Add_(v, options.Momentum) : v;
        }
        w.Add_(d, -rate);
    }
}
