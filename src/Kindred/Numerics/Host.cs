using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>Tensors as plain numbers in the computer's own memory; a row at a time, so that a large matrix is never copied as a whole.</summary>
public static class Host
{
    /// <summary>One row as numbers.</summary>
    /// <param name="matrix">[N, …], on any device, of any real dtype.</param>
    /// <param name="row">Which, 0 … N − 1.</param>
    /// <returns>The row's values in order, float64.</returns>
    public static double[] Row(Tensor matrix, long row)
    {
        using var scope = Scope.Open();
        return Numbers(matrix.Select(0, row));
    }

    /// <summary>All of a tensor as numbers.</summary>
    /// <param name="tensor">Of any shape, device and real dtype; its gradient is left behind.</param>
    /// <returns>The values in row-major order, float64.</returns>
    public static double[] Numbers(Tensor tensor)
    {
        using var scope = Scope.Open();
        return tensor.Detach().To(Device.Cpu).To(Dtype.Float64).Contiguous().ToArray<double>();
    }
}
