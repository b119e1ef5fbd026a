using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Information;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>The information bottleneck: a noisy code z of a picture that tells the class and as little else as β allows.</summary>
/// <remarks>
/// Alemi, Fischer, Dillon, Murphy, "Deep Variational Information Bottleneck", ICLR 2017, arXiv:1612.00410, Eq. 17: cross-entropy of the class from z = μ(x) + σ(x) ε plus β times an
/// upper bound on I(X; Z), the divergence from N(0, I). Belghazi et al., arXiv:1801.04062, Sec. 5.3, put MINE's estimate in its place: a statistics network climbs it, the encoder
/// descends it. Cheng et al., arXiv:2006.12013, Sec. 4.3, put CLUB there, whose conditional is known here, it is q(z|x) itself; or leave-one-out.
/// Differs: the statistics network reads μ in place of x, which tells of z all that x does but its spread.
/// </remarks>
[Method("bottleneck", Title = "Information bottleneck", Paper = "arXiv:1612.00410", Family = "mutual information", Objective = "cross-entropy + bound on I(X; Z)")]
public sealed partial class InformationBottleneck : Method, IEncodes, IScores
{
    /// <summary>The settings; defaults are the paper's for digits.</summary>
    /// <param name="Beta">β, the price of a nat about the picture.</param>
    /// <param name="Bound">What stands for I(X; Z).</param>
    /// <param name="Dim">K, the width of z.</param>
    /// <param name="Hidden">Width of MINE's statistics network.</param>
    /// <param name="Rate">Weight of the newest batch in MINE's average.</param>
    public sealed record Options(
        [Weight] double Beta = 1e-3, BoundKind Bound = BoundKind.Divergence, [Width] long Dim = 256, [Width] long Hidden = 512,
        [Range(0.0, 1.0, MinimumIsExclusive = true)] double Rate = 0.01);

    readonly Options options;
    readonly CodedClassifier channel;
    readonly JointCritic? statistics;
    readonly Mine? mine;

    /// <summary>The encoder, a linear layer to μ and σ, and a linear classifier of z.</summary>
    /// <exception cref="ConfigurationException">There are no classes.</exception>
    public InformationBottleneck(Encoder encoder, DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        facts.NeedsClasses("the information bottleneck keeps what tells the class");
        this.options = options;
        channel = new(encoder, options.Dim, facts.Classes);
        if (options.Bound != BoundKind.Mine) return;
        statistics = new(options.Dim, options.Dim, options.Hidden);
        mine = new(options.Rate);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Module> Players => statistics is null
        ? new Dictionary<string, Module> { ["model"] = this }
        : new Dictionary<string, Module> { ["statistics"] = statistics, ["model"] = channel };

    /// <inheritdoc/>
    public override IEnumerable<Turn> Turns(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.NeedsViews(1);
        if (statistics is not null)
        {
            var (mean, _, z) = NoGradient.Of(() => channel.Draw(batch.Views[0]));           // the encoder is the same until its own turn
            yield return new("statistics", () => mine!.Loss(statistics.Score(mean, z), statistics.Score(mean, z.Roll([1], [0]))));
        }
        yield return new("model", () => Step(batch, at));
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        var labels = batch.Labels ?? throw new DataException("the information bottleneck needs labels, and this batch has none.");
        var (mean, logVariance, z) = channel.Draw(batch.Views[0]);                            // [N, K] each
        var logits = channel.Classifier.Forward(z);
        var information = Information(mean, logVariance, z);
        Watch(z);
        Log("nats", information);
        Log("accuracy", logits.Argmax(1).Eq(labels).To(Dtype.Float32).Mean());
        return CrossEntropy.Loss(logits, labels) + information * options.Beta;
    }

    /// <summary>The middle of the code, μ(x), `[N, K]`.</summary>
    public Tensor Features(View view) => channel.Code(view).Mean;

    /// <inheritdoc/>
    public Tensor Score(View view) => channel.Classifier.Forward(Features(view));

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new InformationBottleneck(encoders(), facts, new(Dim: 6)));
}
