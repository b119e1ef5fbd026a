using System.ComponentModel.DataAnnotations;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>CALM: one network writes sentences from their concepts, puts exchanged concepts back, and tells a sentence from a distorted one; then it makes the distorted ones itself.</summary>
/// <remarks>
/// Zhou, Lee, Selvam, Lee, Ren, "Pre-training Text-to-Text Transformers for Concept-centric Common Sense", ICLR 2021, arXiv:2011.07956, Sec. 3. First the exercises are mixed,
/// teacher-forced (3.1, 3.2); in the joint stage (3.3) what the network makes of a distractor, by beam search, takes its place in the choice. Nothing but the weights
/// passes from generator to discriminator: what is written is discrete.
/// Differs: a sentence is put into all its exercises in one step; the search runs without dropout, and what it repairs wholly is no longer asked about.
/// </remarks>
[Method("calm", Title = "CALM", Paper = "arXiv:2011.07956", Family = "generation and contrast", Modality = "text", Objective = "cross-entropy of the sentence that is to be written", LeastBatch = 1)]
public sealed partial class CALM : Method, IEncodes, ITextToText
{
    /// <summary>The settings; defaults are the paper's and those of the authors' code.</summary>
    /// <param name="Stage">What is learnt from.</param>
    /// <param name="Tasks">The exercises that are mixed; concepts, order and choice if left out.</param>
    /// <param name="Generator">Weight of repairing.</param>
    /// <param name="Discriminator">Weight of telling the repaired one from the sentence.</param>
    /// <param name="Beams">Beginnings that the search follows.</param>
    /// <param name="LengthPenalty">Power of the length by which finished sentences compare.</param>
    /// <param name="NoRepeat">A run of so many tokens is not written twice; 0 allows it.</param>
    /// <param name="Longest">Tokens that are written at most.</param>
    public sealed record Options(
        StageKind Stage = StageKind.Mix, TaskKind[]? Tasks = null, [Weight] double Generator = 1, [Weight] double Discriminator = 1, [Range(1, 64)] int Beams = 5,
        [Range(0.0, 10.0)] double LengthPenalty = 0.6, [Range(0, 64)] int NoRepeat = 3, [Range(2, 4096)] int Longest = 128);

    readonly Options options;
    readonly TaskKind[] tasks;
    readonly Encoder encoder;

    /// <summary>The method with a network that writes.</summary>
    /// <exception cref="ConfigurationException">The encoder cannot write, or no exercise is left.</exception>
    public CALM(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(encoder);
        if (encoder is not ITextToText) throw new ConfigurationException($"encoder: CALM writes sentences, and a {encoder.GetType().Name} only reads; take t5.");
        tasks = options.Tasks ?? [TaskKind.Concepts, TaskKind.Order, TaskKind.Choice];
        if (tasks.Length == 0) throw new ConfigurationException("options.tasks: there is no exercise; take one at least of concepts, order, choice, number and sense.");
        (this.encoder, this.options) = (encoder, options);
    }

    ITextToText Model => (ITextToText)encoder;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (options.Stage == StageKind.Mix)
        {
            var losses = Array.ConvertAll(tasks, task => Told(Text(batch, Prompt(task)), Text(batch, Answer(task))));
            foreach (var (task, loss) in tasks.Zip(losses)) Log(task.ToString().ToLowerInvariant(), loss);
            return Tensor.Stack(losses).Mean();
        }
        var sentence = Text(batch, "sentence");                                     // s
        var answer = Targets.Of(sentence);
        var repair = Text(batch, "repair");
        var written = Written(repair);                                              // g, made of the distractor s′
        var choice = Splice.Replace(Text(batch, "choice"), Unended(Text(batch, "distractor")), written);
        bool[] repaired = [.. Unended(sentence).Zip(written, (s, g) => s.AsSpan().SequenceEqual(g))];
        var told = Targets.Without(answer, sentence, repaired);
        var (generator, discriminator) = (Model.Logits(repair, sentence), Model.Logits(choice, sentence));
        Log("generator", CrossEntropy.Loss(generator, answer));
        Log("discriminator", CrossEntropy.Loss(discriminator, told));
        Log("repaired", repaired.Average(r => r ? 1.0 : 0));
        return ConceptContrast.Loss(generator, answer, discriminator, told, options.Generator, options.Discriminator);
    }

    Tensor Told(TextView prompt, TextView answer) => CrossEntropy.Loss(Model.Logits(prompt, answer), Targets.Of(answer));

    int[][] Written(TextView source)
    {
        using var _ = Evaluating();
        return Model.Write(source, new(options.Beams, Math.Min(options.Longest, (int)source.X.Size(1)), options.LengthPenalty, options.NoRepeat));
    }

    static int[][] Unended(TextView text) => Array.ConvertAll(Splice.Rows(text), row => row[..^1]);

    static TextView Text(Batch batch, string name) => batch.Views.FirstOrDefault(v => v.Name == name) as TextView
        ?? throw new ConfigurationException($"CALM learns from exercises about sentences, and these data have none called '{name}'; give sentences by --data concepts:wordnet or concepts:PATH.");

    /// <summary>The mean of what the encoder makes of a sentence's tokens.</summary>
    public Tensor Features(View view) => encoder.Forward(view);

    /// <inheritdoc/>
    public Tensor Logits(TextView source, TextView target) => Model.Logits(source, target);

    /// <inheritdoc/>
    public int[][] Write(TextView source, Writing how) => Model.Write(source, how);

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((_, _) =>
        new CALM(new Encoders.T5(new(Width: 8, Depth: 1, Heads: 2, Hidden: 8), DataFacts.None.WithInput("vocabulary", 40).WithInput("end", 3)), new()), "concepts");
}
