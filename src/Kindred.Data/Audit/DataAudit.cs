using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Audit;

/// <summary>Looks a source over before anything is trained on it.</summary>
public static class DataAudit
{
    /// <summary>Reads headers alone: counts, classes, sizes, formats, and files that are no pictures.</summary>
    /// <param name="source">The pictures.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="progress">Is told how many pictures are done, now and then.</param>
    public static DataReport Scan(IPictures source, CancellationToken cancel = default, IProgress<int>? progress = null) => Look(source, false, false, cancel, progress);

    /// <summary>Decodes everything: what <see cref="Scan"/> finds, and every picture that is broken further down.</summary>
    /// <param name="source">The pictures.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="progress">Is told how many pictures are done, now and then.</param>
    public static DataReport Verify(IPictures source, CancellationToken cancel = default, IProgress<int>? progress = null) => Look(source, true, false, cancel, progress);

    /// <summary>Decodes everything: what <see cref="Verify"/> finds, and mean and standard deviation of each channel.</summary>
    /// <param name="source">The pictures.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="progress">Is told how many pictures are done, now and then.</param>
    public static DataReport Statistics(IPictures source, CancellationToken cancel = default, IProgress<int>? progress = null) => Look(source, true, true, cancel, progress);

    static DataReport Look(IPictures source, bool decode, bool sum, CancellationToken cancel, IProgress<int>? progress)
    {
        var sizes = new (int Width, int Height)[source.Count];
        var formats = new PictureFormat[source.Count];
        var (states, bad) = PicturePass.Run(source, () => new Sums(), (reader, index, sums) =>
        {
            var info = reader.Measure(index);
            (sizes[index], formats[index]) = ((info.Width, info.Height), info.Format);
            if (!decode)
                return;
            reader.Decode(new(0, 0, info.Width, info.Height), 1, sums.Picture);
            if (sum)
                sums.Add(sums.Picture);
        }, cancel, progress);
        var total = new Sums();
        foreach (var state in states)
            total.Add(state);
        return new()
        {
            Source = source.Description,
            Samples = source.Count,
            Classes = CountClasses(source),
            Unlabelled = Enumerable.Range(0, source.Count).Count(i => source.Label(i) < 0),
            Bad = bad,
            Formats = formats.Where(format => format != PictureFormat.Unknown).CountBy(format => format.ToString().ToLowerInvariant()).OrderBy(pair => pair.Key).ToDictionary(),
            Sizes = PictureSizes.Of(sizes),
            Ignored = source is EncodedPictures { Ignored.Count: > 0 } encoded ? encoded.Ignored : null,
            Mean = sum ? total.Mean() : null,
            Std = sum ? total.Deviation() : null,
        };
    }

    static Dictionary<string, int> CountClasses(IPictures source)
    {
        var counts = new int[source.Classes.Count];
        for (var i = 0; i < source.Count; i++)
        {
            if (source.Label(i) is >= 0 and var label)
                counts[label]++;
        }
        return source.Classes.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>Whole-number sums over pixels: the order of adding cannot change them.</summary>
    sealed class Sums
    {
        readonly ulong[] sums = new ulong[3], squares = new ulong[3];
        ulong pixels;
        bool colour;

        internal Picture Picture { get; } = new();

        internal void Add(Picture picture)
        {
            colour |= picture.Channels > 2;
            pixels += (ulong)(picture.Width * (long)picture.Height);
            Span<ulong> sum = stackalloc ulong[3], square = stackalloc ulong[3];
            ReadOnlySpan<byte> bytes = picture.Span;
            var (step, alpha) = (picture.Channels, picture.Channels % 2 == 0);
            for (var at = 0; at < bytes.Length; at += step)
            {
                for (var c = 0; c < 3; c++)
                {
                    uint value = bytes[at + (step > 2 ? c : 0)];
                    if (alpha)
                        value = 255 - (((255 - value) * bytes[at + step - 1]) + 127) / 255;
                    sum[c] += value;
                    square[c] += value * value;
                }
            }
            for (var c = 0; c < 3; c++)
                (sums[c], squares[c]) = (sums[c] + sum[c], squares[c] + square[c]);
        }

        internal void Add(Sums other)
        {
            colour |= other.colour;
            pixels += other.pixels;
            for (var c = 0; c < 3; c++)
                (sums[c], squares[c]) = (sums[c] + other.sums[c], squares[c] + other.squares[c]);
        }

        internal double[]? Mean() => pixels == 0 ? null : [.. sums.Take(colour ? 3 : 1).Select(sum => sum / (255.0 * pixels))];

        internal double[]? Deviation() => Mean() is not { } mean ? null
            : [.. mean.Select((m, c) => Math.Sqrt(Math.Max(0, (squares[c] / (255.0 * 255 * pixels)) - (m * m))))];
    }
}
