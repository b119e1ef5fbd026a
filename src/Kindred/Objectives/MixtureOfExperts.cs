using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>MiCE: instance discrimination as a mixture of experts, one expert a cluster; a gate says which expert looks at a picture.</summary>
/// <remarks>
/// Tsai, Li, Zhu, "MiCE: Mixture of Contrastive Experts for Unsupervised Image Clustering", ICLR 2021 (OpenReview gV3wdEOGy_V), eqs. 5–13.
/// ln π = log-softmax of ω·g/κ; ln Φ_z = log-softmax over own teacher and queue of v_z·(f_z + μ_z)/τ, read at the own teacher;
/// posterior q ∝ πΦ; L = −mean Σ_z q_z (ln π_z + ln Φ_z − ln q_z), which equals −mean ln Σ_z π_z Φ_z, gradient included. One expert is allowed.
/// </remarks>
/// <param name="Loss">Scalar.</param>
/// <param name="Posterior">q, `[B, K]`.</param>
/// <param name="LogGate">ln π, `[B, K]`.</param>
/// <param name="LogExpert">ln Φ of the own teacher, `[B, K]`.</param>
/// <param name="MarginalNll">−mean ln Σ πΦ, scalar, equal to the loss.</param>
public sealed record MixtureOfExperts(Tensor Loss, Tensor Posterior, Tensor LogGate, Tensor LogExpert, Tensor MarginalNll)
{
    /// <summary>Evaluates a batch.</summary>
    /// <param name="student">Embedding by each expert, f, `[B, K, D]`; normalised here.</param>
    /// <param name="teacher">Embedding by each expert of the averaged network, v, `[B, K, D]`; normalised, no gradient.</param>
    /// <param name="gate">Gating embedding g, `[B, D]`; normalised here.</param>
    /// <param name="expertPrototypes">μ, `[K, D]`; normalised here, takes gradient.</param>
    /// <param name="gatePrototypes">ω, fixed unit vectors, `[K, D]` (<see cref="GatingPrototypes"/>).</param>
    /// <param name="queue">Older teacher embeddings as stored, `[Q, K, D]`.</param>
    /// <param name="temperature">τ of the experts.</param>
    /// <param name="gateTemperature">κ of the gate.</param>
    /// <param name="detachPosterior">Treats q as a constant (EM); same value, same gradient.</param>
    public static MixtureOfExperts Of(Tensor student, Tensor teacher, Tensor gate, Tensor expertPrototypes, Tensor gatePrototypes, Tensor queue,
        double temperature = 1, double gateTemperature = 1, bool detachPosterior = false)
    {
        var context = Rowwise.Unit(student) + Rowwise.Unit(expertPrototypes);                                   // [B, K, D]
        var logGate = (Pairwise.Dot(Rowwise.Unit(gate), gatePrototypes.Detach()) / gateTemperature).LogSoftmax(1); // [B, K]

        var own = Rowwise.Dot(Rowwise.Unit(teacher.Detach()), context) / temperature;                         // [B, K]
        var older = Pairwise.Dot(context.Transpose(0, 1), queue.Detach().Transpose(0, 1)).Transpose(0, 1) / temperature; // [B, K, Q]
        var logExpert = own - Tensor.Cat([own.Unsqueeze(2), older], 2).Logsumexp(2);

        var joint = logGate + logExpert;
        var logPosterior = joint.LogSoftmax(1);
        if (detachPosterior)
            logPosterior = logPosterior.Detach();
        var posterior = logPosterior.Exp();
        var loss = -(posterior * (joint - logPosterior)).Sum(1).Mean();
        return new(loss, posterior, logGate, logExpert, -joint.Logsumexp(1).Mean());
    }

    /// <summary>End of an epoch: μ_z becomes the direction of the teacher's z-th embeddings summed over the samples won by expert z.</summary>
    /// <param name="teacher">v of every sample, `[N, K, D]`; normalised here.</param>
    /// <param name="posterior">q of every sample, `[N, K]`; the largest wins, the first among equals.</param>
    /// <param name="previous">μ so far, `[K, D]`: kept by an expert that won nothing; null gives such an expert the zero vector.</param>
    public static (Tensor Assignment, Tensor Prototypes) Update(Tensor teacher, Tensor posterior, Tensor? previous = null)
    {
        using var quiet = NoGradient.Begin();
        var (sum, count) = Won(teacher, posterior);
        return (posterior.Argmax(1), Prototypes(sum, count, previous));
    }

    /// <summary>What each expert won of some samples: their z-th embeddings summed, `[K, D]`, and how many they are, `[K]`. Both add up over the batches of an epoch.</summary>
    /// <param name="teacher">v, `[N, K, D]`; normalised here.</param>
    /// <param name="posterior">q, `[N, K]`; the largest wins, the first among equals.</param>
    public static (Tensor Sum, Tensor Count) Won(Tensor teacher, Tensor posterior)
    {
        using var quiet = NoGradient.Begin();
        var won = posterior.Argmax(1).OneHot(posterior.Size(1)).To(teacher.Dtype);                            // [N, K]
        return ((teacher.Normalize() * won.Unsqueeze(2)).Sum(0), won.Sum(0));
    }

    /// <summary>μ of what was won in an epoch.</summary>
    /// <param name="sum">`[K, D]`, from <see cref="Won"/>.</param>
    /// <param name="count">`[K]`.</param>
    /// <param name="previous">μ so far, `[K, D]`: kept by an expert that won nothing; null gives such an expert the zero vector.</param>
    public static Tensor Prototypes(Tensor sum, Tensor count, Tensor? previous = null)
    {
        using var quiet = NoGradient.Begin();
        var prototypes = sum.Normalize();
        return previous is null ? prototypes : Tensor.Where(count.Gt(0).Unsqueeze(1), prototypes, previous);
    }

    /// <summary>Max-Mahalanobis centres: K unit vectors with pairwise inner product −1/(K−1).</summary>
    /// <param name="experts">K ≥ 1; a single one is the first unit vector.</param>
    /// <param name="width">D ≥ K − 1.</param>
    /// <remarks>Pang, Du, Zhu, "Max-Mahalanobis Linear Discriminant Analysis Networks", ICML 2018, Algorithm 1. Any rotation would do.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">So many vectors do not fit into the width.</exception>
    public static Tensor GatingPrototypes(int experts, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(experts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, Math.Max(1, experts - 1));
        var rows = new double[experts * width];
        for (int i = 0; i < experts; i++)
        {
            double length = 0;
            for (int j = 0; j < Math.Min(i, experts - 1); j++)
            {
                double inner = 0;
                for (int k = 0; k < j; k++)
                    inner += rows[i * width + k] * rows[j * width + k];
                rows[i * width + j] = (-1.0 / (experts - 1) - inner) / rows[j * width + j];
                length += rows[i * width + j] * rows[i * width + j];
            }
            if (i < experts - 1 || experts == 1)
                rows[i * width + i] = Math.Sqrt(1 - length);              // the last vector is fixed by the others
        }
        return Tensor.From<double>(rows, [experts, width]);
    }
}
