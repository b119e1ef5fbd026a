using Kindred.Data.Views;

namespace Kindred.Data.Tests.Views;

/// <summary>The view groups of the papers, with the parameters of their official code: plans of every kind for the tests. Recipes hold the same as YAML.</summary>
/// <remarks>
/// A group may be split in two groups of one name where its views are made differently (BYOL, DINO). The last operation is ImageNet's normalisation
/// unless another is given; SimCLR's code has none.
/// </remarks>
static class ViewPresets
{
    static readonly double[] LowScale = [0.2, 1];

    /// <summary>Every preset by the name that a recipe may give, made for a side length.</summary>
    public static IReadOnlyDictionary<string, Func<int, ViewGroup[]>> All { get; } = new Dictionary<string, Func<int, ViewGroup[]>>
    {
        ["simclr"] = size => SimCLR(size),
        ["simclr-cifar"] = size => SimCLRCifar(size),
        ["moco-v1"] = size => MoCoV1(size),
        ["moco-v2"] = size => MoCoV2(size),
        ["moco-v3"] = size => BYOL(size, 0.2),
        ["simsiam"] = size => MoCoV2(size),
        ["byol"] = size => BYOL(size),
        ["swav"] = size => SwAV(size, size * 96 / 224),
        ["dino"] = size => DINO(size, size * 96 / 224),
        ["instdisc"] = size => InstDisc(size),
        ["cmc"] = size => CMC(size),
        ["infomin"] = size => InfoMin(size),
        ["looc"] = size => LooC(size),
        ["cpc"] = size => CPC(size),
        ["emoji-edit"] = size => EmojiEdit(size),
        ["supervised-cifar"] = size => SupervisedCifar(size),
        ["test"] = size => Test(size),
    };

    /// <summary>A preset by name.</summary>
    /// <param name="name">One of <see cref="All"/>.</param>
    /// <param name="size">Side of the (global) views.</param>
    /// <exception cref="ConfigurationException">No such preset.</exception>
    public static ViewGroup[] Find(string name, int size = 224) => All.TryGetValue(name, out var make)
        ? make(size)
        : throw new ConfigurationException($"views: there is no preset '{name}'; there are {string.Join(", ", All.Keys)}.");

    /// <summary>SimCLR (arXiv:2002.05709, Appendix A): bicubic crop, flip, colour jitter of strength s, grey, blur; v2 is the same.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="strength">s: 1 on ImageNet.</param>
    /// <param name="additive">v1's additive brightness.</param>
    /// <param name="normalize">None in the official code.</param>
    public static ViewGroup[] SimCLR(int size = 224, double strength = 1, bool additive = false, Normalize? normalize = null) =>
        [new("views", 2, Plan(new Crop(size, Interpolation: "bicubic"), new Flip(), Color(0.8 * strength, additive), new Gray(), new Blur(), normalize))];

    /// <summary>SimCLR on CIFAR (arXiv:2002.05709, Appendix B.9): s = 0.5 and no blur.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="strength">s.</param>
    /// <param name="normalize">None in the official code.</param>
    public static ViewGroup[] SimCLRCifar(int size = 32, double strength = 0.5, Normalize? normalize = null) =>
        [new("views", 2, Plan(new Crop(size, Interpolation: "bicubic"), new Flip(), Color(0.8 * strength), new Gray(), normalize))];

    /// <summary>MoCo v1 (arXiv:1911.05722): crop from 0.2, grey, jitter 0.4 in everything on every view, flip.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="normalize">ImageNet's if left out.</param>
    public static ViewGroup[] MoCoV1(int size = 224, Normalize? normalize = null) => [new("views", 2, Early(size, normalize))];

    /// <summary>MoCo v2 (arXiv:2003.04297), also SimSiam (arXiv:2011.10566): crop from 0.2, jitter (0.4, 0.4, 0.4, 0.1), grey, blur without a window, flip.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="normalize">ImageNet's if left out.</param>
    public static ViewGroup[] MoCoV2(int size = 224, Normalize? normalize = null) =>
        [new("views", 2, Plan(new Crop(size, LowScale), Color(0.4), new Gray(), new Blur(Kernel: 0), new Flip(), normalize ?? new Normalize()))];

    /// <summary>BYOL (arXiv:2006.07733, Appendix B): two unlike views; the first is always blurred, the second seldom, and solarised now and then. MoCo v3 is
    /// the same with its own least crop.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="leastArea">Least share of the picture in a crop.</param>
    /// <param name="normalize">ImageNet's if left out.</param>
    public static ViewGroup[] BYOL(int size = 224, double leastArea = 0.08, Normalize? normalize = null) =>
        [new("views", 1, Unlike(size, leastArea, 1, 0, normalize)), new("views", 1, Unlike(size, leastArea, 0.1, 0.2, normalize))];

    /// <summary>SwAV (arXiv:2006.09882, Appendix A): two global and six small local crops.</summary>
    /// <param name="size">Side of a global view.</param>
    /// <param name="localSize">Side of a local view.</param>
    /// <param name="locals">How many local views.</param>
    /// <param name="normalize">The official code's ImageNet values if left out.</param>
    public static ViewGroup[] SwAV(int size = 224, int localSize = 96, int locals = 6, Normalize? normalize = null)
    {
        return [new("global", 2, Of(size, [0.14, 1])), new("local", locals, Of(localSize, [0.05, 0.14]))];

        ViewPlan Of(int side, double[] scale) =>
            Plan(new Crop(side, scale), new Flip(), Color(0.8), new Gray(), new Blur(Kernel: 0), normalize ?? new Normalize([0.485, 0.456, 0.406], [0.228, 0.224, 0.225]));
    }

    /// <summary>DINO (arXiv:2104.14294): two global views made like BYOL's two, and eight local ones; bicubic.</summary>
    /// <param name="size">Side of a global view.</param>
    /// <param name="localSize">Side of a local view.</param>
    /// <param name="locals">How many local views.</param>
    /// <param name="globalScale">Least and greatest area of a global crop.</param>
    /// <param name="localScale">Least and greatest area of a local crop.</param>
    /// <param name="normalize">ImageNet's if left out.</param>
    public static ViewGroup[] DINO(
        int size = 224, int localSize = 96, int locals = 8, double[]? globalScale = null, double[]? localScale = null, Normalize? normalize = null)
    {
        return
        [
            new("global", 1, Of(size, globalScale ?? [0.4, 1], 1, 0)),
            new("global", 1, Of(size, globalScale ?? [0.4, 1], 0.1, 0.2)),
            new("local", locals, Of(localSize, localScale ?? [0.05, 0.4], 0.5, 0)),
        ];

        ViewPlan Of(int side, double[] scale, double blur, double solarize) => Plan(
            new Crop(side, scale, Interpolation: "bicubic"), new Flip(), new Jitter(0.4, Saturation: 0.2), new Gray(), new Blur(blur, Kernel: 0),
            Now(solarize, new Solarize(solarize)), normalize ?? new Normalize());
    }

    /// <summary>InstDisc (arXiv:1805.01978), InvaSpread (arXiv:1904.03436) and their like: one view, made like MoCo v1's.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="normalize">ImageNet's if left out.</param>
    public static ViewGroup[] InstDisc(int size = 224, Normalize? normalize = null) => [new("views", 1, Early(size, normalize))];

    /// <summary>CMC (arXiv:1906.05849): lightness and colour of the same crop, as two views; no colour jitter, which would break the pair.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="space"><c>lab</c> or <c>ycbcr</c>.</param>
    /// <param name="leastArea">Least share of the picture in a crop: 0.2 for AlexNet, 0.08 for ResNets.</param>
    public static ViewGroup[] CMC(int size = 224, string space = "lab", double leastArea = 0.2)
    {
        var normalize = space == "lab"
            ? new Normalize([50, 6.0, -6.7], [50, 92.2, 101.2])
            : new Normalize([116.151, 121.080, 132.342], [109.500, 111.855, 111.964]);
        return [new("lightness", 1, Of(0)), new("color", 1, Of(1, 2), drawnAs: "lightness")];

        ViewPlan Of(params int[] keep) => Plan(new Crop(size, [leastArea, 1]), new Flip(), new ColorSpace(space), normalize, new Channels(keep));
    }

    /// <summary>InfoMin (arXiv:2005.10243, Sec. 5): RandAugment with noisy magnitude 10 on top of strong jitter, blur and grey.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="normalize">ImageNet's if left out.</param>
    public static ViewGroup[] InfoMin(int size = 224, Normalize? normalize = null) =>
        [new("views", 2, Plan(new Crop(size, LowScale), new Flip(), Color(0.8), new Blur(), new RandAugment(2, 10, 0.5), new Gray(), normalize ?? new Normalize()))];

    /// <summary>LooC (arXiv:2008.05659): crop and flip always redrawn, and jitter and quarter turns as the operations left out one by one.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="normalize">ImageNet's if left out.</param>
    public static ViewGroup[] LooC(int size = 224, Normalize? normalize = null)
    {
        var plan = Plan(new Crop(size, LowScale), new Flip(), Color(0.4), new Gray(), new Rotate(), new Blur(), normalize ?? new Normalize());
        return [new LeaveOneOut("views", plan, "jitter", "rotate")];
    }

    /// <summary>CPC on pictures (arXiv:1807.03748, Sec. 3.2): a grey 7×7 grid of half-overlapping patches, each of them shifted a little.</summary>
    /// <param name="size">Side of the cropped picture, 256 in the paper; a patch has a quarter of it.</param>
    public static ViewGroup[] CPC(int size = 256) =>
        [new("patches", 1, Plan(new Resize(size * 300 / 256, Square: true), new PadCrop(size, 0), new Flip(), new Gray(1), new Patches(size / 4, size / 8, size * 60 / 256)))];

    /// <summary>Edits of small drawings: turn, size, aspect, shift, light and contrast, now and then grey, on a white or random background.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="normalize">None if left out.</param>
    public static ViewGroup[] EmojiEdit(int size = 64, Normalize? normalize = null) =>
        [new("views", 2, Plan(
            new Background(0.5), new Resize(size, Square: true), new Affine(30, [0.6, 1.1], 0.15, 0.15), new Jitter(0.4, 0.8, Hue: 0), new Gray(0.1), normalize))];

    /// <summary>Supervised CIFAR training (arXiv:1512.03385): four black pixels around, a random crop, flip.</summary>
    /// <param name="size">Side of a view.</param>
    /// <param name="normalize">None if left out.</param>
    public static ViewGroup[] SupervisedCifar(int size = 32, Normalize? normalize = null) =>
        [new("views", 1, Plan(new PadCrop(size), new Flip(), normalize))];

    /// <summary>Evaluation: the shorter side brought to 8/7 of the size, and the middle of that.</summary>
    /// <param name="size">Side of the view.</param>
    /// <param name="normalize">ImageNet's if left out.</param>
    public static ViewGroup[] Test(int size = 224, Normalize? normalize = null) =>
        [new("views", 1, Plan(new Resize(size * 8 / 7), new CenterCrop(size), normalize ?? new Normalize()))];

    static Jitter Color(double strength, bool additive = false) => new(strength, Additive: additive);

    static ViewPlan Early(int size, Normalize? normalize) =>
        Plan(new Crop(size, LowScale), new Gray(), new Jitter(0.4, P: 1, Hue: 0.4), new Flip(), normalize ?? new Normalize());

    static ViewPlan Unlike(int size, double leastArea, double blur, double solarize, Normalize? normalize) => Plan(
        new Crop(size, [leastArea, 1], Interpolation: "bicubic"), new Flip(), new Jitter(0.4, Saturation: 0.2), new Gray(), new Blur(blur),
        Now(solarize, new Solarize(solarize)), normalize ?? new Normalize());

    static Augmentation? Now(double probability, Augmentation operation) => probability > 0 ? operation : null;

    static ViewPlan Plan(params ReadOnlySpan<Augmentation?> operations)
    {
        var present = new List<Augmentation>();
        foreach (var operation in operations)
        {
            if (operation is not null)
                present.Add(operation);
        }
        return new(present.ToArray());
    }
}
