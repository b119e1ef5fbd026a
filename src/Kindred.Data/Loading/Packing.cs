using System.Runtime.InteropServices;
using System.Text.Json;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Io;

namespace Kindred.Data.Loading;

/// <summary>Writes packed files (<see cref="PackedPictures"/>).</summary>
public static class Packing
{
    /// <summary>Decodes every picture of a source into one file; broken ones are left out and returned.</summary>
    /// <param name="source">The pictures.</param>
    /// <param name="path">The file to write, replaced in one act.</param>
    /// <param name="shorterSide">Larger pictures are shrunk (antialiased bilinear, transparency on white) to this shorter side; 0 keeps every size.</param>
    /// <param name="cancel">Stops; the old file stays.</param>
    /// <returns>The pictures left out.</returns>
    /// <exception cref="DataException">No picture could be read.</exception>
    public static IReadOnlyList<BadSample> Write(IPictures source, string path, int shorterSide = 0, CancellationToken cancel = default)
    {
        var bad = new List<BadSample>();
        AtomicFile.Write(path, stream => Write(source, stream, shorterSide, bad, cancel));
        return bad;
    }

    static void Write(IPictures source, Stream stream, int shorterSide, List<BadSample> bad, CancellationToken cancel)
    {
        var (rows, names) = (new List<PackedPictures.Row>(source.Count), new List<string>(source.Count));
        var (picture, shrink) = (new Picture(), new Shrink(shorterSide));
        stream.Write(PackedPictures.Magic);
        stream.Write(MemoryMarshal.AsBytes([PackedPictures.Version]));
        long at = PackedPictures.HeaderBytes;
        using var reader = source.Open();
        for (var i = 0; i < source.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            Picture kept;
            try
            {
                reader.Read(i, picture);
                kept = shrink.Run(picture);
            }
            catch (PictureException exception)
            {
                bad.Add(new(i, source.Name(i), exception.Message));
                continue;
            }
            stream.Write(kept.Span);
            rows.Add(new() { Offset = at, Width = kept.Width, Height = kept.Height, Channels = kept.Channels, Label = source.Label(i) });
            names.Add(source.Name(i));
            at += kept.Span.Length;
        }
        if (rows.Count == 0)
            throw new DataException($"{source.Description}: none of its {source.Count} pictures can be read; the first: {FileNames.Printable(bad[0].Name)} {bad[0].Reason}");
        stream.Write(new byte[(8 - (at % 8)) % 8]);
        var table = (at + 7) / 8 * 8;
        stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(rows)));
        var text = JsonSerializer.SerializeToUtf8Bytes(new PackedPictures.Text([.. source.Classes], [.. names]));
        stream.Write(text);
        long textAt = table + ((long)rows.Count * PackedPictures.RowBytes);
        stream.Write(MemoryMarshal.AsBytes([rows.Count, table, textAt, text.LongLength]));
        stream.Write(PackedPictures.Magic);
    }

    /// <summary>Brings the shorter side of large pictures down to a length.</summary>
    sealed class Shrink(int shorterSide)
    {
        readonly ViewPlan plan = new(new Resize(Math.Max(1, shorterSide)));
        readonly ViewWorkspace workspace = new();
        readonly Picture small = new();
        float[] values = [];

        internal Picture Run(Picture picture)
        {
            if (shorterSide <= 0 || Math.Min(picture.Width, picture.Height) <= shorterSide)
                return picture;
            var drawn = plan.Draw(default, picture.Width, picture.Height, picture.Channels);
            if (values.Length < drawn.Shape.Length)
                values = new float[drawn.Shape.Length];
            plan.Render(picture, drawn, values, workspace);
            small.Reset(drawn.Shape.Width, drawn.Shape.Height, drawn.Shape.Channels);
            var bytes = small.Span;
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)Math.Clamp((values[i] * 255) + 0.5f, 0, 255);
            return small;
        }
    }
}
