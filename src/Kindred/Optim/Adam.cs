using System.ComponentModel.DataAnnotations;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Optim;

/// <summary>Adam: steps scaled by running means of the gradient and of its square. Kingma, Ba, arXiv:1412.6980, Algorithm 1.</summary>
/// <param name="module">Whose parameters.</param>
/// <param name="options">Settings.</param>
[Optimizer("adam", "steps scaled by running means of gradient and square")]
[Optimizer("adamw", "Adam with decoupled weight decay", Preset = "{ decoupled: true }")]
public sealed class Adam(Module module, Adam.Options options) : Optimizer(module, options)
{
    /// <summary>Settings of <see cref="Adam"/>; ranges of what all optimizers share stand at <see cref="OptimizerOptions"/>.</summary>
    /// <param name="LearningRate">Learning rate, before the schedule's factor; 0 trains nothing.</param>
    /// <param name="WeightDecay">Weight decay; 0 if left out.</param>
    /// <param name="Schedule">The learning rate's factor over time; 1 if left out.</param>
    /// <param name="ExcludeOneDimensional">Leaves biases, norms and other one-dimensional parameters out of weight decay.</param>
    /// <param name="Groups">Parameters with settings of their own.</param>
    /// <param name="ClipNorm">Largest norm of all gradients together; 0 does not clip.</param>
    /// <param name="ClipEach">Largest norm of each gradient tensor by itself; 0 does not clip.</param>
    /// <param name="Beta1">Memory of the mean gradient.</param>
    /// <param name="Beta2">Memory of the mean squared gradient.</param>
    /// <param name="Eps">Added to the root.</param>
    /// <param name="Decoupled">Shrinks the weights directly, by rate · decay, instead of adding to the gradient (Loshchilov, Hutter, arXiv:1711.05101).</param>
    public sealed record Options(
        double LearningRate = 0.03, Schedule? WeightDecay = null, Schedule? Schedule = null, bool ExcludeOneDimensional = false,
        IReadOnlyList<ParameterGroup>? Groups = null, double ClipNorm = 0, double ClipEach = 0,
        [Range(0.0, 1.0, MaximumIsExclusive = true)] double Beta1 = 0.9, [Range(0.0, 1.0, MaximumIsExclusive = true)] double Beta2 = 0.999,
        [Range(0.0, 1.0, MinimumIsExclusive = true)] double Eps = 1e-8, bool Decoupled = false)
        : OptimizerOptions(LearningRate, WeightDecay, Schedule, ExcludeOneDimensional, Groups, ClipNorm, ClipEach)
    {
        /// <inheritdoc/>
        public override Optimizer For(Module module) => new Adam(module, this);

        /// <summary>AdamW: decoupled weight decay.</summary>
        public static Options W => new() { Decoupled = true, LearningRate = 1e-3 };
    }

    /// <inheritdoc/>
    protected override void Update(Entry entry, Tensor w, Tensor g, double rate, double decay)
    {
        if (decay != 0)
            _ = options.Decoupled ? w.Mul_(1 - rate * decay) : g.Add_(w, decay);
        var mean = entry.Slot("mean").Lerp_(g, 1 - options.Beta1);
        var square = entry.Slot("square").Mul_(options.Beta2).Addcmul_(g, g, 1 - options.Beta2);
        double meanBias = 1 - Math.Pow(options.Beta1, entry.Steps);
        double squareBias = 1 - Math.Pow(options.Beta2, entry.Steps);
        var root = square.Sqrt().Mul_(1 / Math.Sqrt(squareBias)).Add_(options.Eps);
        w.Addcdiv_(mean, root, -rate / meanBias);
    }
}
