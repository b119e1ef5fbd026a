using System.Runtime.CompilerServices;

namespace Kindred.Data.Views;

/// <summary>How a picture is resampled.</summary>
public enum Interpolation
{
    /// <summary>A triangle, widened when shrinking.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = −0.5, widened when shrinking.</summary>
    Bicubic,
}

/// <summary>One direction of a separable resampling: for every output place, where its taps start and how much each weighs.</summary>
/// <remarks>The weights are those of PIL's <c>resize</c>: the filter stretched by the shrink factor, cut at the box and made to sum to one.</remarks>
sealed unsafe class ResampleAxis
{
    readonly PinnedBuffer<int> starts = new();
    readonly PinnedBuffer<float> weights = new();

    /// <summary>Weights reserved for each output place; those past the filter are zero.</summary>
    public int Taps { get; private set; }

    /// <summary>The most weights that any output place has.</summary>
    public int Used { get; private set; }

    /// <summary>The first source place read by anything.</summary>
    public int Low { get; private set; }

    /// <summary>One past the last source place read by anything.</summary>
    public int High { get; private set; }

    /// <summary>First tap of each output place.</summary>
    public int* Starts => starts.Pointer;

    /// <summary><c>[output, Taps]</c>.</summary>
    public float* Weights => weights.Pointer;

    /// <summary>Plans the way from a stretch of the source to a number of outputs, of which some may be wanted only.</summary>
    /// <param name="kind">The filter.</param>
    /// <param name="start">Where the stretch begins, in source places.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="low">First source place that may be read.</param>
    /// <param name="high">One past the last.</param>
    /// <param name="outputs">How many places the whole stretch makes.</param>
    /// <param name="first">The first of them that is wanted, counted after mirroring.</param>
    /// <param name="wanted">How many are.</param>
    /// <param name="mirror">Whether the outputs run backwards.</param>
    /// <param name="round">Taps are rounded up to a multiple of this.</param>
    /// <exception cref="ConfigurationException">Sizes that are none, or need more memory than an array has.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Plan(Interpolation kind, double start, double length, int low, int high, int outputs, int first, int wanted, bool mirror, int round)
    {
        if (!double.IsFinite(start) || !(length > 0) || !double.IsFinite(length) || low < 0 || high <= low || outputs < 1 || first < 0 || wanted < 1 || wanted > outputs - first || round < 1)
            throw new ConfigurationException($"resampling places {start} to {start + length} (read from {low} to {high}) to outputs {first} to "
                + $"{(long)first + wanted} of {outputs}: nothing to make or nothing to make it of");
        var scale = length / outputs;
        var stretch = Math.Max(scale, 1);
        var support = (kind == Interpolation.Bicubic ? 2 : 1) * stretch;
        // A filter wider than what may be read needs no more weights than that.
        var most = Math.Min((Math.Ceiling(support) * 2) + 1, (double)high - low);
        Taps = ViewLimits.Items(((Int128)most + round - 1) / round * round);
        starts.Reserve((Int128)wanted + round);
        weights.Reserve(((Int128)wanted + round) * Taps);
        (Low, High, Used) = (int.MaxValue, 0, 0);
        for (var place = 0; place < wanted; place++)
        {
            var i = mirror ? outputs - 1 - first - place : first + place;
            var center = start + ((i + 0.5) * scale);
            var from = Math.Clamp((int)Math.Floor(center - support + 0.5), low, high - 1);
            var to = Math.Clamp((int)Math.Floor(center + support + 0.5), from + 1, high);
            Starts[place] = from;
            Fill(kind, Weights + (place * Taps), Math.Min(to - from, Taps), (float)(from + 0.5 - center), (float)(1 / stretch));
            Low = Math.Min(Low, from);
            High = Math.Max(High, to);
            Used = Math.Max(Used, to - from);
        }
        // Output groups of four may run past the end: they read what the last place reads and are not kept.
        for (var i = wanted; i < wanted + round; i++)
        {
            Starts[i] = Low;
            new Span<float>(Weights + (i * Taps), Taps).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Fill(Interpolation kind, float* row, int count, float offset, float shrink)
    {
        var sum = 0f;
        for (var k = 0; k < count; k++)
        {
            var x = MathF.Abs((offset + k) * shrink);
            var weight = kind == Interpolation.Bicubic ? Cubic(x) : MathF.Max(1 - x, 0);
            row[k] = weight;
            sum += weight;
        }
        var scale = 1 / sum;
        for (var k = 0; k < count; k++)
            row[k] *= scale;
        for (var k = count; k < Taps; k++)
            row[k] = 0;
    }

    static float Cubic(float x) =>
        x < 1 ? (((1.5f * x) - 2.5f) * x * x) + 1
        : x < 2 ? (((((-0.5f * x) + 2.5f) * x) - 4) * x) + 2
        : 0;
}
