using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>Estimates how much the views <c>x</c> and <c>y</c> tell about each other, by a lower bound whose critic is what learns.</summary>
/// <remarks>The bounds themselves lie in <c>Kindred.Information</c>; a derived class says which one is climbed and which number is read off. All values are in nats.</remarks>
public abstract class BoundMethod : Method, IEstimates
{
    /// <summary>How a critic scores a pair.</summary>
    public enum CriticKind
    {
        /// <summary>An inner product of two embeddings: all pairs of a batch for the price of one, and good in many dimensions.</summary>
        Separable,

        /// <summary>An MLP on x and y together: any shape of dependence between few columns, level-headed at outliers; one independent pair a sample.</summary>
        Joint,
    }

    /// <summary>The settings that all bounds share.</summary>
    /// <param name="Critic">How pairs are scored.</param>
    /// <param name="Hidden">Width of the critic's two hidden layers.</param>
    /// <param name="Width">Of a separable critic's embeddings; linear dependence of d columns needs d.</param>
    public sealed record CriticOptions(CriticKind Critic = CriticKind.Separable, [Width] long Hidden = 64, [Width] long Width = 32);

    readonly Critic critic;
    readonly CriticKind kind;

    private protected BoundMethod(DataFacts facts, CriticOptions options)
    {
        OptionRules.Check(options);
        var (x, y) = Widths(facts, GetType().Name);
        (kind, critic) = (options.Critic, options.Critic == CriticKind.Joint ? new JointCritic(x, y, options.Hidden) : new SeparableCritic(x, y, options.Hidden, options.Width));
    }

    /// <summary>Widths of x and y, as the data say them.</summary>
    /// <exception cref="ConfigurationException">The data are no pairs of vectors.</exception>
    internal static (long X, long Y) Widths(DataFacts facts, string who)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var (x, y) = (facts.For("x").Input("features", 0), facts.For("y").Input("features", 0));
        return x > 0 && y > 0 ? (x, y)
            : throw new ConfigurationException($"{who} estimates what two vectors x and y tell about each other, and these data are no pairs of vectors; "
                + "give --data columns:gaussian or --data \"columns:FILE?x=1&y=2\".");
    }

    /// <summary>Minus the bound that learning climbs, and its value in nats on this batch.</summary>
    private protected abstract (Tensor Loss, Tensor Nats) Bound(Tensor x, Tensor y);

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var (loss, nats) = Bound(batch.View("x").X, batch.View("y").X);
        Log("nats", nats);
        return loss;
    }

    /// <summary>Scores of every x with every y, `[N, N]`.</summary>
    private protected Tensor Matrix(Tensor x, Tensor y) => critic.Matrix(x, y);

    /// <summary>Scores of true and of independent pairs. An inner product gives all pairs of the batch for the price of one; an MLP on both sides pairs each x with the next y.</summary>
    private protected (Tensor Joint, Tensor Marginal) Scores(Tensor x, Tensor y)
    {
        if (kind == CriticKind.Joint) return (critic.Score(x, y), critic.Score(x, y.Roll([1], [0])));
        var scores = critic.Matrix(x, y);
        return (Pairs.Joint(scores), Pairs.Marginal(scores, Negatives.OffDiagonal));
    }

    /// <summary>The number from the mean score of true pairs and the logarithm of the mean exponential of independent ones: Donsker and Varadhan's unless said otherwise.</summary>
    private protected virtual double Value(double joint, double logMean) => joint - logMean;

    /// <inheritdoc/>
    /// <remarks>The logarithm is taken once, over the independent pairs of all blocks: a mean of logarithms would be too high.</remarks>
    public virtual double Estimate(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long block = kind == CriticKind.Joint ? 256 : 1024;                       // a joint critic holds N × N hidden layers
        var joint = OverBlocks(batch, block, (x, y) => critic.Score(x, y).Mean().Item());
        var logs = new List<double>();
        OverBlocks(batch, block, (x, y) =>
        {
            logs.Add(DonskerVaradhan.LogMeanExp(Pairs.Marginal(critic.Matrix(x, y), Negatives.OffDiagonal)).Item());
            return 0;
        });
        var largest = logs.Max();
        return Value(joint, largest + Math.Log(logs.Average(log => Math.Exp(log - largest))));
    }

    /// <summary>The mean of a value over blocks of the pairs, so that N × N scores stay small.</summary>
    private protected static double OverBlocks(Batch batch, long block, Func<Tensor, Tensor, double> value)
    {
        var (x, y) = (batch.View("x").X, batch.View("y").X);
        long n = batch.Count, blocks = Math.Max(1, n / block), rows = Math.Min(block, n);
        double sum = 0;
        for (long b = 0; b < blocks; b++)
        {
            using var scope = Scope.Open();
            using var quiet = NoGradient.Begin();
            sum += value(x.Narrow(0, b * rows, rows), y.Narrow(0, b * rows, rows));
        }
        return sum / blocks;
    }
}
