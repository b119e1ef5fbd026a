using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>NT-Logistic: a logistic regression on each pair of rows, same image or not.</summary>
/// <remarks>
/// SimCLR, arXiv:2002.05709, Table 2: ℓᵢ = −log σ(s₊/τ) − log σ(−s₋/τ). The paper does not say how negatives are averaged; here over the
/// 2N − 2 of a row (mean or sum), or the one semi-hard negative. A row without a (semi-hard) negative keeps only the first term.
/// </remarks>
public static class NtLogistic
{
    /// <summary>The loss, mean over rows.</summary>
    /// <param name="z">[2N, D], view-major; normalised here.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="mining">Which negatives.</param>
    /// <param name="sum">Adds the negatives' terms up instead of averaging them; only with <see cref="NegativeMining.All"/>.</param>
    public static Tensor Loss(Tensor z, double temperature = 0.5, NegativeMining mining = NegativeMining.All, bool sum = false) =>
        PerAnchor(z, temperature, mining, sum).Mean();

    /// <summary>The loss of each row: [2N].</summary>
    public static Tensor PerAnchor(Tensor z, double temperature = 0.5, NegativeMining mining = NegativeMining.All, bool sum = false)
    {
        Require.Temperature(temperature);
        var views = new PairedViews(z);
        var attract = Stable.Softplus(-views.Match / temperature);
        return attract + Repel();

        Tensor Repel()
        {
            if (mining == NegativeMining.SemiHard)
                return views.AtHardest(views.Negative.LogicalAnd(views.Similarity.Lt(views.Match.Unsqueeze(1))),
                    s => Stable.Softplus(s / temperature));
            var terms = Stable.Softplus(views.Similarity / temperature);
            return sum ? views.Sum(terms) : views.Mean(terms);
        }
    }
}
