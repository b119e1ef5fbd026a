using Kindred.Data.Pictures;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Generated pictures side by side: a row for each class, where there are classes.</summary>
public static class SampleSheet
{
    const int Columns = 8, Gap = 1, MostRows = 16;

    /// <summary>Draws a sheet; null where what is generated are no pictures of one or three channels.</summary>
    /// <param name="generates">What draws, in evaluation mode.</param>
    public static Picture? Of(IGenerates generates)
    {
        ArgumentNullException.ThrowIfNull(generates);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var rows = generates is IGeneratesClasses { Classes: var classes } ? Math.Min(classes, MostRows) : Columns;
        var made = generates is IGeneratesClasses each
            ? each.Generate(Tensor.From<long>([.. Enumerable.Range(0, rows * Columns).Select(i => (long)i / Columns)])).X
            : generates.Generate(rows * Columns).X;
        return made.Dim == 4 && made.Size(1) is 1 or 3 ? Lay(made.To(Dtype.Float32).Contiguous(), rows) : null;
    }

    /// <summary>Lays pictures of values from −1 to 1 out in rows of eight.</summary>
    static Picture Lay(Tensor pictures, int rows)
    {
        int channels = (int)pictures.Size(1), height = (int)pictures.Size(2), width = (int)pictures.Size(3);
        var values = pictures.ToArray<float>();
        var sheet = new Picture((Columns * (width + Gap)) + Gap, (rows * (height + Gap)) + Gap, channels);
        sheet.Span.Fill(255);
        for (var i = 0; i < rows * Columns; i++)
        {
            for (var y = 0; y < height; y++)
            {
                var row = sheet.Row((i / Columns * (height + Gap)) + Gap + y);
                var left = (i % Columns * (width + Gap)) + Gap;
                for (var x = 0; x < width; x++)
                    for (var c = 0; c < channels; c++)
                        row[((left + x) * channels) + c] = Byte(values[(((((i * channels) + c) * height) + y) * width) + x]);
            }
        }
        return sheet;
    }

    static byte Byte(float value) => (byte)Math.Clamp(Math.Round((value + 1) * 127.5), 0, 255);
}
