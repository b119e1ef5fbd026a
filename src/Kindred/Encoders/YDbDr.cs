using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Splits a picture by colour space: brightness Y is one view, the colour differences Db and Dr are the other.</summary>
/// <remarks>
/// The YDbDr space of SECAM, in which the two parts share least among the usual spaces; InfoMin, arXiv:2005.10243, Sec. 3.2 (the RGB and YDbDr
/// splits of contrastive multiview coding, arXiv:1906.05849).
/// </remarks>
public static class YDbDr
{
    static readonly double[] FromRgb =
    [
        0.299, 0.587, 0.114,
        -0.45, -0.883, 1.333,
        -1.333, 1.116, 0.217,
    ];

    /// <summary>RGB in [0, 1] → Y in [0, 1], Db and Dr in ±1.333.</summary>
    /// <param name="rgb">`[N, 3, H, W]`.</param>
    public static Tensor From(Tensor rgb) =>
        Tensor.Einsum("oc,nchw->nohw", [Tensor.From<double>(FromRgb, [3, 3]).To(rgb.Dtype).To(rgb.Device), rgb]);

    /// <summary>The two views: Y `[N, 1, H, W]`, and Db, Dr `[N, 2, H, W]`.</summary>
    /// <param name="ydbdr">From <see cref="From"/>, or any three channels to be split one and two.</param>
    public static (Tensor Luminance, Tensor Colour) Split(Tensor ydbdr) => (ydbdr.Narrow(1, 0, 1), ydbdr.Narrow(1, 1, 2));
}
