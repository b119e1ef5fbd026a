using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Kindred.Data.Text;
using Kindred.Experiments.Modalities;
using Kindred.Randomness;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>CALM's own exercises on sentences that were held out: telling a sentence from its distractor, writing one from concepts, putting exchanged concepts back.</summary>
/// <remarks>
/// Zhou et al., arXiv:2011.07956. <c>choice</c>: which of the two is likelier to be written when asked which is correct, chance 50; <c>choice_unasked</c>: the same without having seen
/// either, from the prompt alone. Of what is written from concepts: <c>coverage</c>, the share of the concepts whose word is in it, and <c>overlap</c>, the F1 of its words with those of
/// the sentence as bags. Copying the concepts covers all of them, so that its overlap stands beside, <c>overlap_copied</c>.
/// </remarks>
/// <param name="Samples">At most so many sentences.</param>
/// <param name="Beams">Of the search; 1 writes the likeliest token each time.</param>
[Protocol("concepts", Title = "sentences told from distorted ones, written from concepts, and repaired", Paper = "arXiv:2011.07956")]
public sealed record ConceptProtocol([Range(1, 1 << 24)] int Samples = 500, [Range(1, 64)] int Beams = 1) : Protocol
{
    const int Batch = 50, Shown = 10;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["choice", "choice_unasked", "coverage", "overlap", "overlap_copied", "restored"];

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The run writes nothing, or the data are no sentences with concepts.</exception>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var model = subject.Need<ITextToText>("writes sentences");
        using var test = subject.Open("test", atMost: Samples);
        if (test is not ConceptData data) throw new ConfigurationException($"{subject.Uri}: this protocol looks at sentences with concepts; give them by --data concepts:wordnet or concepts:PATH.");
        var (sums, examples) = (new Dictionary<string, double>(), new JsonArray());
        foreach (var rows in Enumerable.Range(0, data.Count).Chunk(Batch))
        {
            subject.Cancel.ThrowIfCancellationRequested();
            using var scope = Scope.Open();
            var some = Array.ConvertAll(rows, row => Drawn(data, row));
            TextView View(Func<Asked, string> text) => (TextView)TextView.Of([.. some.Select(s => data.Tokens(text(s)))], "").To(subject.Device);
            var (right, wrong) = (View(s => s.Prompts.Sentence), View(s => s.Wrong));
            var choice = View(s => s.Prompts.ChooseText(s.Wrong, s.First).Source);
            var unasked = View(s => s.Prompts.FromConcepts(s.Concepts).Source);
            Add("choice", Better(model, choice, right, wrong));
            Add("choice_unasked", Better(model, unasked, right, wrong));
            Writing how = new(Beams, data.Length);
            var written = Array.ConvertAll(model.Write(unasked, how), data.Tokenizer.Text);
            var restored = model.Write(View(s => s.Prompts.RecoverOrder(s.Wrong).Source), how);
            foreach (var (i, one) in some.Index())
            {
                string[] words = Words(written[i]), own = Words(one.Prompts.Sentence), concepts = one.Concepts.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                Add("coverage", 100 * Coverage(words, concepts));
                Add("overlap", 100 * Overlap(words, own));
                Add("overlap_copied", 100 * Overlap(concepts, own));
                Add("restored", restored[i].AsSpan().SequenceEqual(data.Tokens(one.Prompts.Sentence).AsSpan()[..^1]) ? 100 : 0);
                if (examples.Count < Shown) examples.Add(new JsonObject { ["concepts"] = one.Concepts, ["written"] = written[i], ["sentence"] = one.Prompts.Sentence });
            }
        }
        subject.Notes["examples"] = examples;
        return sums.ToDictionary(s => s.Key, s => s.Value / data.Count);

        void Add(string name, double value) => sums[name] = sums.GetValueOrDefault(name) + value;
    }

    sealed record Asked(ConceptPrompts Prompts, string Concepts, string Wrong, bool First);

    // The same distractors for every run.
    static Asked Drawn(ConceptData data, int row)
    {
        var (prompts, draws) = (data.Sentence(row), new RandomKey(0, 0, row, 0).Draws());
        var (verbs, nouns) = prompts.Draw(ref draws);
        return new(prompts, data.Concepts(row), prompts.Distractor(verbs, nouns), draws.Chance(0.5));
    }

    // In percent, summed over the batch; what is equally likely counts half.
    static double Better(ITextToText model, TextView source, TextView right, TextView wrong)
    {
        var difference = (model.LogLikelihood(source, right) - model.LogLikelihood(source, wrong)).ToArray<float>();
        return difference.Sum(d => d > 0 ? 100.0 : d < 0 ? 0 : 50);
    }

    static string[] Words(string text) => [.. BertWords.Split(text).Where(w => char.IsLetterOrDigit(w[0]))];

    /// <summary>The share of concepts of which some form is among the words.</summary>
    /// <param name="words">In small letters.</param>
    /// <param name="concepts">Dictionary forms.</param>
    public static double Coverage(IReadOnlyCollection<string> words, IReadOnlyList<string> concepts)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(concepts);
        var forms = words.SelectMany(w => new[] { w, Lexicon.WordNet.Noun(w)?.Lemma, Lexicon.WordNet.Verb(w)?.Lemma }).ToHashSet();
        return concepts.Count(forms.Contains) / (double)concepts.Count;
    }

    /// <summary>F1 of two bags of words.</summary>
    /// <param name="made">The words of one.</param>
    /// <param name="wanted">The words of the other.</param>
    public static double Overlap(IReadOnlyCollection<string> made, IReadOnlyCollection<string> wanted)
    {
        ArgumentNullException.ThrowIfNull(made);
        ArgumentNullException.ThrowIfNull(wanted);
        var left = wanted.GroupBy(w => w).ToDictionary(g => g.Key, g => g.Count());
        var common = 0;
        foreach (var word in made)
            if (left.GetValueOrDefault(word) is > 0 and var n)
            {
                left[word] = n - 1;
                common++;
            }
        return made.Count + wanted.Count == 0 ? 0 : 2.0 * common / (made.Count + wanted.Count);
    }
}
