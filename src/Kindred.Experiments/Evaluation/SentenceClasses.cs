using System.ComponentModel.DataAnnotations;
using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Experiments.Modalities;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Sets of labelled sentences, each by a logistic regression on frozen vectors: those in one file by folds, those in files of training and test by these.</summary>
/// <remarks>
/// Conneau and Kiela, "SentEval", arXiv:1803.05449, Sec. 3: ten folds for MR, CR, SUBJ and MPQA, the given parts for SST and TREC. A file of development is not used: the strength of the
/// regularisation is chosen on a held-out part of what teaches. Beside each set stands the share of its most frequent class.
/// </remarks>
/// <param name="Sets">Which sets, by the files' names without <c>-train</c> and the like; all where none is named.</param>
/// <param name="Count">Folds.</param>
/// <param name="Most">Sentences to learn from at most, evenly spread over the file; 0 for all.</param>
/// <param name="L2">Strengths λ to choose from.</param>
/// <param name="Seed">Draws the folds.</param>
[Protocol("senteval", Title = "sets of labelled sentences: logistic regression on frozen vectors, by folds or by given parts", Paper = "arXiv:1803.05449")]
public sealed record SentenceClasses(IReadOnlyList<string>? Sets = null, [Range(2, 1000)] int Count = 10, [Range(0, 1 << 24)] int Most = 0, [Range(0.0, 1e6)] IReadOnlyList<double>? L2 = null,
    [Range(0, int.MaxValue)] int Seed = 0) : Protocol
{
    static readonly string[] parts = ["train", "dev", "test"];

    /// <summary>The strengths to choose from.</summary>
    public IReadOnlyList<double> L2 { get; } = L2 ?? ProbeFit.Grid;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var uri = DataUri.Parse(subject.Uri);
        if (uri.Kind != "text" || uri.Path == "wordnet")
            throw new ConfigurationException($"{subject.Uri}: sets of labelled sentences are tables in a folder or an archive; give them by --data text:PATH.");
        var files = TextFiles.Names(uri.Path).Select(name => (Name: name, Stem: Stem(name))).Select(f => (f.Name, Set: SetOf(f.Stem), Part: PartOf(f.Stem))).ToLookup(f => f.Set);
        string[] all = [.. files.Select(f => f.Key)];
        if (Sets?.FirstOrDefault(s => !all.Contains(s)) is { } wrong)
            throw new ConfigurationException($"{subject.Uri}: there is no set '{wrong}'{Suggest.Nearest(wrong, all)}; there are {string.Join(", ", all)}.");
        var metrics = new Dictionary<string, double>();
        foreach (var set in all.Where(s => Sets is null or { Count: 0 } || Sets.Contains(s)))
        {
            using var scope = Scope.Open();
            if (files[set].GroupBy(f => f.Part).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new DataException($"{subject.Uri}: two files are the same part of the set '{set}', {string.Join(" and ", twice.Select(f => f.Name))}; keep one of them.");
            var of = files[set].ToDictionary(f => f.Part, f => f.Name);
            (metrics[set], metrics[$"{set}_majority"]) = of.ContainsKey("train") && of.ContainsKey("test") ? Divided(set, of["train"], of["test"])
                : of.TryGetValue("", out var whole) ? Folded(set, whole)
                : throw new DataException($"{subject.Uri}: the set '{set}' has {string.Join(", ", of.Keys.Select(k => $"a file of {k}"))}; expected is one file, or one of train and one of test.");
        }
        string[] measured = [.. metrics.Keys.Where(k => !k.EndsWith("_majority", StringComparison.Ordinal))];
        if (measured.Length > 1) metrics["mean"] = measured.Average(k => metrics[k]);
        return metrics;

        (double, double) Folded(string set, string file)
        {
            var (x, y, classes) = Vectors(set, file, Most);
            return (new Folds(Count, L2, Seed).Accuracies(file, x, y, classes.Count, subject.Cancel).Average(), Majority(y));
        }

        (double, double) Divided(string set, string train, string test)
        {
            var (x, y, classes) = Vectors($"{set} train", train, Most);
            var (other, truth, named) = Vectors($"{set} test", test, 0);
            // Files number their classes each for itself.
            long[] place = [.. named.Select(name => classes.Index().Where(c => c.Item == name).Select(c => (long)c.Index).FirstOrDefault(-1))];
            var mapped = Tensor.From<long>([.. truth.ToArray<long>().Select(l => place[l])]).To(x.Device);
            var probe = LinearProbe.Fit(x, y, classes.Count, ProbeFit.Default with { L2 = L2, Seed = (ulong)Seed }, subject.Cancel);
            // A class that was never taught is never right.
            return (probe.Accuracy(other, mapped) * mapped.Ge(0).To(Dtype.Float64).Mean().Item(), Majority(truth));
        }

        (Tensor X, Tensor Y, IReadOnlyList<string> Classes) Vectors(string part, string file, int most)
        {
            var wanted = uri.At(file);
            using var data = subject.OpenPart(part, (most > 0 ? wanted.With("n", most.ToString(System.Globalization.CultureInfo.InvariantCulture)) : wanted).Text);
            if (data is not TextData { Labels: { } labels, Classes.Count: > 1 } text)
                throw new DataException($"{file}: there are no labels of at least two classes; expected is a table with the header label, sentence.");
            return (text.Represent(0, subject.Represent, subject.Cancel), Tensor.From<long>([.. labels.Select(l => (long)l)]).To(subject.Device), data.Classes);
        }
    }

    static double Majority(Tensor labels) => 100.0 * labels.ToArray<long>().CountBy(l => l).Max(c => c.Value) / labels.Numel;

    static string Stem(string name) => Path.GetFileName(name).Split('.')[0];

    static string PartOf(string stem) => parts.FirstOrDefault(p => stem.EndsWith($"-{p}", StringComparison.Ordinal) || stem.EndsWith($"_{p}", StringComparison.Ordinal)) ?? "";

    static string SetOf(string stem) => PartOf(stem) is { Length: > 0 } part ? stem[..^(part.Length + 1)] : stem;
}
