using System.Diagnostics;
using System.Globalization;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
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
    /// <summary>The recipe that an estimation trains: what <c>kindred train NAME</c> takes, with these options.</summary>
    /// <param name="estimator">Which bound.</param>
    /// <param name="options">Settings.</param>
    public static RecipeFile Recipe(MiEstimator estimator, MiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var critic = options.JointCritic ? "joint" : "separable";
        var (method, own) = estimator switch
        {
            MiEstimator.Mine => ("mine", $", critic: {critic}, rate: {Text(options.Rate)}"),
            MiEstimator.Dv => ("mine", $", critic: {critic}, rate: 1"),
            MiEstimator.InfoNce => ("infonce", $", critic: {critic}, candidates: {options.Batch}"),
            MiEstimator.Club => ("club", ""),
            _ => (estimator.ToString().ToLowerInvariant(), $", critic: {critic}"),
        };
        return Recipes.Recipe.Parse($$"""
            method: {{method}}
            options: { hidden: {{options.Hidden}}{{own}} }
            train:
              steps: {{options.Steps}}
              batch: {{options.Batch}}
              seed: {{options.Seed}}
              precision: fp32
              optimizer: { name: adam, learningRate: {{Text(options.LearningRate)}} }
              schedule: cosine
            """, $"kindred mi, {method}", binder: Parts.Binder).First;

        static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>Trains the estimator's method on the pairs to learn from and reads the estimate off the test pairs.</summary>
    /// <remarks>Four times on the way the method is judged on the validation pairs; the test pairs see the best of these, so that small samples do not overfit.</remarks>
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
        options = options with { Batch = Math.Min(options.Batch, pairs.Count(PairPart.Train)) };
        using var experiment = Experiment.Build(Recipe(estimator, options), pairs.Open(PairPart.Train, options.Batch, (ulong)options.Seed));
        var best = new BestSoFar((IEstimates)experiment.Method, pairs, options.Steps);
        experiment.Trainer(hooks: best).Fit(stop);
        stop.ThrowIfCancellationRequested();
        return new(estimator, best.Answer, clock.Elapsed.TotalSeconds);
    }

    // Looks on, and keeps what the test pairs say of the state that the validation pairs like best.
    sealed class BestSoFar(IEstimates method, PairSource pairs, int steps) : IHook
    {
        double merit = double.NegativeInfinity;

        public double Answer { get; private set; } = double.NaN;

        public void Step(StepReport report)
        {
            var step = report.At.Step;
            if ((step + 1) * 4 / steps == step * 4 / steps) return;
            using var scope = Scope.Open();
            using var quiet = NoGradient.Begin();
            var found = method.Merit(Held(PairPart.Validation));
            if (!(found > merit) && !double.IsNaN(Answer)) return;
            (merit, Answer) = (found, method.Estimate(Held(PairPart.Test)));
        }

        Batch Held(PairPart part)
        {
            using var data = pairs.Open(part);
            return data.All();
        }
    }
}
