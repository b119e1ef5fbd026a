using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Sources;

/// <summary>Pictures, three drawn for each and laid on one another, in grey, as red, green and blue: of ten digits a thousand classes, equally likely, all of which a generator is to reach.</summary>
/// <remarks>
/// "Stacked MNIST": Metz, Poole, Pfau, Sohl-Dickstein, "Unrolled Generative Adversarial Networks", ICLR 2017, arXiv:1611.02163, Sec. 3.3.1. The class of a stack is that of its three
/// pictures, the first counting most: of K classes, <c>K² a + K b + c</c>. What each shows is a column, <c>red</c>, <c>green</c>, <c>blue</c>.
/// </remarks>
public sealed class StackedPictures : IPictures
{
    const int Depth = 3, Most = 1 << 26;

    static readonly string[] colours = ["red", "green", "blue"];

    readonly IPictures source;
    readonly int[] members; // [Count, 3]

    /// <summary>Draws stacks; it owns the source.</summary>
    /// <param name="source">Pictures of one size, opaque.</param>
    /// <param name="count">How many stacks, 1 to 2²⁶.</param>
    /// <param name="seed">Draws them.</param>
    /// <exception cref="PictureException">The pictures can be seen through, or are of several sizes.</exception>
    /// <exception cref="ConfigurationException">More classes than labels can count, or no stack.</exception>
    public StackedPictures(IPictures source, int count, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (count is < 1 or > Most)
            throw new ConfigurationException($"{source.Description}: stacked={count}; expected is how many stacks of three pictures to draw, 1 to {Most}, for example stacked=20000.");
        var each = source.Classes.Count;
        if (Math.Pow(each, Depth) > 1 << 20)
            throw new ConfigurationException($"{source.Description}: {each} classes make {Math.Pow(each, Depth):0} kinds of stacks of three, more than can be told apart; "
                + "choose some classes by only=.");
        this.source = source;
        members = new int[checked(count * Depth)];
        for (var i = 0; i < count; i++)
        {
            var draws = new RandomKey(seed, 0, i, 0).Draws();
            for (var c = 0; c < Depth; c++) members[(Depth * i) + c] = draws.Integer(source.Count);
        }
        // All kinds of stacks, in the order of their labels.
        Classes = [.. from a in source.Classes from b in source.Classes from c in source.Classes select $"{a} {b} {c}"];
        Description = $"{source.Description}{(source.Description.Contains('?', StringComparison.Ordinal) ? '&' : '?')}stacked={count}";
        using var reader = Open();
        reader.Measure(0);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Count => members.Length / Depth;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>How many classes a single picture can have.</summary>
    public int Each => source.Classes.Count;

    /// <inheritdoc/>
    public string Name(int index) => $"{index}: {string.Join(" + ", Of(index).ToArray().Select(source.Name))}";

    /// <inheritdoc/>
    public int Label(int index)
    {
        var label = 0;
        foreach (var member in Of(index))
        {
            if (source.Label(member) is not (>= 0 and var own)) return -1;
            label = (label * source.Classes.Count) + own;
        }
        return label;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns => source.Classes.Count > 0 ? colours : [];

    /// <inheritdoc/>
    public string? Value(string column, int index) =>
        source.Label(Of(index)[Array.IndexOf(colours, column)]) is >= 0 and var label ? source.Classes[label] : null;

    /// <inheritdoc/>
    public FileStamp Stamp(int index)
    {
        var stamps = Of(index).ToArray().Select(source.Stamp).ToArray();
        return stamps.Any(s => s.Bytes < 0) ? new(-1, 0) : new(stamps.Sum(s => s.Bytes), stamps.Max(s => s.Modified));
    }

    /// <inheritdoc/>
    public PictureReader Open() => new Reader(this);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();

    ReadOnlySpan<int> Of(int index) => members.AsSpan(Depth * index, Depth);

    sealed class Reader(StackedPictures stacks) : PictureReader
    {
        readonly PictureReader[] readers = [.. Enumerable.Range(0, Depth).Select(_ => stacks.source.Open())];
        readonly Picture grey = new();

        public override PictureInfo Measure(int index)
        {
            var found = default(PictureInfo);
            for (var c = 0; c < Depth; c++)
            {
                var member = stacks.Of(index)[c];
                var info = readers[c].Measure(member);
                if (info.Channels is not (1 or 3))
                    throw new PictureException($"stacks {stacks.source.Name(member)}, which has {info.Channels} channels; stacked= lays opaque pictures on one another");
                if (c > 0 && (info.Width, info.Height) != (found.Width, found.Height))
                    throw new PictureException($"stacks pictures of {found.Width}×{found.Height} and {info.Width}×{info.Height} ({stacks.source.Name(member)}); stacked= needs one size");
                found = info;
            }
            return found with { Channels = Depth };
        }

        public override void Decode(Region region, int scale, Picture into)
        {
            for (var c = 0; c < Depth; c++)
            {
                readers[c].Decode(region, scale, grey);
                if (c == 0)
                {
                    into.Reset(grey.Width, grey.Height, Depth);
                    into.Place(grey.FullWidth, grey.FullHeight, grey.OffsetX, grey.OffsetY, grey.Scale);
                }
                var from = grey.Span;
                var to = into.Span;
                if (grey.Channels == 1)
                    for (var i = 0; i < from.Length; i++) to[(Depth * i) + c] = from[i];
                else
                    for (var i = 0; i < from.Length; i += 3) to[i + c] = Light(from[i], from[i + 1], from[i + 2]);
            }
        }

        // ITU-R BT.601; of a grey pixel its own value.
        static byte Light(int red, int green, int blue) => (byte)(((299 * red) + (587 * green) + (114 * blue) + 500) / 1000);

        protected override void Dispose(bool disposing)
        {
            foreach (var reader in readers) reader.Dispose();
        }
    }
}
