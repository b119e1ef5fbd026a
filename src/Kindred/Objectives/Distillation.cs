using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Distillation: a student imitates the teacher's softened distribution over classes.</summary>
/// <remarks>
/// Chen et al., SimCLRv2, arXiv:2006.10029, Eq. 2–3: L = −mean Σ_y P_T(y; τ) log P_S(y; τ), without a factor τ²; with labels
/// (1 − α) CE + α L. The teacher is behind a stop-gradient.
/// </remarks>
public static class Distillation
{
    /// <summary>The loss.</summary>
    /// <param name="student">[N, C] logits.</param>
    /// <param name="teacher">[N, C] logits; detached here.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="labels">[N] for the supervised share, negative where unlabelled; or null.</param>
    /// <param name="alpha">α in [0, 1], the share of the imitation; only read when labels are given.</param>
    public static Tensor Loss(Tensor student, Tensor teacher, double temperature = 1, Tensor? labels = null, double alpha = 1)
    {
        var imitation = Imitation(student, teacher, temperature);
        return labels is null ? imitation : CrossEntropy.Loss(student, labels) * (1 - alpha) + imitation * alpha;
    }

    /// <summary>The imitation term alone.</summary>
    public static Tensor Imitation(Tensor student, Tensor teacher, double temperature = 1)
    {
        Require.Temperature(temperature);
        var target = (Stable.Wide(teacher.Detach()) / temperature).Softmax(-1);
        return -(target * (Stable.Wide(student) / temperature).LogSoftmax(-1)).Sum(-1).Mean();
    }
}
