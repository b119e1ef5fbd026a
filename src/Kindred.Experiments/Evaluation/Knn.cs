using System.ComponentModel.DataAnnotations;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Weighted nearest-neighbour classification of frozen features (Wu et al., arXiv:1805.01978, Sec. 3.4).</summary>
/// <remarks>The queries stay in memory, the samples that vote pass by in blocks: a large training set costs time, not memory.</remarks>
/// <param name="K">Neighbours that vote; all where there are fewer. 200 in InstDisc, 20 in DINO.</param>
/// <param name="Temperature">Divides the cosines before the exponential: 0.07, or 0.1 on CIFAR. A large one lets all k vote alike.</param>
/// <param name="Block">Samples that vote at once.</param>
/// <param name="Euclidean">Near in the Euclidean sense, exp(−distance / temperature) a vote: for maps of which angles say little, such as DrLIM's.</param>
[Protocol("knn", Title = "weighted nearest neighbours on frozen features: train votes, test is classified", Paper = "arXiv:1805.01978")]
public sealed record Knn([Range(1, 1 << 20)] int K = 200, [Range(1e-6, 1e6)] double Temperature = 0.07, [Range(1, 1 << 24)] int Block = 16384, bool Euclidean = false) : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["accuracy"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var train = subject.OpenLabelled("train");
        using var test = subject.OpenLabelled("test");
        return new Dictionary<string, double> { ["accuracy"] = Accuracy(train, test, subject.Represent, subject.Cancel) };
    }

    /// <summary>The share of test samples whose class the neighbours name, in percent.</summary>
    /// <param name="train">Samples that vote; those without a label do not.</param>
    /// <param name="test">Samples that are classified; those without a label do not count.</param>
    /// <param name="represent">Maps a view to `[n, F]`; called without gradient.</param>
    /// <param name="cancel">Stops between batches.</param>
    public double Accuracy(IData train, IData test, Func<View, Tensor> represent, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var (features, truth) = Features.Labelled(test, represent, cancel);
        var nearest = Euclidean
            ? new Nearest(features, (int)Math.Min(K, train.Count), KnnVote.NearestRows)
            : new Nearest(features.Normalize(), (int)Math.Min(K, train.Count), KnnVote.Neighbours);
        foreach (var batches in train.Plain(256, cancel).Chunked(Block))
        {
            using var inner = Scope.Open();
            var (bank, labels) = Features.Gather(batches, represent, cancel);
            var labelled = labels.Ge(0).Nonzero().Squeeze(1);
            if (labelled.Numel > 0) nearest.Meet(bank.IndexSelect(0, labelled), labels.IndexSelect(0, labelled));
        }
        return 100 * nearest.Vote(train.Classes.Count, Temperature).Eq(truth).To(Dtype.Float64).Mean().Item();
    }

    // The most similar samples so far and their classes: [M, k] each; −∞ where none was met yet.
    sealed class Nearest(Tensor queries, int k, Action<Tensor, Tensor, int, Action<long, Tensor, Tensor>> search)
    {
        readonly Tensor similarity = Tensor.Full([queries.Size(0), k], double.NegativeInfinity, Dtype.Float32, queries.Device);
        readonly Tensor classes = Tensor.Zeros([queries.Size(0), k], Dtype.Int64, device: queries.Device);

        public void Meet(Tensor bank, Tensor labels) => search(bank, queries, k, (at, found, rows) =>
        {
            var (known, named) = (similarity.Narrow(0, at, rows.Size(0)), classes.Narrow(0, at, rows.Size(0)));
            var (best, where) = Tensor.Cat([known, found], 1).Topk(k, 1);
            var both = Tensor.Cat([named, labels.IndexSelect(0, rows.Flatten()).ViewAs(rows)], 1);
            named.Copy_(both.Gather(1, where));
            known.Copy_(best);
        });

        public Tensor Vote(int count, double temperature)
        {
            const long Rows = 1024;
            var winners = new List<Tensor>();
            for (long at = 0; at < queries.Size(0); at += Rows)
            {
                using var scope = Scope.Open();
                var rows = Math.Min(Rows, queries.Size(0) - at);
                winners.Add(scope.Return(KnnVote.Predict(KnnVote.Count(similarity.Narrow(0, at, rows), classes.Narrow(0, at, rows), count, temperature))));
            }
            return Tensor.Cat([.. winners]);
        }
    }
}
