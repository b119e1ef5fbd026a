using System.Diagnostics;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>How a trainer goes about it; what concerns the method is in the method.</summary>
public sealed record TrainerOptions
{
    /// <summary>Passes over the data, as the recipe has them; schedules have this length.</summary>
    public required int Epochs { get; init; }

    /// <summary>Stops early after this many steps; the schedules keep their length.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Where the method's tensors live.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Runs forward passes under autocast in this type; null for full precision.</summary>
    public Dtype? Precision { get; init; }

    /// <summary>How often numbers are gathered, in steps.</summary>
    public int LogEvery { get; init; } = 10;
}

/// <summary>Trains any method: every epoch, every batch, every turn.</summary>
/// <remarks>It knows no method. Several players take turns with an optimizer each; what must wait for the optimizer runs in <see cref="Method.Settle"/>.</remarks>
public sealed class Trainer
{
    readonly Method method;
    readonly IData data;
    readonly IReadOnlyDictionary<string, Optimizer> optimizers;
    readonly TrainerOptions options;
    readonly IReadOnlyList<IHook> hooks;
    readonly Stopwatch clock = new();
    long samples;
    double loss = double.NaN;

    /// <summary>Puts a training together.</summary>
    /// <param name="method">What learns.</param>
    /// <param name="data">What it learns from.</param>
    /// <param name="optimizers">One for each of the method's players.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="hooks">Who looks on, in order.</param>
    /// <exception cref="ConfigurationException">A player has no optimizer, or the data no batch.</exception>
    public Trainer(Method method, IData data, IReadOnlyDictionary<string, Optimizer> optimizers, TrainerOptions options, params IReadOnlyList<IHook> hooks)
    {
        (this.method, this.data, this.optimizers, this.options, this.hooks) = (method, data, optimizers, options, hooks);
        foreach (var player in method.Players.Keys)
            if (!optimizers.ContainsKey(player)) throw new ConfigurationException($"train.optimizer: the player '{player}' has no optimizer; give one for each of {string.Join(", ", method.Players.Keys)}.");
        if (data.StepsPerEpoch == 0) throw new ConfigurationException($"{data.Count} samples do not fill one batch; choose a smaller train.batch.");
        At = new Progress(0, options.Epochs, 0, (long)options.Epochs * data.StepsPerEpoch);
    }

    /// <summary>Where training stands; set it to go on from a checkpoint.</summary>
    public Progress At { get; set; }

    /// <summary>Trains until the recipe's end, <see cref="TrainerOptions.MaxSteps"/> or a cancellation; state is whole after either.</summary>
    /// <exception cref="NumericException">The loss is no longer a finite number.</exception>
    public TrainingResult Fit(CancellationToken cancel = default)
    {
        method.Train();
        clock.Restart();
        try
        {
            while (!Done(cancel)) TrainEpoch(cancel);
        }
        finally
        {
            clock.Stop();
            method.TakeWatched()?.Dispose();
            method.TakeLog();
            foreach (var hook in hooks) hook.End(Result);
        }
        return Result;
    }

    TrainingResult Result => new(At, loss, samples, clock.Elapsed.TotalSeconds, At.Step >= At.Steps);

    bool Done(CancellationToken cancel) => cancel.IsCancellationRequested || At.Step >= Math.Min(At.Steps, options.MaxSteps ?? long.MaxValue);

    void TrainEpoch(CancellationToken cancel)
    {
        var epoch = new Epoch(At, data);
        var skip = (int)(At.Step - (long)At.Epoch * data.StepsPerEpoch);
        Begin(epoch, resume: skip > 0);
        using var batches = data.Batches(At.Epoch, skip, epoch.Order, cancel).GetEnumerator();
        var began = clock.Elapsed.TotalSeconds;
        while (!Done(cancel) && Next(batches, cancel))
        {
            var report = TakeStep(batches.Current, began);
            foreach (var hook in hooks) hook.Step(report);
            began = clock.Elapsed.TotalSeconds;
        }
        if (cancel.IsCancellationRequested || At.Step < (long)(At.Epoch + 1) * data.StepsPerEpoch) return;
        At = At with { Epoch = At.Epoch + 1 };
        foreach (var hook in hooks) hook.Epoch(At);
    }

    // A stop while the workers are still busy is no error: the state is that of the last whole step.
    static bool Next(IEnumerator<IRawBatch> batches, CancellationToken cancel)
    {
        try { return batches.MoveNext(); }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested) { return false; }
    }

    void Begin(Epoch epoch, bool resume)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        if (resume) method.ResumeEpoch(epoch);
        else method.BeginEpoch(epoch);
    }

    StepReport TakeStep(IRawBatch raw, double began)
    {
        using var scope = Scope.Open();
        var batch = raw.Tensors().To(options.Device);
        var at = At;
        loss = 0;
        foreach (var turn in method.Turns(batch, at)) loss += TakeTurn(turn, at);
        foreach (var hook in hooks) Show(hook, batch, at);
        At = at with { Step = at.Step + 1 };
        samples += raw.Count;
        var rate = optimizers[method.Players.Keys.First()].LearningRate(at);
        var numbers = at.Step % options.LogEvery == 0 || At.Step == at.Steps ? Numbers() : new Dictionary<string, double>();
        return new StepReport(at, loss, rate, raw.Count, raw.Waited, clock.Elapsed.TotalSeconds - began, numbers);
    }

    static void Show(IHook hook, Batch batch, Progress at)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        hook.Batch(batch, at);
    }

    double TakeTurn(Turn turn, Progress at)
    {
        var optimizer = optimizers[turn.Player];
        optimizer.Zero();
        Tensor made;
        using (Precision()) made = turn.Loss();
        var value = made.Item();
        if (!double.IsFinite(value)) throw Diverged(turn.Player, value, at);
        made.Backward();
        optimizer.Step(at);
        method.Settle();
        return value;
    }

    IDisposable? Precision() => options.Precision is { } dtype ? Autocast.Begin(options.Device, dtype) : null;

    Dictionary<string, double> Numbers()
    {
        var numbers = new Dictionary<string, double>(method.TakeLog());
        foreach (var (name, value) in hooks.SelectMany(h => h.Numbers())) numbers[name] = value;
        if (method.TakeWatched() is not { } watched) return numbers;
        using (watched)
        {
            var spread = Spread.Of(watched);
            numbers["z_std"] = spread.Deviation;
            numbers["effective_rank"] = spread.EffectiveRank;
        }
        return numbers;
    }

    NumericException Diverged(string player, double value, Progress at)
    {
        method.Forget();
        var broken = method.NamedParameters().Where(p => !IsFinite(p.Parameter.Value)).Select(p => p.Path).FirstOrDefault();
        return new NumericException($"the loss of '{player}' is {value} at step {at.Step} (epoch {at.Epoch}): {(broken is null ? "all weights are still finite, so the batch or the objective made it" : $"the first weight that is no longer finite is '{broken}'")}. "
            + "Lower train.optimizer.learningRate, raise options.temperature, or train with --precision fp32; the last checkpoint is untouched.");
    }

    static bool IsFinite(Tensor value)
    {
        using var scope = Scope.Open();
        return value.Isfinite().All().Item() != 0;
    }
}
