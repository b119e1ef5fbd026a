using Kindred.Data.Audit;
using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Sentences with their concepts, from which exercises are made: <c>concepts:wordnet</c>, <c>concepts:PATH</c>; and questions with options.</summary>
/// <remarks>
/// A run keeps its vocabulary among its assets, like one of text. Nouns and verbs are found by WordNet (<see cref="ConceptTagger"/>), so that sentences have to be English.
/// <c>length=</c> is the number of tokens, the end included, beyond which a sentence is left out: 32.
/// </remarks>
[Modality("concepts", "sentences with their concepts, and questions with options", "concepts")]
public sealed class ConceptModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => Alike(SampleKinds.Sentences);

    const int DefaultLength = 32;

    static readonly string[] own = ["vocab", "vocabulary", "length"];

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<ViewRequest> views, ViewRequest? plain) =>
        RefuseViews(views, plain, "the exercises about a sentence are its views, and there is nothing to choose about them");

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request.Views, request.Plain);
        var uri = DataUri.Parse(request.Uri);
        var all = Read(uri);
        var tokenizer = TextModality.TokenizerOf(uri, all.Rows.Select(r => r[^1]).Concat(ConceptData.Prompts), request.Assets);
        if (all.Columns[0] == Sentences.QuestionColumn) return new QuestionData(all.Source, Question.Of(all), tokenizer, request.Batch, request.Seed);
        var set = ConceptSet.Of(all, uri, new(Lexicon.WordNet));
        return new ConceptData(set, tokenizer, TextFiles.Whole(uri, "length", 4) ?? DefaultLength, request.Batch, request.Seed);
    }

    static Sentences Read(DataUri uri)
    {
        uri.Allow(uri.Path == ConceptSet.Sample ? [.. ConceptSet.Keys, .. own] : [.. TextFiles.Keys.Union(ConceptSet.Keys), .. own]);
        return ConceptSet.Read(uri);
    }

    /// <inheritdoc/>
    public override string AtMost(string uri, int samples) => Limited(uri, samples);

    /// <inheritdoc/>
    public override void Keep(IData data, string folder)
    {
        ArgumentNullException.ThrowIfNull(data);
        (data as ConceptData)?.Tokenizer.Save(folder);
    }

    /// <summary>Counts sentences, those of which no distractor can be made, concepts, and how long they are.</summary>
    public override DataReport Audit(string uri, Look look, CancellationToken cancel = default, Action<int, int>? progress = null)
    {
        var parsed = DataUri.Parse(uri);
        var all = Read(parsed);
        var formats = new Dictionary<string, int> { ["blank lines"] = all.Blank };
        if (all.Columns[0] == Sentences.QuestionColumn)
        {
            var questions = Question.Of(all);
            (formats["questions"], formats["options"]) = (questions.Count, questions[0].Options.Count);
        }
        else
        {
            var set = ConceptSet.Of(all, parsed, new(Lexicon.WordNet));
            formats["sentences"] = all.Rows.Count;
            formats["without two nouns or verbs to exchange"] = set.Alone;
            formats["sets of concepts"] = set.Concepts.Distinct(StringComparer.Ordinal).Count();
            formats["distinct concepts"] = set.Concepts.SelectMany(c => c.Split(' ')).Distinct(StringComparer.Ordinal).Count();
            formats["nouns"] = set.Sentences.Sum(s => s.Words.Count(w => w.Kind == WordKind.Noun));
            formats["verbs"] = set.Sentences.Sum(s => s.Words.Count(w => w.Kind == WordKind.Verb));
            formats["words of the longest"] = set.Sentences.Max(s => s.Words.Count);
            formats["that occur again"] = set.Sentences.Count - set.Sentences.Select(s => s.Sentence).Distinct(StringComparer.Ordinal).Count();
        }
        return new DataReport { Source = uri, Samples = all.Rows.Count, Bad = [], Sizes = null, Formats = formats, Classes = new Dictionary<string, int>(), Unlabelled = all.Rows.Count };
    }
}

/// <summary>Sentences as CALM sees them: each with a distractor that is drawn anew every epoch, and the prompts of all exercises.</summary>
public sealed class ConceptData : MemoryData
{
    // So often does a vocabulary that is learnt hear the prompts, that their words are whole ones.
    const int Heard = 200;

    readonly ConceptSet set;
    readonly int[] rows;

    /// <summary>Prepares batches of exercises.</summary>
    /// <param name="set">The sentences.</param>
    /// <param name="tokenizer">Makes numbers of them.</param>
    /// <param name="length">Tokens, the end included, beyond which a sentence is left out.</param>
    /// <param name="batch">Sentences a step.</param>
    /// <param name="seed">Decides order and distractors.</param>
    /// <exception cref="DataException">All sentences are longer.</exception>
    public ConceptData(ConceptSet set, Tokenizer tokenizer, int length, int batch, ulong seed) : this(set, tokenizer, Fitting(set, tokenizer, length), length, batch, seed) { }

    ConceptData(ConceptSet set, Tokenizer tokenizer, int[] rows, int length, int batch, ulong seed) : base(rows.Length, [], null, batch, seed) =>
        (this.set, Tokenizer, this.rows, Length) = (set, tokenizer, rows, length);

    static int[] Fitting(ConceptSet set, Tokenizer tokenizer, int length)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(tokenizer);
        int[] rows = [.. Enumerable.Range(0, set.Sentences.Count).Where(r => tokenizer.Pieces(set.Sentences[r].Sentence).Length < length)];
        return rows.Length > 0 ? rows : throw new DataException($"{set.Source}: all {set.Sentences.Count} sentences have {length} tokens or more; raise ?length=.");
    }

    /// <summary>The prompts, each often enough to leave its words in a vocabulary.</summary>
    internal static IEnumerable<string> Prompts { get; } =
        [.. Enumerable.Repeat(new ConceptPrompts([]), Heard).SelectMany(p => new[] { p.ConceptsToSentence, p.RecoverOrder(""), p.ChooseText("", true), p.Repair("") }).Select(e => Unmarked(e.Source)),
            .. Enumerable.Repeat("context: 3: 4: 5: does this sentence make sense?: true false", Heard)];

    /// <summary>What makes numbers of text.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Tokens of the longest sentence, the end included.</summary>
    public int Length { get; }

    /// <summary>A sentence and its prompts.</summary>
    /// <param name="row">Its number.</param>
    public ConceptPrompts Sentence(int row) => set.Sentences[rows[row]];

    /// <summary>The concepts of a sentence, between blanks.</summary>
    /// <param name="row">Its number.</param>
    public string Concepts(int row) => set.Concepts[rows[row]];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["vocabulary"] = Tokenizer.Count, ["end"] = Tokenizer.End, ["length"] = Length };

    /// <summary>A text as numbers, ended.</summary>
    /// <param name="text">With or without the end marker of published prompts.</param>
    public int[] Tokens(string text) => Tokens(Tokenizer, text);

    internal static int[] Tokens(Tokenizer tokenizer, string text) => [.. tokenizer.Pieces(Unmarked(text)), tokenizer.End];

    static string Unmarked(string text) => text.EndsWith(ConceptPrompts.End, StringComparison.Ordinal) ? text[..^ConceptPrompts.End.Length] : text;

    /// <summary>
    /// The views <c>sentence</c> and <c>distractor</c>, the prompts <c>concepts</c>, <c>order</c>, <c>choice</c>, <c>repair</c> and <c>sense</c>, and the answers <c>number</c> of the choice
    /// and <c>verdict</c> on the sense; without chance the sentence alone.
    /// </summary>
    protected override View[] Make(IReadOnlyList<Wanted> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Count == 0 || samples[0].Key is null) return [View("sentence", samples.Select(s => Sentence(s.Row).Sentence))];
        var exercises = samples.Select(s =>
        {
            var (prompts, draws) = (Sentence(s.Row), s.Key.GetValueOrDefault().Draws());
            var (verbs, nouns) = prompts.Draw(ref draws);
            return (Prompts: prompts, Concepts: Concepts(s.Row), Wrong: prompts.Distractor(verbs, nouns), First: draws.Chance(0.5));
        }).ToArray();
        return
        [
            View("sentence", exercises.Select(e => e.Prompts.Sentence)), View("distractor", exercises.Select(e => e.Wrong)),
            View("concepts", exercises.Select(e => e.Prompts.FromConcepts(e.Concepts).Source)), View("order", exercises.Select(e => e.Prompts.RecoverOrder(e.Wrong).Source)),
            View("choice", exercises.Select(e => e.Prompts.ChooseText(e.Wrong, e.First).Source)), View("repair", exercises.Select(e => e.Prompts.Repair(e.Wrong).Source)),
            View("number", exercises.Select(e => e.Prompts.ChooseIndex(e.Wrong, e.First).Target)),
            View("sense", exercises.Select(e => e.Prompts.TrueOrFalse(e.Wrong, e.First).Source)), View("verdict", exercises.Select(e => e.Prompts.TrueOrFalse(e.Wrong, e.First).Target)),
        ];

        TextView View(string name, IEnumerable<string> text) => TextView.Of([.. text.Select(Tokens)], name);
    }

    /// <inheritdoc/>
    public override IEnumerable<SampleStamp> Stamps() => Enumerable.Range(0, Count).Select(r => new SampleStamp(TextData.Hash($"{Concepts(r)}\t{Sentence(r).Sentence}"), -1));
}

/// <summary>Questions with options, for looking at what was learnt.</summary>
/// <param name="source">Where they come from, for messages.</param>
/// <param name="questions">The questions.</param>
/// <param name="tokenizer">Makes numbers of them.</param>
/// <param name="batch">Questions a step.</param>
/// <param name="seed">Decides their order.</param>
public sealed class QuestionData(string source, IReadOnlyList<Question> questions, Tokenizer tokenizer, int batch, ulong seed)
    : MemoryData((questions ?? throw new ArgumentNullException(nameof(questions))).Count, [], null, batch, seed)
{
    /// <summary>Where they come from.</summary>
    public string Source => source;

    /// <summary>The questions.</summary>
    public IReadOnlyList<Question> Questions => questions;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["vocabulary"] = tokenizer.Count, ["end"] = tokenizer.End };

    /// <summary>A text as numbers, ended.</summary>
    /// <param name="text">Any text.</param>
    public int[] Tokens(string text) => ConceptData.Tokens(tokenizer, text);

    /// <summary>The questions in their prompts.</summary>
    protected override View[] Make(IReadOnlyList<Wanted> samples) => [TextView.Of([.. samples.Select(s => Tokens(questions[s.Row].Prompt))], "question")];
}
