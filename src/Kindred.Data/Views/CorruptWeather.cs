using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Corruptions by weather.</summary>
static unsafe class CorruptWeather
{
    readonly record struct SnowSetting(double Mean, double Deviation, double Zoom, double Threshold, int Radius, double Sigma, double Keep);

    readonly record struct SpatterSetting(double Mean, double Deviation, double Sigma, double Threshold, double Amount, bool Mud);

    static readonly SnowSetting[] SnowSmall =
    [
        new(0.1, 0.2, 1, 0.6, 8, 3, 0.95), new(0.1, 0.2, 1, 0.5, 10, 4, 0.9), new(0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        new(0.25, 0.3, 2.25, 0.6, 12, 6, 0.85), new(0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ];

    static readonly SnowSetting[] SnowLarge =
    [
        new(0.1, 0.3, 3, 0.5, 10, 4, 0.8), new(0.2, 0.3, 2, 0.5, 12, 4, 0.7), new(0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        new(0.55, 0.3, 4.5, 0.85, 12, 8, 0.65), new(0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ];

    static readonly (double Keep, double Ice)[] FrostSmall = [(1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)];
    static readonly (double Keep, double Ice)[] FrostLarge = [(1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)];

    static readonly (double Amount, double Decay)[] FogSmall = [(0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)];
    static readonly (double Amount, double Decay)[] FogLarge = [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)];

    static readonly SpatterSetting[] SpatterSmall =
    [
        new(0.62, 0.1, 0.7, 0.7, 0.5, false), new(0.65, 0.1, 0.8, 0.7, 0.5, false), new(0.65, 0.3, 1, 0.69, 0.5, false),
        new(0.65, 0.1, 0.7, 0.69, 0.6, true), new(0.65, 0.1, 0.5, 0.68, 0.6, true),
    ];

    static readonly SpatterSetting[] SpatterLarge =
    [
        new(0.65, 0.3, 4, 0.69, 0.6, false), new(0.65, 0.3, 3, 0.68, 0.6, false), new(0.65, 0.3, 2, 0.68, 0.5, false),
        new(0.65, 0.3, 1, 0.65, 1.5, true), new(0.67, 0.4, 1, 0.65, 1.5, true),
    ];

    static readonly float[] Water = [175 / 255f, 238 / 255f, 238 / 255f], Mud = [63 / 255f, 42 / 255f, 20 / 255f], Ice = [0.82f, 0.9f, 1f];

    /// <summary>Flakes: noise, enlarged, cut off below a threshold, trailing downwards, and everything paler.</summary>
    public static void Snow(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var s = (small ? SnowSmall : SnowLarge)[level];
        var (columns, rows) = (canvas.Width, canvas.Height);
        var raw = NoiseLayer(columns, rows, s.Mean, s.Deviation, ref draws);
        var flakes = Layer(columns, rows);
        CorruptBlur.AddZoomed(raw, flakes.Plane(0), columns, rows, s.Zoom);
        foreach (ref var x in flakes.Plane(0))
            x = x < s.Threshold ? 0 : Math.Clamp(x, 0, 1);
        CorruptBlur.Trail(flakes, s.Radius, s.Sigma, draws.Uniform(-135, -45));
        var layer = flakes.Plane(0);
        var keep = (float)s.Keep;
        var grey = Grey(canvas);
        for (var c = 0; c < canvas.Channels; c++)
        {
            var plane = canvas.Plane(c);
            for (var i = 0; i < plane.Length; i++)
            {
                var pale = (keep * plane[i]) + ((1 - keep) * Math.Max(plane[i], (grey[i] * 1.5f) + 0.5f));
                plane[i] = Math.Clamp(pale + layer[i] + layer[^(i + 1)], 0, 1);
            }
        }
        GC.KeepAlive(flakes);
    }

    /// <summary>Ice on the lens: bright ridges between fractal valleys.</summary>
    public static void Frost(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var (keep, ice) = (small ? FrostSmall : FrostLarge)[level];
        var (heights, side) = Fractal.Make(Math.Max(canvas.Width, canvas.Height), 1.6, ref draws);
        for (var c = 0; c < canvas.Channels; c++)
        {
            var plane = canvas.Plane(c);
            for (var i = 0; i < plane.Length; i++)
            {
                var height = heights[(i / canvas.Width * side) + (i % canvas.Width)];
                var ridge = 1 - Math.Abs((2 * height) - 1);
                plane[i] = Math.Clamp((float)((keep * plane[i]) + (ice * ridge * ridge * Ice[Math.Min(c, 2)])), 0, 1);
            }
        }
    }

    /// <summary>A fractal cloud is added and the range brought back.</summary>
    public static void Fog(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var (amount, decay) = (small ? FogSmall : FogLarge)[level];
        var (cloud, side) = Fractal.Make(Math.Max(canvas.Width, canvas.Height), decay, ref draws);
        var most = 0f;
        for (var c = 0; c < canvas.Channels; c++)
        {
            foreach (var x in canvas.Plane(c))
                most = Math.Max(most, x);
        }
        var scale = most / (most + amount);
        for (var c = 0; c < canvas.Channels; c++)
        {
            var plane = canvas.Plane(c);
            for (var i = 0; i < plane.Length; i++)
                plane[i] = (float)Math.Clamp((plane[i] + (amount * cloud[(i / canvas.Width * side) + (i % canvas.Width)])) * scale, 0, 1);
        }
    }

    /// <summary>Drops of water, or of mud in the two highest severities.</summary>
    public static void Spatter(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var s = (small ? SpatterSmall : SpatterLarge)[level];
        var (columns, rows) = (canvas.Width, canvas.Height);
        var drops = Layer(columns, rows);
        NoiseLayer(columns, rows, s.Mean, s.Deviation, ref draws).CopyTo(drops.Plane(0));
        Convolution.Gaussian(drops, s.Sigma, Convolution.MostRadius);
        foreach (ref var x in drops.Plane(0))
            x = x < s.Threshold ? 0 : s.Mud ? 1 : x;
        if (s.Mud)
            Convolution.Gaussian(drops, s.Amount, Convolution.MostRadius);
        else
            Shade(drops, (float)s.Amount);
        for (var c = 0; c < canvas.Channels; c++)
        {
            Span<float> plane = canvas.Plane(c), drop = drops.Plane(0);
            for (var i = 0; i < plane.Length; i++)
            {
                var cover = s.Mud && drop[i] < 0.8f ? 0 : drop[i];
                plane[i] = s.Mud
                    ? Math.Clamp((plane[i] * (1 - cover)) + (Mud[Math.Min(c, 2)] * cover), 0, 1)
                    : Math.Clamp(plane[i] + (Water[Math.Min(c, 2)] * cover), 0, 1);
            }
        }
        GC.KeepAlive(drops);
    }

    /// <summary>Drops are lit from one side: their slope towards the lower right, the brightest of it brought to the amount.</summary>
    static void Shade(Canvas drops, float amount)
    {
        var (columns, rows) = (drops.Width, drops.Height);
        var old = drops.Replace(rows, columns, 1);
        var from = old.Plane(0);
        var to = drops.Plane(0);
        var most = 1e-6f;
        for (var i = 0; i < to.Length; i++)
        {
            int x = i % columns, y = i / columns;
            var slope = from[i] - from[(Math.Max(y - 1, 0) * columns) + Math.Max(x - 1, 0)];
            to[i] = from[i] * (0.5f + Math.Max(0, slope));
            most = Math.Max(most, to[i]);
        }
        foreach (ref var x in to)
            x *= amount / most;
    }

    static float[] NoiseLayer(int columns, int rows, double mean, double deviation, ref Draws draws)
    {
        var layer = new float[columns * rows];
        foreach (ref var x in layer.AsSpan())
            x = (float)(mean + (deviation * draws.Normal()));
        return layer;
    }

    static Canvas Layer(int columns, int rows)
    {
        var layer = new Canvas();
        layer.Switch(rows, columns, 1);
        layer.Plane(0).Clear();
        return layer;
    }

    static float[] Grey(Canvas canvas)
    {
        var grey = new float[canvas.Area];
        for (var c = 0; c < canvas.Channels; c++)
        {
            var weight = canvas.Channels == 3 ? c switch { 0 => 0.299f, 1 => 0.587f, _ => 0.114f } : 1f / canvas.Channels;
            var plane = canvas.Plane(c);
            for (var i = 0; i < grey.Length; i++)
                grey[i] += weight * plane[i];
        }
        return grey;
    }
}
