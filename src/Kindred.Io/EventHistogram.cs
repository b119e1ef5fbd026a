namespace Kindred.Io;

/// <summary>Counts over equal buckets, with the moments that TensorBoard keeps beside them.</summary>
sealed class EventHistogram
{
    const int Buckets = 30;

    readonly double[] limits = new double[Buckets];
    readonly double[] counts = new double[Buckets];
    double low = double.PositiveInfinity, high = double.NegativeInfinity, count, sum, squares;

    public static EventHistogram Of(ReadOnlySpan<float> values)
    {
        var histogram = new EventHistogram();

        foreach (var value in values)
            histogram.Measure(value);

        if (histogram.count == 0)
            (histogram.low, histogram.high) = (0, 0);

        var width = histogram.high > histogram.low ? (histogram.high - histogram.low) / Buckets : 1;

        for (var i = 0; i < Buckets; i++)
            histogram.limits[i] = histogram.low + ((i + 1) * width);

        foreach (var value in values)
            histogram.Count(value, width);

        return histogram;
    }

    public void Write(ProtoWriter message) =>
        message.Double(1, low).Double(2, high).Double(3, count).Double(4, sum).Double(5, squares).Doubles(6, limits).Doubles(7, counts);

    void Measure(float value)
    {
        if (!float.IsFinite(value))
            return;

        low = Math.Min(low, value);
        high = Math.Max(high, value);
        count++;
        sum += value;
        squares += (double)value * value;
    }

    void Count(float value, double width)
    {
        if (float.IsFinite(value))
            counts[Math.Clamp((int)((value - low) / width), 0, Buckets - 1)]++;
    }
}
