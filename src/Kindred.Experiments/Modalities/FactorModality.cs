using System.Globalization;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Digits that move before a background: pictures of three factors, and views that share some of them.</summary>
/// <remarks>
/// <c>moving:</c> draws digits and backgrounds, <c>moving:mnist:PATH?backgrounds=tar:PATH</c> takes others'. The factor experiment of Tian et al., "What Makes for Good Views
/// for Contrastive Learning?", arXiv:2005.10243, Sec. 3.3, on one frame in place of several. Keys: <c>share</c>, the factors that the second view has in common with the first
/// (<c>digit</c>, <c>position</c>, <c>background</c>; all unless given), the others are drawn anew; <c>n</c> samples, <c>label</c> (which factor is the class, digit unless given),
/// <c>seed</c>; <c>split=test</c> shows digits and backgrounds that <c>split=train</c> does not.
/// </remarks>
[Modality("factors", "digits that move before a background, and views that share some of the three", "moving")]
public sealed class FactorModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => Alike(SampleKinds.Pictures);

    internal static readonly string[] Factors = ["digit", "position", "background"];

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<ViewRequest> views, ViewRequest? plain)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (views.Any(v => v.Operations.Count > 0)) throw new ConfigurationException("views: moving digits make their views themselves; leave 'views' out.");
    }

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var uri = DataUri.Parse(request.Uri);
        uri.Allow("backgrounds", "share", "n", "label", "seed", "split");
        Check(request.Views, request.Plain);
        var shared = (uri["share"] ?? string.Join(',', Factors)).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (shared.Except([.. Factors, "nothing"]).FirstOrDefault() is { } unknown)
            throw new ConfigurationException($"{uri}: share={unknown} is no factor; there are {string.Join(", ", Factors)} and nothing.");
        var label = uri["label"] ?? "digit";
        if (!Factors.Contains(label)) throw new ConfigurationException($"{uri}: label={label} is no factor; there are {string.Join(", ", Factors)}.");
        var test = uri["split"] switch { null or "train" => false, "test" => true, var other => throw new ConfigurationException($"{uri}: split={other}; expected is train or test.") };
        var count = PointModality.Whole(uri, "n", test ? 2_000 : 10_000, 1, 1_000_000);
        var seed = PointModality.Whole(uri, "seed", 0, 0, int.MaxValue);
        if (request.Batch > count) throw new ConfigurationException($"{uri}: {count} samples do not fill a batch of {request.Batch}; raise n=.");
        var digits = uri.Path.Length == 0 ? Stock.Drawn(10, DrawnDigit, FactorData.Sprite, 1, test) : Stock.Read(uri.Path, FactorData.Sprite, 1, test);
        var backgrounds = uri["backgrounds"] is { } other2 ? Stock.Read(other2, FactorData.Side, 3, test) : Stock.Drawn(10, DrawnBackground, FactorData.Side, 3, test);
        return new FactorData(digits, backgrounds, [.. Factors.Select(shared.Contains)], Array.IndexOf(Factors, label), count,
            new RandomKey((ulong)seed, test ? 1 : 0, 0, 0), request.Batch, request.Seed);
    }

    /// <inheritdoc/>
    public override string AtMost(string uri, int samples) => Limited(uri, samples);

    /// <summary>What training shares is no matter for looking.</summary>
    public override string Bare(string uri) => With(uri, "share", null);

    // Which of the seven bars of a calculator's digit are lit: top, upper left, upper right, middle, lower left, lower right, bottom.
    static readonly int[] bars = [0b1110111, 0b0100100, 0b1011101, 0b1101101, 0b0101110, 0b1101011, 0b1111011, 0b0100101, 0b1111111, 0b1101111];

    static void DrawnDigit(int digit, ref Draws draws, float[] into, int side)
    {
        double thick = draws.Uniform(0.07, 0.13), slant = draws.Uniform(-0.25, 0.25), width = draws.Uniform(0.2, 0.3), height = draws.Uniform(0.32, 0.42), turn = draws.Uniform(-0.2, 0.2);
        (double X, double Y, double U, double V)[] lines =
            [(-1, -1, 1, -1), (-1, -1, -1, 0), (1, -1, 1, 0), (-1, 0, 1, 0), (-1, 0, -1, 1), (1, 0, 1, 1), (-1, 1, 1, 1)];
        for (var y = 0; y < side; y++)
            for (var x = 0; x < side; x++)
            {
                double u = ((x + 0.5) / side) - 0.5, v = ((y + 0.5) / side) - 0.5;
                (u, v) = ((u * Math.Cos(turn)) + (v * Math.Sin(turn)), (v * Math.Cos(turn)) - (u * Math.Sin(turn)));
                u += slant * v;
                var nearest = 1.0;
                for (var bar = 0; bar < lines.Length; bar++)
                    if ((bars[digit] >> bar & 1) == 1)
                        nearest = Math.Min(nearest, Away(u, v, lines[bar].X * width, lines[bar].Y * height, lines[bar].U * width, lines[bar].V * height));
                into[(y * side) + x] = (float)Math.Clamp(((thick - nearest) * side / 1.5) + 0.5, 0, 1);
            }
    }

    // How far a point is from a stretch.
    static double Away(double x, double y, double fromX, double fromY, double toX, double toY)
    {
        double dx = toX - fromX, dy = toY - fromY;
        var along = Math.Clamp((((x - fromX) * dx) + ((y - fromY) * dy)) / ((dx * dx) + (dy * dy)), 0, 1);
        return Math.Sqrt(Math.Pow(x - fromX - (along * dx), 2) + Math.Pow(y - fromY - (along * dy), 2));
    }

    // A hue of ten, and waves that are each picture's own.
    static void DrawnBackground(int hue, ref Draws draws, float[] into, int side)
    {
        double around = Math.Tau * ((hue + draws.Uniform(-0.3, 0.3)) / 10), light = draws.Uniform(0.3, 0.5), a = draws.Uniform(0.1, 0.5), b = draws.Uniform(0.1, 0.5), c = draws.Uniform(0, 6);
        for (var channel = 0; channel < 3; channel++)
        {
            var tint = light + (0.25 * Math.Cos(around - (Math.Tau * channel / 3)));
            for (var y = 0; y < side; y++)
                for (var x = 0; x < side; x++)
                    into[(channel * side * side) + (y * side) + x] = (float)Math.Clamp(tint + (0.12 * Math.Sin((a * x) + c) * Math.Cos((b * y) - c)), 0, 1);
        }
    }

    /// <summary>Small pictures of some classes, held in memory.</summary>
    /// <param name="Side">Pixels a side.</param>
    /// <param name="Pixels">One row a picture, plane after plane, in 0…1.</param>
    /// <param name="Labels">Their classes.</param>
    /// <param name="Classes">What these are called.</param>
    internal sealed record Stock(int Side, float[][] Pixels, int[] Labels, IReadOnlyList<string> Classes)
    {
        internal delegate void Drawing(int label, ref Draws draws, float[] into, int side);

        const int Each = 100;

        internal static Stock Drawn(int classes, Drawing draw, int side, int channels, bool test)
        {
            var pixels = new float[classes * Each][];
            for (var i = 0; i < pixels.Length; i++)
            {
                var draws = new RandomKey((ulong)side, test ? 1 : 0, i, 0).Draws();
                draw(i % classes, ref draws, pixels[i] = new float[channels * side * side], side);
            }
            return new(side, pixels, [.. Enumerable.Range(0, pixels.Length).Select(i => i % classes)], [.. Enumerable.Range(0, classes).Select(c => c.ToString(CultureInfo.InvariantCulture))]);
        }

        // Every fifth picture is for testing.
        internal static Stock Read(string uri, int side, int channels, bool test)
        {
            using var pictures = PictureSources.Open(uri);
            if (pictures.Classes.Count < 2) throw new DataException($"{uri} has {pictures.Classes.Count} classes; digits and backgrounds are told apart by theirs.");
            int[] chosen = [.. Enumerable.Range(0, pictures.Count).Where(i => pictures.Label(i) >= 0 && (i % 5 == 4) == test).Take(20_000)];
            if (chosen.Length == 0) throw new DataException($"{uri}: {pictures.Count} pictures are too few to be divided in five.");
            using var reader = pictures.Open();
            var picture = new Picture();
            return new(side, Array.ConvertAll(chosen, i =>
            {
                reader.Read(i, picture);
                return Shrunk(picture, side, channels);
            }), Array.ConvertAll(chosen, pictures.Label), pictures.Classes);
        }

        // Means of equal boxes, the whole picture; grey is spread or averaged.
        static float[] Shrunk(Picture picture, int side, int channels)
        {
            var made = new float[channels * side * side];
            for (var channel = 0; channel < channels; channel++)
                for (var y = 0; y < side; y++)
                    for (var x = 0; x < side; x++)
                    {
                        int top = y * picture.Height / side, bottom = Math.Max(top + 1, (y + 1) * picture.Height / side);
                        int left = x * picture.Width / side, right = Math.Max(left + 1, (x + 1) * picture.Width / side);
                        double sum = 0;
                        for (var row = top; row < bottom; row++)
                            for (var column = left; column < right; column++) sum += Value(picture, row, column, channel, channels);
                        made[(channel * side * side) + (y * side) + x] = (float)(sum / ((bottom - top) * (right - left) * 255.0));
                    }
            return made;
        }

        static double Value(Picture picture, int y, int x, int channel, int channels)
        {
            var pixel = picture.Row(y).Slice(x * picture.Channels, picture.Channels);
            if (channels == 1) return pixel.Length < 3 ? pixel[0] : (pixel[0] + pixel[1] + pixel[2]) / 3.0;
            return pixel[pixel.Length < 3 ? 0 : channel];
        }
    }
}

/// <summary>Moving digits as a method sees them: two frames of each sample.</summary>
sealed class FactorData : MemoryData
{
    /// <summary>Pixels a side of a frame, and of a digit in it.</summary>
    internal const int Side = 32, Sprite = 14;

    const int Cells = 3, Room = Side - Sprite + 1, Drift = 2;

    readonly FactorModality.Stock digits, backgrounds;
    readonly bool[] shared;
    readonly Scene[] scenes;

    readonly record struct Scene(int Digit, int X, int Y, int Background);

    public FactorData(FactorModality.Stock digits, FactorModality.Stock backgrounds, bool[] shared, int label, int count, RandomKey key, int batch, ulong seed)
        : this(digits, backgrounds, shared, label, Scenes(digits, backgrounds, count, key), batch, seed) { }

    FactorData(FactorModality.Stock digits, FactorModality.Stock backgrounds, bool[] shared, int label, Scene[] scenes, int batch, ulong seed)
        : base(scenes.Length, Names(digits, backgrounds, label), [.. scenes.Select(s => Factor(digits, backgrounds, s, label))], batch, seed)
    {
        (this.digits, this.backgrounds, this.shared, this.scenes) = (digits, backgrounds, shared, scenes);
        Columns = FactorModality.Factors.Index().ToDictionary(f => f.Item, f => (IReadOnlyList<int>)[.. scenes.Select(s => Factor(digits, backgrounds, s, f.Index))]);
    }

    public override IReadOnlyDictionary<string, IReadOnlyList<int>> Columns { get; }

    public override IReadOnlyDictionary<string, long> Inputs { get; } = new Dictionary<string, long> { ["channels"] = 3, ["height"] = Side, ["width"] = Side };

    static IReadOnlyList<string> Names(FactorModality.Stock digits, FactorModality.Stock backgrounds, int factor) => factor switch
    {
        0 => digits.Classes,
        1 => [.. Enumerable.Range(0, Cells * Cells).Select(c => $"row {c / Cells}, column {c % Cells}")],
        _ => backgrounds.Classes,
    };

    static int Factor(FactorModality.Stock digits, FactorModality.Stock backgrounds, Scene scene, int factor) => factor switch
    {
        0 => digits.Labels[scene.Digit],
        1 => (scene.Y * Cells / Room * Cells) + (scene.X * Cells / Room),
        _ => backgrounds.Labels[scene.Background],
    };

    static Scene[] Scenes(FactorModality.Stock digits, FactorModality.Stock backgrounds, int count, RandomKey key) =>
        [.. Enumerable.Range(0, count).Select(i => { var draws = (key with { Sample = i }).Draws(); return Any(digits, backgrounds, ref draws); })];

    static Scene Any(FactorModality.Stock digits, FactorModality.Stock backgrounds, ref Draws draws) =>
        new(draws.Integer(digits.Labels.Length), draws.Integer(Room), draws.Integer(Room), draws.Integer(backgrounds.Labels.Length));

    /// <summary>The scene itself, and a later one: what is shared stays (a digit that stays in its place drifts a little), all else is another's. Without chance only the first.</summary>
    protected override View[] Make(IReadOnlyList<Wanted> samples)
    {
        var first = Frames([.. samples.Select(s => scenes[s.Row])]);
        if (samples.Count == 0 || samples[0].Key is null) return [new(first, "frame.0")];
        return [new(first, "frame.0"), new(Frames([.. samples.Select(s => Later(scenes[s.Row], s.Key!.Value.Draws()))]), "frame.1")];
    }

    Scene Later(Scene now, Draws draws)
    {
        var other = Any(digits, backgrounds, ref draws);
        int Drifted(int at, int by) => Math.Clamp(at + by, at * Cells / Room * Room / Cells, Math.Min(Room - 1, (((at * Cells / Room) + 1) * Room / Cells) - 1));
        var (dx, dy) = (draws.Integer((2 * Drift) + 1) - Drift, draws.Integer((2 * Drift) + 1) - Drift);
        return new(shared[0] ? now.Digit : other.Digit, shared[1] ? Drifted(now.X, dx) : other.X, shared[1] ? Drifted(now.Y, dy) : other.Y, shared[2] ? now.Background : other.Background);
    }

    // A digit is white where its ink is; values from −1 to 1.
    Tensor Frames(Scene[] wanted)
    {
        var values = new float[wanted.Length * 3 * Side * Side];
        for (var i = 0; i < wanted.Length; i++)
        {
            var frame = values.AsSpan(i * 3 * Side * Side, 3 * Side * Side);
            backgrounds.Pixels[wanted[i].Background].CopyTo(frame);
            var ink = digits.Pixels[wanted[i].Digit];
            for (var channel = 0; channel < 3; channel++)
                for (var y = 0; y < Sprite; y++)
                    for (var x = 0; x < Sprite; x++)
                    {
                        ref var pixel = ref frame[(channel * Side * Side) + ((wanted[i].Y + y) * Side) + wanted[i].X + x];
                        pixel += ink[(y * Sprite) + x] * (1 - pixel);
                    }
            foreach (ref var pixel in frame) pixel = (2 * pixel) - 1;
        }
        return Tensor.From<float>(values, [wanted.Length, 3, Side, Side]);
    }
}
