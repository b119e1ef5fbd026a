using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Optim;

/// <summary>Adam: steps scaled by running means of the gradient and of its square. Kingma, Ba, arXiv:1412.6980, Algorithm 1.</summary>
/// <param name="module">Whose parameters.</param>
/// <param name="options">Settings.</param>
public sealed class Adam(Module module, Adam.Options options) : Optimizer(module, options)
{
    /// <summary>Settings of <see cref="Adam"/>.</summary>
    public sealed record Options : OptimizerOptions
    {
        /// <summary>Memory of the mean gradient.</summary>
        public double Beta1 { get; init; } = 0.9;

        /// <summary>Memory of the mean squared gradient.</summary>
        public double Beta2 { get; init; } = 0.999;

        /// <summary>Added to the root.</summary>
        public double Eps { get; init; } = 1e-8;

        /// <summary>Shrinks the weights directly, by rate · decay, instead of adding to the gradient (Loshchilov, Hutter, arXiv:1711.05101).</summary>
        public bool Decoupled { get; init; }

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
