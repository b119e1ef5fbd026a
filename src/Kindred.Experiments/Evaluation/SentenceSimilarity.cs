using Kindred.Data.Text;
using Kindred.Experiments.Modalities;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Whether cosines of sentences order pairs as people do: Spearman's correlation with their scores, set by set, and of all sets put together.</summary>
/// <remarks>
/// Gao et al., arXiv:2104.08821, Sec. 5 and App. B. Sets of one year (sts14-images, sts14-headlines) are put together under its name, the way "all" is meant there.
/// Beside each stands what a bag of words weighed by tf-idf gives, counted on the sentences that the run learnt from. Alignment is that of pairs whose score
/// reaches four fifths of the highest one, uniformity
/// that of all sentences (Wang and Isola, arXiv:2005.10242).
/// </remarks>
/// <param name="TfIdf">Whether the bag of words is measured too; it needs the training data.</param>
[Protocol("sts", Title = "sentence similarity: Spearman's correlation of cosines with people's scores", Paper = "arXiv:2104.08821")]
public sealed record SentenceSimilarity(bool TfIdf = true) : Protocol
{
    const double Alike = 0.8;
    const int MostForUniformity = 5000;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var scope = Scope.Open();
        using var opened = subject.Open(null);
        if (opened is not TextData { Parts.Count: > 0 } data)
            throw new ConfigurationException($"{subject.Uri}: sentence similarity is measured on scored pairs; give them by --data sts:PATH.");
        var (a, b) = (data.Represent(0, subject.Represent, subject.Cancel).Normalize(), data.Represent(1, subject.Represent, subject.Cancel).Normalize());
        var cosines = (a.To(Dtype.Float64) * b.To(Dtype.Float64)).Sum(1).ToArray<double>();
        double[] scores = [.. data.Set.Scores!];
        var metrics = Correlations(data, cosines, scores, "");
        long[] alike = [.. Enumerable.Range(0, scores.Length).Where(i => scores[i] >= Alike * scores.Max()).Select(i => (long)i)];
        var rows = Tensor.From<long>(alike).To(a.Device);
        metrics["alignment"] = Geometry.Alignment(a.IndexSelect(0, rows), b.IndexSelect(0, rows));
        metrics["uniformity"] = Geometry.Uniformity(Tensor.Cat([a.Narrow(0, 0, Math.Min(a.Size(0), MostForUniformity)), b.Narrow(0, 0, Math.Min(b.Size(0), MostForUniformity))]));
        if (!TfIdf || subject.OwnData is null) return metrics;
        var words = new TfIdf(Corpus(subject));
        foreach (var (name, value) in Correlations(data, [.. data.Set.Rows.Select(r => words.Cosine(r[0], r[1]))], scores, "_tfidf")) metrics[name] = value;
        return metrics;
    }

    static IEnumerable<string> Corpus(Subject subject)
    {
        using var corpus = subject.OpenOwn();
        return corpus is TextData text ? [.. text.Set.All] : throw new ConfigurationException("sts: what the run learnt from is no text, so that no words can be counted; "
            + "leave tf-idf out by tfIdf=false.");
    }

    static Dictionary<string, double> Correlations(TextData data, double[] cosines, double[] scores, string kind)
    {
        var metrics = new Dictionary<string, double>();
        var years = new Dictionary<string, List<int>>();
        var first = 0;
        foreach (var (name, set) in data.Parts)
        {
            int[] rows = [.. Enumerable.Range(first, set.Rows.Count)];
            first += rows.Length;
            metrics[name + kind] = Of(rows);
            var year = name.Split('-')[0];
            if (!years.TryGetValue(year, out var all)) years[year] = all = [];
            all.AddRange(rows);
        }
        foreach (var (year, rows) in years.Where(y => data.Parts.Count(p => p.Name.StartsWith(y.Key + "-", StringComparison.Ordinal)) > 1)) metrics[year + kind] = Of([.. rows]);
        if (data.Parts.Count == 1) return metrics;
        metrics["all" + kind] = Of([.. Enumerable.Range(0, first)]);
        metrics["mean" + kind] = data.Parts.Average(p => metrics[p.Name + kind]);
        return metrics;

        double Of(int[] rows) => 100 * Spearman.Correlation(Array.ConvertAll(rows, r => cosines[r]), Array.ConvertAll(rows, r => scores[r]));
    }
}
