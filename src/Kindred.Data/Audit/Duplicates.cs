using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Audit;

/// <summary>Pictures that show the same.</summary>
/// <param name="Exact">Whether all pixels are equal; else they are nearly so.</param>
/// <param name="Members">Places in the source, ascending.</param>
public sealed record DuplicateGroup(bool Exact, IReadOnlyList<int> Members);

/// <summary>A picture of one source that is also in another.</summary>
/// <param name="Train">Its place in the first source.</param>
/// <param name="Test">Its place in the second source.</param>
/// <param name="Exact">Whether all pixels are equal; else they are nearly so.</param>
/// <param name="Distance">How many of 128 brightness signs differ.</param>
public sealed record Leak(int Train, int Test, bool Exact, int Distance);

/// <summary>Finds exact and near duplicates, within a source and between two.</summary>
/// <remarks>
/// Exact: equal size and pixels after decoding. Near: at most <see cref="MaxDistance"/> of 128 brightness signs differ and no cell of a 4×4 thumbnail by
/// more than <see cref="MaxColour"/>: re-encoding and resizing pass, crops and mirror images do not. With at most 7 differing signs, one of
/// 8 bands of 16 signs must be equal, so only pictures that share a band are compared.
/// </remarks>
public static class Duplicates
{
    /// <summary>Differing signs up to which two pictures are near duplicates.</summary>
    public const int MaxDistance = 7;

    /// <summary>Difference of thumbnail colours up to which two pictures are near duplicates, of 255.</summary>
    public const int MaxColour = 16;

    const int Bands = 8;

    /// <summary>The groups of equal and nearly equal pictures in a source.</summary>
    /// <param name="source">The pictures; those that cannot be decoded are left out.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="progress">Is told how many pictures are done, now and then.</param>
    public static IReadOnlyList<DuplicateGroup> Within(IPictures source, CancellationToken cancel = default, IProgress<int>? progress = null)
    {
        var prints = Prints(source, cancel, progress);
        var groups = new List<DuplicateGroup>();
        var seen = new HashSet<int>();
        foreach (var same in Present(prints).GroupBy(i => prints[i]!.Exact).Where(group => group.Skip(1).Any()))
        {
            groups.Add(new(true, [.. same]));
            seen.UnionWith(same.Skip(1));
        }

        // Of exact copies one stands for all.
        int[] rest = [.. Present(prints).Where(i => !seen.Contains(i))];
        var parent = Enumerable.Range(0, prints.Length).ToArray();
        foreach (var (a, b, _) in Near(prints, rest, prints, rest, cancel))
            parent[Root(parent, Math.Max(a, b))] = Root(parent, Math.Min(a, b));
        groups.AddRange(rest.GroupBy(i => Root(parent, i)).Where(group => group.Skip(1).Any()).Select(group => new DuplicateGroup(false, [.. group])));
        return [.. groups.OrderBy(group => group.Members[0])];
    }

    /// <summary>The pictures of a test source that a training source holds too.</summary>
    /// <param name="train">What is trained on.</param>
    /// <param name="test">What is measured on.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="progress">Is told how many pictures of the source at hand are done, now and then.</param>
    /// <returns>One entry a test picture: its closest training picture.</returns>
    public static IReadOnlyList<Leak> Between(IPictures train, IPictures test, CancellationToken cancel = default, IProgress<int>? progress = null)
    {
        var (trained, tested) = (Prints(train, cancel, progress), Prints(test, cancel, progress));
        var best = new Dictionary<int, Leak>();
        var exact = Present(trained).GroupBy(i => trained[i]!.Exact).ToDictionary(group => group.Key, group => group.First());
        foreach (var i in Present(tested))
        {
            if (exact.TryGetValue(tested[i]!.Exact, out var twin))
                best[i] = new(twin, i, true, 0);
        }
        int[] rest = [.. Present(tested).Where(i => !best.ContainsKey(i))];
        foreach (var (a, b, distance) in Near(trained, [.. Present(trained)], tested, rest, cancel))
        {
            if (!best.TryGetValue(b, out var old) || distance < old.Distance || (distance == old.Distance && a < old.Train))
                best[b] = new(a, b, false, distance);
        }
        return [.. best.Values.OrderBy(leak => leak.Test)];
    }

    static Fingerprint?[] Prints(IPictures source, CancellationToken cancel, IProgress<int>? progress)
    {
        var prints = new Fingerprint?[source.Count];
        PicturePass.Run(source, () => (Picture: new Picture(), Cells: new double[Fingerprint.CellCount]), (reader, index, state) =>
        {
            reader.Read(index, state.Picture);
            prints[index] = Fingerprint.Of(state.Picture, state.Cells);
        }, cancel, progress);
        return prints;
    }

    static IEnumerable<int> Present(Fingerprint?[] prints) => Enumerable.Range(0, prints.Length).Where(i => prints[i] is not null);

    /// <summary>Pairs that share a band and are near; a pair that shares several bands may come several times.</summary>
    static IEnumerable<(int A, int B, int Distance)> Near(Fingerprint?[] first, int[] firstRest, Fingerprint?[] second, int[] secondRest, CancellationToken cancel)
    {
        for (var band = 0; band < Bands; band++)
        {
            cancel.ThrowIfCancellationRequested();
            var buckets = firstRest.ToLookup(i => first[i]!.Band(band));
            foreach (var b in secondRest)
            {
                foreach (var a in buckets[second[b]!.Band(band)])
                {
                    if (ReferenceEquals(first, second) && a >= b)
                        break;
                    var distance = first[a]!.Distance(second[b]!);
                    if (distance <= MaxDistance && first[a]!.ColourDistance(second[b]!) <= MaxColour)
                        yield return (a, b, distance);
                }
            }
        }
    }

    static int Root(int[] parent, int i)
    {
        while (parent[i] != i)
            i = parent[i] = parent[parent[i]];
        return i;
    }
}
