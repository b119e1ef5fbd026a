using Kindred.Data.Text;
using Kindred.Randomness;

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
        var draws = new RandomKey(1, 0, 0, 0).Draws();
        for (int trial = 0; trial < 50; trial++)
        {
            var (verbs, nouns) = prompts.Draw(ref draws);
            Assert.NotEqual(prompts.Sentence, prompts.Distractor(verbs, nouns));
        }
    }

    [Fact]
    public void A_sentence_without_two_different_concepts_has_no_distractor()
    {
        var prompts = Of("cats/N see/V cats/N");
        Assert.False(prompts.Qualifies);
        Assert.Throws<InvalidOperationException>(() => Drawn(prompts));
        Assert.Throws<ArgumentException>(() => prompts.Distractor([0], [0, 0]));
        Assert.True(Of("dogs/N see/V cats/N").Qualifies);

        static void Drawn(ConceptPrompts prompts)
        {
            var draws = new RandomKey(1, 0, 0, 0).Draws();
            prompts.Draw(ref draws);
        }
    }

    [Fact]
    public void Published_prompts_have_the_authors_blanks_and_end_markers()
    {
        var prompts = Of("dogs/N see/V cats/N");
        const string wrong = "cats see dogs";
        Assert.Equal(new("Which sentence is correct ?: options: 1: dogs see cats 2: cats see dogs </s>", "dogs see cats </s>"), prompts.ChooseText(wrong, truthFirst: true));
        Assert.Equal(new("Which sentence is correct ?: options: 1: cats see dogs 2: dogs see cats </s>", "2 </s>"), prompts.ChooseIndex(wrong, truthFirst: false));
        Assert.Equal(new("Does this sentence make sense?: cats see dogs", "false </s>"), prompts.TrueOrFalse(wrong, truth: false));
        Assert.Equal(new("correct the following sentence : cats see dogs </s>", "dogs see cats </s>"), prompts.Repair(wrong));
        Assert.Equal(new("correct the order of the following sentence: cats see dogs", "dogs see cats"), prompts.RecoverOrder(wrong));
        Assert.Equal(new("generate a sentence with the following concepts: see dogs cats", "dogs see cats"), prompts.ConceptsToSentence);
        Assert.Equal("generate a sentence with the following concepts: dog cat see", prompts.FromConcepts("dog cat see").Source);
        Assert.Equal("Which sentence is correct?: options: 1: dogs see cats 2: cats see dogs", (prompts with { Wording = Wording.Plain }).ChooseText(wrong, truthFirst: true).Source);
    }
}
