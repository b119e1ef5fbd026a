using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>A method that trains an encoder in units of consecutive stages, each by a loss of its own.</summary>
/// <remarks>Nothing flows back between units, and one unit's graph is gone before the next is made.</remarks>
public abstract class LocalMethod : Method, IEncodes
{
    readonly Encoder encoder;
    readonly IReadOnlyList<Stage> stages;

    /// <summary>Divides an encoder into overlapping units.</summary>
    /// <param name="encoder">An encoder with stages.</param>
    /// <param name="span">Stages of a unit; 0 for all.</param>
    /// <exception cref="ConfigurationException">The encoder has no stages, or fewer than a unit.</exception>
    protected LocalMethod(Encoder encoder, int span)
    {
        (this.encoder, stages) = (encoder, Stage.Of(encoder, GetType().Name));
        if (span > stages.Count)
            throw new ConfigurationException($"options.span: a unit of {span} stages is more than the {stages.Count} of the encoder; take at most {stages.Count}, or 0 for all.");
        Span = span == 0 ? stages.Count : span;
        Units = stages.Count - Span + 1;
    }

    /// <summary>Stages of a unit.</summary>
    public int Span { get; }

    /// <summary>How many units there are.</summary>
    public int Units { get; }

    /// <summary>The encoder.</summary>
    protected Encoder Encoder => encoder;

    /// <summary>The stage whose output a unit's loss sees.</summary>
    protected Stage Top(int unit) => stages[unit + Span - 1];

    /// <summary>What enters the first stage.</summary>
    protected abstract Tensor Input(Batch batch);

    /// <summary>A unit's loss.</summary>
    /// <param name="unit">Its number, from 0.</param>
    /// <param name="output">The output of its last stage.</param>
    protected abstract Tensor Loss(int unit, Tensor output);

    /// <inheritdoc/>
    public override IEnumerable<Turn> Turns(Batch batch, Progress at)
    {
        var counted = new HashSet<Stage>(ReferenceEqualityComparer.Instance);
        yield return new("model", LocalLearning.InTurn([Input(batch)], [.. stages.Select(s => (Func<Tensor, Tensor>)(x => Run(s, x, counted)))], (unit, outputs) =>
        {
            var loss = Loss(unit, outputs[0]);
            Log($"unit_{unit}", loss);
            return loss;
        }, Span, Turn.Handed));
    }

    // What runs again in the next unit sees the same batch again: its running averages count it once.
    static Tensor Run(Stage stage, Tensor x, HashSet<Stage> counted)
    {
        using var held = counted.Add(stage) ? null : RunningStatistics.Held(stage.Layer);
        return stage.Layer.Forward(x);
    }

    /// <inheritdoc/>
    public virtual Tensor Features(View view) => encoder.Forward(view);

    /// <inheritdoc/>
    public abstract Tensor Embeddings(View view);
}
