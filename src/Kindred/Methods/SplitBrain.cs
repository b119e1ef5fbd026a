using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>A split-brain autoencoder: each side of a picture, lightness and colour, is predicted from the other. CMC's comparison of contrast with prediction.</summary>
/// <remarks>
/// Zhang, Isola, Efros, "Split-Brain Autoencoders: Unsupervised Learning by Cross-Channel Prediction", CVPR 2017, arXiv:1611.09842, Sec. 3,
/// with its regression loss; the predictive learning that CMC (arXiv:1906.05849) compares contrast with. The representation is both encoders' side by side.
/// Differs: one vector a picture is decoded, by two layers, into the other side averaged down to a raster; the paper decodes a feature map.
/// </remarks>
[Method("split-brain", Title = "Split-brain autoencoder", Paper = "arXiv:1611.09842", Family = "prediction", Objective = "squared error across views", Role = MethodRole.Baseline, LeastBatch = 1,
    Takes = SampleKinds.Pictures)]
public sealed class SplitBrain : Method, IEncodes
{
    /// <summary>The settings.</summary>
    /// <param name="Raster">Rows and columns of what is predicted; the other side is averaged down to it.</param>
    /// <param name="Hidden">Width of the decoders' hidden layer.</param>
    public sealed record Options([Range(1, 1024)] long Raster = 8, [Width] long Hidden = 256);

    readonly long raster;
    readonly Projected light, color;

    /// <summary>Two encoders with different weights, for one and for two channels, each with a decoder of the other's.</summary>
    public SplitBrain(EncoderFactory encoders, Options options)
    {
        raster = options.Raster;
        (light, color) = (Side(encoders(1), 2), Side(encoders(2), 1));

        Projected Side(Encoder encoder, long channels) => new(encoder, new MlpHead(encoder.Dim, options.Hidden, channels * raster * raster));
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var (l, ab) = LightAndColor.Split(batch.Views[0]);
        var (toColor, toLight) = (light.Forward(l), color.Forward(ab));                   // [N, 2 R²], [N, R²]

        Watch(toColor);
        return Error(toColor, ab) + Error(toLight, l);
    }

    Tensor Error(Tensor predicted, View side) =>
        (predicted - side.X.AdaptiveAvgPool2d([raster, raster]).Flatten(1)).Square().Mean();

    /// <inheritdoc/>
    public Tensor Features(View view) => Sides(view, (side, x) => side.Encoder.Forward(x));

    /// <inheritdoc/>
    public Tensor Embeddings(View view) => Sides(view, (side, x) => side.Forward(x));

    Tensor Sides(View view, Func<Projected, View, Tensor> of)
    {
        var (l, ab) = LightAndColor.Split(view);
        return Tensor.Cat([of(light, l), of(color, ab)], 1);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new SplitBrain(encoders, new(Raster: 4, Hidden: 8)));
}
