using System.ComponentModel.DataAnnotations;
namespace Kindred.Optim;

/// <summary>A number that changes over training: a learning rate's factor, a momentum, a temperature, a weight decay.</summary>
/// <remarks>Read it by <c>schedule[at]</c>. A plain number converts to a constant.</remarks>
public abstract record Schedule : IVaries
{
    /// <summary>Holds its numbers to their ranges.</summary>
    /// <exception cref="ConfigurationException">A number is out of its range.</exception>
    protected Schedule() => OptionRules.Check(this);

    /// <summary>The value for this step.</summary>
    /// <param name="at">Where training stands.</param>
    public abstract double this[Progress at] { get; }

    /// <summary>Values among which are the smallest and the greatest that it takes.</summary>
    public abstract IEnumerable<double> Extremes { get; }

    /// <summary>A number is a constant schedule.</summary>
    public static implicit operator Schedule(double value) => new Constant(value);

    /// <summary>Half a cosine from one value to another over all steps; see <see cref="CosineRamp"/>.</summary>
    public static Schedule Cosine(double from, double to) => new CosineRamp(from, to);

    /// <summary>final + (start − final) · (1 + cos π·fraction) / 2.</summary>
    internal static double HalfCosine(double start, double final, double fraction)
        => final + (start - final) * 0.5 * (1 + Math.Cos(Math.PI * fraction));

    /// <summary>Steps that a number of epochs takes.</summary>
    internal static double StepsIn(double epochs, Progress at) => at.Epochs == 0 ? 0 : Math.Round(epochs * at.Steps / at.Epochs);
}

/// <summary>Always the same.</summary>
/// <param name="Value">The value.</param>
[Schedule("constant", "stays as it is")]
public sealed record Constant([Range(-1e6, 1e6)] double Value = 1) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => [Value];

    /// <inheritdoc/>
    public override double this[Progress at] => Value;
}

/// <summary>Half a cosine from the first step to the last: momentum schedules of BYOL, DINO and MoCo v3, weight decay of DINO.</summary>
/// <remarks>BYOL (arXiv:2006.07733, Sec. 3.3): m(s) = 1 − (1 − m₀)(cos(π s / S) + 1) / 2 is <c>new CosineRamp(m₀, 1)</c>.</remarks>
/// <param name="From">Value at step 0.</param>
/// <param name="To">Value at step S.</param>
[Schedule("cosine", "half a cosine over all steps")]
public sealed record CosineRamp([Range(-1e6, 1e6)] double From = 1, [Range(-1e6, 1e6)] double To = 0) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => [From, To];

    /// <inheritdoc/>
    public override double this[Progress at] => HalfCosine(From, To, at.Steps == 0 ? 0 : (double)at.Step / at.Steps);
}

/// <summary>A straight line from the first step to the last: BERT and SimCSE fall to zero along one.</summary>
/// <param name="From">Value at step 0.</param>
/// <param name="To">Value at step S.</param>
[Schedule("linear", "a straight line over all steps")]
public sealed record LinearRamp([Range(-1e6, 1e6)] double From = 1, [Range(-1e6, 1e6)] double To = 0) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => [From, To];

    /// <inheritdoc/>
    public override double this[Progress at] => From + ((To - From) * (at.Steps == 0 ? 0 : (double)at.Step / at.Steps));
}

/// <summary>Half a cosine that changes once an epoch: MoCo v2 and SimSiam.</summary>
/// <param name="From">Value in epoch 0.</param>
/// <param name="To">Value that would hold after the last epoch.</param>
[Schedule("cosine-epochs", "half a cosine that changes once an epoch")]
public sealed record CosineEpochs([Range(-1e6, 1e6)] double From = 1, [Range(-1e6, 1e6)] double To = 0) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => [From, To];

    /// <inheritdoc/>
    public override double this[Progress at] => HalfCosine(From, To, at.Epochs == 0 ? 0 : (double)at.Epoch / at.Epochs);
}

/// <summary>A linear warm-up from zero, then half a cosine: SimCLR, BYOL, MoCo v3.</summary>
/// <remarks>With W warm-up steps of S: s &lt; W gives base · s / W (the first step is 0), later final + (base − final)(1 + cos(π (s − W) / (S − W))) / 2.</remarks>
/// <param name="Base">Value at the end of the warm-up.</param>
/// <param name="Final">Value after the last step.</param>
/// <param name="WarmupEpochs">Length of the warm-up in epochs.</param>
/// <param name="WarmupSteps">Length of the warm-up in steps, instead of epochs.</param>
[Schedule("warmup-cosine", "linear warm-up, then half a cosine")]
public sealed record WarmupCosine([Range(-1e6, 1e6)] double Base = 1, [Range(-1e6, 1e6)] double Final = 0, [Range(0.0, 1e6)] double WarmupEpochs = 0,
    [Range(0.0, 1e12)] long WarmupSteps = 0) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => WarmupEpochs > 0 || WarmupSteps > 0 ? [0, Base, Final] : [Base, Final];

    /// <inheritdoc/>
    public override double this[Progress at]
    {
        get
        {
            double warmup = WarmupSteps > 0 ? WarmupSteps : StepsIn(WarmupEpochs, at);
            if (at.Step < warmup)
                return Base * at.Step / warmup;
            double rest = at.Steps - warmup;
            return HalfCosine(Base, Final, rest <= 0 ? 0 : (at.Step - warmup) / rest);
        }
    }
}

/// <summary>A warm-up that includes both of its ends, then half a cosine over what remains: the arrays of SwAV and DINO.</summary>
/// <remarks>
/// Step s of W warm-up steps gives start + (base − start) · s / (W − 1); step W starts again at base, and the last step
/// stays one cosine step short of final. With no warm-up and Base &lt; Final it is DINO's weight-decay schedule.
/// </remarks>
/// <param name="Base">Value at the end of the warm-up.</param>
/// <param name="Final">Value that would hold after the last step.</param>
/// <param name="Start">Value of the first warm-up step.</param>
/// <param name="WarmupEpochs">Length of the warm-up in epochs.</param>
/// <param name="WarmupSteps">Length of the warm-up in steps, instead of epochs.</param>
[Schedule("linspace-cosine", "SwAV's and DINO's arrays: warm-up with both ends, then half a cosine")]
public sealed record LinspaceCosine(
    [Range(-1e6, 1e6)] double Base = 1, [Range(-1e6, 1e6)] double Final = 0, [Range(-1e6, 1e6)] double Start = 0, [Range(0.0, 1e6)] double WarmupEpochs = 0,
        [Range(0.0, 1e12)] long WarmupSteps = 0) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => WarmupEpochs > 0 || WarmupSteps > 0 ? [Start, Base, Final] : [Base, Final];

    /// <inheritdoc/>
    public override double this[Progress at]
    {
        get
        {
            double warmup = WarmupSteps > 0 ? WarmupSteps : StepsIn(WarmupEpochs, at);
            if (at.Step < warmup)
                return warmup == 1 ? Start : Start + (Base - Start) * at.Step / (warmup - 1);
            double rest = at.Steps - warmup;
            return HalfCosine(Base, Final, rest <= 0 ? 0 : (at.Step - warmup) / rest);
        }
    }
}

/// <summary>Multiplies by a factor at given epochs: InstDisc, MoCo v1, linear probes.</summary>
/// <param name="Base">Value of the first epochs.</param>
/// <param name="Factor">What each milestone multiplies by.</param>
/// <param name="Milestones">Epochs from which the factor applies once more.</param>
[Schedule("steps", "multiplied by a factor at milestones")]
public sealed record StepDecay([Range(-1e6, 1e6)] double Base = 1, [Range(0.0, 1000.0)] double Factor = 0.1, [Range(0, 1_000_000)] params int[] Milestones) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => Enumerable.Range(0, Milestones.Length + 1).Select(i => Base * Math.Pow(Factor, i));

    /// <inheritdoc/>
    public override double this[Progress at] => Base * Math.Pow(Factor, Milestones.Count(epoch => at.Epoch >= epoch));
}

/// <summary>A value for each stretch of epochs: InvaSpread's 1, 0.1, 0.05, 0.01.</summary>
/// <param name="Values">One more than there are milestones; the first holds from epoch 0.</param>
/// <param name="Milestones">Epochs from which the next value holds, in rising order.</param>
[Schedule("stairs", "a value for each stretch of epochs")]
public sealed record Stairs([Range(-1e6, 1e6)] double[] Values, [Range(0, 1_000_000)] int[] Milestones) : Schedule
{
    /// <summary>The values; one more than there are milestones.</summary>
    public double[] Values { get; } = Values.Length == Milestones.Length + 1 ? Values
        : throw new ConfigurationException($"{Values.Length} values do not fit {Milestones.Length} milestones: there must be one more value");

    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => Values;

    /// <inheritdoc/>
    public override double this[Progress at] => Values[Milestones.Count(epoch => at.Epoch >= epoch)];
}

/// <summary>A linear rise over the first epochs, constant later: DINO's teacher temperature.</summary>
/// <remarks>Epoch e of W warm-up epochs gives start + (final − start) · e / (W − 1), both ends included.</remarks>
/// <param name="Start">Value in epoch 0.</param>
/// <param name="Final">Value from epoch W − 1 on.</param>
/// <param name="WarmupEpochs">W.</param>
[Schedule("linear-epochs", "a linear rise over the first epochs")]
public sealed record LinearEpochs([Range(-1e6, 1e6)] double Start, [Range(-1e6, 1e6)] double Final, [Range(0, 1_000_000)] int WarmupEpochs) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => [Start, Final];

    /// <inheritdoc/>
    public override double this[Progress at]
        => at.Epoch >= WarmupEpochs || WarmupEpochs < 2 ? Final : Start + (Final - Start) * at.Epoch / (WarmupEpochs - 1);
}

/// <summary>A value for each step, read off a list; the last one stays.</summary>
/// <param name="Values">At least one.</param>
public sealed record Table([Range(-1e6, 1e6)] params double[] Values) : Schedule
{
    /// <inheritdoc/>
    public override IEnumerable<double> Extremes => Values;

    /// <inheritdoc/>
    public override double this[Progress at] => Values[Math.Min(at.Step, Values.Length - 1)];
}
