using System.ComponentModel.DataAnnotations;
using Kindred.Clustering;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>k-means on the frozen unit features of the test part, or the clusters that the method itself names, compared with the classes where there are any.</summary>
/// <remarks>
/// Without labels, how apart the clusters are: the mean simplified silhouette, (b − a) / max(a, b) of a sample's distances a to its own centroid and b to the nearest other (Hruschka and others,
/// 2004), from −1 to 1; the share of the largest cluster and the entropy of their sizes over that of equal ones, in percent.
/// With labels: NMI with the arithmetic mean of the entropies, AMI, ARI, purity, and the accuracy of the best one-to-one matching: <see cref="ClusterAgreement"/>. All times 100.
/// </remarks>
/// <param name="Clusters">How many; 0 for as many as there are classes, and without labels the square root of half the samples, between 2 and 100.</param>
/// <param name="Restarts">Seedings by k-means++; the lowest inertia wins.</param>
/// <param name="Iterations">Most updates of the centroids.</param>
/// <param name="Split">The part that is clustered.</param>
/// <param name="Own">Takes the largest of the method's own scores as a sample's cluster (MiCE), in place of k-means.</param>
[Protocol("clustering", Title = "k-means on frozen features: how apart the clusters are, and against the classes NMI, AMI, ARI, matched accuracy, purity", Paper = "arXiv:2005.04966")]
public sealed record ClusterProtocol([Range(0, 1 << 24)] int Clusters = 0, [Range(1, 1000)] int Restarts = 10, [Range(1, 10_000)] int Iterations = 100,
    [AllowedValues("train", "test")] string Split = "test", bool Own = false) : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["clusters", "largest", "evenness", "silhouette", "nmi", "ami", "ari", "accuracy", "purity"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var data = subject.Open(Split, alone: true);
        using var scope = Scope.Open();
        var labelled = data.Labels is not null && data.Classes.Count > 1 && data.Labels.Any(l => l >= 0);
        if (!labelled) subject.Notes["agreement"] = $"no labels: NMI, AMI, ARI, accuracy and purity need them. {Subject.HowToLabel}";
        // Without a single label all samples are clustered; else, as ever, those that have one.
        var (x, y) = labelled ? Features.Labelled(data, subject.Represent, subject.Cancel) : Features.Of(data, subject.Represent, subject.Cancel);
        x = x.Normalize();
        var assignment = Own ? Named(subject, data, labelled) : KMeans.Fit(x, Count(data, labelled, x.Size(0)), Iterations, restarts: Restarts, seed: (long)subject.Seed).Assignment;
        if (!labelled) return Separation(x, assignment);
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

    int Count(IData data, bool labelled, long samples) => Clusters > 0 ? Clusters : labelled ? data.Classes.Count : (int)Math.Min(samples, Math.Clamp((long)Math.Sqrt(samples / 2.0), 2, 100));

    // The centroids are those of the assignment, whoever made it; clusters without samples are none.
    static Dictionary<string, double> Separation(Tensor x, Tensor assignment)
    {
        var ids = assignment.ToArray<long>();
        long[] used = [.. ids.Distinct().Order()];
        var place = Tensor.From<long>([.. ids.Select(id => (long)Array.BinarySearch(used, id))]).To(x.Device);
        var sizes = used.Select(id => (double)ids.Count(other => other == id)).ToArray();
        var metrics = new Dictionary<string, double>
        {
            ["clusters"] = used.Length, ["largest"] = 100 * sizes.Max() / ids.Length, ["evenness"] = 100 * Evenness(sizes, ids.Length), ["silhouette"] = double.NaN,
        };
        if (used.Length < 2) return metrics;
        var sums = Tensor.Zeros([used.Length, x.Size(1)], x.Dtype, x.Device).IndexAdd(0, place, x, 1);
        var centroids = sums / Tensor.From<double>(sizes).To(x.Device).To(x.Dtype).Unsqueeze(1);
        var distances = Tensor.Cdist(x, centroids);                                             // [N, K]
        var own = distances.Gather(1, place.Unsqueeze(1)).Squeeze(1);
        var others = distances.Scatter(1, place.Unsqueeze(1), double.PositiveInfinity).Min(1).Values;
        metrics["silhouette"] = ((others - own) / others.Maximum(own).ClampMin(1e-12)).Mean().Item();
        return metrics;
    }

    static double Evenness(double[] sizes, double all) => sizes.Length < 2 ? 0 : -sizes.Sum(s => s / all * Math.Log(s / all)) / Math.Log(sizes.Length);

    static Tensor Named(Subject subject, IData data, bool labelled)
    {
        var method = subject.Network?.Method as IScores
            ?? throw new ConfigurationException("own: this run names no clusters of its own; leave it out to find them by k-means.");
        Tensor Scores(View view) => method.Score(view.To(subject.Device));
        return (labelled ? Features.Labelled(data, Scores, subject.Cancel) : Features.Of(data, Scores, subject.Cancel)).Features.Argmax(1);
    }
}
