using Kindred.Data.Views;

namespace Kindred.Data.Tests.Views;

/// <summary>Every operation against torchvision 0.14 and PIL 9.4 on the same pictures with the same numbers.</summary>
public class ReferenceTests
{
    /// <summary>Float arithmetic in another order.</summary>
    const double Float = 2e-6;

    /// <summary>torchvision's tensor grey weighs red with 0.2989, ours (and PIL's) with 0.299.</summary>
    const double GreyWeight = 2e-4;

    /// <summary>PIL rounds the result to a byte.</summary>
    const double HalfByte = 0.502 / 255;

    /// <summary>PIL rounds twice, or cuts instead of rounding.</summary>
    const double OneByte = 1.01 / 255;

    /// <summary>PIL rounds what it mixes with, and then cuts the mixture.</summary>
    const double Mixture = 1.5 / 255;

    static readonly Dictionary<string, (Augmentation Operation, float[] Numbers, double Tolerance)> Cases = new()
    {
        ["crop.bilinear.down"] = (new Crop(11), [5, 3, 30, 25], Float),
        ["crop.bicubic.down"] = (new Crop(11, Interpolation: "bicubic"), [5, 3, 30, 25], Float),
        ["crop.bilinear.up"] = (new Crop(20), [4, 6, 9, 12], Float),
        ["crop.bicubic.up"] = (new Crop(20, Interpolation: "bicubic"), [4, 6, 9, 12], 2e-5),
        ["crop.bilinear.whole"] = (new Crop(16), [0, 0, 40, 30], Float),
        ["crop.bicubic.whole"] = (new Crop(16, Interpolation: "bicubic"), [0, 0, 40, 30], Float),
        ["crop.bilinear.down.pil"] = (new Crop(11), [5, 3, 30, 25], OneByte),
        ["crop.bicubic.down.pil"] = (new Crop(11, Interpolation: "bicubic"), [5, 3, 30, 25], OneByte),
        ["crop.bilinear.up.pil"] = (new Crop(20), [4, 6, 9, 12], OneByte),
        ["crop.bicubic.up.pil"] = (new Crop(20, Interpolation: "bicubic"), [4, 6, 9, 12], 2 * OneByte),
        ["crop.bilinear.whole.pil"] = (new Crop(16), [0, 0, 40, 30], OneByte),
        ["crop.bicubic.whole.pil"] = (new Crop(16, Interpolation: "bicubic"), [0, 0, 40, 30], OneByte),
        ["resize.pil"] = (new Resize(20), [], OneByte),
        ["centerCrop"] = (new CenterCrop(17), [], Float),
        ["centerCrop.pad"] = (new CenterCrop(34), [], Float),
        ["flip"] = (new Flip(), [], Float),
        ["flip.vertical"] = (new Flip(Vertical: true), [], Float),
        ["rotate.90"] = (new Rotate(), [1], Float),
        ["rotate.180"] = (new Rotate(), [2], Float),
        ["rotate.270"] = (new Rotate(), [3], Float),
        ["brightness"] = (Only(brightness: 1), [1.5f], Float),
        ["brightness.pil"] = (Only(brightness: 1), [0.6f], OneByte),
        ["contrast"] = (Only(contrast: 1), [0, 1.6f], GreyWeight),
        ["contrast.pil"] = (Only(contrast: 1), [0, 0.5f], OneByte),
        ["saturation"] = (Only(saturation: 1), [0, 0, 1.7f], GreyWeight),
        ["saturation.pil"] = (Only(saturation: 1), [0, 0, 0.3f], Mixture),
        ["hue"] = (Only(hue: 0.5), [0, 0, 0, 0.17f], Float),
        ["hue.negative"] = (Only(hue: 0.5), [0, 0, 0, -0.4f], Float),
        // PIL keeps hue, saturation and value in a byte each: a step of hue alone is six levels of a full colour.
        ["hue.pil"] = (Only(hue: 0.5), [0, 0, 0, 0.15f], 9 * OneByte),
        ["jitter"] = (new Jitter(), [1.2f, 0.7f, 1.3f, 0.1f, 3, 1, 2, 0], GreyWeight),
        ["gray.pil"] = (new Gray(), [], HalfByte),
        ["blur.0.1.3"] = (new Blur(Kernel: 0.1), [0.1f], Float),
        ["blur.0.7.5"] = (new Blur(Kernel: 0.17), [0.7f], 1e-5),
        ["blur.1.4.7"] = (new Blur(Kernel: 0.27), [1.4f], 1e-5),
        ["blur.2.0.3"] = (new Blur(Kernel: 0.1), [2], 1e-5),
        ["solarize.pil"] = (new Solarize(), [], Float),
        ["invert.pil"] = (new Invert(), [], Float),
        ["posterize.1.pil"] = (new Posterize(1), [], Float),
        ["posterize.3.pil"] = (new Posterize(3), [], Float),
        ["posterize.5.pil"] = (new Posterize(5), [], Float),
        ["equalize.pil"] = (new Equalize(), [], Float),
        ["autoContrast"] = (new AutoContrast(), [], Float),
        ["autoContrast.pil"] = (new AutoContrast(), [], OneByte),
        ["sharpness"] = (new Sharpness(), [1.8f], Float),
        ["sharpness.pil"] = (new Sharpness(), [0.2f], Mixture),
        ["normalize"] = (new Normalize([0.49, 0.48, 0.45], [0.25, 0.24, 0.26]), [], 1e-5),
        ["affine.turn"] = (new Affine(Fill: 0), [25, 1, 1, 0, 0, 0], 1e-4),
        ["affine.all"] = (new Affine(Fill: 0), [-17, 0.8f, 0.8f, 3, -2, 0], 1e-4),
        ["randAugment.ShearX"] = (new RandAugment(1), [1, 0.2f], 1e-4),
        ["randAugment.ShearY"] = (new RandAugment(1), [2, -0.15f], 1e-4),
        ["randAugment.TranslateX"] = (new RandAugment(1), [3, 7], 1e-4),
        ["randAugment.TranslateY"] = (new RandAugment(1), [4, -4], 1e-4),
        ["randAugment.Rotate"] = (new RandAugment(1), [5, 21], 1e-4),
        ["lab"] = (new ColorSpace("lab"), [], 1e-3),            // of 100
        ["ycbcr"] = (new ColorSpace("ycbcr"), [], 1e-4),        // of 255
        ["ydbdr"] = (new ColorSpace("ydbdr"), [], Float),
        ["hsv"] = (new ColorSpace("hsv"), [], Float),
        ["corrupt.brightness.4"] = (new Corrupt("brightness", 4), [], Float),
        ["corrupt.saturate.5"] = (new Corrupt("saturate", 5), [], Float),
        ["corrupt.contrast.3"] = (new Corrupt("contrast", 3), [], Float),
        ["corrupt.pixelate.5.pil"] = (new Corrupt("pixelate", 5), [], OneByte),
        ["corrupt.gaussian_blur.5"] = (new Corrupt("gaussian_blur", 5), [], 1e-3),
        ["sobel"] = (new Sobel(), [], Float),
    };

    public static TheoryData<string> Names => [.. References.Names.Where(name => !name.Contains("jpeg", StringComparison.Ordinal))];

    /// <summary>The codec's integer transform rounds coefficients halfway between two steps the other way, which moves whole blocks: on average 1.4 levels here, of 18 lost.</summary>
    [Theory, InlineData(1), InlineData(5)]
    public void The_loss_of_jpeg_agrees_on_average_with_the_codec(int severity)
    {
        var (picture, expected, _) = References.Case($"corrupt.jpeg_compression.{severity}.pil");
        var view = Pictures.Apply(new Corrupt("jpeg_compression", severity), picture);
        Assert.InRange(expected.Zip(view, (a, b) => Math.Abs(a - b)).Average(), 0, 1.5 / 255);
    }

    [Theory, MemberData(nameof(Names))]
    public void Agrees_with_the_reference(string name)
    {
        var (operation, numbers, tolerance) = Cases[name];
        var (picture, expected, shape) = References.Case(name);
        var view = Pictures.Apply(operation, picture, numbers);

        Assert.Equal(shape, new ViewPlan(operation).Shape(picture.Width, picture.Height));
        var worst = expected.Zip(view, (a, b) => (double)Math.Abs(a - b)).Max();
        Assert.True(worst <= tolerance, $"{name}: off by {worst:g3} at most and {expected.Zip(view, (a, b) => Math.Abs(a - b)).Average():g3} on average, allowed {tolerance:g3}");
    }

    static Jitter Only(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0) =>
        new(Brightness: brightness, Contrast: contrast, Saturation: saturation, Hue: hue);
}
