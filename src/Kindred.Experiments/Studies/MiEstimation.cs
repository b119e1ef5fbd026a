using System.Diagnostics;
using Kindred.Information;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Studies;

/// <summary>How mutual information is estimated.</summary>
public enum MiEstimator
{
    /// <summary>Donsker–Varadhan with the bias-corrected gradient; a lower bound.</summary>
    Mine,

    /// <summary>Donsker–Varadhan with its plain gradient; a lower bound.</summary>
    Dv,

    /// <summary>Nguyen–Wainwright–Jordan (MINE-f); a lower bound.</summary>
    Nwj,

    /// <summary>The critic learns by the Jensen–Shannon objective, the number is its Donsker–Varadhan value; a lower bound.</summary>
    Js,

    /// <summary>InfoNCE; a lower bound that saturates at ln(batch).</summary>
    InfoNce,

    /// <summary>CLUB with a learned conditional; an upper bound as far as the conditional is right.</summary>
    Club,
}

/// <summary>What an estimation is told.</summary>
public sealed record MiOptions
{
    /// <summary>Steps of Adam, its rate falling by a cosine to 0.</summary>
    public int Steps { get; init; } = 3000;

    /// <summary>Pairs a step; also the number of candidates of InfoNCE.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>First learning rate.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Width of the critic's two hidden layers.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Scores each pair by an MLP on both sides instead of an inner product of two; one independent pair a sample instead of all N(N−1).</summary>
    /// <remarks>Fits any shape of dependence between few columns and keeps its head at outliers; the inner product is better in many dimensions.</remarks>
    public bool JointCritic { get; init; }

    /// <summary>Weight of the newest batch in MINE's average.</summary>
    public double Rate { get; init; } = 0.01;

    /// <summary>Equal seeds give equal numbers.</summary>
    public long Seed { get; init; }
}

/// <summary>One estimate.</summary>
/// <param name="Estimator">By which estimator.</param>
/// <param name="Nats">Mutual information in nats, from pairs that took no part in learning.</param>
/// <param name="Seconds">Time it took.</param>
public sealed record MiEstimate(MiEstimator Estimator, double Nats, double Seconds)
{
    /// <summary>Learns a critic (or a conditional) on the source's batches and reads the estimate off its test pairs.</summary>
    /// <remarks>Four times on the way the critic is scored on the validation pairs; the test pairs see the best of these, so that small samples do not overfit.</remarks>
    /// <param name="pairs">Where pairs come from.</param>
    /// <param name="estimator">Which bound.</param>
    /// <param name="options">Settings.</param>
    /// <param name="stop">Ends early by an <see cref="OperationCanceledException"/>.</param>
    public static MiEstimate Of(PairSource pairs, MiEstimator estimator, MiOptions options, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(options);
        var clock = Stopwatch.StartNew();
        using var scope = Scope.Open();
        using var learner = Learner(pairs, estimator, options);
        using var generator = new Generator(options.Seed + 1);
        var (best, answer) = (double.NegativeInfinity, double.NaN);
        for (int step = 0; step < options.Steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using (Scope.Open())
                learner.Step(pairs.Batch(options.Batch, generator), new Progress(0, 1, step, options.Steps));
            if ((step + 1) * 4L / options.Steps == step * 4L / options.Steps)
                continue;
            using var inner = Scope.Open();
            using var quiet = NoGradient.Begin();
            if (learner.Merit(pairs.Validation) is var merit && (merit > best || double.IsNaN(answer)))
                (best, answer) = (merit, learner.Estimate(pairs.Test));
        }
        return new(estimator, answer, clock.Elapsed.TotalSeconds);
    }

    static MiLearner Learner(PairSource pairs, MiEstimator estimator, MiOptions options)
    {
        using var initial = Initialization.Begin(options.Seed);
        return estimator == MiEstimator.Club ? new ConditionalLearner(pairs, options) : new CriticLearner(pairs, estimator, options);
    }
}
