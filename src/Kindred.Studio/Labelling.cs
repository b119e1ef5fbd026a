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
        string[] names = [.. texts.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var numbers = names.Index().ToDictionary(n => n.Item, n => n.Index);
        var own = new short[texts.Count];
        for (var i = 0; i < own.Length; i++) own[i] = texts[i] is { } text && numbers[text] is <= short.MaxValue and var number ? (short)number : (short)-1;
        return new(names, own);
    }
}
