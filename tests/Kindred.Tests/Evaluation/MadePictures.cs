using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Randomness;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

/// <summary>Small pictures: a bright top edge, and a class that is a colour, faint beside the noise of each pixel.</summary>
sealed class MadePictures(int count, int classes, ulong seed) : IPictures
{
    const int Side = 12;

    public string Description => "made";
    public int Count => count;
    public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")];
    public string Name(int index) => $"picture {index}";
    public int Label(int index) => index % classes;
    public FileStamp Stamp(int index) => default;
    public PictureReader Open() => new Reader(classes, seed);
    public void Dispose() { }

    sealed class Reader(int classes, ulong seed) : PictureReader
    {
        int current;

        public override PictureInfo Measure(int index)
        {
            current = index;
            return new(PictureFormat.Raw, Side, Side, 3);
        }

        public override void Decode(Region region, int scale, Picture into)
        {
            into.Reset(Side, Side, 3);
            var draws = new RandomKey(seed, 0, current, 0).Draws();
            for (var i = 0; i < Side * Side * 3; i++)
            {
                var value = 60 + (i % 3 == current % classes ? 50 : 0) + (i < 4 * Side * 3 ? 100 : 0) + draws.Uniform(-40, 40);
                into.Span[i] = (byte)Math.Clamp(value, 0, 255);
            }
        }
    }

    /// <summary>The method learns nothing by itself; its features are those of an encoder with random weights.</summary>
    public sealed class Still(Encoder encoder) : Method, IEncodes
    {
        readonly Encoder encoder = encoder;

        public Tensor Features(View view) => encoder.Forward(view.X);

        // The mean over the pixels: whatever way a picture is turned, z is the same.
        public Tensor Embeddings(View view) => view.X.Mean([2, 3]);
    }

    /// <summary>A tiny network and made pictures of three classes.</summary>
    public static Subject Subject(Method? method = null, string layer = "h", int train = 300)
    {
        method ??= Toy.Build(() => new Still(new TinyEncoder()));
        method.Eval();
        return new((IEncodes)method, layer, Device.Cpu, "made", uri =>
        {
            var n = DataUri.Parse(uri).Number("n");
            return new PictureData(new MadePictures((int)(n ?? (uri.Contains("test", StringComparison.Ordinal) ? 150 : train)), 3,
                uri.Contains("test", StringComparison.Ordinal) ? 2UL : 1),
                [new ViewGroup("global", 2, new ViewPlan(new Noise(0.02, 1), new Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])))],
                new ViewPlan(new Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])), 64, 0, 1);
        })
        {
            Network = new Network(method, Device.Cpu, 1, seed => Toy.Build(() => new Still(new TinyEncoder()), (long)seed)),
            AtMost = (uri, n) => DataUri.Parse(uri).With("n", n.ToString(System.Globalization.CultureInfo.InvariantCulture)).Text,
        };
    }
}
