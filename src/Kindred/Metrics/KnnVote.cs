using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>Weighted nearest-neighbour classification: the k most similar training rows vote for their class.</summary>
/// <remarks>
/// Wu et al., arXiv:1805.01978, Sec. 3.4: score of class c = Σ over neighbours of class c of exp(s/T), s the cosine. Votes are float64, so no temperature
/// overflows. k above the number of training rows takes them all; ties between classes go to the lower one; a class without neighbour scores 0.
/// </remarks>
public static class KnnVote
{
    /// <summary>The votes: [M, classes], float64.</summary>
    /// <param name="train">[N, D]; normalised here.</param>
    /// <param name="labels">[N], 0..classes−1.</param>
    /// <param name="test">[M, D].</param>
    /// <param name="classes">C.</param>
    /// <param name="k">Neighbours: 200 in InstDisc, 20 in DINO.</param>
    /// <param name="temperature">T: 0.07, or 0.1 on CIFAR.</param>
    /// <param name="chunk">Test rows scored at once.</param>
    public static Tensor Scores(Tensor train, Tensor labels, Tensor test, int classes, int k = 200, double temperature = 0.07, int chunk = 1024)
    {
        using var _ = NoGradient.Begin();
        var bank = train.Detach().Normalize().T();
        var votes = Tensor.Zeros([test.Size(0), classes], dtype: Dtype.Float64, device: test.Device);
        for (long at = 0; at < test.Size(0); at += chunk)
        {
            using var scope = Scope.Open();
            var rows = test.Detach().Narrow(0, at, Math.Min(chunk, test.Size(0) - at)).Normalize();
            var (similarity, neighbours) = rows.Matmul(bank).Topk(Math.Min(k, train.Size(0)), 1);
            var voters = labels.IndexSelect(0, neighbours.Flatten()).ViewAs(neighbours);
            votes.Narrow(0, at, rows.Size(0)).ScatterAdd_(1, voters, (similarity.To(Dtype.Float64) / temperature).Exp());
        }
        return votes;
    }

    /// <summary>The class with the most votes: [M].</summary>
    public static Tensor Predict(Tensor votes) => votes.Argmax(1);
}
