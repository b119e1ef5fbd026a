using System.ComponentModel.DataAnnotations;
using Kindred.Clustering;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>k-means on the frozen unit features of the test part, or the clusters that the method itself names, compared with the classes.</summary>
/// <remarks>NMI with the arithmetic mean of the entropies, AMI, ARI, purity, and the accuracy of the best one-to-one matching: <see cref="ClusterAgreement"/>. All times 100.</remarks>
/// <param name="Clusters">How many; 0 for as many as there are classes.</param>
/// <param name="Restarts">Seedings by k-means++; the lowest inertia wins.</param>
/// <param name="Iterations">Most updates of the centroids.</param>
/// <param name="Split">The part that is clustered.</param>
/// <param name="Own">Takes the largest of the method's own scores as a sample's cluster (MiCE), in place of k-means.</param>
[Protocol("clustering", Title = "k-means on frozen features against the classes: NMI, AMI, ARI, matched accuracy, purity", Paper = "arXiv:2005.04966")]
public sealed record ClusterProtocol([Range(0, 1 << 24)] int Clusters = 0, [Range(1, 1000)] int Restarts = 10, [Range(1, 10_000)] int Iterations = 100,
    [AllowedValues("train", "test")] string Split = "test", bool Own = false) : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var data = subject.OpenLabelled(Split, alone: true);
        using var scope = Scope.Open();
        var (assignment, y) = Own ? Named(subject, data) : Found(subject, data);
        var agreement = ClusterAgreement.Of(y.ToArray<long>(), assignment.ToArray<long>());
        return new Dictionary<string, double>
        {
            ["nmi"] = 100 * agreement.NmiArithmetic,
            ["ami"] = 100 * agreement.Ami,
            ["ari"] = 100 * agreement.Ari,
            ["accuracy"] = 100 * agreement.Accuracy,
            ["purity"] = 100 * agreement.Purity,
        };
    }

    (Tensor Assignment, Tensor Labels) Found(Subject subject, IData data)
    {
        var (x, y) = Features.Labelled(data, subject.Represent, subject.Cancel);
        return (KMeans.Fit(x.Normalize(), Clusters == 0 ? data.Classes.Count : Clusters, Iterations, restarts: Restarts, seed: (long)subject.Seed).Assignment, y);
    }

    static (Tensor Assignment, Tensor Labels) Named(Subject subject, IData data)
    {
        var method = subject.Network?.Method as IScores
            ?? throw new ConfigurationException("own: this run names no clusters of its own; leave it out to find them by k-means.");
        var (scores, y) = Features.Labelled(data, view => method.Score(view.To(subject.Device)), subject.Cancel);
        return (scores.Argmax(1), y);
    }
}
