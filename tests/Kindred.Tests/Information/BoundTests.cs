using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Tests.Information;

public sealed class BoundTests : IDisposable
{
    readonly Scope scope = Scope.Open();
    readonly Generator generator = new(21);

    public void Dispose()
    {
        generator.Dispose();
        scope.Dispose();
    }

    Tensor Normal(params long[] shape) => Tensor.Randn(shape, generator, Dtype.Float64);

    [Fact]
    public void Donsker_Varadhan_is_never_below_Nwj()
    {
        for (int trial = 0; trial < 20; trial++)
        {
            Tensor joint = Normal(8) * (1 + trial), marginal = Normal(11) * (1 + trial);
            Assert.True(DonskerVaradhan.Value(joint, marginal).Item() >= Nwj.Value(joint, marginal).Item() - 1e-12);
        }
    }

    [Fact]
    public void The_two_touch_when_the_scores_are_normalised()
    {
        Tensor joint = Normal(8), marginal = Normal(11);
        var shift = 1 - DonskerVaradhan.LogMeanExp(marginal);
        Assert.Equal(DonskerVaradhan.Value(joint, marginal).Item(), Nwj.Value(joint + shift, marginal + shift).Item(), 10);
        Assert.Equal(DonskerVaradhan.Value(joint, marginal).Item(), DonskerVaradhan.Value(joint + 5, marginal + 5).Item(), 10);
    }

    [Fact]
    public void InfoNce_never_exceeds_the_logarithm_of_its_candidates()
    {
        foreach (var n in new[] { 1, 2, 7, 64 })
        {
            var scores = Normal(n, n) * 10 + Tensor.Eye(n, dtype: Dtype.Float64) * 1e4;
            Assert.InRange(InfoNceBound.Value(scores).Item(), n == 1 ? 0 : 0.5, Math.Log(n) + 1e-12);
            Assert.Equal(0, InfoNceBound.Value(Tensor.Full([n, n], 3.0, Dtype.Float64)).Item(), 12);
        }
    }

    [Fact]
    public void Jensen_Shannon_is_zero_for_an_undecided_critic_and_bounded()
    {
        var zeros = Tensor.Zeros([5], Dtype.Float64);
        Assert.Equal(0, JensenShannon.Value(zeros, zeros).Value.Item(), 12);
        Assert.Equal(2 * Math.Log(2), JensenShannon.Value(zeros + 1e4, zeros - 1e4).Value.Item(), 12);
        Assert.Equal(JensenShannon.Value(zeros, zeros, shifted: false).Value.Item(), -2 * Math.Log(2), 12);
    }

    [Fact]
    public void The_first_corrected_step_has_the_plain_gradient_and_later_ones_divide_by_the_average()
    {
        Tensor joint = Normal(6).RequiresGrad_(), marginal = Normal(9).RequiresGrad_();
        var plain = Autograd.Of(DonskerVaradhan.Loss(joint, marginal), marginal);
        Assert.True((Autograd.Of(Mine.Step(joint, marginal, null).Loss, marginal) - plain).Abs().Max().Item() < 1e-14);

        var before = Tensor.Full([], 2.0, Dtype.Float64);
        var (loss, average) = Mine.Step(joint, marginal, before, 0.1);
        var expected = Math.Log(0.9 * Math.Exp(2) + 0.1 * marginal.Exp().Mean().Item());
        Assert.Equal(expected, average.Item(), 12);
        Assert.Equal(DonskerVaradhan.Loss(joint, marginal).Item(), loss.Item(), 12);
        Assert.True((Autograd.Of(loss, marginal) - marginal.Detach().Exp() / Math.Exp(expected) / 9).Abs().Max().Item() < 1e-14);
    }

    [Fact]
    public void The_average_of_a_module_is_part_of_its_state()
    {
        var mine = new Mine(0.5);
        mine.Loss(Normal(4), Tensor.Zeros([4], Dtype.Float64));
        Assert.Equal(0, mine.LogAverage.Item(), 12);
        mine.Loss(Normal(4), Tensor.Full([4], Math.Log(3), Dtype.Float64));
        Assert.Equal(Math.Log(2), mine.LogAverage.Item(), 12);
        var restored = new Mine(0.5);
        restored.Load(mine.State().ToDictionary(entry => entry.Path, entry => entry.State.Value));
        Assert.Equal(Math.Log(2), restored.LogAverage.Item(), 12);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mine(0));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Scores_of_ten_thousand_stay_finite(bool single)
    {
        var dtype = single ? Dtype.Float32 : Dtype.Float64;
        var joint = (Normal(6) * 1e4).To(dtype).RequiresGrad_();
        var marginal = (Normal(6) * 1e4).To(dtype).RequiresGrad_();
        foreach (var loss in new[]
        {
            DonskerVaradhan.Loss(joint, marginal), Nwj.Loss(joint, marginal), JensenShannon.Loss(joint, marginal),
            Mine.Step(joint, marginal, null).Loss, Mine.Step(joint, marginal, Tensor.Zeros([], dtype)).Loss,
            InfoNceBound.Loss(joint.Unsqueeze(1) * Tensor.Ones([1, 6], dtype)),
        })
        {
            Assert.True(double.IsFinite(loss.Item()));
            foreach (var gradient in Autograd.Grad([loss], [joint, marginal], allowUnused: true))
                Assert.True(gradient is null || double.IsFinite(gradient.Abs().Sum().Item()));
        }
    }

    [Fact]
    public void A_single_pair_has_no_independent_partner()
    {
        Assert.Throws<ArgumentException>(() => Pairs.Marginal(Normal(1, 1), Negatives.OffDiagonal));
        Assert.Equal(1, Pairs.Marginal(Normal(1, 1), Negatives.All).Numel);
        Assert.Throws<ArgumentException>(() => Club.LeaveOneOut(Normal(1, 2), Normal(1, 2), Normal(1, 2)));
    }

    [Fact]
    public void Club_equals_the_average_over_all_pairs_and_its_samples_agree_on_average()
    {
        Tensor mean = Normal(7, 3), spread = Normal(7, 3), y = Normal(7, 3) + 1000;
        Tensor Log(Tensor m, Tensor s, Tensor v) => ((v - m).Square() * (-s).Exp() + s).Sum(-1) * -0.5;
        var naive = Log(mean, spread, y).Mean() - Log(mean.Unsqueeze(1), spread.Unsqueeze(1), y.Unsqueeze(0)).Mean();
        var value = Club.Bound(mean, spread, y).Item();
        Assert.Equal(1, naive.Item() / value, 9);
        var rolled = Enumerable.Range(0, 7).Average(k => Club.Sampled(mean, spread, y, Tensor.Arange(7, Dtype.Int64).Roll([k], [0])).Item());
        Assert.Equal(1, rolled / value, 9);
    }

    [Fact]
    public void With_the_exact_conditional_Club_is_above_and_leave_one_out_near_the_truth()
    {
        var law = new CorrelatedGaussian(4, 0.6);
        var (x, y) = law.Sample(4000, generator);
        var spread = x.FullLike(Math.Log(1 - 0.36));
        var club = Club.Bound(x * 0.6, spread, y).Item();
        Assert.InRange(club, law.MutualInformation, 1.1 * law.ClubBound);
        Assert.InRange(Club.LeaveOneOut(x.Narrow(0, 0, 1000) * 0.6, spread.Narrow(0, 0, 1000), y.Narrow(0, 0, 1000)).Item(),
            0.85 * law.MutualInformation, 1.15 * law.MutualInformation);
        Assert.Equal(0, Club.PriorDivergence(Tensor.Zeros([3, 2]), Tensor.Zeros([3, 2])).Item(), 12);
    }

    [Fact]
    public void Gaussian_pairs_have_the_correlation_they_were_asked_for()
    {
        foreach (var rho in new[] { -0.9, 0.0, 0.5 })
        {
            var (x, y) = new CorrelatedGaussian(3, rho).Sample(20_000, generator);
            Assert.Equal(rho, (x * y).Mean().Item(), 0.03);
            Assert.Equal(1, y.Square().Mean().Item(), 0.03);
        }
    }

    [Fact]
    public void The_information_gradient_never_outweighs_the_adversarial_one()
    {
        Tensor adversarial = Normal(10), large = Normal(10) * 100, small = Normal(10) * 0.01;
        Assert.Equal(adversarial.Norm(2).Item(), (adversarial - AdaptiveClipping.Combine(adversarial, large).Gradient).Norm(2).Item(), 10);
        Assert.Equal(small.Norm(2).Item(), (adversarial - AdaptiveClipping.Combine(adversarial, small).Gradient).Norm(2).Item(), 10);
        Assert.Equal(0, (adversarial - AdaptiveClipping.Combine(adversarial, small * 0).Gradient).Abs().Max().Item());
    }

    [Fact]
    public void Critics_score_pairs_like_the_diagonal_of_their_matrix()
    {
        Tensor x = Normal(5, 3).To(Dtype.Float32), y = Normal(5, 2).To(Dtype.Float32);
        foreach (Critic critic in new Critic[] { new JointCritic(3, 2, 8), new SeparableCritic(3, 2, 8, 4) })
            Assert.True((critic.Score(x, y) - critic.Matrix(x, y).Diagonal()).Abs().Max().Item() < 1e-5);
    }
}
