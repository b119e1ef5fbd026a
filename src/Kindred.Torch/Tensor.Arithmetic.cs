namespace Kindred.Torch;

public sealed unsafe partial class Tensor
{
    // ---- Operators ------------------------------------------------------------------------------------

    /// <summary>Elementwise sum, with broadcasting.</summary>
    public static Tensor operator +(Tensor left, Tensor right) => left.Add(right);
    /// <summary>Elementwise sum with a number.</summary>
    public static Tensor operator +(Tensor left, Scalar right) => left.Add(right);
    /// <summary>Elementwise sum with a number.</summary>
    public static Tensor operator +(Scalar left, Tensor right) => right.Add(left);
    /// <summary>Elementwise difference, with broadcasting.</summary>
    public static Tensor operator -(Tensor left, Tensor right) => left.Sub(right);
    /// <summary>Elementwise difference with a number.</summary>
    public static Tensor operator -(Tensor left, Scalar right) => left.Sub(right);
    /// <summary>A number minus each element.</summary>
    public static Tensor operator -(Scalar left, Tensor right) => right.Rsub(left);
    /// <summary>Elementwise product, with broadcasting.</summary>
    public static Tensor operator *(Tensor left, Tensor right) => left.Mul(right);
    /// <summary>Elementwise product with a number.</summary>
    public static Tensor operator *(Tensor left, Scalar right) => left.Mul(right);
    /// <summary>Elementwise product with a number.</summary>
    public static Tensor operator *(Scalar left, Tensor right) => right.Mul(left);
    /// <summary>Elementwise quotient, with broadcasting.</summary>
    public static Tensor operator /(Tensor left, Tensor right) => left.Div(right);
    /// <summary>Elementwise quotient by a number.</summary>
    public static Tensor operator /(Tensor left, Scalar right) => left.Div(right);
    /// <summary>A number divided by each element.</summary>
    public static Tensor operator /(Scalar left, Tensor right) => right.Reciprocal().Mul(left);
    /// <summary>Elementwise negative.</summary>
    public static Tensor operator -(Tensor value) => value.Neg();

    // ---- Conversions ----------------------------------------------------------------------------------

    /// <summary>The tensor in another element type; itself if it has that type already.</summary>
    public Tensor To(Dtype dtype) => Dtype == dtype ? this : To(dtype, nonBlocking: false);

    /// <summary>The tensor on another device; itself if it is there already.</summary>
    public Tensor To(Device device)
    {
        var here = Device;
        return here.Type == device.Type && (device.Index < 0 || here.Index == device.Index || device.Type == 0) ? this : To(device, Dtype, nonBlocking: false);
    }

    // ---- What contrastive learning uses everywhere ----------------------------------------------------

    /// <summary>Vectors of unit length along the last dimension: x / max(|x|, <paramref name="eps"/>).</summary>
    /// <param name="eps">The smallest length divided by, so that a zero vector stays zero.</param>
    /// <returns>The same shape.</returns>
    public Tensor Normalize(double eps = 1e-12)
    {
        using var scope = Scope.Open();
        return scope.Return(this / LinalgVectorNorm(2, [-1], keepdim: true).ClampMin(eps));
    }

    /// <summary>The matrix transposed.</summary>
    public Tensor MT => Transpose(-2, -1);
}
