using System.Text;
using Kindred.Data.Text;

namespace Kindred.Tests.Text;

public sealed class ConceptTaggerTests
{
    // WordNet's own counts of some words.
    static readonly Lexicon lexicon = Of(
        "dog%1:05:00:: 0 1 42", "dog%2:38:00:: 0 1 0", "run%2:38:00:: 0 1 106", "run%1:04:00:: 0 1 3", "walk%2:38:00:: 0 1 111", "walk%1:04:00:: 0 1 5", "house%1:06:00:: 0 1 100",
        "house%2:42:00:: 0 1 0", "leaf%1:20:00:: 0 1 10", "leave%2:38:00:: 0 1 60", "red%3:00:00:: 0 1 30", "red%1:07:00:: 0 1 2", "in%1:23:00:: 0 1 0", "woman%1:18:00:: 0 1 200",
        "city%1:15:00:: 0 1 50", "carry%2:35:00:: 0 1 40", "box%1:06:00:: 0 1 12", "box%2:33:00:: 0 1 1", "stop%2:30:00:: 0 1 60", "stop%1:11:00:: 0 1 2", "go%2:38:00:: 0 1 200",
        "hot_dog%1:13:00:: 0 1 1", "quickly%4:02:00:: 0 1 5", "glass%1:06:00:: 0 1 9", "make%2:36:00:: 0 1 50");

    static Lexicon Of(params string[] lines) => Lexicon.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), "index.sense");

    static string Tagged(string sentence) => string.Join(' ', new ConceptTagger(lexicon).Tag(sentence).Words.Select(w => w.Kind switch
    {
        WordKind.Noun => $"{w.Text}/N:{w.Lemma}",
        WordKind.Verb => $"{w.Text}/V:{w.Lemma}",
        _ => w.Text,
    }));

    [Theory]
    [InlineData("A dog runs in the city.", "A dog/N:dog runs/V:run in the city/N:city .")]
    [InlineData("The women walked quickly", "The women/N:woman walked/V:walk quickly")]
    [InlineData("They stopped, carrying boxes", "They stopped/V:stop , carrying/V:carry boxes/N:box")]
    [InlineData("she went; the red leaves", "she went/V:go ; the red leaves/V:leave")]           // without a grammar it errs where a form is more often the other
    [InlineData("her dog house", "her dog house/N:house")]                                       // of nouns in a row the last
    [InlineData("don't run", "don't run/V:run")]
    [InlineData("glass", "glass/N:glass")]
    [InlineData("xyzzy 12 -", "xyzzy 12 -")]
    public void Nouns_and_verbs_are_what_they_mostly_are_and_what_stands_before_has_a_say(string sentence, string expected) => Assert.Equal(expected, Tagged(sentence));

    [Fact]
    public void Behind_an_article_a_word_is_a_noun_and_behind_to_a_verb()
    {
        var even = Of("walk%2:38:00:: 0 1 10", "walk%1:04:00:: 0 1 9", "dream%1:09:00:: 0 1 10", "dream%2:31:00:: 0 1 9");
        string Kind(string sentence) => string.Join(' ', new ConceptTagger(even).Tag(sentence).Words.Where(w => w.Kind != WordKind.Other).Select(w => w.Kind.ToString()));
        Assert.Equal("Noun", Kind("a walk"));
        Assert.Equal("Verb", Kind("to dream"));
    }

    [Fact]
    public void A_list_of_senses_gives_counts_and_leaves_out_what_is_several_words()
    {
        Assert.Equal(("dog", 42), lexicon.Noun("dogs"));
        Assert.Equal(("make", 50), lexicon.Verb("made"));
        Assert.Null(lexicon.Noun("hot_dog"));
        Assert.Null(lexicon.Verb("city"));
        Assert.Equal(30, lexicon.Other("red"));
        Assert.Null(lexicon.Other("dog"));
        Assert.Null(lexicon.Other("nothing"));
        Assert.Contains("index.sense, line 2: no sense of WordNet's",
            Assert.Throws<DataException>(() => Of("dog%1:05:00:: 0 1 42", "dog n 7")).Message, StringComparison.Ordinal);
    }
}
