using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Information;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>Classes are learnt, and what the representation tells of a nuisance is taken out of it: CLUB's upper bound is pushed down.</summary>
/// <remarks>
/// Cheng, Hao, Dai, Liu, Gan, Carin, "CLUB: A Contrastive Log-ratio Upper Bound of Mutual Information", ICML 2020, arXiv:2006.12013, Algorithm 1 and eq. 13: a conditional q(y|h) is
/// fitted by maximum likelihood, several steps for each one of the encoder, whose loss is that of its task plus the bound on I(h; y). The nuisance y is a column of the data: who drew
/// it, what is behind it.
/// Differs: the paper's tasks are domains and bottlenecks; with a known nuisance the conditional is a classifier, and the bound is over all pairs of the batch.
/// </remarks>
[Method("club-removal", Title = "CLUB against a nuisance", Paper = "arXiv:2006.12013", Family = "mutual information", Objective = "cross-entropy + CLUB of a nuisance")]
public sealed class CLUBRemoval : Method, IEncodes, IScores
{
    /// <summary>The settings.</summary>
    /// <param name="Nuisance">The column of the data that h shall not tell.</param>
    /// <param name="Weight">Of the bound; 0 is plain cross-entropy, beside which q still learns and says what h tells.</param>
    /// <param name="Fits">Steps of q for each step of the encoder.</param>
    /// <param name="Hidden">Width inside q.</param>
    public sealed record Options(string Nuisance = "background", [Weight] double Weight = 1, [Range(1, 100)] int Fits = 5, [Width] long Hidden = 128);

    readonly Options options;
    readonly Classified task;
    readonly MlpHead conditional;

    /// <summary>A fresh encoder and classifier, and a q for as many values as the nuisance has.</summary>
    /// <exception cref="ConfigurationException">There are no classes, or no such column.</exception>
    public CLUBRemoval(Encoder encoder, DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        facts.NeedsClasses("CLUB against a nuisance learns classes");
        var values = facts.Values(options.Nuisance);
        this.options = options;
        task = new(encoder, new(encoder.Dim, facts.Classes));
        conditional = new(encoder.Dim, options.Hidden, values, depth: 2, norm: true);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Module> Players => new Dictionary<string, Module> { ["conditional"] = conditional, ["model"] = task };

    /// <inheritdoc/>
    public override IEnumerable<Turn> Turns(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.NeedsViews(1);
        var labels = batch.Labels ?? throw new DataException("CLUB against a nuisance needs labels, and this batch has none.");
        var nuisance = batch.Column(options.Nuisance);
        var seen = NoGradient.Of(() => task.Encoder.Forward(batch.Views[0]));                 // the encoder is the same until its own turn
        for (var fit = 0; fit < options.Fits; fit++)
            yield return new("conditional", () => -Club.LogLikelihood(conditional.Forward(seen), nuisance));
        yield return new("model", () => Step(batch.Views[0], labels, nuisance));
    }

    Tensor Step(View view, Tensor labels, Tensor nuisance)
    {
        var h = task.Encoder.Forward(view);                                                   // [N, F]
        var (logits, told) = (task.Classifier.Forward(h), conditional.Forward(h));
        var bound = Club.Categorical(told, nuisance);

        Watch(h);
        Log("nats", bound);
        Log("told", told.Argmax(1).Eq(nuisance).To(Dtype.Float32).Mean());
        Log("accuracy", logits.Argmax(1).Eq(labels).To(Dtype.Float32).Mean());
        return CrossEntropy.Loss(logits, labels) + bound * options.Weight;
    }

    /// <inheritdoc/>
    public Tensor Features(View view) => task.Encoder.Forward(view);

    /// <inheritdoc/>
    public Tensor Score(View view) => task.Classifier.Forward(Features(view));

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new CLUBRemoval(encoders(), facts, new("half", Fits: 1, Hidden: 8))) { Shows = "accuracy", Rises = true };

    sealed class Classified(Encoder encoder, LinearClassifier classifier) : Module
    {
        public Encoder Encoder { get; } = encoder;

        public LinearClassifier Classifier { get; } = classifier;
    }
}
