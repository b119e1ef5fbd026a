using Kindred.Sampling;

namespace Kindred.Data.Sources;

/// <summary>Draws parts of a source: long tails, label fractions, held-out parts. The same seed gives the same part.</summary>
public static class Subsets
{
    /// <summary>A long tail: of class c of the C that have pictures, the largest class's count × imbalance^(−c/(C−1)) pictures stay.</summary>
    /// <remarks>Cui, Jia, Lin, Song, Belongie, "Class-Balanced Loss Based on Effective Number of Samples", CVPR 2019, Sec. 5.1.</remarks>
    /// <param name="source">A labelled source; the subset owns it.</param>
    /// <param name="imbalance">Largest class divided by smallest, at least 1.</param>
    /// <param name="seed">Chooses the pictures.</param>
    public static PictureSubset LongTailed(IPictures source, double imbalance, ulong seed = 0)
    {
        var labels = Labels(source);
        var rank = Present(labels);
        var counts = LongTail.Counts(rank.Count, labels.Where(l => l >= 0).CountBy(l => l).Select(c => c.Value).DefaultIfEmpty().Max(), imbalance);
        return Take(source, ClassShare.Take(labels, (c, _) => Math.Max(1, counts[rank[c]]), Shuffler.Keyed(seed)), $"tail={imbalance}");
    }

    /// <summary>A fraction of the labels, the same of every class: the 1 % and 10 % protocols of semi-supervised evaluation.</summary>
    /// <param name="source">A labelled source; the subset owns it.</param>
    /// <param name="fraction">Above 0, at most 1. Every class keeps at least one picture.</param>
    /// <param name="seed">Chooses the pictures.</param>
    public static PictureSubset Fraction(IPictures source, double fraction, ulong seed = 0) =>
        Take(source, ClassShare.Of(Labels(source), fraction, Shuffler.Keyed(seed)), $"fraction={fraction}");

    /// <summary>So many pictures, the same number of every class that has any; where that does not divide, the first classes give one more. A class that has fewer gives all it has.</summary>
    /// <param name="source">The subset owns it. Without labels, any pictures are drawn.</param>
    /// <param name="count">A whole number, at least the number of classes that have pictures.</param>
    /// <param name="seed">Chooses the pictures.</param>
    public static PictureSubset Balanced(IPictures source, double count, ulong seed = 0)
    {
        var labels = source.Classes.Count > 0 ? Labels(source) : null;
        var rank = labels is null ? [] : Present(labels);
        var classes = Math.Max(1, rank.Count);
        if (count != Math.Floor(count) || count < classes || count > int.MaxValue)
            throw new ConfigurationException($"n={count}: expected is a whole number of pictures, at least one of each of the {classes} classes");
        var (each, more) = Math.DivRem((int)count, classes);
        var chosen = labels is not null
            ? ClassShare.Take(labels, (c, _) => rank[c] < more ? each + 1 : each, Shuffler.Keyed(seed))
            : Shuffler.Keyed(seed).Shuffled([.. Enumerable.Range(0, source.Count)], -1)[..Math.Min(source.Count, each)];
        return Take(source, chosen, $"n={count}");
    }

    // The place of each class among those that have pictures: with only= or in one of several parts, some have none.
    static Dictionary<int, int> Present(IReadOnlyList<int> labels) => labels.Where(l => l >= 0).Distinct().Order().Index().ToDictionary(p => p.Item, p => p.Index);

    /// <summary>Two disjoint parts that together are the whole; each class is divided in the same proportion, and what shows the same thing stays together.</summary>
    /// <param name="source">The source. Both parts read it: dispose of it after them.</param>
    /// <param name="fraction">The share of the second part, above 0 and below 1; the whole number nearest to it is held out, whatever the sizes of the classes.</param>
    /// <param name="seed">Chooses the pictures.</param>
    /// <returns>Indices into the source, ascending.</returns>
    public static (int[] Kept, int[] Held) Hold(IPictures source, double fraction, ulong seed = 0)
    {
        if (!(fraction > 0 && fraction < 1))
            throw new ConfigurationException($"a held-out share of {fraction}: expected is a number above 0 and below 1 (0.1 for 10 %)");
        var units = Units(source);
        var isHeld = new bool[source.Count];
        var (seen, taken) = (0, 0);
        foreach (var (label, members) in Strata(source, units))
        {
            // Rounded over all classes so far: many small classes hold out their share together.
            seen += members.Count;
            var upto = (int)Math.Round(seen * fraction, MidpointRounding.AwayFromZero);
            foreach (var unit in Shuffler.Keyed(seed).Shuffled(members, label).AsSpan(0, upto - taken))
            {
                foreach (var index in units[unit])
                    isHeld[index] = true;
            }
            taken = upto;
        }
        return ([.. Enumerable.Range(0, source.Count).Where(i => !isHeld[i])], [.. Enumerable.Range(0, source.Count).Where(i => isHeld[i])]);
    }

    /// <summary>One of the two parts of <see cref="Hold"/>, always divided alike: what is kept from a training for choosing between its settings.</summary>
    /// <param name="source">The subset owns it.</param>
    /// <param name="fraction">The share held out, above 0 and below 1.</param>
    /// <param name="held">Whether this is the part held out.</param>
    /// <exception cref="DataException">The part is empty.</exception>
    public static PictureSubset HoldPart(IPictures source, double fraction, bool held)
    {
        const ulong seed = 0x68656C646F7574; // "heldout": the same for every run, whatever ?seed= says
        var parts = Hold(source, fraction, seed);
        var part = held ? parts.Held : parts.Kept;
        return part.Length > 0 ? Take(source, part, $"{(held ? "held" : "hold")}={fraction}")
            : throw new DataException($"{source.Description}: {(held ? "held" : "hold")}={fraction} of {source.Count} pictures leaves none");
    }

    /// <summary>The pictures of some classes.</summary>
    /// <param name="source">A labelled source; the subset owns it.</param>
    /// <param name="labels">The labels to keep; they are not renumbered.</param>
    public static PictureSubset OfClasses(IPictures source, IReadOnlySet<int> labels) =>
        new(source, [.. Enumerable.Range(0, source.Count).Where(i => labels.Contains(source.Label(i)))], source.Description + " (some classes)");

    static PictureSubset Take(IPictures source, int[] part, string what)
    {
        var mark = source.Description.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return new(source, [.. part.Order()], $"{source.Description}{mark}{what}");
    }

    static int[] Labels(IPictures source) => source.Classes.Count > 0 ? [.. Enumerable.Range(0, source.Count).Select(source.Label)]
        : throw new DataException($"{source.Description} has no labels; a part by class needs them");

    /// <summary>What is held out or kept as one: a picture, or all pictures of one thing.</summary>
    static List<int>[] Units(IPictures source)
    {
        if (source is not IGroupedPictures grouped)
            return [.. Enumerable.Range(0, source.Count).Select(i => new List<int> { i })];
        return [.. Enumerable.Range(0, source.Count).GroupBy(grouped.Group).OrderBy(group => group.Key).Select(group => group.ToList())];
    }

    /// <summary>The units of each class, those of none first; all in one where a unit has several classes.</summary>
    static IEnumerable<(int Label, List<int> Members)> Strata(IPictures source, List<int>[] units)
    {
        var mixed = units.Any(unit => unit.Any(i => source.Label(i) != source.Label(unit[0])));
        return units.Index().GroupBy(unit => mixed ? -1 : source.Label(unit.Item[0]), unit => unit.Index).OrderBy(group => group.Key).Select(group => (group.Key, group.ToList()));
    }
}
