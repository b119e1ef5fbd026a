using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SwAV: the balanced cluster code of one view must be predicted from the other views; small crops make more views cheap.</summary>
/// <remarks>
/// Caron, Misra, Mairal, Goyal, Bojanowski, Joulin, "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments",
/// NeurIPS 2020, arXiv:2006.09882, Algorithm 1. Codes come from the views of the group <c>global</c> (all views, if there is no such group),
/// predictions from all. In small batches each global view has a queue of past embeddings that takes part in Sinkhorn only; as in the
/// official code it is used once it is full. Prototypes stay as drawn during the first epoch.
/// Differs: one device's batch, the official code balances codes over all devices.
/// </remarks>
[Method("swav", Title = "SwAV", Paper = "arXiv:2006.09882", Family = "clustering", Objective = "swapped prediction")]
public sealed partial class SwAV : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Prototypes">K.</param>
    /// <param name="Dim">Width of embeddings.</param>
    /// <param name="Hidden">Width of the head's hidden layer.</param>
    /// <param name="Temperature">τ of predictions.</param>
    /// <param name="Epsilon">ε of codes.</param>
    /// <param name="Iterations">Sinkhorn rounds.</param>
    /// <param name="Queue">Embeddings that each global view remembers; 0 has no queue.</param>
    /// <param name="QueueFrom">The first epoch that fills the queue.</param>
    /// <param name="FreezeEpochs">Epochs in which prototypes stay as drawn.</param>
    /// <param name="Codes">How scores become codes.</param>
    public sealed record Options(
        [Count(2)] long Prototypes = 3000, [Width] long Dim = 128, [Width] long Hidden = 2048,
        [Temperature] double Temperature = 0.1, [Temperature] double Epsilon = 0.05, [Range(1, 1000)] int Iterations = 3,
        [Count(0)] long Queue = 0, [Epochs(Before = "the queue", With = nameof(Queue))] int QueueFrom = 15,
        [Epochs(Before = "the training of the prototypes")] int FreezeEpochs = 1, CodeKind Codes = CodeKind.Sinkhorn);

    const int QueuedViews = 2;

    readonly Options options;
    readonly Projected network;
    readonly Prototypes prototypes;
    readonly Queue[] queues;
    readonly Nn.Buffer? queued;
    readonly Func<Tensor, Tensor?, Tensor> balance;

    /// <summary>An encoder, a head and prototypes, all fresh.</summary>
    public SwAV(Encoder encoder, Options options)
    {
        this.options = options;
        network = new(encoder, new MlpHead(encoder.Dim, options.Hidden, options.Dim));
        prototypes = new(options.Dim, options.Prototypes);
        queues = options.Queue == 0 ? [] : [.. Enumerable.Range(0, QueuedViews).Select(_ => new Queue(options.Queue, options.Dim, Initialization.Generator))];
        queued = options.Queue == 0 ? null : new(Tensor.Zeros([], Dtype.Int64));
        balance = Balance(options);
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2, int.MaxValue);
        prototypes.Renormalise();
        prototypes.Trainable = at.Epoch >= options.FreezeEpochs;

        var z = Array.ConvertAll(network.Forward(batch.Views), x => Rowwise.Unit(x));   // V × [N, D]
        var scores = Tensor.Stack(Array.ConvertAll(z, Score));                                                      // [V, N, K]
        int[] assign = [.. Enumerable.Range(0, z.Length).Where(v => batch.Views[v].Group == "global")];
        if (assign.Length == 0) assign = [.. Enumerable.Range(0, z.Length)];
        var codes = NoGradient.Of(() => Tensor.Stack([.. assign.Select((v, a) => Code(scores.Select(0, v), a))]));  // [A, N, K]

        if (queued is not null && at.Epoch >= options.QueueFrom) After(() => Remember(z, assign));
        Watch(z[0]);
        var mass = codes.Mean([0, 1]);                                                                              // [K]
        Log("assignment_perplexity", (-mass.Xlogy(mass).Sum()).Exp());
        Log("used_prototypes", codes.ZerosLike().Scatter(-1, codes.Argmax(-1, keepdim: true), 1).Sum([0, 1]).Gt(0).Sum().To(Dtype.Float32));
        return SwappedPrediction.Loss(scores, [.. assign.Select((_, a) => codes.Select(0, a))], assign, options.Temperature);
    }

    Tensor Score(Tensor z) => Pairwise.Dot(z, prototypes.Weight);

    Tensor Code(Tensor scores, int view)
    {
        var full = queued is not null && view < queues.Length && queued.Value.Item() >= options.Queue;
        return balance(scores, full ? Score(queues[view].Keys) : null);
    }

    void Remember(Tensor[] z, int[] assign)
    {
        for (var a = 0; a < Math.Min(queues.Length, assign.Length); a++) queues[a].Enqueue(z[assign[a]]);
        queued!.Value.Add_(z[0].Size(0));
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new SwAV(encoders(), new(Prototypes: 7, Dim: 6, Hidden: 8, Queue: 12, QueueFrom: 0, FreezeEpochs: 0)));
}
