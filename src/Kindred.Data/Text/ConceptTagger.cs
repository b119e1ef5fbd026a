using System.Text.RegularExpressions;

namespace Kindred.Data.Text;

/// <summary>Finds the nouns and verbs of a plain sentence: what a word mostly is in the <see cref="Lexicon"/>, and what the word before it lets it be.</summary>
/// <remarks>
/// In place of the tagger and noun chunks that the authors take from a package. No grammar is known: where a word can be both, its frequency as either decides,
/// ten times less for a verb behind an article or a preposition and for a noun behind a pronoun or an auxiliary. Of nouns in a row the last is the concept.
/// </remarks>
/// <param name="lexicon">What words can be.</param>
public sealed partial class ConceptTagger(Lexicon lexicon)
{
    const double Unlikely = 0.1, Unseen = 0.5;

    // Words that only hold a sentence together; some of them are nouns in WordNet (in: inch).
    static readonly HashSet<string> articles = Set("""
        a an the this that these those my your his her its our their some any no each every another one two three four five several many few
        both all in on at of with for from by into onto near over under through during across around against between behind beside about
        above below after before without within toward towards along off
        """);
    static readonly HashSet<string> subjects = Set("""
        i you he she it we they who which there is are was were be been being am has have had do does did can could will would shall should
        may might must to not don't doesn't didn't won't can't couldn't wouldn't shouldn't never
        """);
    static readonly HashSet<string> others = Set("""
        and or but nor so yet if then than as because while when where why how what whom whose me him us them myself himself herself itself
        themselves ourselves yourself also only very too just up down out here again once until though although however more most less least
        such same other others another's 's s t ll re ve d m let's let
        """);
    static readonly HashSet<string> holding = [.. articles, .. subjects, .. others];

    /// <summary>A sentence with its nouns and verbs known.</summary>
    /// <param name="sentence">Plain text; words and punctuation marks are told apart.</param>
    public ConceptPrompts Tag(string sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        string[] text = [.. Parts().Matches(sentence).Select(m => m.Value)];
        var words = new Word[text.Length];
        var before = "";
        for (var i = 0; i < text.Length; i++)
        {
            var small = text[i].ToLowerInvariant();
            words[i] = Of(text[i], small, before);
            before = small;
        }
        for (var i = 0; i + 1 < words.Length; i++)
            if (words[i].Kind == WordKind.Noun && words[i + 1].Kind == WordKind.Noun) words[i] = words[i] with { Kind = WordKind.Other };
        return new(words);
    }

    Word Of(string text, string small, string before)
    {
        var plain = new Word(text, WordKind.Other, small);
        if (small.Length < 2 || !char.IsLetter(small[0]) || holding.Contains(small)) return plain;
        var (noun, verb, other) = (lexicon.Noun(small), lexicon.Verb(small), lexicon.Other(small));
        var asNoun = noun is { } n ? (n.Count + Unseen) * (subjects.Contains(before) ? Unlikely : 1) : 0;
        var asVerb = verb is { } v ? (v.Count + Unseen) * (articles.Contains(before) ? Unlikely : 1) : 0;
        var asOther = other is { } o ? o + Unseen : 0;
        return asOther > asNoun && asOther > asVerb ? plain
            : asNoun >= asVerb && asNoun > 0 ? new(text, WordKind.Noun, noun!.Value.Lemma)
            : asVerb > 0 ? new(text, WordKind.Verb, verb!.Value.Lemma) : plain;
    }

    static HashSet<string> Set(string words) => [.. words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];

    [GeneratedRegex(@"[\p{L}\p{N}]+(?:['’\-][\p{L}\p{N}]+)*|\S", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}
