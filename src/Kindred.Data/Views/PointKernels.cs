using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Kindred.Data.Views;

/// <summary>The inner loops of the point operations; lengths are whole vectors, so a few pixels past the end are written too.</summary>
static unsafe class PointKernels
{
    const int Lanes = 8;
    const float RedWeight = 0.299f, GreenWeight = 0.587f, BlueWeight = 0.114f;

    public static void Run(in PointOperation operation, float* tile, int stride, int length, int channels)
    {
        float* r = tile, g = tile + stride, b = tile + (2 * stride);
        switch (operation.Kind)
        {
            case PointKind.Saturate when channels == 3: Saturate(r, g, b, length, operation[0]); return;
            case PointKind.Hue when channels == 3: Hue(r, g, b, length, operation[0]); return;
            case PointKind.Gray when channels == 3: Gray(r, g, b, length); return;
            case PointKind.Matrix when channels == 3: Matrix(r, g, b, length, operation); return;
            case PointKind.Saturate or PointKind.Hue or PointKind.Gray or PointKind.Matrix: return;
        }
        for (var c = 0; c < channels; c++)
            RunPlane(operation, tile + (c * stride), length, Math.Min(c, 3));
    }

    static void RunPlane(in PointOperation operation, float* p, int length, int channel)
    {
        switch (operation.Kind)
        {
            case PointKind.Scale: Linear(p, length, operation[0], 0); break;
            case PointKind.Shift: Linear(p, length, 1, operation[0]); break;
            case PointKind.Blend: Linear(p, length, operation[0], operation[1]); break;
            case PointKind.Solarize: Solarize(p, length, operation[0]); break;
            case PointKind.Posterize: Posterize(p, length, operation[0]); break;
            case PointKind.PerChannel: Rescale(p, length, operation[channel], operation[4 + channel]); break;
        }
    }

    /// <summary>Sum of grey over exactly <paramref name="length"/> pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumGrey(float* tile, int stride, int length, int channels)
    {
        float* r = tile, g = tile + stride, b = tile + (2 * stride);
        var whole = length & ~(Lanes - 1);
        var sum = V.Zero;
        var rest = 0.0f;
        if (channels != 3)
        {
            for (var i = 0; i < whole; i += Lanes)
                sum += Vector256.Load(r + i);
            for (var i = whole; i < length; i++)
                rest += r[i];
            return Vector256.Sum(sum) + rest;
        }
        for (var i = 0; i < whole; i += Lanes)
            sum += Luma(Vector256.Load(r + i), Vector256.Load(g + i), Vector256.Load(b + i));
        for (var i = whole; i < length; i++)
            rest += (RedWeight * r[i]) + (GreenWeight * g[i]) + (BlueWeight * b[i]);
        return Vector256.Sum(sum) + rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Clamp(V x) => Vector256.MinNative(Vector256.MaxNative(x, V.Zero), V.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Fused(V x, V y, V z) => Vector256.MultiplyAddEstimate(x, y, z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Luma(V r, V g, V b) =>
        Fused(r, Vector256.Create(RedWeight), Fused(g, Vector256.Create(GreenWeight), b * Vector256.Create(BlueWeight)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Linear(float* p, int length, float factor, float offset)
    {
        V f = Vector256.Create(factor), o = Vector256.Create(offset);
        for (var i = 0; i < length; i += Lanes)
            Clamp(Fused(Vector256.Load(p + i), f, o)).Store(p + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Rescale(float* p, int length, float factor, float offset)
    {
        V f = Vector256.Create(factor), o = Vector256.Create(offset);
        for (var i = 0; i < length; i += Lanes)
            Fused(Vector256.Load(p + i), f, o).Store(p + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Solarize(float* p, int length, float threshold)
    {
        var t = Vector256.Create(threshold);
        for (var i = 0; i < length; i += Lanes)
        {
            var x = Vector256.Load(p + i);
            Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, t), V.One - x, x).Store(p + i);
        }
    }

    /// <summary>Keeps <c>256 / step</c> levels of the 8-bit value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Posterize(float* p, int length, float step)
    {
        V s = Vector256.Create(step), full = Vector256.Create(255f), half = Vector256.Create(0.5f);
        for (var i = 0; i < length; i += Lanes)
        {
            var level = Vector256.Floor(Fused(Clamp(Vector256.Load(p + i)), full, half));
            (Vector256.Floor(level / s) * s / full).Store(p + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Saturate(float* r, float* g, float* b, int length, float factor)
    {
        V f = Vector256.Create(factor), rest = Vector256.Create(1 - factor);
        for (var i = 0; i < length; i += Lanes)
        {
            V x = Vector256.Load(r + i), y = Vector256.Load(g + i), z = Vector256.Load(b + i);
            var grey = Luma(x, y, z) * rest;
            Clamp(Fused(x, f, grey)).Store(r + i);
            Clamp(Fused(y, f, grey)).Store(g + i);
            Clamp(Fused(z, f, grey)).Store(b + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Gray(float* r, float* g, float* b, int length)
    {
        for (var i = 0; i < length; i += Lanes)
        {
            var grey = Luma(Vector256.Load(r + i), Vector256.Load(g + i), Vector256.Load(b + i));
            grey.Store(r + i);
            grey.Store(g + i);
            grey.Store(b + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Matrix(float* r, float* g, float* b, int length, in PointOperation m)
    {
        for (var i = 0; i < length; i += Lanes)
        {
            V x = Vector256.Load(r + i), y = Vector256.Load(g + i), z = Vector256.Load(b + i);
            Fused(x, Vector256.Create(m[0]), Fused(y, Vector256.Create(m[1]), Fused(z, Vector256.Create(m[2]), Vector256.Create(m[9])))).Store(r + i);
            Fused(x, Vector256.Create(m[3]), Fused(y, Vector256.Create(m[4]), Fused(z, Vector256.Create(m[5]), Vector256.Create(m[10])))).Store(g + i);
            Fused(x, Vector256.Create(m[6]), Fused(y, Vector256.Create(m[7]), Fused(z, Vector256.Create(m[8]), Vector256.Create(m[11])))).Store(b + i);
        }
    }

    /// <summary>Turns the hue by a share of the circle; value and chroma stay, so the colour is rebuilt from the new hue alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Hue(float* r, float* g, float* b, int length, float turn)
    {
        V two = Vector256.Create(2f), three = Vector256.Create(3f), four = Vector256.Create(4f), six = Vector256.Create(6f);
        V sixth = Vector256.Create(1 / 6f), offset = Vector256.Create(6 * turn);
        for (var i = 0; i < length; i += Lanes)
        {
            V x = Vector256.Load(r + i), y = Vector256.Load(g + i), z = Vector256.Load(b + i);
            var most = Vector256.MaxNative(x, Vector256.MaxNative(y, z));
            var chroma = most - Vector256.MinNative(x, Vector256.MinNative(y, z));
            var share = V.One / Vector256.MaxNative(chroma, Vector256.Create(1e-12f));
            var hue = Vector256.ConditionalSelect(Vector256.Equals(most, x), (y - z) * share,
                Vector256.ConditionalSelect(Vector256.Equals(most, y), Fused(z - x, share, two), Fused(x - y, share, four))) + offset;
            hue -= six * Vector256.Floor(hue * sixth);
            (most - (chroma * (V.One - Clamp(Vector256.Abs(hue - three) - V.One)))).Store(r + i);
            (most - (chroma * (V.One - Clamp(two - Vector256.Abs(hue - two))))).Store(g + i);
            (most - (chroma * (V.One - Clamp(two - Vector256.Abs(hue - four))))).Store(b + i);
        }
    }
}
