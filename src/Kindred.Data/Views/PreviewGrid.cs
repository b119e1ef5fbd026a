using System.Text.Json;
using Kindred.Data;

namespace Kindred.Views;

/// <summary>What the model will see, for eyes: a row a picture, the picture itself first and then its views, and the drawn numbers beside it.</summary>
public sealed class PreviewGrid
{
    const int Gap = 2;

    readonly List<Cell[]> rows = [];
    readonly List<ViewGroup> groups;
    readonly int[] firstViews;
    readonly ulong seed;
    readonly int epoch;
    readonly ViewWorkspace workspace = new();
    readonly int side;

    /// <summary>An empty grid.</summary>
    /// <param name="groups">The views of each picture.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch whose views are shown.</param>
    /// <param name="side">Side of a cell in pixels; larger views are shrunk, smaller ones enlarged.</param>
    public PreviewGrid(IEnumerable<ViewGroup> groups, ulong seed = 0, int epoch = 0, int side = 96)
    {
        this.groups = [.. groups];
        firstViews = ViewGroup.FirstViews(this.groups.ToArray());
        (this.seed, this.epoch, this.side) = (seed, epoch, side);
    }

    /// <summary>One square of the grid.</summary>
    /// <param name="Group">The view group's name, or "picture".</param>
    /// <param name="View">Which view of the group.</param>
    /// <param name="Drawn">What was drawn, an operation a line.</param>
    /// <param name="Picture">The square's pixels.</param>
    sealed record Cell(string Group, int View, string Drawn, Picture Picture);

    /// <summary>Adds a row: a picture and all its views.</summary>
    /// <param name="picture">The whole picture.</param>
    /// <param name="sample">Its index, as the loader counts.</param>
    /// <param name="name">What to call it in the text.</param>
    public void Add(Picture picture, long sample, string name)
    {
        var plain = new ViewPlan();
        var cells = new List<Cell> { Make(name, 0, plain, plain.Draw(new(seed, epoch, sample, 0), picture.FullWidth, picture.FullHeight, picture.Channels), picture) };
        for (var g = 0; g < groups.Count; g++)
        {
            for (var view = 0; view < groups[g].Count; view++)
            {
                var drawn = groups[g].Draw(new(seed, epoch, sample, firstViews[g]), view, picture.FullWidth, picture.FullHeight, picture.Channels);
                cells.Add(Make(groups[g].Name, view, groups[g].Plan, drawn, picture));
            }
        }
        rows.Add([.. cells]);
    }

    /// <summary>The grid as one picture.</summary>
    public Picture Draw()
    {
        var columns = rows.Count == 0 ? 1 : rows.Max(r => r.Length);
        var grid = new Picture((columns * (side + Gap)) + Gap, (Math.Max(1, rows.Count) * (side + Gap)) + Gap, 3);
        grid.Span.Fill(255);
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < rows[row].Length; column++)
                Paste(rows[row][column].Picture, grid, Gap + (column * (side + Gap)), Gap + (row * (side + Gap)));
        }
        return grid;
    }

    /// <summary>Writes <c>path.png</c> and, beside it, <c>path.json</c> with what was drawn for each square.</summary>
    /// <param name="path">With or without <c>.png</c>.</param>
    public void Write(string path)
    {
        var stem = path.EndsWith(".png", StringComparison.OrdinalIgnoreCase) ? path[..^4] : path;
        PngWriter.Write(stem + ".png", Draw());
        File.WriteAllText(stem + ".json", ToJson());
    }

    /// <summary>Row by row, square by square, what was drawn.</summary>
    public string ToJson()
    {
        var description = rows.Select(row => new
        {
            picture = row[0].Group,
            views = row.Skip(1).Select(cell => new { group = cell.Group, view = cell.View, drawn = cell.Drawn.Split('\n', StringSplitOptions.RemoveEmptyEntries) }),
        });
        return JsonSerializer.Serialize(new { seed, epoch, rows = description }, Options);
    }

    static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    Cell Make(string group, int view, ViewPlan plan, DrawnView drawn, Picture picture)
    {
        var values = new float[drawn.Shape.Length];
        plan.Render(picture, drawn, values, workspace);
        return new(group, view, plan.Describe(drawn), Square(values, drawn.Shape, Undo(plan)));
    }

    /// <summary>A normalisation at the end would be seen as wrong colours: it is taken back.</summary>
    static Normalize? Undo(ViewPlan plan) => plan.Operations.LastOrDefault(o => o is Normalize or ColorSpace) as Normalize;

    /// <summary>Numbers to bytes, other numbers than 0…1 brought into range channel by channel, and the whole scaled into a square.</summary>
    Picture Square(float[] values, ViewShape shape, Normalize? normalize)
    {
        var bytes = new Picture(shape.Width, shape.Height, 3);
        for (var c = 0; c < 3; c++)
        {
            var from = Math.Min(c, shape.Channels - 1);
            var (scale, bias) = normalize is null ? Range(values, shape.Channels, from) : Inverse(normalize, from);
            for (var i = 0; i < shape.Width * shape.Height; i++)
                bytes.Pixels[(3 * i) + c] = (byte)Math.Clamp((((values[(i * shape.Channels) + from] * scale) + bias) * 255) + 0.5f, 0, 255);
        }
        var longer = Math.Max(shape.Width, shape.Height);
        int width = Math.Max(1, side * shape.Width / longer), height = Math.Max(1, side * shape.Height / longer);
        return longer < side ? Enlarge(bytes, width, height) : Shrink(bytes, width, height);
    }

    static (float Scale, float Bias) Inverse(Normalize normalize, int channel)
    {
        double[] mean = normalize.Mean ?? [0.485, 0.456, 0.406], std = normalize.Std ?? [0.229, 0.224, 0.225];
        return ((float)std[Math.Min(channel, std.Length - 1)], (float)mean[Math.Min(channel, mean.Length - 1)]);
    }

    static (float Scale, float Bias) Range(float[] values, int channels, int channel)
    {
        float low = 0, high = 1;
        for (var i = channel; i < values.Length; i += channels)
            (low, high) = (Math.Min(low, values[i]), Math.Max(high, values[i]));
        return (1 / (high - low), -low / (high - low));
    }

    /// <summary>Pixel by pixel, so that small views show what they are.</summary>
    static Picture Enlarge(Picture picture, int width, int height)
    {
        var large = new Picture(width, height, 3);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                picture.Row(y * picture.Height / height).Slice(x * picture.Width / width * 3, 3).CopyTo(large.Row(y)[(3 * x)..]);
        }
        return large;
    }

    Picture Shrink(Picture picture, int width, int height)
    {
        var canvas = workspace.Canvas;
        canvas.Begin(picture);
        canvas.Resampler.Run(canvas, new(0, 0, picture.Width, picture.Height), width, height, Interpolation.Bilinear);
        var small = new Picture(width, height, 3);
        for (var c = 0; c < 3; c++)
        {
            var plane = canvas.Plane(c);
            for (var i = 0; i < plane.Length; i++)
                small.Pixels[(3 * i) + c] = (byte)((plane[i] * 255) + 0.5f);
        }
        return small;
    }

    static void Paste(Picture picture, Picture grid, int x, int y)
    {
        for (var row = 0; row < picture.Height; row++)
            picture.Row(row).CopyTo(grid.Row(y + row)[(3 * x)..]);
    }
}
