using Kindred.Information;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Studies;

/// <summary>The part of an estimator that learns.</summary>
abstract class MiLearner(Module module, MiOptions options) : IDisposable
{
    readonly Optimizer optimizer = new Adam.Options { LearningRate = options.LearningRate, Schedule = Schedule.Cosine(1, 0) }.For(module);

    protected MiOptions Options => options;

    public void Step((Tensor X, Tensor Y) batch, Progress at)
    {
        optimizer.Zero();
        Loss(batch.X, batch.Y).Backward();
        optimizer.Step(at);
    }

    protected abstract Tensor Loss(Tensor x, Tensor y);

    /// <summary>How good the learned part is on pairs it has not seen; larger is better.</summary>
    public abstract double Merit((Tensor X, Tensor Y) pairs);

    /// <summary>The estimate in nats.</summary>
    public abstract double Estimate((Tensor X, Tensor Y) pairs);

    public void Dispose() => optimizer.Dispose();

    /// <summary>The mean of a value over blocks of the pairs, so that N × N scores stay small.</summary>
    protected static double OverBlocks((Tensor X, Tensor Y) pairs, long block, Func<Tensor, Tensor, double> value)
    {
        long n = pairs.X.Size(0), blocks = Math.Max(1, n / block), rows = Math.Min(block, n);
        double sum = 0;
        for (long b = 0; b < blocks; b++)
        {
            using var scope = Scope.Open();
            sum += value(pairs.X.Narrow(0, b * rows, rows), pairs.Y.Narrow(0, b * rows, rows));
        }
        return sum / blocks;
    }
}

/// <summary>Learns a critic for one of the lower bounds.</summary>
sealed class CriticLearner : MiLearner
{
    readonly MiEstimator estimator;
    readonly Critic critic;
    readonly Mine mine;

    public CriticLearner(PairSource pairs, MiEstimator estimator, MiOptions options)
        : this(estimator, options, options.JointCritic ? new JointCritic(pairs.X, pairs.Y, options.Hidden) : new SeparableCritic(pairs.X, pairs.Y, options.Hidden))
    {
    }

    CriticLearner(MiEstimator estimator, MiOptions options, Critic critic) : base(critic, options)
        => (this.estimator, this.critic, mine) = (estimator, critic, new Mine(options.Rate));

    protected override Tensor Loss(Tensor x, Tensor y)
    {
        if (estimator == MiEstimator.InfoNce)
            return InfoNceBound.Loss(critic.Matrix(x, y));
        var (joint, marginal) = Scores(x, y);
        return estimator switch
        {
            MiEstimator.Mine => mine.Loss(joint, marginal),
            MiEstimator.Dv => DonskerVaradhan.Loss(joint, marginal),
            MiEstimator.Nwj => Nwj.Loss(joint, marginal),
            _ => JensenShannon.Loss(joint, marginal),
        };
    }

    // An inner product gives all pairs of the batch for the price of one; an MLP on both sides pairs each x with the next y.
    (Tensor Joint, Tensor Marginal) Scores(Tensor x, Tensor y)
    {
        if (Options.JointCritic)
            return (critic.Score(x, y), critic.Score(x, y.Roll([1], [0])));
        var scores = critic.Matrix(x, y);
        return (Pairs.Joint(scores), Pairs.Marginal(scores, Negatives.OffDiagonal));
    }

    public override double Merit((Tensor X, Tensor Y) pairs) => Estimate(pairs);

    public override double Estimate((Tensor X, Tensor Y) pairs)
    {
        if (estimator == MiEstimator.InfoNce)
            return OverBlocks(pairs, Options.Batch, (x, y) => InfoNceBound.Value(critic.Matrix(x, y)).Item());

        // The logarithm is taken once, over the independent pairs of all blocks: a mean of logarithms would be too high.
        long block = Options.JointCritic ? 256 : 1024;               // a joint critic holds N × N hidden layers
        var joint = OverBlocks(pairs, block, (x, y) => critic.Score(x, y).Mean().Item());
        var logs = new List<double>();
        OverBlocks(pairs, block, (x, y) =>
        {
            logs.Add(DonskerVaradhan.LogMeanExp(Pairs.Marginal(critic.Matrix(x, y), Negatives.OffDiagonal)).Item());
            return 0;
        });
        var largest = logs.Max();
        var logMean = largest + Math.Log(logs.Average(log => Math.Exp(log - largest)));
        return estimator == MiEstimator.Nwj ? joint - Math.Exp(Math.Min(logMean - 1, 700)) : joint - logMean;
    }
}

/// <summary>Learns q(y|x) for CLUB by maximum likelihood.</summary>
sealed class ConditionalLearner : MiLearner
{
    readonly GaussianConditional conditional;

    public ConditionalLearner(PairSource pairs, MiOptions options) : this(new GaussianConditional(pairs.X, pairs.Y, options.Hidden), options)
    {
    }

    ConditionalLearner(GaussianConditional conditional, MiOptions options) : base(conditional, options) => this.conditional = conditional;

    protected override Tensor Loss(Tensor x, Tensor y) => conditional.Loss(x, y);

    public override double Merit((Tensor X, Tensor Y) pairs) => -conditional.Loss(pairs.X, pairs.Y).Item();

    public override double Estimate((Tensor X, Tensor Y) pairs)
    {
        var (mean, logVariance) = conditional.Forward(pairs.X);
        return Club.Bound(mean, logVariance, pairs.Y).Item();
    }
}
