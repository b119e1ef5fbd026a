using Kindred.Io;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>A linear classifier of the representation that learns beside the method, batch by batch, to show how well classes can be told as training goes on.</summary>
/// <remarks>
/// As in solo-learn (da Costa et al., JMLR 2022): cross-entropy on h behind a stop-gradient. It has an optimizer and random numbers of its own, and looks at h in evaluation
/// mode, so weights, statistics and random state of the method are to the bit what they are without it; the price is one more forward pass a step.
/// It is no part of the checkpoints: a resumed run begins a new one.
/// </remarks>
public sealed class OnlineProbe : IHook, IDisposable
{
    const double Rate = 1e-3;

    readonly Method method;
    readonly int classes;
    readonly Device device;
    readonly long seed;
    Classifier? classifier;
    Optimizer? optimizer;
    double right, seen;

    OnlineProbe(Method method, int classes, Device device, ulong seed) => (this.method, this.classes, this.device, this.seed) = (method, classes, device, (long)seed);

    /// <summary>A probe of a method.</summary>
    /// <param name="method">What is trained.</param>
    /// <param name="data">Whose labels it learns.</param>
    /// <param name="device">Where tensors live.</param>
    /// <param name="seed">Draws its weights.</param>
    /// <exception cref="ConfigurationException">The method gives no representation, or the data have no classes.</exception>
    public static OnlineProbe For(Method method, IData data, Device device, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (method is not IEncodes) throw new ConfigurationException($"train.onlineProbe: {method?.GetType().Name} gives no representation that a probe could look at.");
        if (data.Labels is null || data.Classes.Count < 2) throw new ConfigurationException("train.onlineProbe: the data have no labels for the probe to learn; leave it out.");
        return new(method, data.Classes.Count, device, seed);
    }

    /// <inheritdoc/>
    public void Batch(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Labels is not { } labels) return;
        Tensor h;
        using (method.Evaluating()) h = ((IEncodes)method).Features(batch.Views[0]).To(Dtype.Float32);
        classifier ??= Begin(h.Size(1));
        using var _ = WithGradient.Begin();
        var logits = classifier.Forward(h);
        var labelled = labels.Ge(0);
        right += logits.Argmax(1).Eq(labels).LogicalAnd(labelled).Sum().Item();
        seen += labelled.Sum().Item();
        optimizer!.Zero();
        (logits.CrossEntropyLoss(labels, reduction: 2, ignoreIndex: -1) / Math.Max(1, labelled.Sum().Item())).Backward();
        optimizer.Step(at);
    }

    /// <summary>The share of the samples since the last time whose class it told before learning from them, in percent.</summary>
    public IReadOnlyDictionary<string, double> Numbers()
    {
        var numbers = seen == 0 ? [] : new Dictionary<string, double> { ["online_accuracy"] = 100 * right / seen };
        (right, seen) = (0, 0);
        return numbers;
    }

    Classifier Begin(long width)
    {
        using var initialization = Initialization.Begin(seed);
        var made = new Classifier(width, classes);
        made.To(device);
        optimizer = new Adam.Options { LearningRate = Rate }.For(made);
        return made;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer?.Dispose();
        foreach (var (_, state) in classifier?.State() ?? []) state.Dispose();
    }

    // The scale of h changes while the method learns; the norm keeps the probe's rate right.
    sealed class Classifier(long width, long classes) : Layer
    {
        readonly BatchNorm norm = new(width, weight: false, bias: false);
        readonly Linear fc = new(width, classes);

        public override Tensor Forward(Tensor x) => fc.Forward(norm.Forward(x));
    }
}
