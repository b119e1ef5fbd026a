using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SimCSE: a sentence finds its twin among the batch. The twin is the sentence itself under another dropout mask, or a sentence that says the same.</summary>
/// <remarks>
/// Gao, Yao, Chen, "SimCSE: Simple Contrastive Learning of Sentence Embeddings", EMNLP 2021, arXiv:2104.08821, Eqs. 1, 4 and 5. Both copies pass through the
/// network in one batch, each row with dropout masks of its own. The head, one layer with tanh, is for training: h is the pooled encoder.
/// </remarks>
[Method("simcse", Title = "SimCSE", Paper = "arXiv:2104.08821", Family = "instance discrimination", Modality = "text", Objective = "cross-entropy over the twins of a batch")]
[Method("simcse-supervised", Title = "SimCSE, supervised", Paper = "arXiv:2104.08821", Family = "supervised", Modality = "text", Objective = "cross-entropy over twins and hard negatives")]
public sealed class SimCSE : ProjectedMethod
{
    /// <summary>What a sentence's twin is.</summary>
    public enum TwinKind
    {
        /// <summary>The same sentence under another dropout mask: unsupervised.</summary>
        Dropout,

        /// <summary>The second sentence of a pair; the third of a triple is a hard negative.</summary>
        Pair,
    }

    /// <summary>What lies between the encoder and the loss.</summary>
    public enum HeadKind
    {
        /// <summary>A linear layer as wide as the encoder, then tanh.</summary>
        Tanh,

        /// <summary>Nothing.</summary>
        None,
    }

    /// <summary>The settings; defaults are the paper's.</summary>
    /// <param name="Twins">What a sentence's twin is.</param>
    /// <param name="Temperature">τ.</param>
    /// <param name="Head">What lies between the encoder and the loss.</param>
    /// <param name="HardWeight">α of Eq. 8: how often a sentence's own hard negative counts.</param>
    public sealed record Options(TwinKind Twins = TwinKind.Dropout, [Temperature] double Temperature = 0.05, HeadKind Head = HeadKind.Tanh, [Range(1e-6, 1e6)] double HardWeight = 1);

    readonly Options options;

    /// <summary>A network of this encoder and a head of one layer.</summary>
    public SimCSE(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(encoder);
        this.options = options;
        Network = new(encoder, options.Head == HeadKind.Tanh ? new TanhHead(encoder.Dim) : new Sequential());
    }

    /// <inheritdoc/>
    public override Projected Network { get; }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Count < 2) throw new ConfigurationException("train.batch: SimCSE compares a sentence with the others of its batch; take at least 2.");
        var z = Network.Forward(options.Twins == TwinKind.Dropout ? [batch.Views[0], batch.Views[0]] : Pairs(batch.Views));
        Watch(z[0]);
        var hard = z.Length > 2 ? z[2] : null;
        var (t, logit) = (options.Temperature, Math.Log(options.HardWeight));
        using (NoGradient.Begin())
        {
            var scores = SimCse.Logits(z[0], z[1], hard, t, logit);
            Log("contrastive_accuracy", scores.Argmax(1).Eq(Tensor.Arange(batch.Count, Dtype.Int64, scores.Device)).To(Dtype.Float32).Mean());
            Log("twin_cosine", (scores.Diagonal() * t).Mean());
        }
        return SimCse.Loss(z[0], z[1], hard, t, logit);
    }

    static View[] Pairs(View[] views) => views.Length >= 2 ? views[..Math.Min(3, views.Length)]
        : throw new ConfigurationException("options.twins: pair wants two sentences a row, or three with a hard negative, and these data have one; "
            + "give a table by --data text:PATH.tsv, or take twins: dropout.");

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example =>
        new((_, facts) => new SimCSE(new Encoders.Bert(new(Width: 8, Depth: 1, Heads: 2, Positions: 16), facts.WithInput("vocabulary", 40)), new(Temperature: 0.2)), "text");

    sealed class TanhHead(long width) : Layer
    {
        readonly Linear dense = new(Weights.Normal([width, width], 0.02), Weights.Zeros(width));

        public override Tensor Forward(Tensor x) => dense.Forward(x).Tanh();
    }
}
