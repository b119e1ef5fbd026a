namespace Kindred.Text;

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

/// <summary>CALM's exercises about one sentence: write it from its concepts, repair it, tell it from a distractor.</summary>
/// <remarks>
/// Zhou et al., "Pre-training Text-to-Text Transformers for Concept-centric Common Sense", arXiv:2011.07956, Sec. 3. A distractor puts the nouns into
/// each other's places, and the verbs likewise; it works by position, so repeated words are handled. Single blanks, no end marker.
/// </remarks>
/// <param name="Words">The sentence.</param>
public sealed record ConceptPrompts(IReadOnlyList<Word> Words)
{
    /// <summary>The sentence as text.</summary>
    public string Sentence => Join(Words.Select(word => word.Text));

    /// <summary>Whether it has at least two nouns or two verbs that are not all equal, so that a distractor exists.</summary>
    public bool Qualifies => Varied(WordKind.Noun) || Varied(WordKind.Verb);

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
    /// <param name="random">Source of the draws.</param>
    /// <exception cref="InvalidOperationException">The sentence does not qualify.</exception>
    public (int[] Verbs, int[] Nouns) Draw(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!Qualifies)
            throw new InvalidOperationException($"'{Sentence}' has no two different nouns or verbs to exchange: skip it (see {nameof(Qualifies)}).");
        return (Draw(WordKind.Verb, random), Draw(WordKind.Noun, random));
    }

    /// <summary>Concept-to-sentence: the lemmas, verbs first, then nouns → the sentence.</summary>
    public Exercise ConceptsToSentence => new(
        "generate a sentence with the following concepts: " + Join(Of(WordKind.Verb).Concat(Of(WordKind.Noun)).Select(word => word.Lemma)), Sentence);

    /// <summary>Concept order recovering: the distractor → the sentence.</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    public Exercise RecoverOrder(string distractor) => new("correct the order of the following sentence: " + distractor, Sentence);

    /// <summary>Which of two is correct, answered by its number.</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    /// <param name="truthFirst">Whether the sentence is option 1.</param>
    public Exercise ChooseIndex(string distractor, bool truthFirst) => new(Options(distractor, truthFirst), truthFirst ? "1" : "2");

    /// <summary>Which of two is correct, answered by its text (the form used in training).</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    /// <param name="truthFirst">Whether the sentence is option 1.</param>
    public Exercise ChooseText(string distractor, bool truthFirst) => new(Options(distractor, truthFirst), Sentence);

    /// <summary>Does one sentence make sense: <c>true</c> or <c>false</c>.</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    /// <param name="truth">Whether the sentence itself is asked about.</param>
    public Exercise TrueOrFalse(string distractor, bool truth) =>
        new("Does this sentence make sense?: " + (truth ? Sentence : distractor), truth ? "true" : "false");

    /// <summary>The joint stage's repair: the distractor → the sentence.</summary>
    /// <param name="distractor">From <see cref="Distractor"/>.</param>
    public Exercise Repair(string distractor) => new("correct the following sentence : " + distractor, Sentence);

    string Options(string distractor, bool truthFirst) => truthFirst
        ? $"Which sentence is correct?: options: 1: {Sentence} 2: {distractor}"
        : $"Which sentence is correct?: options: 1: {distractor} 2: {Sentence}";

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

    int[] Draw(WordKind kind, Random random)
    {
        var words = Of(kind).Select(word => word.Text).ToArray();
        var order = Enumerable.Range(0, words.Length).ToArray();
        if (Varied(kind))
            do
                random.Shuffle(order);
            while (order.Select(i => words[i]).SequenceEqual(words));
        return order;
    }

    static string Join(IEnumerable<string> words) => string.Join(' ', words);
}
