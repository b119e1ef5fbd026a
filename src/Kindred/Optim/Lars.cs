using System.ComponentModel.DataAnnotations;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Optim;

/// <summary>The published variants of LARS, which are not interchangeable.</summary>
public enum LarsForm
{
    /// <summary>BYOL, MoCo v3: d = trust · (g + λw); v ← μv + d; w ← w − ηv.</summary>
    TrustThenMomentum,

    /// <summary>SimCLR: v ← μv + η · trust · (g + λw); w ← w − v. Differs from the first whenever the rate changes.</summary>
    RateInsideMomentum,

    /// <summary>SwAV, SimSiam's linear probe (LARC): as the first, with trust = τ|w| / (|g| + λ|w| + 10⁻⁸) and nothing excluded by default.</summary>
    Larc,

    /// <summary>LARC with trust = min(trust / η, 1), as solo-learn trains CIFAR.</summary>
    LarcClipped,
}

/// <summary>Layer-wise adaptive rates: every tensor's step is proportional to its own weights' norm.</summary>
/// <remarks>
/// You, Gitman, Ginsburg, arXiv:1708.03888. trust = τ|w| / |g + λw| in the first two forms; 1 when a norm is zero. So a gradient of exactly
/// zero gives trust τ/λ in these, a decay of τ|w|, as in their papers and code; in the two LARC forms it gives no step and no decay, as in NVIDIA's code.
/// Excluded parameters skip both decay and trust. Momentum starts at zero.
/// </remarks>
/// <param name="module">Whose parameters.</param>
/// <param name="options">Settings.</param>
[Optimizer("lars", "steps in proportion to the norm of each tensor's weights")]
public sealed class Lars(Module module, Lars.Options options) : Optimizer(module, options)
{
    /// <summary>Settings of <see cref="Lars"/>; ranges of what all optimizers share stand at <see cref="OptimizerOptions"/>.</summary>
    /// <param name="LearningRate">Learning rate, before the schedule's factor; 0 trains nothing.</param>
    /// <param name="WeightDecay">Weight decay; 0 if left out.</param>
    /// <param name="Schedule">The learning rate's factor over time; 1 if left out.</param>
    /// <param name="ExcludeOneDimensional">Leaves one-dimensional parameters out of decay and trust, as BYOL, MoCo v3 and SimCLR do; SwAV turns it off.</param>
    /// <param name="Groups">Parameters with settings of their own.</param>
    /// <param name="ClipNorm">Largest norm of all gradients together; 0 does not clip.</param>
    /// <param name="ClipEach">Largest norm of each gradient tensor by itself; 0 does not clip.</param>
    /// <param name="Form">Which published variant.</param>
    /// <param name="Momentum">μ.</param>
    /// <param name="Trust">τ, the trust coefficient.</param>
    public sealed record Options(
        double LearningRate = 0.03, Schedule? WeightDecay = null, Schedule? Schedule = null, bool ExcludeOneDimensional = true,
        IReadOnlyList<ParameterGroup>? Groups = null, double ClipNorm = 0, double ClipEach = 0,
        LarsForm Form = LarsForm.TrustThenMomentum, [Range(0.0, 1.0, MaximumIsExclusive = true)] double Momentum = 0.9,
        [Range(0.0, 1000.0, MinimumIsExclusive = true)] double Trust = 1e-3)
        : OptimizerOptions(LearningRate, WeightDecay, Schedule, ExcludeOneDimensional, Groups, ClipNorm, ClipEach)
    {
        /// <inheritdoc/>
        public override Optimizer For(Module module) => new Lars(module, this);
    }

    /// <inheritdoc/>
    protected override void Update(Entry entry, Tensor w, Tensor g, double rate, double decay)
    {
        var trust = entry.Excluded ? null : TrustOf(w, g, rate, decay);
        var d = decay != 0 ? g.Add_(w, decay) : g;
        if (trust is not null)
            d.Mul_(trust);
        if (options.Form == LarsForm.RateInsideMomentum)
            w.Sub_(entry.Slot("momentum").Mul_(options.Momentum).Add_(d, rate));
        else
            w.Add_(entry.Slot("momentum").Mul_(options.Momentum).Add_(d), -rate);
    }

    /// <summary>The trust ratio as a tensor, so that no step waits for the device.</summary>
    Tensor TrustOf(Tensor w, Tensor g, double rate, double decay)
    {
        var weight = w.Norm();
        bool larc = options.Form is LarsForm.Larc or LarsForm.LarcClipped;
        var update = larc ? g.Norm() : decay != 0 ? g.Add(w, decay).Norm() : g.Norm();
        var below = larc ? update + weight * decay + 1e-8 : update;
        var trust = weight * options.Trust / below;
        if (options.Form == LarsForm.LarcClipped)
            trust = (trust / rate).Clamp(max: 1);
        // LARC's code leaves a tensor whose gradient is zero alone: neither scaled nor decayed. As d is λw there, a trust of 0 says so.
        var otherwise = larc ? update.Gt(0).To(trust.Dtype) : trust.OnesLike();
        return Tensor.Where(weight.Gt(0).LogicalAnd(update.Gt(0)), trust, otherwise);
    }
}
