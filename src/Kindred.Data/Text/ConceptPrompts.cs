using Kindred.Randomness;

namespace Kindred.Data.Text;

/// <summary>What a word is to CALM.</summary>
public enum WordKind
{
    /// <summary>Neither of the two.</summary>
    Other,

    /// <summary>A noun: a concept.</summary>
    Noun,

    /// <summary>A verb: a concept.</summary>
    Verb,
}

/// <summary>A word of a tagged sentence.</summary>
/// <param name="Text">As written.</param>
/// <param name="Kind">Noun, verb or other.</param>
/// <param name="Lemma">Dictionary form.</param>
public readonly record struct Word(string Text, WordKind Kind, string Lemma);

/// <summary>A prompt and the answer that it should get.</summary>
/// <param name="Source">Input of the text-to-text model.</param>
/// <param name="Target">Its expected output.</param>
public readonly record struct Exercise(string Source, string Target);

/// <summary>How prompts are written.</summary>
public enum Wording
{
    /// <summary>As the authors' programs write them: a blank before the question mark of the choice, and the end marker <c>&lt;/s&gt;</c> where they put it.</summary>
    Published,

    /// <summary>Single blanks, no blank before the question mark, no end marker.</summary>
    Plain,
}

/// <summary>CALM's exercises about one sentence: write it from its concepts, repair it, tell it from a distractor.</summary>
/// <remarks>
/// Zhou et al., "Pre-training Text-to-Text Transformers for Concept-centric Common Sense", arXiv:2011.07956, Sec. 3. A distractor puts the nouns into
/// each other's places, and the verbs likewise; it works by position, so repeated words are handled. Sentence and distractor have the same blanks, so that
/// nothing but the order tells them apart (the authors' distractors have a blank before every punctuation mark, their sentences do not).
/// </remarks>
/// <param name="Words">The sentence.</param>
/// <param name="Wording">How prompts are written.</param>
public sealed record ConceptPrompts(IReadOnlyList<Word> Words, Wording Wording = Wording.Published)
{
    /// <summary>The end marker in published prompts. A tokenizer that ends every text by itself gets them without it.</summary>
    public const string End = " </s>";

    /// <summary>The sentence as text.</summary>
    public string Sentence => Join(Words.Select(word => word.Text));

    /// <summary>Whether it has at least two nouns or two verbs that are not all equal, so that a distractor exists.</summary>
    public bool Qualifies => Varied(WordKind.Noun) || Varied(WordKind.Verb);

    /// <summary>The dictionary forms of its concepts, verbs first, then nouns.</summary>
    public IReadOnlyList<string> Concepts => [.. Of(WordKind.Verb).Concat(Of(WordKind.Noun)).Select(word => word.Lemma)];

    /// <summary>The sentence with nouns and verbs in each other's places.</summary>
    /// <param name="verbs">Place i gets the verb of place verbs[i]; a permutation of all verbs.</param>
    /// <param name="nouns">The same for the nouns.</param>
    /// <exception cref="ArgumentException">Not a permutation of as many words.</exception>
    public string Distractor(IReadOnlyList<int> verbs, IReadOnlyList<int> nouns)
    {
        var text = Words.Select(word => word.Text).ToArray();
        Permute(text, WordKind.Verb, verbs);
        Permute(text, WordKind.Noun, nouns);
        return Join(text);
    }

    /// <summary>Draws permutations whose distractor reads differently from the sentence.</summary>
    /// <param name="draws">Source of the draws.</param>
    /// <exception cref="InvalidOperationException">The sentence does not qualify.</exception>
    public (int[] Verbs, int[] Nouns) Draw(ref Draws draws)
    {
        if (!Qualifies)
            throw new InvalidOperationException($"'{Sentence}' has no two different nouns or verbs to exchange: skip it (see {nameof(Qualifies)}).");
        return (Draw(WordKind.Verb, ref draws), Draw(WordKind.Noun, ref draws));
    }

    /// <summary>Concept-to-sentence: the lemmas, verbs first, then nouns → the sentence.</summary>
    public Exercise ConceptsToSentence => FromConcepts(Join(Concepts));

    /// <summary>Concept-to-sentence from concepts that somebody chose → the sentence.</summary>
    /// <param name="concepts">Between blanks.</param>
    public Exercise FromConcepts(string concepts) => new("generate a sentence with the following concepts: " + concepts, Sentence);

    /// <summary>Concept order recovering: the distractor → the sentence.</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    public Exercise RecoverOrder(string distractor) => new("correct the order of the following sentence: " + distractor, Sentence);

    /// <summary>Which of two is correct, answered by its number.</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    /// <param name="truthFirst">Whether the sentence is option 1.</param>
    public Exercise ChooseIndex(string distractor, bool truthFirst) => new(Options(distractor, truthFirst), Ended(truthFirst ? "1" : "2"));

    /// <summary>Which of two is correct, answered by its text (the form used in training).</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    /// <param name="truthFirst">Whether the sentence is option 1.</param>
    public Exercise ChooseText(string distractor, bool truthFirst) => new(Options(distractor, truthFirst), Ended(Sentence));

    /// <summary>Does one sentence make sense: <c>true</c> or <c>false</c>.</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    /// <param name="truth">Whether the sentence itself is asked about.</param>
    public Exercise TrueOrFalse(string distractor, bool truth) =>
        new("Does this sentence make sense?: " + (truth ? Sentence : distractor), Ended(truth ? "true" : "false"));

    /// <summary>The joint stage's repair: the distractor → the sentence.</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    public Exercise Repair(string distractor) => new(Ended("correct the following sentence : " + distractor), Ended(Sentence));

    string Options(string distractor, bool truthFirst)
    {
        var (first, second) = truthFirst ? (Sentence, distractor) : (distractor, Sentence);
        return Ended($"Which sentence is correct{(Wording == Wording.Published ? " " : "")}?: options: 1: {first} 2: {second}");
    }

    string Ended(string text) => Wording == Wording.Published ? text + End : text;

    IEnumerable<Word> Of(WordKind kind) => Words.Where(word => word.Kind == kind);

    bool Varied(WordKind kind) => Of(kind).Select(word => word.Text).Distinct().Skip(1).Any();

    void Permute(string[] text, WordKind kind, IReadOnlyList<int> order)
    {
        var places = Enumerable.Range(0, Words.Count).Where(i => Words[i].Kind == kind).ToArray();
        if (!order.Order().SequenceEqual(Enumerable.Range(0, places.Length)))
            throw new ArgumentException($"[{string.Join(", ", order)}] is no permutation of the {places.Length} words of kind {kind}.");
        for (int i = 0; i < places.Length; i++)
            text[places[i]] = Words[places[order[i]]].Text;
    }

    int[] Draw(WordKind kind, ref Draws draws)
    {
        var words = Of(kind).Select(word => word.Text).ToArray();
        int[] order = [.. Enumerable.Range(0, words.Length)];
        if (Varied(kind))
            do
                draws.Permutation(order);
            while (order.Select(i => words[i]).SequenceEqual(words));
        return order;
    }

    static string Join(IEnumerable<string> words) => string.Join(' ', words);
}
