using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>One clustering of all samples: K prototypes, how tight each cluster is, and where each sample belongs. All of it is state.</summary>
/// <remarks>Li, Zhou, Xiong, Hoi, arXiv:2005.04966, Algorithm 1: what one granularity of the E-step leaves to the M-step.</remarks>
/// <param name="clusters">K.</param>
/// <param name="dim">D.</param>
/// <param name="samples">How many samples there are.</param>
public sealed class PrototypeTable(int clusters, long dim, int samples) : Module
{
    readonly Nn.Buffer prototypes = new(Tensor.Zeros([clusters, dim], Dtype.Float32));
    readonly Nn.Buffer concentration = new(Tensor.Ones([clusters], Dtype.Float32));
    readonly Nn.Buffer assignment = new(Tensor.Zeros([samples], Dtype.Int64));

    /// <summary>K.</summary>
    public int Count => clusters;

    /// <summary>Unit rows, `[K, D]`.</summary>
    public Tensor Prototypes => prototypes.Value;

    /// <summary>φ, `[K]`.</summary>
    public Tensor Concentration => concentration.Value;

    /// <summary>Clusters anew.</summary>
    /// <param name="v">Embeddings of all samples, `[samples, D]`.</param>
    /// <param name="iterations">Rounds of k-means.</param>
    /// <param name="restarts">Seedings, of which the best is kept.</param>
    /// <param name="temperature">The mean of φ.</param>
    /// <param name="alpha">α: smooths φ of small clusters.</param>
    /// <param name="seed">Decides the seedings.</param>
    public void Cluster(Tensor v, int iterations, int restarts, double temperature, double alpha, long seed)
    {
        using var scope = Scope.Open();
        var found = KMeans.Fit(v, clusters, iterations, restarts: restarts, seed: seed);
        concentration.Set(Clustering.Concentration.Of(v, found.Centroids, found.Assignment, temperature, alpha).Phi);
        prototypes.Set(found.Centroids.Normalize());                                   // after φ, whose distances are to the raw means
        assignment.Set(found.Assignment);
    }

    /// <summary>The clusters of some samples, int64 `[N]`.</summary>
    /// <param name="index">Their numbers, `[N]`.</param>
    public Tensor Of(Tensor index) => assignment.Value.IndexSelect(0, index);

    /// <summary>Prototypes to which none of some samples belongs, drawn without replacement: int64 `[count]`.</summary>
    /// <param name="own">The samples' clusters.</param>
    /// <param name="count">How many; at most K less those.</param>
    public Tensor Others(Tensor own, int count)
    {
        ArgumentNullException.ThrowIfNull(own);
        var tickets = Tensor.Rand([clusters], Generator.Default, Dtype.Float32, Device.Cpu).To(own.Device);
        return tickets.IndexFill(0, own, -1).Topk(count).Indices;
    }
}
