using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SimCLR v2's third phase: a student imitates the fine-tuned teacher on unlabelled data.</summary>
/// <remarks>
/// Chen et al., arXiv:2006.10029, Sec. 2, Eq. 2 and 3. Teacher and student see the same view; there is no factor τ². The student is a
/// new network as the phase's <c>encoder</c> describes it, of the same size (self-distillation) or smaller.
/// Differs: optionally it starts with the teacher's encoder, which saves most of the 400 epochs where both are of one size.
/// </remarks>
[Method("distill", Title = "SimCLR v2, distillation", Paper = "arXiv:2006.10029", Family = "semi-supervised", Objective = "distillation", Recipe = "simclr-v2",
    Role = MethodRole.Phase, LeastBatch = 1)]
public sealed class Distill : Method, IEncodes, IScores
{
    /// <summary>The settings.</summary>
    /// <param name="Temperature">τ, softens both distributions.</param>
    /// <param name="Alpha">Share of the imitation; below 1 the labels of all labelled samples take part (Eq. 3).</param>
    /// <param name="FromTeacher">Starts the student's encoder as the teacher's.</param>
    public sealed record Options([Temperature] double Temperature = 1, [Share] double Alpha = 1, bool FromTeacher = false);

    readonly Options options;
    readonly FineTune teacher;
    readonly Encoder student;
    readonly LinearClassifier classifier;

    /// <summary>A frozen teacher and a student.</summary>
    public Distill(FineTune teacher, EncoderFactory students, DataFacts facts, Options options)
    {
        (this.teacher, this.options) = (teacher, options);
        student = options.FromTeacher ? teacher.Encoder.Twin() : students();
        student.Trainable = true;
        teacher.Trainable = false;
        classifier = new(student.Dim, facts.Classes);
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        teacher.Eval();                                                                   // its batch norm keeps its averages
        var wanted = NoGradient.Of(() => teacher.Score(batch.Views[0]));                  // [N, classes]
        var logits = Score(batch.Views[0]);

        Log("agreement", logits.Argmax(1).Eq(wanted.Argmax(1)).To(Dtype.Float32).Mean());
        return Distillation.Loss(logits, wanted, options.Temperature, options.Alpha < 1 ? batch.Labels : null, options.Alpha);
    }

    /// <inheritdoc/>
    public Tensor Score(View view) => classifier.Forward(student.Forward(view));

    /// <inheritdoc/>
    public Tensor Features(View view) => student.Forward(view);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new Distill(new FineTune(new SimCLR(encoders(), new(Dim: 8, Depth: 3)), facts, new()), encoders, facts, new(Alpha: 0.5)));
}
