using Kindred.Experiments.Modalities;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Captions look for their film among the films of the test part, and films for one of their captions.</summary>
/// <remarks>
/// As for MSR-VTT (Yu et al., ECCV 2018, arXiv:1808.02559): cosine, recall at 1, 5 and 10 in percent, median rank from 1. A film with several captions asks once, and
/// the best of them counts. What scores equally shares its places.
/// </remarks>
[Protocol("caption-retrieval", Title = "finding the film of a caption and a caption of a film: recall at 1, 5, 10 and median rank", Paper = "arXiv:1808.02559")]
public sealed record CaptionRetrieval : Protocol
{
    const int Batch = 256;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => [.. new[] { "film", "caption" }.SelectMany(way => new[] { $"{way}_r1", $"{way}_r5", $"{way}_r10", $"{way}_median" })];

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The data have no captions, or films and captions are not given in one space.</exception>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var test = subject.Open("test");
        if (test is not ICaptioned captioned) throw new ConfigurationException($"{subject.Uri}: this protocol looks for captions, and these data have none; give films by --data video-text:PATH.");
        using var scope = Scope.Open();
        var films = Features.Of(test, subject.Embeddings, subject.Cancel).Features;
        List<Tensor> text = [];
        List<long> owners = [];
        foreach (var batch in captioned.Captions(Batch))
        {
            subject.Cancel.ThrowIfCancellationRequested();
            text.Add(subject.Embeddings(batch.Views[0]).To(Dtype.Float32));
            owners.AddRange(batch.Index.ToArray<long>());
        }
        var captions = Tensor.Cat([.. text]);
        if (captions.Size(1) != films.Size(1))
            throw new ConfigurationException($"films become {films.Size(1)} numbers and captions {captions.Size(1)}, which cannot be compared; "
                + "evaluate a method of films and captions, or the baseline ridge or untrained.");
        return Measure(films.Normalize(), captions.Normalize(), [.. owners]);
    }

    /// <summary>Both ways.</summary>
    /// <param name="films">`[N, D]`, rows of length 1.</param>
    /// <param name="captions">`[M, D]`, rows of length 1.</param>
    /// <param name="owners">The film of each caption.</param>
    public static IReadOnlyDictionary<string, double> Measure(Tensor films, Tensor captions, IReadOnlyList<long> owners)
    {
        ArgumentNullException.ThrowIfNull(films);
        ArgumentNullException.ThrowIfNull(captions);
        ArgumentNullException.ThrowIfNull(owners);
        var scores = captions.Matmul(films.T());                                    // [captions, films]
        long[][] own = [.. Enumerable.Range(0, (int)films.Size(0)).Select(f => owners.Index().Where(o => o.Item == f).Select(o => (long)o.Index).ToArray())];
        var most = own.Max(o => o.Length);
        var toFilm = Retrieval.Of(scores, owners.ToArray(), Ties.Average);
        var toCaption = Retrieval.Of(scores.T(), own.SelectMany(o => o.Concat(Enumerable.Repeat(-1L, most - o.Length))).ToArray(), Ties.Average);
        var metrics = new Dictionary<string, double>();
        foreach (var (name, found) in new[] { ("film", toFilm), ("caption", toCaption) })
        {
            foreach (var k in new[] { 1, 5, 10 }) metrics[$"{name}_r{k}"] = found.RecallAt(k);
            metrics[$"{name}_median"] = found.MedianRank;
        }
        return metrics;
    }
}
