using Kindred.Numerics;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>i-Mix: every image is its own class, and MixUp is applied to inputs and to those labels alike.</summary>
/// <remarks>
/// Lee, Zhu, Sohn, Li, Shin, Lee, arXiv:2010.08887, Eq. 2–6: x̃ = λ x + (1 − λ) x_r; L = mean λᵢ ℓ(i) + (1 − λᵢ) ℓ(rᵢ). Only the query side is mixed.
/// λ = 1, or a partner that is the image itself, is the loss without mixing.
/// </remarks>
public static class InstanceMix
{
    /// <summary>λ ~ Beta(α, α), its larger half: [B] in [½, 1].</summary>
    /// <param name="count">B.</param>
    /// <param name="alpha">α &gt; 0; 1 is uniform.</param>
    /// <param name="generator">Source of randomness.</param>
    public static Tensor DrawShares(long count, double alpha = 1, Generator? generator = null)
    {
        if (!(alpha > 0))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Beta(α, α) needs α above 0; 1 is uniform");
        var (a, b) = (LogGamma(count, alpha, generator), LogGamma(count, alpha, generator));
        var share = (a - b).Sigmoid();                          // of two gammas x, y: x / (x + y) ~ Beta
        return share.Maximum(-share + 1).To(Dtype.Float32);
    }

    /// <summary>λ x + (1 − λ) x[partner].</summary>
    /// <param name="x">[B, ...].</param>
    /// <param name="share">[B], λ.</param>
    /// <param name="partner">[B], a permutation.</param>
    public static Tensor Mix(Tensor x, Tensor share, Tensor partner)
    {
        var weight = share.Reshape([share.Size(0), .. Enumerable.Repeat(1L, (int)x.Dim - 1)]).To(x.Dtype);
        return x * weight + x.IndexSelect(0, partner) * (-weight + 1);
    }

    /// <summary>CutMix: x, and x[partner] in a box of the last two dimensions.</summary>
    /// <param name="x">[B, C, H, W]; left as it is.</param>
    /// <param name="box">One for the whole batch.</param>
    /// <param name="partner">[B], a permutation.</param>
    public static Tensor Cut(Tensor x, CutBox box, Tensor partner)
    {
        var mixed = x.Clone();
        Box(mixed).Copy_(Box(x).IndexSelect(0, partner));
        return mixed;

        Tensor Box(Tensor of) => of.Narrow(2, box.Y, box.Height).Narrow(3, box.X, box.Width);
    }

    /// <summary>InputMix: a little of other samples in each, whose labels stay what they were.</summary>
    /// <remarks>
    /// arXiv:2010.08887, for data of which no augmentation is known. One other sample has 1 − λ, with λ as in MixUp; of several each has half of its share
    /// of a Dirichlet(α, …, α), so that at least half is a sample's own.
    /// </remarks>
    /// <param name="x">[B, ...].</param>
    /// <param name="others">How many other samples are in each.</param>
    /// <param name="alpha">α &gt; 0; 1 is uniform.</param>
    /// <param name="generator">Source of randomness.</param>
    public static Tensor Blend(Tensor x, int others, double alpha = 1, Generator? generator = null)
    {
        var count = x.Size(0);
        if (others == 1) return Mix(x, DrawShares(count, alpha, generator).To(x.Device), Other());
        Tensor[] logs = [.. Enumerable.Range(0, others + 1).Select(_ => LogGamma(count, alpha, generator))];
        var shares = (Tensor.Stack(logs).Softmax(0) * 0.5).To(x.Dtype).To(x.Device);               // [others + 1, B]
        var mixed = x * Wide(shares.Select(0, 0) + 0.5);
        for (var i = 1; i <= others; i++) mixed += x.IndexSelect(0, Other()) * Wide(shares.Select(0, i));
        return mixed;

        Tensor Other() => Tensor.Randperm(count, generator, device: Device.Cpu).To(x.Device);
        Tensor Wide(Tensor share) => share.Reshape([count, .. Enumerable.Repeat(1L, (int)x.Dim - 1)]);
    }

    /// <summary>N-pair form, with gradient through both sides: the loss of each row, [B].</summary>
    /// <param name="query">[B, D], from the mixed inputs; normalised here.</param>
    /// <param name="key">[B, D].</param>
    /// <param name="share">[B], λ.</param>
    /// <param name="partner">[B].</param>
    /// <param name="temperature">τ.</param>
    public static Tensor PerQuery(Tensor query, Tensor key, Tensor share, Tensor partner, double temperature = 0.2)
    {
        Require.Temperature(temperature);
        return Of(Pairwise.Dot(Rowwise.Unit(query), Rowwise.Unit(key)) / temperature, share, partner);
    }

    /// <summary>MoCo form: the batch's keys and a queue; keys and queue are constants. [B].</summary>
    /// <param name="query">[B, D], normalised here.</param>
    /// <param name="key">[B, D], normalised and detached here.</param>
    /// <param name="queue">[K, D], unit rows; detached here.</param>
    /// <param name="share">[B], λ.</param>
    /// <param name="partner">[B].</param>
    /// <param name="temperature">τ.</param>
    public static Tensor PerQuery(Tensor query, Tensor key, Tensor queue, Tensor share, Tensor partner, double temperature = 0.2)
    {
        Require.Temperature(temperature);
        var dictionary = Tensor.Cat([Rowwise.Unit(key.Detach()), Stable.Wide(queue.Detach())]);
        return Of(Pairwise.Dot(Rowwise.Unit(query), dictionary) / temperature, share, partner);
    }

    /// <summary>BYOL form: mean 2 − 2 (λ cos(p, kᵢ) + (1 − λ) cos(p, k_r)); keys are constants.</summary>
    public static Tensor Regression(Tensor prediction, Tensor key, Tensor share, Tensor partner)
    {
        var (p, k) = (Rowwise.Unit(prediction), Rowwise.Unit(key.Detach()));
        var cosine = Rowwise.Dot(p, k) * share + Rowwise.Dot(p, k.IndexSelect(0, partner)) * (-share + 1);
        return (-cosine * 2 + 2).Mean();
    }

    static Tensor Of(Tensor logits, Tensor share, Tensor partner)
    {
        var own = logits.Diagonal();
        var other = logits.Gather(1, partner.Unsqueeze(1)).Squeeze(1);
        return logits.Logsumexp([1]) - own * share - other * (-share + 1);
    }

    /// <summary>Logarithms of Gamma(α) draws: Marsaglia and Tsang (2000), Gamma(α + 1) · U^(1/α); rejected ones are drawn again.</summary>
    static Tensor LogGamma(long count, double alpha, Generator? generator)
    {
        var d = alpha + 2.0 / 3;
        var value = Tensor.Zeros([count], dtype: Dtype.Float64);
        var missing = Tensor.Ones([count], dtype: Dtype.Bool);
        while (missing.Any().Item() != 0)
        {
            var x = Tensor.Randn([count], generator: generator, dtype: Dtype.Float64);
            var v = (x / Math.Sqrt(9 * d) + 1).Pow(3);
            var logV = v.ClampMin(1e-300).Log();
            var u = Tensor.Rand([count], generator: generator, dtype: Dtype.Float64).Log();
            var accepted = v.Gt(0).LogicalAnd(u.Lt(x.Square() * 0.5 + (-v + logV + 1) * d));
            value = Tensor.Where(missing.LogicalAnd(accepted), logV + Math.Log(d), value);
            missing = missing.LogicalAnd(accepted.LogicalNot());
        }
        var boost = Tensor.Rand([count], generator: generator, dtype: Dtype.Float64).ClampMin(1e-300).Log() / alpha;
        return value + boost;
    }
}
