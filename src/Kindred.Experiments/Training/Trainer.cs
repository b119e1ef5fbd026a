using System.Diagnostics;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>Trains any method: every epoch, every batch, every turn.</summary>
/// <remarks>
/// <para>It knows no method. Several players take turns with an optimizer each; what must wait for the optimizer runs in <see cref="Method.Settle"/>.</para>
/// <para>Threads: <see cref="Fit"/> trains on the thread that calls it and may be called from one at a time; a cancellation may come from any, and is heard between steps. Hooks are
/// called on that thread.
/// Two trainers may work side by side on methods of their own, but share the processors and the default generator, so that their numbers are then no longer those of a seed.</para>
/// </remarks>
public sealed class Trainer
{
    readonly Method method;
    readonly IData data;
    readonly IReadOnlyDictionary<string, Optimizer> optimizers;
    readonly TrainerOptions options;
    readonly IReadOnlyList<IHook> hooks;
    readonly Dictionary<string, Parameter[]> others;
    readonly Dictionary<string, (string Path, Parameter Parameter)[]> named;
    readonly Dictionary<string, GradientAverage> averages = [];
    readonly Stopwatch clock = new();
    readonly long nominal;
    long samples;
    double loss = double.NaN;
    bool whole = true, failed, stopped, fits;
    long? began;
    EpochPlan? plan;

    /// <summary>Puts a training together.</summary>
    /// <param name="method">What learns.</param>
    /// <param name="data">What it learns from.</param>
    /// <param name="optimizers">One for each of the method's players.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="hooks">Who looks on, in order.</param>
    /// <exception cref="ConfigurationException">A player has no optimizer, or an optimizer no player.</exception>
    public Trainer(Method method, IData data, IReadOnlyDictionary<string, Optimizer> optimizers, TrainerOptions options, params IReadOnlyList<IHook> hooks)
    {
        (this.method, this.data, this.optimizers, this.options, this.hooks) = (method, data, optimizers, options, hooks);
        foreach (var player in method.Players.Keys.Except(optimizers.Keys))
            throw new ConfigurationException($"train.optimizer: the player '{player}' has no optimizer; give one for each of {string.Join(", ", method.Players.Keys)}.");
        foreach (var player in optimizers.Keys.Except(method.Players.Keys))
            throw new ConfigurationException($"train.optimizer: the method has no player '{player}'; it has {string.Join(", ", method.Players.Keys)}.");
        named = method.Players.ToDictionary(p => p.Key, p => p.Value.NamedParameters().ToArray());
        others = method.Players.ToDictionary(p => p.Key, p => method.Players.Where(o => o.Key != p.Key).SelectMany(o => o.Value.Parameters()).Except(p.Value.Parameters()).Distinct().ToArray());
        if (options.Piece > 0 && !Everyone.Alone) throw new ConfigurationException("train.piece: several processes share a batch out already; leave it at 0, or train with one process.");
        nominal = options.Steps ?? (long)options.Epochs * PerEpoch;
        At = new Progress(0, options.Steps is { } steps ? (int)Math.Ceiling((double)steps / Math.Max(1, PerEpoch)) : options.Epochs, 0, nominal);
    }

    /// <summary>Where training stands.</summary>
    public Progress At { get; private set; }

    /// <summary>Where training stands, the middle of an epoch included; set it to go on from a checkpoint.</summary>
    public Position Position
    {
        get => new(At, began, plan, nominal);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            (At, began, plan) = (value.At, value.Began, value.Plan);
        }
    }

    /// <summary>A position that another training reached, as one of this: its own, or that of a shorter training on the same data, which is lengthened.</summary>
    /// <remarks>What was done stays as it is; from here on schedules are as long as this training.</remarks>
    /// <param name="position">What a checkpoint says.</param>
    /// <returns>Null where it is of another training: other data, another batch, or a longer one.</returns>
    public Position? Continued(Position position)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (position.Nominal == nominal) return position;
        var at = position.At;
        var longer = options.Steps is { } wanted ? position.Nominal < wanted : at.Epochs < options.Epochs && position.Nominal == (long)at.Epochs * PerEpoch;
        if (!longer) return null;
        var epochs = options.Steps is { } all ? (int)Math.Ceiling((double)all / Math.Max(1, PerEpoch)) : options.Epochs;
        var (from, length) = position.Began is { } start ? (start, position.Plan?.Steps ?? PerEpoch) : (at.Step, PerEpoch);
        return position with { At = at with { Epochs = epochs, Steps = options.Steps ?? from + ((long)length * (epochs - at.Epoch)) }, Nominal = nominal };
    }

    /// <summary>Whether the learning rate is 0 in every step that is left, so that nothing would be learnt; of a long training a thousand steps are looked at.</summary>
    public bool LearnsNothing
    {
        get
        {
            const long Looks = 1000;
            var left = Math.Min(At.Steps, options.MaxSteps ?? long.MaxValue) - At.Step;
            var looks = Math.Min(left, Looks);
            return left > 0 && Enumerable.Range(0, (int)looks).Select(i => At.Step + (left * i / looks)).All(step => Rests(At with { Step = step, Epoch = (int)(At.Epochs * step / At.Steps) }));
        }
    }

    bool Rests(Progress at) => optimizers.Values.All(optimizer => optimizer.Rests(at));

    /// <summary>Trains until the recipe's end, <see cref="TrainerOptions.MaxSteps"/> or a cancellation; state is whole after either. After an error,
    /// <see cref="TrainingResult.Whole"/> says what hooks may keep.</summary>
    /// <exception cref="NumericException">The loss is no longer a finite number.</exception>
    public TrainingResult Fit(CancellationToken cancel = default)
    {
        method.Train();
        stopped = false;
        clock.Restart();
        try
        {
            while (!Done(cancel)) TrainEpoch(cancel);
        }
        catch
        {
            failed = true;
            method.Forget();
            throw;
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

    /// <summary>The same as <see cref="Fit"/>, on a thread of its own.</summary>
    /// <param name="cancel">Stops between steps. The result says so (<see cref="TrainingResult.Finished"/>); a training that was stopped is whole, and so this is no exception.</param>
    /// <exception cref="NumericException">The loss is no longer a finite number.</exception>
    public Task<TrainingResult> FitAsync(CancellationToken cancel = default) => Background.Run(() => Fit(cancel));

    TrainingResult Result => new(At, loss, samples, clock.Elapsed.TotalSeconds, AtEnd, whole, failed);

    int PerEpoch => options.StepsPerEpoch ?? data.StepsPerEpoch;

    bool AtEnd => began is null && (options.Steps is { } steps ? At.Step >= steps : At.Epoch >= At.Epochs);

    bool Done(CancellationToken cancel) => Stopped(cancel) || AtEnd || At.Step >= (options.MaxSteps ?? long.MaxValue);

    // All processes stop together, whichever was told to.
    bool Stopped(CancellationToken cancel) => stopped = stopped || Everyone.Any(cancel.IsCancellationRequested);

    void TrainEpoch(CancellationToken cancel)
    {
        if (began is null) Begin();
        var end = began!.Value + Length;
        var waiting = Everyone.Alone ? cancel : CancellationToken.None;                  // several stop between steps, all at the same
        using (var batches = Batches((int)(At.Step - began.Value), waiting).GetEnumerator())
        {
            var since = clock.Elapsed.TotalSeconds;
            var first = At.Step;
            while (At.Step < end && !Done(cancel) && Next(batches, waiting))
            {
                var report = TakeStep(batches.Current, since);
                foreach (var hook in hooks) hook.Step(report);
                since = clock.Elapsed.TotalSeconds;
            }
            if (At.Step == first && At.Step < end && !Done(cancel)) throw new InvalidOperationException($"the data gave no batch {At.Step - began.Value} of the {Length} that the epoch has");
        }
        if (At.Step < end || Stopped(cancel)) return;
        End();
        foreach (var hook in hooks) hook.Epoch(At);
    }

    // Steps of the epoch in progress; the last one is cut where the steps are counted.
    long Length => Math.Min(plan?.Steps ?? PerEpoch, options.Steps is { } steps ? steps - began!.Value : long.MaxValue);

    void Begin()
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        whole = false;
        plan = fits ? method.BeginEpoch(LookedAt()) : Fitting.Of(method, [], () => method.BeginEpoch(LookedAt()));
        plan?.Check(data);
        began = At.Step;
        if (plan is null && PerEpoch == 0) throw new ConfigurationException($"{data.Count} samples do not fill one batch; choose a smaller train.batch.");
        if (Length == 0 && options.Steps is not null)
            throw new ConfigurationException("the method plans an epoch without batches, so that train.steps would never be reached; give train.epochs instead.");
        // Schedules are as long as the epochs turn out to be, on the supposition that those to come are like this one.
        if (options.Steps is null) At = At with { Steps = At.Step + Length * (At.Epochs - At.Epoch) };
        whole = true;
    }

    void End()
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        whole = false;
        method.EndEpoch(LookedAt());
        (began, plan) = (null, null);
        (At, whole) = (At with { Epoch = At.Epoch + 1 }, true);
    }

    Epoch LookedAt() => new(At, data, (encode, view) =>
    {
        using var evaluating = method.Evaluating();
        using var precision = Precision();
        return encode(view.To(options.Device));
    });

    // Without a plan, an epoch of more steps than the data have is several passes, each in an order of its own.
    IEnumerable<IRawBatch> Batches(int skip, CancellationToken cancel)
    {
        if (plan is not null || PerEpoch <= data.StepsPerEpoch) return data.Batches(At.Epoch, skip, plan, cancel);
        if (data.StepsPerEpoch == 0) throw new ConfigurationException($"{data.Count} samples do not fill one batch; choose a smaller train.batch.");
        var passes = (PerEpoch + data.StepsPerEpoch - 1) / data.StepsPerEpoch;
        return from pass in Enumerable.Range(skip / data.StepsPerEpoch, passes - skip / data.StepsPerEpoch)
               from batch in data.Batches(At.Epoch * passes + pass, Math.Max(0, skip - pass * data.StepsPerEpoch), null, cancel)
               select batch;
    }

    // A stop while the workers are still busy is no error: the state is that of the last whole step.
    static bool Next(IEnumerator<IRawBatch> batches, CancellationToken cancel)
    {
        try { return batches.MoveNext(); }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested) { return false; }
    }

    StepReport TakeStep(IRawBatch raw, double began)
    {
        var exchanged = Everyone.Seconds;
        using var scope = Scope.Open();
        var batch = raw.Tensors().To(options.Device);
        var at = At;
        var sum = 0.0;
        whole = false;
        options.Guard?.Begin();
        try
        {
            // Once a step went through, what goes wrong is no longer that the method was made for other data.
            sum = fits ? Turns(batch, at) : Fitting.Of(method, batch.Views, () => Turns(batch, at));
            fits = true;
            foreach (var hook in hooks) Show(hook, batch, at);
        }
        catch (NumericException e) when (options.Guard is not null) { sum = Undo(options.Guard, e, batch); }
        (loss, At, whole) = (sum, at with { Step = at.Step + 1 }, true);
        samples += raw.Count;
        var rate = optimizers[method.Players.Keys.First()].LearningRate(at);
        var numbers = at.Step % options.LogEvery == 0 || At.Step == at.Steps ? Numbers() : new Dictionary<string, double>();
        return new StepReport(at, loss, rate, raw.Count, raw.Waited, clock.Elapsed.TotalSeconds - began, numbers) { Exchange = Everyone.Alone ? null : Everyone.Seconds - exchanged };
    }

    double Turns(Batch batch, Progress at)
    {
        var sum = 0.0;
        foreach (var turn in method.Turns(batch, at)) sum += TakeTurn(turn, at);
        return sum;
    }

    // The step counts as taken, with the loss of the one before.
    double Undo(Guard guard, NumericException error, Batch batch)
    {
        method.Forget();
        method.TakeWatched()?.Dispose();
        method.TakeLog();
        foreach (var optimizer in optimizers.Values) optimizer.Zero();
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        guard.Failed(new NumericException($"{error.Message}{(BrokenStep.View(batch) is { } view ? $" The batch brought it: {view}." : "")}", error), batch, Position);
        return loss;
    }

    static void Show(IHook hook, Batch batch, Progress at)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        hook.Batch(batch, at);
    }

    double TakeTurn(Turn turn, Progress at)
    {
        if (!optimizers.TryGetValue(turn.Player, out var optimizer))
            throw new ConfigurationException($"the method takes a turn as '{turn.Player}', and has no such player; it has {string.Join(", ", method.Players.Keys)}.");
        using var frozen = new FrozenParameters(others[turn.Player]);
        optimizer.Zero();
        var (sum, left) = (0.0, turn.Losses.Count);
        var average = Average(turn.Player);
        turn.Each(loss => sum += Differentiate(loss, turn.Player, at, --left == 0 ? average : null));
        average?.Finish();
        if (options.Guard is { } guard)
        {
            guard.Look(turn.Player, sum, at);
            if (BrokenStep.Of(named[turn.Player], p => p.Gradient) is { } path)
                throw new NumericException($"the gradient of '{path}' is not finite at step {at.Step} (epoch {at.Epoch}), although the loss of '{turn.Player}' is {sum}. {BrokenStep.Advice}");
        }
        optimizer.Step(at);
        if (options.Guard is { Undoes: true } && BrokenStep.Of(named[turn.Player], p => p.Value) is { } weight)
            throw new NumericException($"'{weight}' is no longer finite after the optimizer's step at step {at.Step} (epoch {at.Epoch}). {BrokenStep.Advice}");
        method.Settle();
        return sum;
    }

    // Of several processes; null alone.
    GradientAverage? Average(string player)
    {
        if (Everyone.Alone) return null;
        if (!averages.TryGetValue(player, out var average)) averages[player] = average = Everyone.AverageGradients(options.Bucket);
        average.Begin([.. method.Players[player].Parameters().Distinct().Select(p => p.Value)]);
        return average;
    }

    // Gradients of the turn's last loss are averaged while they are made.
    double Differentiate(Func<Tensor> make, string player, Progress at, GradientAverage? average)
    {
        Tensor made;
        using (GradientCache.Begin(options.Piece))
        using (Precision()) made = make();
        var value = made.Item();
        if (!double.IsFinite(value)) throw BrokenStep.Loss(method, player, value, at);
        using (average?.Watch()) made.Backward();
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
            // Only what moves the alarm's threshold; elsewhere a curve that never changes.
            if (CollapseAlarm.LeastRankOf(spread.Most) < CollapseAlarm.LeastRank) numbers[CollapseAlarm.RankLimit] = spread.Most;
        }
        return numbers;
    }
}
