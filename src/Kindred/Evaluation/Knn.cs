using Kindred.Batches;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Evaluation;

/// <summary>Weighted nearest-neighbour classification of frozen features, in bounded memory (Wu et al., arXiv:1805.01978, Sec. 3.4).</summary>
/// <param name="K">Neighbours that vote; all where there are fewer.</param>
/// <param name="Temperature">Divides the cosines before the exponential.</param>
public sealed record Knn(int K = 200, double Temperature = 0.07)
{
    /// <summary>The share of test samples whose class the neighbours name, in percent.</summary>
    /// <param name="train">Samples that vote; those without a label do not.</param>
    /// <param name="test">Samples that are classified.</param>
    /// <param name="represent">Maps a view to `[n, F]`; called without gradient.</param>
    public double Accuracy(PictureData train, PictureData test, Func<View, Tensor> represent)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var (bank, classes) = Features.Of(train, train.PlainView, 0, represent);
        var (queries, truth) = Features.Of(test, test.PlainView, 0, represent);
        var labelled = classes.Ge(0).Nonzero().Squeeze(1);
        var votes = KnnVote.Scores(bank.IndexSelect(0, labelled), classes.IndexSelect(0, labelled), queries, train.Classes.Count, K, Temperature);
        return 100 * KnnVote.Predict(votes).Eq(truth).To(Dtype.Float64).Mean().Item();
    }
}
