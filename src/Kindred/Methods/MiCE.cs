using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MiCE: a mixture of contrastive experts, one a cluster; a gate says which expert a sample belongs to, and each expert tells its samples apart.</summary>
/// <remarks>
/// Tsai, Li, Zhu, "MiCE: Mixture of Contrastive Experts for Unsupervised Image Clustering", ICLR 2021 (OpenReview gV3wdEOGy_V), Algorithm 1. Experts and gate
/// are K + 1 linear heads on one encoder; keys come from a momentum copy and are queued, one for each expert. The E-step is the posterior over experts
/// within the step, the M-step the optimizer's; at the end of an epoch each expert's prototype μ becomes the direction of the keys that it won.
/// Three views a sample: the student's, the teacher's and the gate's.
/// Differs: an expert that won nothing keeps its μ, where the official code gives it the zero vector.
/// </remarks>
[Method("mice", Title = "MiCE", Paper = "OpenReview gV3wdEOGy_V", Family = "clustering", Objective = "mixture of contrastive experts", LeastBatch = 1)]
public sealed class MiCE : Method, IEncodes, IScores, IProjected
{
    /// <summary>The settings; defaults are the paper's.</summary>
    /// <param name="Experts">K, the number of clusters; 0 takes as many as the data have classes.</param>
    /// <param name="Temperature">τ of the experts.</param>
    /// <param name="GateTemperature">κ of the gate.</param>
    /// <param name="Momentum">m of the teacher.</param>
    /// <param name="Queue">Samples whose keys are remembered, K vectors each.</param>
    /// <param name="Dim">Width of each expert's embedding and of the gate's; at least K − 1.</param>
    /// <param name="Shuffle">Permutes the rows before keys are encoded, see <see cref="MoCo"/>.</param>
    public sealed record Options(
        [Count(0)] int Experts = 0, [Temperature] double Temperature = 1, [Temperature] double GateTemperature = 1,
        [Share] double Momentum = 0.999, [Count] long Queue = 16384, [Width] int Dim = 128, bool Shuffle = true);

    readonly Options options;
    readonly long experts;
    readonly MomentumPair pair;
    readonly Parameter prototypes;                 // μ, learnt within an epoch and set at its end
    readonly Nn.Buffer gate, won, counts;          // ω, and what the experts won so far in this epoch
    readonly Queue queue;

    /// <summary>Student and teacher start with the same weights, prototypes and queue with random unit vectors.</summary>
    /// <exception cref="ConfigurationException">There is no number of clusters, or they are too many for the width.</exception>
    public MiCE(Encoder encoder, DataFacts facts, Options options)
    {
        this.options = options;
        var count = options.Experts > 0 ? options.Experts : facts.Classes;
        if (count < 1) throw new ConfigurationException("options.experts: MiCE has an expert for each cluster, and these data have no classes that would say how many; give a number, such as 10.");
        if (options.Dim < count - 1)
            throw new ConfigurationException($"options.dim: {count} experts need a width of {count - 1} at least, this is {options.Dim}: their gates are to be equally far apart.");
        experts = count;
        pair = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, (experts + 1) * options.Dim, depth: 1));
        prototypes = new(Unit(experts, options.Dim));
        gate = new(MixtureOfExperts.GatingPrototypes(count, options.Dim).To(Dtype.Float32));
        (won, counts) = (new(Tensor.Zeros([experts, options.Dim], Dtype.Float32)), new(Tensor.Zeros([experts], Dtype.Float32)));
        queue = new(Unit(options.Queue, experts, options.Dim).Reshape([options.Queue, experts * options.Dim]));
    }

    /// <inheritdoc/>
    public Projected Network => pair.Network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(3);
        var (f, _) = Heads(pair.Network.Forward(batch.Views[0]));                                         // [N, K, D]
        var (v, _) = Heads(pair.Key(batch.Views[1], options.Shuffle));                                    // [N, K, D], no gradient
        var (_, g) = Heads(pair.Network.Forward(batch.Views[2]));                                         // [N, D]
        var mixture = Mix(f, v, g);

        After(() => pair.Follow(options.Momentum));
        After(() => queue.Enqueue(v.Normalize().Reshape([v.Size(0), experts * options.Dim])));
        After(() => Win(v, mixture.Posterior.Detach()));
        Watch(g.Normalize());
        var q = mixture.Posterior.Detach();
        Log("posterior_entropy", -q.Xlogy(q).Sum(1).Mean());
        Log("used_experts", q.ZerosLike().Scatter(1, q.Argmax(1, keepdim: true), 1).Sum(0).Gt(0).Sum().To(Dtype.Float32));
        return mixture.Loss;
    }

    /// <summary>Sets each expert's prototype to the direction of the keys that it won in this epoch.</summary>
    public override void EndEpoch(Epoch epoch)
    {
        prototypes.Set(MixtureOfExperts.Prototypes(won.Value, counts.Value, prototypes.Value));
        won.Value.Zero_();
        counts.Value.Zero_();
    }

    void Win(Tensor v, Tensor posterior)
    {
        var (sum, count) = MixtureOfExperts.Won(v, posterior);
        won.Value.Add_(sum);
        counts.Value.Add_(count);
    }

    MixtureOfExperts Mix(Tensor f, Tensor v, Tensor g) =>
        MixtureOfExperts.Of(f, v, g, prototypes, gate.Value, queue.Keys.View([options.Queue, experts, options.Dim]), options.Temperature, options.GateTemperature);

    // The K experts' embeddings and the gate's, out of one row of the head.
    (Tensor Experts, Tensor Gate) Heads(Tensor z)
    {
        var heads = z.View([z.Size(0), experts + 1, options.Dim]);
        return (heads.Narrow(1, 0, experts), heads.Select(1, experts));
    }

    static Tensor Unit(params long[] shape) => Tensor.Randn(shape, Initialization.Generator, Dtype.Float32).Normalize();

    /// <summary>ln of the posterior over experts, `[N, K]`: the largest is the sample's cluster.</summary>
    public Tensor Score(View view)
    {
        var (f, g) = Heads(pair.Network.Forward(view));
        var mixture = Mix(f, Heads(pair.Key(view)).Experts, g);
        return (mixture.LogGate + mixture.LogExpert).LogSoftmax(1);
    }

    /// <inheritdoc/>
    public Tensor Features(View view) => pair.Encoder.Forward(view);

    /// <summary>The gate's embedding, `[N, D]`.</summary>
    public Tensor Embeddings(View view) => Heads(pair.Network.Forward(view)).Gate;

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new MiCE(encoders(), facts, new(Experts: 3, Temperature: 0.5, Momentum: 0.9, Queue: 20, Dim: 8)));
}
