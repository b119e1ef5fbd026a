using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Views;

/// <summary>What the operations draw follows the distributions that the papers state.</summary>
public class DrawDistributionTests
{
    const int Many = 20_000;

    [Fact]
    public void Crops_have_uniform_area_and_log_uniform_aspect_within_bounds()
    {
        var draws = Draws(new Crop(32, [0.2, 0.6]), 1000, 1000);
        var areas = draws.Select(d => d[2] * d[3] / 1e6).ToArray();
        var aspects = draws.Select(d => Math.Log(d[2] / d[3])).ToArray();
        AssertUniform(areas, 0.2, 0.6);
        AssertUniform(aspects, Math.Log(3.0 / 4), Math.Log(4.0 / 3));
        Assert.All(draws, d => Assert.True(d[0] >= 0 && d[1] >= 0 && d[0] + d[2] <= 1000 && d[1] + d[3] <= 1000));
    }

    [Fact]
    public void A_crop_that_cannot_fit_falls_back_to_the_largest_centred_box()
    {
        var drawn = Draws(new Crop(32, [1, 1]), 1000, 100, 50);
        Assert.All(drawn, d => Assert.Equal((433, 0, 133, 100), ((int)d[0], (int)d[1], (int)d[2], (int)d[3])));
    }

    [Fact]
    public void Jitter_factors_are_uniform_and_the_order_is_any()
    {
        var draws = Draws(new Jitter(0.8), 8, 8);
        AssertUniform(draws.Select(d => (double)d[0]), 0.2, 1.8);
        AssertUniform(draws.Select(d => (double)d[1]), 0.2, 1.8);
        AssertUniform(draws.Select(d => (double)d[2]), 0.2, 1.8);
        AssertUniform(draws.Select(d => (double)d[3]), -0.2, 0.2);
        Assert.Equal(24, draws.Select(d => (d[4], d[5], d[6], d[7])).Distinct().Count());
        AssertShare(0.8, draws);
        AssertUniform(Draws(new Jitter(0.8, Additive: true), 8, 8).Select(d => (double)d[0]), -0.8, 0.8);
        AssertUniform(Draws(new Jitter(2), 8, 8).Select(d => (double)d[1]), 0, 3);
    }

    [Fact]
    public void Chances_are_kept()
    {
        AssertShare(0.5, Draws(new Flip(), 8, 8));
        AssertShare(0.2, Draws(new Gray(), 8, 8));
        AssertShare(0.1, Draws(new Blur(0.1), 8, 8));
        AssertShare(0.2, Draws(new Solarize(), 8, 8));
        AssertShare(0.5, Draws(new Background(), 8, 8));
        AssertShare(0.25, [.. Draws(new Rotate(), 8, 8).Select(d => { d.Applied = d[0] == 3; return d; })]);
    }

    [Fact]
    public void Blur_and_affine_draw_what_they_say()
    {
        AssertUniform(Draws(new Blur(), 8, 8).Select(d => (double)d[0]), 0.1, 2);
        var affine = Draws(new Affine(30, [0.6, 1.1], 0.15, 0.15), 100, 200);
        AssertUniform(affine.Select(d => (double)d[0]), -30, 30);
        AssertUniform(affine.Select(d => Math.Log(d[1] * d[2]) / 2), Math.Log(0.6), Math.Log(1.1));
        AssertUniform(affine.Select(d => Math.Log(d[1] / d[2])), -0.15, 0.15);
        AssertUniform(affine.Select(d => (double)d[3]), -15, 15);
        AssertUniform(affine.Select(d => (double)d[4]), -30, 30);
    }

    [Fact]
    public void Leave_one_out_copies_one_draw_and_redraws_all_others()
    {
        var plan = new ViewPlan(new Crop(16), new Jitter(0.8, P: 1), new Rotate());
        var group = new LeaveOneOut("views", plan, "jitter", "rotate");
        var key = new RandomKey(1, 0, 0, 4);
        Assert.Equal(4, group.Count);
        int sameJitter = 0, sameTurn = 0;
        for (var sample = 0; sample < 400; sample++)
        {
            var views = Enumerable.Range(0, 4).Select(v => group.Draw(key with { Sample = sample }, v, 64, 64)).ToArray();
            Assert.Equal(views[0][1][1], views[2][1][1]);
            Assert.Equal(views[0][2][0], views[3][2][0]);
            Assert.NotEqual(views[0][1][1], views[1][1][1]);
            Assert.NotEqual(views[0][1][1], views[3][1][1]);
            sameJitter += views[0].Region == views[2].Region ? 1 : 0;
            sameTurn += views[0][2][0] == views[2][2][0] ? 1 : 0;
        }
        Assert.InRange(sameJitter, 0, 3);                   // the crop is drawn afresh
        Assert.InRange(sameTurn, 60, 140);                  // one in four by chance
        Assert.Throws<ConfigurationException>(() => new LeaveOneOut("views", plan, "blur"));
    }

    [Fact]
    public void Groups_number_their_views_and_may_repeat_each_others_draws()
    {
        var cmc = ViewPresets.CMC(16);
        var first = ViewGroup.FirstViews(cmc);
        Assert.Equal([0, 0], first);
        var key = new RandomKey(2, 0, 9, 0);
        Assert.Equal(cmc[0].Draw(key with { View = first[0] }, 0, 50, 40).Region, cmc[1].Draw(key with { View = first[1] }, 0, 50, 40).Region);
        Assert.Equal([0, 1, 2], ViewGroup.FirstViews(ViewPresets.DINO()));
        Assert.Equal(new(16, 16, 2), cmc[1].Plan.Shape(50, 40));
    }

    [Fact]
    public void Every_preset_renders_every_view_in_the_shape_it_announces()
    {
        var picture = SyntheticPhoto.Make(80, 60, new(0, 0, 0, 0));
        foreach (var name in ViewPresets.All.Keys)
        {
            foreach (var group in ViewPresets.Find(name, 32))
            {
                for (var view = 0; view < group.Count; view++)
                {
                    var drawn = group.Draw(new(1, 0, 0, 0), view, 80, 60);
                    Assert.Equal(group.Plan.Shape(80, 60), drawn.Shape);
                    var made = Pictures.Render(group.Plan, picture, drawn);
                    Assert.All(made, x => Assert.True(float.IsFinite(x)));
                    Assert.Equal(group.Plan.Operations.Count, group.Plan.Describe(drawn).Count(c => c == '\n'));
                }
            }
        }
    }

    static DrawnStep[] Draws(Augmentation operation, int width, int height, int count = Many)
    {
        var steps = new DrawnStep[count];
        for (var i = 0; i < count; i++)
        {
            var draws = new RandomKey(17, 0, i, 0).Draws();
            steps[i].Applied = operation.Draw(ref draws, new(height, width, 3), ref steps[i]);
        }
        return steps;
    }

    static void AssertShare(double probability, DrawnStep[] steps)
    {
        var deviation = Math.Sqrt(probability * (1 - probability) / steps.Length);
        Assert.InRange(steps.Average(s => s.Applied ? 1.0 : 0), probability - (5 * deviation), probability + (5 * deviation));
    }

    /// <summary>Kolmogorov and Smirnov: the greatest distance from the uniform distribution, at a level of about one in a million.</summary>
    static void AssertUniform(IEnumerable<double> values, double low, double high)
    {
        var sorted = values.Select(v => (v - low) / (high - low)).Order().ToArray();
        var worst = sorted.Select((v, i) => Math.Max(Math.Abs(v - ((double)i / sorted.Length)), Math.Abs(v - ((i + 1.0) / sorted.Length)))).Max();
        Assert.True(worst < 2.7 / Math.Sqrt(sorted.Length), $"distance {worst:g3} from uniform on [{low}, {high}]");
    }
}
