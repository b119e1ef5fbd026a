using System.Globalization;
using Kindred.Data.Loading;
using Kindred.Data.Sources;
using Kindred.Randomness;

namespace Kindred.Data.Films;

/// <summary>A film as numbers, frame after frame, and what people say of it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Values">One row of equally many numbers a frame.</param>
/// <param name="Frames">How many frames there are.</param>
/// <param name="Captions">At least one.</param>
/// <param name="Part">The part that the data themselves put it into: <c>train</c>, <c>test</c> or another word; null for none.</param>
public sealed record Film(string Id, float[] Values, int Frames, IReadOnlyList<string> Captions, string? Part = null)
{
    /// <summary>Numbers of a frame.</summary>
    public int Width => Values.Length / Frames;

    /// <summary>One frame.</summary>
    public ReadOnlySpan<float> Frame(int frame) => Values.AsSpan(frame * Width, Width);
}

/// <summary>Films with captions.</summary>
/// <param name="Source">Where they come from.</param>
/// <param name="Films">The films; all of one width.</param>
/// <param name="Bad">What could not be used, and why.</param>
public sealed record FilmSet(string Source, IReadOnlyList<Film> Films, IReadOnlyList<BadSample> Bad)
{
    const ulong HoldSeed = 0x68656C646F7574;                            // the same for every run

    /// <summary>The keys of a URI that choose a part.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["split", "repeat", "hold", "held", "n"];

    /// <summary>Numbers of a frame.</summary>
    public int Width => Films[0].Width;

    /// <summary>The part that a URI asks for.</summary>
    /// <remarks>
    /// <c>split</c>: train, test or another part of the data. <c>repeat=K</c> draws train and test anew from the films of both, as many of either as before.
    /// <c>hold=F</c> leaves the share F out, <c>held=F</c> is that share. <c>n</c> takes so many.
    /// </remarks>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    /// <exception cref="DataException">Nothing is left.</exception>
    public FilmSet Part(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var films = Redrawn(Whole(uri, "repeat", 0));
        if (uri["split"] is { } split)
        {
            films = [.. films.Where(f => f.Part == split)];
            var parts = string.Join(", ", Films.Select(f => f.Part ?? "films without one").Distinct().Order());
            if (films.Count == 0) throw new ConfigurationException($"{uri}: there is no part '{split}'; there are {parts}.");
        }
        if (uri["hold"] is not null && uri["held"] is not null) throw new ConfigurationException($"{uri}: hold= gives what is left when a share is held out, held= that share; take one of them.");
        foreach (var (key, kept) in new[] { ("hold", false), ("held", true) })
            if (Share(uri, key) is { } share) films = Held(films, share, kept);
        if (Whole(uri, "n", 1) is { } count && count < films.Count) films = [.. Order(films.Count, 1).Take(count).Order().Select(i => films[i])];
        return films.Count > 0 ? this with { Films = films } : throw new DataException($"{uri}: no film is left.");
    }

    IReadOnlyList<Film> Redrawn(int? repeat)
    {
        if (repeat is not > 0) return Films;
        int[] drawn = [.. Enumerable.Range(0, Films.Count).Where(i => Films[i].Part is "train" or "test")];
        var test = drawn.Count(i => Films[i].Part == "test");
        var order = Order(drawn.Length, (ulong)repeat);
        var films = Films.ToArray();
        for (var i = 0; i < order.Length; i++) films[drawn[order[i]]] = films[drawn[order[i]]] with { Part = i < test ? "test" : "train" };
        return films;
    }

    static IReadOnlyList<Film> Held(IReadOnlyList<Film> films, double share, bool held)
    {
        var count = (int)Math.Round(share * films.Count);
        var order = Order(films.Count, HoldSeed);
        return [.. (held ? order.Take(count) : order.Skip(count)).Order().Select(i => films[i])];
    }

    static int[] Order(int count, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new RandomKey(seed, 0, 0, 0).Draws().Permutation(order);
        return order;
    }

    static double? Share(DataUri uri, string key) => uri.Number(key) switch
    {
        null => null,
        var share and > 0 and < 1 => share,
        var share => throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"{uri}: {key}={share}; expected is a number above 0 and below 1 (0.1 for 10 %).")),
    };

    /// <summary>A whole number of a URI, or null where the key is not there.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="key">The key.</param>
    /// <param name="least">What it must be at least.</param>
    /// <param name="most">What it may be at most.</param>
    /// <exception cref="ConfigurationException">It is something else.</exception>
    public static int? Whole(DataUri uri, string key, int least, int most = 1_000_000) => uri.Number(key) switch
    {
        null => null,
        var number when number == Math.Floor(number.Value) && number >= least && number <= most => (int)number,
        var number => throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"{uri}: {key}={number}; expected is a whole number from {least} to {most}.")),
    };
}
