using Kindred.Index;
using Kindred.Index.Analysis;

namespace Kindred.Studio;

/// <summary>The middle of a map and half its extent: what all but a few points lie in becomes −1 to 1.</summary>
sealed record MapFrame(float X, float Y, float Half)
{
    /// <summary>Moves points into the frame: one scale for both directions keeps distances.</summary>
    internal void Fit(float[] values)
    {
        for (var i = 0; i < values.Length; i += 2) (values[i], values[i + 1]) = ((values[i] - X) / Half, (values[i + 1] - Y) / Half);
    }
}

/// <summary>A map by the two directions of most variance. Of very many vectors, directions and frame are those of some of them: they differ little, and are there in
/// a hundredth of the time.</summary>
sealed class MapPlane
{
    const int MostForDirections = 20_000, MostForFrame = 50_000;
    const double FarOff = 0.01;

    readonly Pca pca;
    readonly MapFrame frame;

    MapPlane(Pca pca, MapFrame frame, float[] sample) => (this.pca, this.frame, Sample) = (pca, frame, sample);

    /// <summary>Where some of the vectors lie, evenly chosen by their number.</summary>
    internal float[] Sample { get; }

    /// <summary>Finds directions and frame.</summary>
    internal static MapPlane Fit(Vectors vectors)
    {
        using var few = Some(vectors, MostForDirections);
        using var more = Some(vectors, MostForFrame);
        var pca = Pca.Fit(few ?? vectors, Math.Min(2, vectors.Dimension), threads: 1);
        var sample = Along(pca, more ?? vectors);
        var frame = FrameOf(sample);
        frame.Fit(sample);
        return new(pca, frame, sample);
    }

    /// <summary>Two numbers a vector; all but a few lie within −1 and 1.</summary>
    internal float[] Of(Vectors vectors)
    {
        if (vectors.Count <= MostForFrame) return Sample;
        var values = Along(pca, vectors);
        frame.Fit(values);
        return values;
    }

    /// <summary>The frame of points. A few far off do not make all others small: they lie outside, where whoever zooms out finds them.</summary>
    internal static MapFrame FrameOf(float[] values)
    {
        var (x, y) = (Extent(values, 0), Extent(values, 1));
        return new((x.Low + x.High) / 2, (y.Low + y.High) / 2, Math.Max(1e-9f, Math.Max(x.High - x.Low, y.High - y.Low) / 2));
    }

    static float[] Along(Pca pca, Vectors vectors)
    {
        var values = pca.Transform(vectors);
        return vectors.Dimension > 1 ? values : [.. values.SelectMany(v => (float[])[v, 0])];
    }

    static Vectors? Some(Vectors vectors, int most)
    {
        if (vectors.Count <= most) return null;
        var values = new float[most * vectors.Dimension];
        for (var i = 0; i < most; i++) vectors[(int)((long)i * vectors.Count / most)].CopyTo(values.AsSpan(i * vectors.Dimension));
        return Vectors.Of(values, vectors.Dimension);
    }

    static (float Low, float High) Extent(float[] values, int axis)
    {
        var sorted = new float[values.Length / 2];
        for (var i = 0; i < sorted.Length; i++) sorted[i] = values[(2 * i) + axis];
        Array.Sort(sorted);
        var far = (int)(FarOff * sorted.Length);
        return (sorted[far], sorted[^(far + 1)]);
    }
}
