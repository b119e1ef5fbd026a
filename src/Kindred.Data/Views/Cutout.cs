using System.ComponentModel.DataAnnotations;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A square is blanked; its centre lies anywhere in the view, so it may be cut by the edge.</summary>
/// <remarks>DeVries and Taylor, arXiv:1708.04552, Sec. 3. SimCLR gives no size; half of the side is the habit on CIFAR.</remarks>
/// <param name="Side">Side of the square as a share of the view's shorter side.</param>
/// <param name="P">How often.</param>
/// <param name="Fill">The value written; 0 after a normalisation is the mean.</param>
[Augmentation("cutout", "a blank square", Paper = "arXiv:1708.04552")]
public sealed record Cutout([Range(0.0, 1.0)] double Side = 0.5, [Probability] double P = 1, [Range(-1000.0, 1000.0)] double Fill = 0) : Augmentation
{
    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        var side = Math.Max(1, (int)Math.Round(Side * Math.Min(shape.Width, shape.Height)));
        step[0] = draws.Integer(shape.Width) - (side / 2);
        step[1] = draws.Integer(shape.Height) - (side / 2);
        step[2] = step[3] = side;
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => Blank(canvas, step, (float)Fill);

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => $"{step[2]}×{step[3]} at ({step[0]}, {step[1]})";

    internal static void Blank(Canvas canvas, in DrawnStep step, float fill)
    {
        int left = Math.Max(0, (int)step[0]), right = Math.Min(canvas.Width, (int)(step[0] + step[2]));
        int top = Math.Max(0, (int)step[1]), bottom = Math.Min(canvas.Height, (int)(step[1] + step[3]));
        for (var c = 0; c < canvas.Channels; c++)
        {
            var plane = canvas.Plane(c);
            for (var y = top; y < bottom && left < right; y++)
                plane.Slice((y * canvas.Width) + left, right - left).Fill(fill);
        }
    }
}

/// <summary>A rectangle of random size and aspect inside the view is blanked.</summary>
/// <remarks>Zhong et al., "Random Erasing Data Augmentation", arXiv:1708.04896, with torchvision's ten tries.</remarks>
/// <param name="P">How often.</param>
/// <param name="Scale">Least and greatest share of the area; [0.02, 0.33] if left out.</param>
/// <param name="Ratio">Least and greatest height over width; [0.3, 3.3] if left out.</param>
/// <param name="Fill">The value written.</param>
[Augmentation("erase", "a blank rectangle", Paper = "arXiv:1708.04896")]
public sealed record Erase(
    [Probability] double P = 0.5, [Interval(0, 1, MinimumIsExclusive = true)] double[]? Scale = null, [Interval(0, 100, MinimumIsExclusive = true)] double[]? Ratio = null,
    [Range(-1000.0, 1000.0)] double Fill = 0) : Augmentation
{
    readonly double[] scale = Checked(Scale ?? [0.02, 0.33], "scale"), ratio = Checked(Ratio ?? [0.3, 3.3], "ratio");

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        for (var i = 0; i < 10; i++)
        {
            var area = (double)shape.Width * shape.Height * draws.Uniform(scale[0], scale[1]);
            var aspect = draws.LogUniform(ratio[0], ratio[1]);
            int height = (int)Math.Round(Math.Sqrt(area * aspect)), width = (int)Math.Round(Math.Sqrt(area / aspect));
            if (width >= shape.Width || height >= shape.Height || width == 0 || height == 0)
                continue;
            (step[0], step[1]) = (draws.Integer(shape.Width - width + 1), draws.Integer(shape.Height - height + 1));
            (step[2], step[3]) = (width, height);
            return applied;
        }
        return false;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => Cutout.Blank(canvas, step, (float)Fill);

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => $"{step[2]}×{step[3]} at ({step[0]}, {step[1]})";

    static double[] Checked(double[] given, string name) => given is [> 0, _] && given[0] <= given[1]
        ? given
        : throw new ConfigurationException($"erase: {name} is [{string.Join(", ", given)}]; it takes two numbers above 0, the smaller first.");
}
