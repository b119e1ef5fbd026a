using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>DINO: the student matches the centred and sharpened softmax of its own moving average, across crops.</summary>
/// <remarks>
/// Caron et al., arXiv:2104.14294, Eq. 1–4 and Algorithm 1: L = mean over pairs (g, v), v ≠ g, of −Σ softmax((t_g − c)/τ_t) log softmax(s_v/τ_s), mean over the
/// batch. The teacher is behind a stop-gradient; the centre c is the old one (update it after the loss). One single crop on both sides: loss 0.
/// </remarks>
public static class SelfDistillation
{
    /// <summary>The loss.</summary>
    /// <param name="student">[V, B, K] logits of all crops, the global ones first and in the teacher's order.</param>
    /// <param name="teacher">[G, B, K] logits of the global crops; detached here.</param>
    /// <param name="center">[K].</param>
    /// <param name="teacherTemperature">τ_t, 0.04 to 0.07: must stay below τ_s or the outputs become uniform.</param>
    /// <param name="studentTemperature">τ_s.</param>
    public static Tensor Loss(Tensor student, Tensor teacher, Tensor center, double teacherTemperature = 0.04, double studentTemperature = 0.1)
    {
        Require.Temperature(teacherTemperature);
        Require.Temperature(studentTemperature);
        var target = ((Stable.Wide(teacher.Detach()) - center.Detach()) / teacherTemperature).Softmax(-1);   // [G, B, K]
        var predicted = (Stable.Wide(student) / studentTemperature).LogSoftmax(-1);                          // [V, B, K]
        var (views, globals) = (student.Size(0), teacher.Size(0));
        var shared = Math.Min(views, globals);
        var pairs = (target.Sum(0) * predicted.Sum(0)).Sum(-1).Mean()
            - (target.Narrow(0, 0, shared) * predicted.Narrow(0, 0, shared)).Sum([0, -1]).Mean();
        return -pairs / Math.Max(views * globals - shared, 1);
    }
}
