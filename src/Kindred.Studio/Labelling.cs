namespace Kindred.Studio;

/// <summary>Texts of many samples as numbers: a page colours by them.</summary>
/// <param name="Names">The different texts, in order.</param>
/// <param name="Numbers">The number of each sample's text; −1 where it has none.</param>
sealed record Labelling(IReadOnlyList<string> Names, short[] Numbers)
{
    /// <summary>Numbers the texts of some samples; null for samples without any.</summary>
    internal static Labelling Of(IReadOnlyList<string?>? texts)
    {
        if (texts is null) return new([], []);
        var seen = new Dictionary<string, int>();
        var own = new int[texts.Count];
        for (var i = 0; i < own.Length; i++)
        {
            if (texts[i] is not { } text) own[i] = -1;
            else if (!seen.TryGetValue(text, out own[i])) seen[text] = own[i] = seen.Count;
        }
        string[] names = [.. seen.Keys.Order(StringComparer.Ordinal)];
        var places = new short[seen.Count];
        for (var i = 0; i < names.Length; i++) places[seen[names[i]]] = (short)(i <= short.MaxValue ? i : -1);
        return new(names, Array.ConvertAll(own, n => n < 0 ? (short)-1 : places[n]));
    }
}
