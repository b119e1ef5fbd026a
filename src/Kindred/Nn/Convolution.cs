using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>The two-dimensional convolution that layers use: libtorch's, but for shapes that a kernel of it gets wrong.</summary>
public static class Convolution
{
    // The widest vector register holds so many single-precision numbers.
    const long lanes = 16;

    /// <summary>[N, In, H, W] and [Out, In / groups, k, k] → [N, Out, H', W'].</summary>
    /// <remarks>
    /// A kernel of one cell that steps over cells only reads every stride-th row and column: those are taken out first, and the kernel goes
    /// over them without steps. The sum is the same. oneDNN's own way, which copies them into a scratch space in whole vectors, writes
    /// beyond that space where the channels do not fill a vector (seen with 3 to 6 channels, channels last, AVX2, oneDNN 2.6 and 3.7): the
    /// gradient of the weights was wrong, differed from run to run with two threads, and the heap was damaged with one.
    /// A larger kernel that steps over cells of a map which is one cell wide, or high, sees padding on either side of it: only its middle column, or row, is
    /// used. There oneDNN's gradient of the others, which is 0, was read from beyond the map (seen with 64 channels, channels last, AVX-512).
    /// </remarks>
    /// <param name="x">Pictures.</param>
    /// <param name="weight">Kernels.</param>
    /// <param name="bias">[Out], or null.</param>
    /// <param name="stride">Step in both directions.</param>
    /// <param name="padding">Zeros added on every side.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias = null, long stride = 1, long padding = 0, long groups = 1)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        if (StepsOverCells(weight, stride, padding))
            (x, stride) = (x.Slice(2, step: stride).Slice(3, step: stride), 1);
        var (strides, paddings) = (new[] { stride, stride }, new[] { padding, padding });
        foreach (int axis in new[] { 0, 1 })
        {
            if (!SeesPaddingBeside(x, weight, stride, padding, 2 + axis)) continue;
            weight = weight.Narrow(2 + axis, padding, 1);
            (strides[axis], paddings[axis]) = (1, 0);
        }
        return Tensor.Conv2d(x, weight, bias, stride: strides, padding: paddings, groups: groups);
    }

    static bool SeesPaddingBeside(Tensor x, Tensor weight, long stride, long padding, int dim) =>
        stride > 1 && padding > 0 && x.Size(dim) == 1 && weight.Size(dim) == (2 * padding) + 1;

    // Whole vectors of channels are left to libtorch, whose results have always been right there.
    static bool StepsOverCells(Tensor weight, long stride, long padding) =>
        stride > 1 && padding == 0 && weight.Size(2) == 1 && weight.Size(3) == 1 && weight.Size(1) % lanes != 0;
}
