using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Cli.Demo;

/// <summary>A picture for people: each row is an edited picture and the nearest originals, the right one framed in green.</summary>
sealed class ContactSheet(PictureData pictures, ViewPlan clean, ViewPlan edited, ulong seed)
{
    const int Zoom = 2, Margin = 6, Frame = 3, Neighbours = 8;

    /// <summary>Draws some queries with what a representation finds for them.</summary>
    internal Picture Draw(CopyRetrieval task, Func<View, Tensor> represent, int[] queries)
    {
        var found = task.Nearest(represent, queries, Neighbours);
        var edits = Pixels(edited, queries);
        int[] shown = [.. found.SelectMany(f => f).Distinct()];
        var originals = shown.Zip(Pixels(clean, shown)).ToDictionary(p => p.First, p => p.Second);
        var side = edits[0].GetLength(0);
        var pitch = (side * Zoom) + (2 * Frame) + Margin;
        var sheet = new Picture((pitch * (Neighbours + 1)) + (3 * Margin), (pitch * queries.Length) + Margin, 3);
        sheet.Span.Fill(255);
        for (var row = 0; row < queries.Length; row++)
        {
            var top = Margin + (row * pitch);
            Paste(sheet, edits[row], Margin, top, (60, 60, 60));
            for (var k = 0; k < Neighbours; k++)
                Paste(sheet, originals[found[row][k]], (3 * Margin) + ((k + 1) * pitch), top, found[row][k] == queries[row] ? ((byte)20, (byte)160, (byte)60) : ((byte)220, (byte)220, (byte)220));
        }
        return sheet;
    }

    // The same draws as in the evaluation, without the normalisation at the end.
    List<byte[,,]> Pixels(ViewPlan plan, int[] wanted)
    {
        var visible = new ViewPlan([.. plan.Operations.Where(o => o is not Normalize)]);
        var result = new byte[wanted.Length][,,];
        var first = 0;
        foreach (var raw in pictures.InOrder(visible, seed, 256))
        {
            using var scope = Scope.Open();
            var x = raw.Tensors().Views[0].X;
            for (var i = 0; i < wanted.Length; i++)
                if (wanted[i] >= first && wanted[i] < first + raw.Count) result[i] = ToBytes(x.Select(0, wanted[i] - first));
            first += raw.Count;
        }
        return [.. result];
    }

    static byte[,,] ToBytes(Tensor picture)
    {
        var values = picture.Permute([1, 2, 0]).Clamp(0, 1).Mul(255).Round().To(Dtype.UInt8).ToArray<byte>();
        var bytes = new byte[picture.Size(1), picture.Size(2), 3];
        System.Buffer.BlockCopy(values, 0, bytes, 0, values.Length);
        return bytes;
    }

    static void Paste(Picture sheet, byte[,,] picture, int left, int top, (byte R, byte G, byte B) frame)
    {
        int side = picture.GetLength(0), size = (side * Zoom) + (2 * Frame);
        for (var y = 0; y < size; y++)
        {
            var row = sheet.Row(top + y);
            for (var x = 0; x < size; x++)
            {
                int py = (y - Frame) / Zoom, px = (x - Frame) / Zoom;
                var inside = y >= Frame && x >= Frame && py < side && px < side;
                var at = (left + x) * 3;
                (row[at], row[at + 1], row[at + 2]) = inside ? (picture[py, px, 0], picture[py, px, 1], picture[py, px, 2]) : frame;
            }
        }
    }
}
