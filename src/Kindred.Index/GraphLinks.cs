using Kindred.Io;

namespace Kindred.Index;

/// <summary>The edges of a hierarchical navigable small world graph: of each node a list on the ground level, and shorter ones on the levels above that it
/// reaches.</summary>
/// <remarks>A list is its length, then the nodes. In memory while a graph is built, mapped once it is saved.</remarks>
sealed class GraphLinks
{
    internal const int MostLevels = 16;

    readonly MappedFile? map;
    readonly long groundAt, upperAt, startsAt, levelsAt;
    int[] ground = [], upper = [], starts = [];
    byte[] levels = [];
    int used;

    /// <summary>A graph without nodes.</summary>
    internal GraphLinks(int links, ulong seed) => (Links, Seed) = (links, seed);

    /// <summary>A saved graph.</summary>
    internal GraphLinks(MappedFile map, SafeTensorsFile file, int links, ulong seed, int count, int entry)
        : this(links, seed)
    {
        this.map = map;
        Count = count;
        Entry = entry;
        (groundAt, upperAt, startsAt, levelsAt) = (Place("graph.ground", ElementType.Int32, [count, (2L * links) + 1]), Place("graph.upper", ElementType.Int32, null),
            Place("graph.starts", ElementType.Int32, [count]), Place("graph.levels", ElementType.UInt8, [count]));
        used = (int)(file.Entry("graph.upper").Bytes / sizeof(int));
        if (Wrong(entry)) throw Damaged();

        long Place(string name, ElementType type, long[]? shape)
        {
            var array = file.Entry(name);
            return array.Type == type && (shape is null || array.Shape.AsSpan().SequenceEqual(shape)) ? array.Offset : throw Damaged();
        }
    }

    /// <summary>Edges that a node gets on each level; on the ground it may have twice as many.</summary>
    internal int Links { get; }

    /// <summary>What levels are drawn from.</summary>
    internal ulong Seed { get; }

    internal int Count { get; private set; }

    /// <summary>Where every search begins: a node of the highest level; −1 without nodes.</summary>
    internal int Entry { get; set; } = -1;

    internal int Ground => (2 * Links) + 1;

    internal int Upper => Links + 1;

    internal ReadOnlySpan<int> GroundAll => ground;

    internal ReadOnlySpan<int> UpperAll => upper.AsSpan(0, used);

    internal ReadOnlySpan<int> StartsAll => starts;

    internal ReadOnlySpan<byte> LevelsAll => levels;

    internal bool Wrong(int node) => (uint)node >= (uint)Count;

    internal DataException Damaged() => new($"{map?.Path ?? "the graph"} is damaged: its edges lead nowhere. Build the index again.");

    /// <summary>The highest level of a node.</summary>
    internal int Level(int node) => map is null ? levels[node] : map.Slice<byte>(levelsAt + node, 1)[0];

    /// <summary>A node's neighbours on a level.</summary>
    internal ReadOnlySpan<int> Of(int node, int level)
    {
        if (Wrong(node)) throw Damaged();
        var list = map is null ? Writable(node, level)
            : level == 0 ? map.Slice<int>(groundAt + ((long)node * Ground * sizeof(int)), Ground)
            : map.Slice<int>(upperAt + ((long)At(node, level) * sizeof(int)), Upper);
        return list[0] <= list.Length - 1 && list[0] >= 0 ? list[1..(list[0] + 1)] : throw Damaged();
    }

    int At(int node, int level)
    {
        var at = map!.Slice<int>(startsAt + ((long)node * sizeof(int)), 1)[0];
        return at >= 0 && level <= Level(node) && at + (level * Upper) <= used ? at + ((level - 1) * Upper) : throw Damaged();
    }

    /// <summary>A node's list on a level, its length first; only of a graph in memory.</summary>
    internal Span<int> Writable(int node, int level) =>
        level == 0 ? ground.AsSpan(node * Ground, Ground) : upper.AsSpan(starts[node] + ((level - 1) * Upper), Upper);

    /// <summary>Brings a saved graph into memory, so that it can grow.</summary>
    internal GraphLinks Loaded()
    {
        if (map is null) return this;
        return new(Links, Seed)
        {
            Count = Count, Entry = Entry, used = used,
            ground = map.Slice<int>(groundAt, Count * Ground).ToArray(), upper = map.Slice<int>(upperAt, used).ToArray(),
            starts = map.Slice<int>(startsAt, Count).ToArray(), levels = map.Slice<byte>(levelsAt, Count).ToArray(),
        };
    }

    /// <summary>Makes room for more nodes, which have levels but no edges yet.</summary>
    /// <exception cref="DataException">More than an array can hold.</exception>
    internal void Grow(int more)
    {
        if ((long)(Count + (long)more) * Ground > Array.MaxLength)
            throw new DataException($"a graph of {Count + (long)more} vectors with {Links} links each is too large; at most {Array.MaxLength / Ground} can be searched approximately.");
        Array.Resize(ref ground, (Count + more) * Ground);
        Array.Resize(ref starts, Count + more);
        Array.Resize(ref levels, Count + more);
        for (var node = Count; node < Count + more; node++)
        {
            levels[node] = DrawLevel(node);
            starts[node] = levels[node] == 0 ? -1 : used;
            used += levels[node] * Upper;
        }
        Array.Resize(ref upper, used);
        Count += more;
    }

    // Geometric with a factor of 1/links; drawn from seed and number alone, so that neither threads nor the order of work matter.
    byte DrawLevel(int node)
    {
        var h = ((ulong)(uint)node + 1) * 0x9E3779B97F4A7C15UL + (Seed * 0xD1B54A32D192ED03UL);
        h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9UL;
        h = (h ^ (h >> 27)) * 0x94D049BB133111EBUL;
        h ^= h >> 31;
        var u = ((h >> 11) + 1) / (double)(1UL << 53);
        return (byte)Math.Min(MostLevels - 1, (int)(-Math.Log(u) / Math.Log(Links)));
    }
}
