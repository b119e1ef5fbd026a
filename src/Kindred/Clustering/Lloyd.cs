using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>The two half-steps of k-means over a fixed set of rows.</summary>
abstract class Lloyd
{
    /// <summary>Finds the nearest centroid of every row.</summary>
    public abstract void Assign(Tensor centroids);

    /// <summary>The mean of each cluster's rows; an empty cluster keeps its centroid.</summary>
    public abstract Tensor Means(Tensor centroids);

    /// <summary>Nearest centroids, int64 `[N]`.</summary>
    public abstract Tensor Assignment();

    /// <summary>Sum of squared distances to the assigned centroids.</summary>
    public abstract double Inertia(Tensor centroids);
}

/// <summary>The half-steps as tensor operators, a block of rows at a time, for devices other than the processor.</summary>
sealed class DeviceLloyd(Tensor rows) : Lloyd
{
    const long Block = 16384;
    readonly Tensor assignment = Tensor.Zeros([rows.Size(0)], Dtype.Int64, rows.Device);

    public override void Assign(Tensor centroids)
    {
        using var outer = Scope.Open();
        var half = centroids.Square().Sum(1) / 2;
        ForEachBlock((first, block) =>
            assignment.Narrow(0, first, block.Size(0)).Copy_((half - block.Matmul(centroids.T())).Argmin(1)));
    }

    public override Tensor Means(Tensor centroids)
    {
        var sums = Tensor.Zeros(centroids.Shape, Dtype.Float64, rows.Device);
        ForEachBlock((first, block) => sums.IndexAdd_(0, assignment.Narrow(0, first, block.Size(0)), block.To(Dtype.Float64)));
        var counts = assignment.Bincount(minlength: centroids.Size(0)).Unsqueeze(1);
        return Tensor.Where(counts.Gt(0), (sums / counts.ClampMin(1)).To(centroids.Dtype), centroids);
    }

    public override Tensor Assignment() => assignment;

    public override double Inertia(Tensor centroids)
    {
        double sum = 0;
        ForEachBlock((first, block) =>
            sum += (block - centroids.IndexSelect(0, assignment.Narrow(0, first, block.Size(0)))).To(Dtype.Float64).Square().Sum().Item());
        return sum;
    }

    void ForEachBlock(Action<long, Tensor> act)
    {
        for (long first = 0; first < rows.Size(0); first += Block)
        {
            using var scope = Scope.Open();
            act(first, rows.Narrow(0, first, Math.Min(Block, rows.Size(0) - first)));
        }
    }
}
