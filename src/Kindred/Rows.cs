using Kindred.Torch;

namespace Kindred;

/// <summary>Rows of a matrix as plain numbers, one at a time, so that a large matrix is never copied as a whole.</summary>
static class Rows
{
    public static double[] Of(Tensor matrix, long row)
    {
        using var scope = Scope.Open();
        return Numbers(matrix.Select(0, row));
    }

    public static double[] Numbers(Tensor tensor)
    {
        using var scope = Scope.Open();
        return tensor.Detach().To(Device.Cpu).To(Dtype.Float64).Contiguous().ToArray<double>();
    }
}
