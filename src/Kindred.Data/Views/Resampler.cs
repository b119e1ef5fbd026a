using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kindred.Data.Pictures;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Kindred.Data.Views;

/// <summary>Cuts a box out of a picture and resamples it, antialiased, with the columns and then the rows filtered.</summary>
/// <remarks>
/// Source rows are filtered along x once, when the first output row needs them, and kept in a ring as tall as the filter; so
/// the intermediate picture never leaves the cache. No rounding to bytes happens on the way (PIL rounds after each direction).
/// </remarks>
sealed unsafe class Resampler
{
    const int Lanes = 8;

    readonly ResampleAxis across = new(), down = new();
    readonly PinnedBuffer<float> pairs = new(), pixels = new(), ring = new();
    readonly PinnedBuffer<int> held = new();
    readonly PinnedBuffer<nint> rows = new();

    /// <summary>Replaces the canvas by a box of its picture, resampled.</summary>
    /// <param name="canvas">The view; its unread picture is used if it still has one.</param>
    /// <param name="box">In pixels of the whole picture.</param>
    /// <param name="width">Columns wanted.</param>
    /// <param name="height">Rows wanted.</param>
    /// <param name="kind">The filter.</param>
    public void Run(Canvas canvas, PixelBox box, int width, int height, Interpolation kind) => Run(canvas, box, width, height, new(0, 0, width, height), kind);

    /// <summary>The same, but makes a part of the resampled box only, to the bit what cutting it out afterwards gives.</summary>
    /// <param name="canvas">The view; its unread picture is used if it still has one.</param>
    /// <param name="box">In pixels of the whole picture.</param>
    /// <param name="width">Columns that the whole box would have.</param>
    /// <param name="height">Rows that the whole box would have.</param>
    /// <param name="part">The part of them that is made.</param>
    /// <param name="kind">The filter.</param>
    /// <exception cref="ConfigurationException">Sizes that are none, or too large.</exception>
    public void Run(Canvas canvas, PixelBox box, int width, int height, PixelBox part, Interpolation kind)
    {
        ViewLimits.Require(part.Height, part.Width, canvas.Channels);
        if (canvas.Source is null)
        {
            var channels = canvas.Channels;
            Plan(box, (0, 0, 1), (canvas.Width, canvas.Height), (width, height), part, kind, canvas.Mirror);
            var old = canvas.Replace(part.Height, part.Width, channels);
            Filter(new(old), canvas.Pointer(0), canvas.PlaneStride, part.Width, part.Height, channels, kind);
        }
        else
        {
            var picture = canvas.TakeSource();
            Plan(box, (picture.OffsetX, picture.OffsetY, picture.Scale), (picture.Width, picture.Height), (width, height), part, kind, canvas.Mirror);
            var planes = canvas.Switch(part.Height, part.Width, canvas.Channels);
            fixed (byte* bytes = picture.Pixels)
                Filter(new(bytes, picture, canvas.Background), planes, canvas.PlaneStride, part.Width, part.Height, canvas.Channels, kind);
        }
        canvas.Mirror = false;
    }

    void Plan(PixelBox box, (int X, int Y, int Scale) held, (int Width, int Height) from, (int Width, int Height) whole, PixelBox part, Interpolation kind, bool mirror)
    {
        PlanAxis(across, (double)(box.X - held.X) / held.Scale, (double)box.Width / held.Scale, from.Width, (whole.Width, part.X, part.Width), kind, mirror, 4);
        PlanAxis(down, (double)(box.Y - held.Y) / held.Scale, (double)box.Height / held.Scale, from.Height, (whole.Height, part.Y, part.Height), kind, false, 1);
        ExpandPairs(part.Width);
    }

    static void PlanAxis(ResampleAxis axis, double start, double length, int limit, (int All, int First, int Wanted) outputs, Interpolation kind, bool mirror, int round)
    {
        var low = Math.Clamp((int)Math.Floor(start), 0, limit - 1);
        var high = Math.Clamp((int)Math.Ceiling(start + length), low + 1, limit);
        axis.Plan(kind, start, length, low, high, outputs.All, outputs.First, outputs.Wanted, mirror, round);
    }

    /// <summary>Spreads the weights along x for the inner loop: <c>[output / 4, tap pair, 4 outputs, 2 taps × 4 floats]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void ExpandPairs(int width)
    {
        var groups = (width + 3) / 4;
        var count = (across.Used + 1) / 2;
        var to = pairs.Reserve((Int128)groups * count * 4 * Lanes);
        for (var group = 0; group < groups; group++)
        {
            var from = across.Weights + (group * 4 * across.Taps);
            for (var pair = 0; pair < count; pair++)
            {
                for (var output = 0; output < 4; output++, to += Lanes)
                {
                    var weights = from + (output * across.Taps) + (2 * pair);
                    Vector256.Create(Vector128.Create(weights[0]), Vector128.Create(weights[1])).Store(to);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Filter(in RowSource source, float* planes, int stride, int width, int height, int channels, Interpolation kind)
    {
        var padded = (width + 15) & ~15;
        var capacity = down.Taps + 1;
        var ringRow = padded * channels;
        ring.Reserve((Int128)capacity * ringRow);
        held.Reserve(capacity);
        rows.Reserve(down.Taps);
        pixels.Reserve(((Int128)across.High - across.Low + across.Taps + 8) * 4);
        new Span<int>(held.Pointer, capacity).Fill(-1);
        for (var y = 0; y < height; y++)
        {
            var start = down.Starts[y];
            var weights = down.Weights + (y * down.Taps);
            var count = Math.Min(down.Taps, down.High - start);
            while (count > 1 && weights[count - 1] == 0)
                count--;
            for (var k = 0; k < count; k++)
            {
                var slot = (start + k) % capacity;
                var row = ring.Pointer + (slot * ringRow);
                if (held.Pointer[slot] != start + k)
                {
                    source.Read(start + k, across.Low, across.High - across.Low, pixels.Pointer);
                    FilterRow(row, padded, width, channels);
                    held.Pointer[slot] = start + k;
                }
                rows.Pointer[k] = (nint)row;
            }
            for (var c = 0; c < channels; c++)
                MixRows(c * padded, weights, count, source.Factor, kind == Interpolation.Bicubic, planes + (c * stride) + (y * width), width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void FilterRow(float* to, int stride, int width, int channels)
    {
        var count = (across.Used + 1) / 2;
        var weights = pairs.Pointer;
        var low = pixels.Pointer - (4L * across.Low);
        for (var x = 0; x < width; x += 4)
        {
            float* p = low + (4L * across.Starts[x]), q = low + (4L * across.Starts[x + 1]);
            float* s = low + (4L * across.Starts[x + 2]), t = low + (4L * across.Starts[x + 3]);
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            for (var pair = 0; pair < count; pair++)
            {
                a = Vector256.MultiplyAddEstimate(Vector256.Load(p + (Lanes * pair)), Vector256.Load(weights), a);
                b = Vector256.MultiplyAddEstimate(Vector256.Load(q + (Lanes * pair)), Vector256.Load(weights + 8), b);
                c = Vector256.MultiplyAddEstimate(Vector256.Load(s + (Lanes * pair)), Vector256.Load(weights + 16), c);
                d = Vector256.MultiplyAddEstimate(Vector256.Load(t + (Lanes * pair)), Vector256.Load(weights + 24), d);
                weights += 4 * Lanes;
            }
            var (red, green, blue) = PixelRows.Transpose(Halves(a), Halves(b), Halves(c), Halves(d));
            red.Store(to + x);
            if (channels == 1)
                continue;
            green.Store(to + stride + x);
            if (channels > 2)
                blue.Store(to + (2 * stride) + x);
        }
    }

    static Vector128<float> Halves(V x) => x.GetLower() + x.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void MixRows(int offset, float* weights, int count, float factor, bool clamp, float* to, int width)
    {
        var scale = Vector256.Create(factor);
        var taps = rows.Pointer;
        for (var x = 0; x < width; x += 2 * Lanes)
        {
            V a = V.Zero, b = V.Zero;
            for (var k = 0; k < count; k++)
            {
                var row = (float*)taps[k] + offset + x;
                var weight = Vector256.Create(weights[k]);
                a = Vector256.MultiplyAddEstimate(Vector256.Load(row), weight, a);
                b = Vector256.MultiplyAddEstimate(Vector256.Load(row + Lanes), weight, b);
            }
            a *= scale;
            b *= scale;
            if (clamp)
            {
                a = Vector256.MinNative(Vector256.MaxNative(a, V.Zero), V.One);
                b = Vector256.MinNative(Vector256.MaxNative(b, V.Zero), V.One);
            }
            a.Store(to + x);
            if (x + Lanes < width)
                b.Store(to + x + Lanes);
        }
    }

    /// <summary>Where source rows come from: a picture's bytes or a canvas's planes.</summary>
    readonly ref struct RowSource
    {
        readonly byte* bytes;
        readonly float* planes;
        readonly int stride, width, channels;
        readonly Vector128<float> background;

        public RowSource(byte* bytes, Picture picture, (float Red, float Green, float Blue) background)
        {
            this.bytes = bytes;
            (stride, channels) = (picture.Stride, picture.Channels);
            this.background = Vector128.Create(background.Red, background.Green, background.Blue, 0) * 255f;
            Factor = 1 / 255f;
        }

        public RowSource(in OldPlanes old)
        {
            planes = old.Start;
            (stride, width, channels) = (old.Stride, old.Width, old.Channels);
            Factor = 1;
        }

        /// <summary>What brings a value of this source to 0…1.</summary>
        public float Factor { get; }

        /// <summary>Columns low … low + count − 1 of a row as pixels of four floats.</summary>
        public void Read(int row, int low, int count, float* to)
        {
            if (bytes is not null)
            {
                PixelRows.Widen(bytes + ((long)row * stride) + ((long)low * channels), count, channels, background, to);
                return;
            }
            var from = planes + ((long)row * width) + low;
            for (var c = 0; c < channels; c++)
            {
                for (var i = 0; i < count; i++)
                    to[(4 * i) + c] = from[(c * stride) + i];
            }
        }
    }
}
