using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Optim;

/// <summary>Stochastic gradient descent with momentum and coupled weight decay: d = g + λw; v ← μv + d; w ← w − η v.</summary>
/// <param name="module">Whose parameters.</param>
/// <param name="options">Settings.</param>
public sealed class Sgd(Module module, Sgd.Options options) : Optimizer(module, options)
{
    /// <summary>Settings of <see cref="Sgd"/>.</summary>
    public sealed record Options : OptimizerOptions
    {
        /// <summary>μ; 0 keeps no state.</summary>
        public double Momentum { get; init; } = 0.9;

        /// <summary>Looks ahead: the step is d + μv.</summary>
        public bool Nesterov { get; init; }

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
