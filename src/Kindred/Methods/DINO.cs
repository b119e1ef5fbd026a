using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>DINO: a student matches the centred and sharpened output of its own moving average, across large and small crops.</summary>
/// <remarks>
/// Caron, Touvron, Misra, Jégou, Mairal, Bojanowski, Joulin, "Emerging Properties in Self-Supervised Vision Transformers", ICCV 2021,
/// arXiv:2104.14294, Algorithm 1. The teacher sees the views of the group <c>global</c> (all, if there is no such group), the student all.
/// The centre in the loss is the one before this step; the last layer stays as drawn during the first epoch; the teacher has no
/// stochastic depth. Clipping (per tensor, 3.0) and the cosine weight decay belong to the recipe's optimizer. The teacher's backbone is
/// what the paper evaluates.
/// </remarks>
[Method("dino", Title = "DINO", Paper = "arXiv:2104.14294", Family = "distillation", Objective = "self-distillation")]
public sealed class DINO : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Outputs">K, width of the output.</param>
    /// <param name="Hidden">Width of the head's hidden layers.</param>
    /// <param name="Bottleneck">Width before the last layer.</param>
    /// <param name="HeadNorm">Batch norm in the head, for convolutional encoders.</param>
    /// <param name="FixedGain">Keeps the last layer's gain at 1; false for ViT-S.</param>
    /// <param name="TeacherTemperature">τ_t, sharpens; at or above the student's everything becomes uniform.</param>
    /// <param name="WarmupTemperature">τ_t of the first epoch.</param>
    /// <param name="WarmupEpochs">Epochs until the teacher's temperature is reached.</param>
    /// <param name="StudentTemperature">τ_s.</param>
    /// <param name="Momentum">m of the first step: 0.996 for batches of 512, 0.9995 for 256.</param>
    /// <param name="FinalMomentum">m after the last step, reached by half a cosine.</param>
    /// <param name="Centering">Whether the centre is subtracted; without it one dimension wins everywhere.</param>
    /// <param name="CenterMomentum">How slowly the centre moves.</param>
    /// <param name="FreezeEpochs">Epochs in which the last layer stays as drawn.</param>
    public sealed record Options(
        [Count(2)] long Outputs = 65536, [Width] long Hidden = 2048, [Width] long Bottleneck = 256,
        bool HeadNorm = false, bool FixedGain = true, [Temperature] double TeacherTemperature = 0.04,
        [Temperature] double WarmupTemperature = 0.04, [Epochs] int WarmupEpochs = 0, [Temperature] double StudentTemperature = 0.1,
        [Share] double Momentum = 0.996, [Share] double FinalMomentum = 1, bool Centering = true,
        [Share] double CenterMomentum = 0.9, [Epochs(Before = "the training of the last layer")] int FreezeEpochs = 1);

    readonly Options options;
    readonly Schedule momentum, temperature;
    readonly Projected student, teacher;
    readonly DinoHead head;
    readonly Center center;

    /// <summary>The teacher starts with the student's weights, the centre at zero.</summary>
    public DINO(Encoder encoder, Options options)
    {
        this.options = options;
        momentum = Schedule.Cosine(options.Momentum, options.FinalMomentum);
        temperature = new LinearEpochs(options.WarmupTemperature, options.TeacherTemperature, options.WarmupEpochs);
        head = new(encoder.Dim, options.Outputs, options.Hidden, options.Bottleneck, norm: options.HeadNorm, fixedGain: options.FixedGain);
        student = new(encoder, head);
        teacher = student.Twin();
        if (teacher.Encoder is ViT transformer) transformer.StopDropping();
        center = new(options.Outputs);
    }

    /// <inheritdoc/>
    public override Projected Network => teacher;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2, int.MaxValue);
        head.LastLayer.Trainable = at.Epoch >= options.FreezeEpochs;

        var views = batch.Views.OrderBy(v => v.Group != "global").ToArray();     // global ones first
        var count = batch.Group("global") is { Length: > 0 } globals ? globals.Length : views.Length;
        var s = Tensor.Stack(student.Forward(views));                                             // [V, N, K]
        var t = NoGradient.Of(() => Tensor.Stack(teacher.Forward(views[..count])));               // [G, N, K]

        After(() => teacher.Follow(student, momentum[at]));
        if (options.Centering) After(() => center.Update(t, options.CenterMomentum));
        Watch(s.Select(0, 0));
        Report(t, temperature[at]);
        return SelfDistillation.Loss(s, t, center.Value, temperature[at], options.StudentTemperature);
    }

    // Both are what tells the two collapses apart: entropy 0 (one dimension wins), or ln K with divergence 0 (uniform).
    void Report(Tensor t, double temperature)
    {
        var p = ((Stable.Wide(t) - center.Value) / temperature).Softmax(-1).Flatten(0, 1);        // [G N, K]
        var entropy = Entropy(p).Mean();
        Log("teacher_entropy", entropy);
        Log("teacher_divergence", Entropy(p.Mean(0)) - entropy);                                  // mean KL to the mean output
    }

    static Tensor Entropy(Tensor p) => -p.Xlogy(p).Sum(-1);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example =>
        new((encoders, _) =>
        new DINO(encoders(), new(Outputs: 9, Hidden: 16, Bottleneck: 8, HeadNorm: true, FreezeEpochs: 0, Momentum: 0.9))) { Floor = "teacher_entropy" };
}
