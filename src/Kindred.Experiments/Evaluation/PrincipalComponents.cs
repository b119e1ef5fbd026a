using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>The plain view in its first principal components, as many as the network's embedding has values: what a linear map finds without labels.</summary>
/// <remarks>Mean and directions are those of the training samples, in double precision. A direction's sign is the one in which its largest entry is positive.</remarks>
sealed class PrincipalComponents : IEncodes
{
    const int Batch = 256, Widest = 4096;

    readonly Tensor mean, directions;
    readonly Device device;

    /// <summary>Fits.</summary>
    /// <param name="network">Says how many components.</param>
    /// <param name="data">The training samples.</param>
    /// <exception cref="ConfigurationException">The view has more values than there is room for their covariance.</exception>
    public PrincipalComponents(Network network, IData data)
    {
        device = network.Device;
        using var scope = Scope.Open();
        Tensor? sum = null, products = null;
        long rows = 0, wanted = 0;
        foreach (var raw in data.Plain(Batch))
        {
            using var inner = Scope.Open();
            var view = raw.Tensors().Views[0];
            var x = Flat(view);
            if (x.Size(1) > Widest) throw new ConfigurationException($"the baseline pca: a sample has {x.Size(1)} values, and {Widest} are the most; take a smaller size of views.");
            if (wanted == 0) wanted = Math.Min(x.Size(1), Baselines.Encodes(network.Method).Embeddings(view.To(device)).Size(1));
            (sum, products) = (inner.Return(sum is null ? x.Sum([0]) : sum + x.Sum([0])), inner.Return(products is null ? x.T().Matmul(x) : products + x.T().Matmul(x)));
            rows += x.Size(0);
        }
        if (rows < 2) throw new ConfigurationException($"the baseline pca needs at least two training samples; there are {rows}.");
        mean = Scope.Release(sum! / rows);
        var covariance = products! / rows - mean.Unsqueeze(1) * mean.Unsqueeze(0);
        var vectors = covariance.LinalgEigh().Eigenvectors.Flip([1]).Narrow(1, 0, wanted);       // ascending as they come
        var largest = vectors.Gather(0, vectors.Abs().Argmax(0, keepdim: true));
        directions = Scope.Release(vectors * largest.Sign());
    }

    /// <inheritdoc/>
    public Tensor Features(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return (Flat(view) - mean).Matmul(directions).To(Dtype.Float32).To(device);
    }

    static Tensor Flat(View view) => view.X.To(Device.Cpu).To(Dtype.Float64).Flatten(1);
}
