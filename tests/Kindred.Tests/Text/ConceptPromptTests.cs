using Kindred.Text;

namespace Kindred.Tests.Text;

public class ConceptPromptTests
{
    static ConceptPrompts Of(string tagged) => new([.. tagged.Split(' ').Select(word => word.Split('/')).Select(parts => new Word(parts[0],
        parts.Length < 2 ? WordKind.Other : parts[1] == "N" ? WordKind.Noun : WordKind.Verb, parts[0]))]);

    [Fact]
    public void Repeated_words_are_exchanged_by_place()
    {
        var prompts = Of("cats/N see/V cats/N and dogs/N");
        Assert.Equal("dogs see cats and cats", prompts.Distractor([0], [2, 0, 1]));
        Assert.Equal("correct the order of the following sentence: dogs see cats and cats", prompts.RecoverOrder("dogs see cats and cats").Source);
    }

    [Fact]
    public void Drawn_distractors_always_read_differently()
    {
        var prompts = Of("cats/N see/V cats/N and dogs/N");
        var random = new Random(1);
        for (int trial = 0; trial < 50; trial++)
        {
            var (verbs, nouns) = prompts.Draw(random);
            Assert.NotEqual(prompts.Sentence, prompts.Distractor(verbs, nouns));
        }
    }

    [Fact]
    public void A_sentence_without_two_different_concepts_has_no_distractor()
    {
        var prompts = Of("cats/N see/V cats/N");
        Assert.False(prompts.Qualifies);
        Assert.Throws<InvalidOperationException>(() => prompts.Draw(new Random(1)));
        Assert.Throws<ArgumentException>(() => prompts.Distractor([0], [0, 0]));
        Assert.True(Of("dogs/N see/V cats/N").Qualifies);
    }
}
