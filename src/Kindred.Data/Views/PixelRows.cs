using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Kindred.Data.Pictures;

namespace Kindred.Data.Views;

/// <summary>Ways between bytes, pixels of four floats, planes, and interleaved floats.</summary>
static unsafe class PixelRows
{
    const float ByteToUnit = 1 / 255f;

    /// <summary>Expands bytes to pixels of four floats in 0…255; transparent pixels show the background.</summary>
    /// <param name="source">Interleaved bytes.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="channels">Bytes a pixel, 1 to 4.</param>
    /// <param name="background">Red, green, blue in 0…255 and nothing.</param>
    /// <param name="pixels">Room for <paramref name="count"/> + 4 pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* source, int count, int channels, Vector128<float> background, float* pixels)
    {
        switch (channels)
        {
            case 1:
                for (var i = 0; i < count; i++)
                    Vector128.Create((float)source[i]).Store(pixels + (4 * i));
                break;
            case 2:
                for (var i = 0; i < count; i++)
                    Compose(Vector128.Create((float)source[2 * i]), source[(2 * i) + 1], background).Store(pixels + (4 * i));
                break;
            case 3:
                WidenColor(source, count, pixels);
                break;
            default:
                for (var i = 0; i < count; i++)
                    Compose(Floats(Unsafe.ReadUnaligned<uint>(source + (4 * i))), source[(4 * i) + 3], background).Store(pixels + (4 * i));
                break;
        }
    }

    /// <summary>A whole picture as planes in 0…1: one for grey, three for colour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToPlanes(Picture picture, (float Red, float Green, float Blue) background, float* planes, int stride)
    {
        const int Strip = 256;
        var strip = stackalloc float[(Strip + 8) * 4];
        var channels = picture.Channels;
        var behind = Vector128.Create(background.Red, background.Green, background.Blue, 0) * 255f;
        var area = picture.Width * picture.Height;
        fixed (byte* source = picture.Pixels)
        {
            for (var start = 0; start < area; start += Strip)
            {
                var count = Math.Min(Strip, area - start);
                Widen(source + (start * channels), count, channels, behind, strip);
                for (var i = 0; i < count; i += 4)
                    StorePlanes(strip + (4 * i), planes + start + i, stride, channels < 3 ? 1 : 3, Vector128.Create(ByteToUnit));
            }
        }
    }

    /// <summary>Planes to pixels: <c>[length, channels]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interleave(float* planes, int stride, int length, int channels, float* destination)
    {
        if (channels == 1)
        {
            new ReadOnlySpan<float>(planes, length).CopyTo(new(destination, length));
            return;
        }
        var done = channels == 3 ? InterleaveColor(planes, stride, length, destination) : 0;
        for (var i = done; i < length; i++)
        {
            for (var c = 0; c < channels; c++)
                destination[(i * channels) + c] = planes[(c * stride) + i];
        }
    }

    /// <summary>Four pixels of four floats to four places of each plane, times a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlanes(float* pixels, float* planes, int stride, int channels, Vector128<float> factor)
    {
        var (r, g, b) = Transpose(
            Vector128.Load(pixels), Vector128.Load(pixels + 4), Vector128.Load(pixels + 8), Vector128.Load(pixels + 12));
        (r * factor).Store(planes);
        if (channels == 1)
            return;
        (g * factor).Store(planes + stride);
        (b * factor).Store(planes + (2 * stride));
    }

    /// <summary>Four pixels in, four reds, greens and blues out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector128<float> R, Vector128<float> G, Vector128<float> B) Transpose(
        Vector128<float> p, Vector128<float> q, Vector128<float> s, Vector128<float> t)
    {
        if (Sse.IsSupported)
        {
            Vector128<float> pq = Sse.UnpackLow(p, q), st = Sse.UnpackLow(s, t);
            return (Sse.MoveLowToHigh(pq, st), Sse.MoveHighToLow(st, pq), Sse.MoveLowToHigh(Sse.UnpackHigh(p, q), Sse.UnpackHigh(s, t)));
        }
        return (Vector128.Create(p[0], q[0], s[0], t[0]), Vector128.Create(p[1], q[1], s[1], t[1]), Vector128.Create(p[2], q[2], s[2], t[2]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Floats(uint pixel)
    {
        var words = Vector128.WidenLower(Vector128.CreateScalar(pixel).AsByte());
        return Vector128.ConvertToSingle(Vector128.WidenLower(words).AsInt32());
    }

    static Vector128<float> Compose(Vector128<float> pixel, byte alpha, Vector128<float> background) =>
        background + ((pixel - background) * (alpha * ByteToUnit));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void WidenColor(byte* source, int count, float* pixels)
    {
        // Sixteen bytes are read for four pixels; the last few pixels are read one byte at a time.
        var spread = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255);
        var i = 0;
        for (; i + 6 <= count; i += 4)
        {
            var bytes = Vector128.Shuffle(Vector128.Load(source + (3 * i)), spread);
            var (low, high) = Vector128.Widen(bytes);
            var (p, q) = Vector128.Widen(low);
            var (s, t) = Vector128.Widen(high);
            Vector128.ConvertToSingle(p.AsInt32()).Store(pixels + (4 * i));
            Vector128.ConvertToSingle(q.AsInt32()).Store(pixels + (4 * i) + 4);
            Vector128.ConvertToSingle(s.AsInt32()).Store(pixels + (4 * i) + 8);
            Vector128.ConvertToSingle(t.AsInt32()).Store(pixels + (4 * i) + 12);
        }
        for (; i < count; i++)
            Vector128.Create(source[3 * i], source[(3 * i) + 1], source[(3 * i) + 2], 0f).Store(pixels + (4 * i));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int InterleaveColor(float* planes, int stride, int length, float* destination)
    {
        if (!Sse.IsSupported)
            return 0;
        // Each store writes a fourth number that the next pixel overwrites; the last group is left to the caller.
        float* r = planes, g = planes + stride, b = planes + (2 * stride);
        var i = 0;
        for (; i + 5 <= length; i += 4)
        {
            Vector128<float> x = Vector128.Load(r + i), y = Vector128.Load(g + i), z = Vector128.Load(b + i);
            Vector128<float> low = Sse.UnpackLow(x, y), high = Sse.UnpackHigh(x, y);
            Vector128<float> zLow = Sse.UnpackLow(z, z), zHigh = Sse.UnpackHigh(z, z);
            var to = destination + (3 * i);
            Sse.MoveLowToHigh(low, zLow).Store(to);
            Sse.MoveHighToLow(zLow, low).Store(to + 3);
            Sse.MoveLowToHigh(high, zHigh).Store(to + 6);
            Sse.MoveHighToLow(zHigh, high).Store(to + 9);
        }
        return i;
    }
}
