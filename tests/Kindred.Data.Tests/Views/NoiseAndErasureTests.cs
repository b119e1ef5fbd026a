using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Views;

/// <summary>Operations that add noise or take pixels away: size, range, share of changed pixels, and nothing but the key decides.</summary>
public class NoiseAndErasureTests
{
    static readonly RandomKey Key = new(5, 1, 9, 0);

    static readonly Picture Middle = Even(40, 30, 128);

    public static TheoryData<string> Operations => ["noise", "cutout", "erase", "padCrop"];

    [Theory, MemberData(nameof(Operations))]
    public void The_key_decides_the_view_and_values_stay_in_the_unit_range(string name)
    {
        var plan = new ViewPlan(Make(name));
        var picture = Pictures.Noise(40, 30, 3, 21);
        var views = Enumerable.Range(0, 6).Select(v => Pictures.Render(plan, picture, Key with { View = v })).ToArray();
        for (var v = 5; v >= 0; v--)
            Assert.Equal(views[v], Pictures.Render(plan, picture, Key with { View = v }));
        Assert.Contains(views, v => !v.SequenceEqual(views[0]));
        Assert.All(views.SelectMany(v => v), value => Assert.InRange(value, 0, 1));
    }

    [Theory, MemberData(nameof(Operations))]
    public void Only_a_padded_crop_changes_the_size(string name) =>
        Assert.Equal(name == "padCrop" ? new(24, 24, 3) : new(30, 40, 3), new ViewPlan(Make(name)).Shape(40, 30, 3));

    [Fact]
    public void Noise_has_its_deviation_no_mean_and_is_clipped()
    {
        var differences = Pictures.Render(new ViewPlan(new Noise(Sigma: 0.1, P: 1)), Even(200, 100, 128), Key).Select(v => v - (128 / 255.0)).ToArray();
        Assert.InRange(differences.Average(), -0.003, 0.003);                                   // 7 standard errors
        Assert.InRange(Math.Sqrt(differences.Average(d => d * d)), 0.098, 0.102);
        var dark = Pictures.Render(new ViewPlan(new Noise(Sigma: 0.1, P: 1)), Even(200, 100, 0), Key);
        Assert.InRange(dark.Count(v => v == 0) / (double)dark.Length, 0.48, 0.52);
    }

    [Fact]
    public void How_often_noise_and_erasure_happen_is_their_probability()
    {
        foreach (var operation in new Augmentation[] { new Noise(P: 0.25), new Erase(P: 0.25), new Cutout(P: 0.25) })
        {
            var plan = new ViewPlan(operation);
            var applied = Enumerable.Range(0, 2000).Count(i => plan.Draw(Key with { Sample = i }, 40, 30)[0].Applied);
            Assert.InRange(applied / 2000.0, 0.20, 0.30);                                       // 5 standard errors
        }
    }

    [Fact]
    public void Cutout_blanks_at_most_its_square_and_a_quarter_of_it_at_a_corner()
    {
        var plan = new ViewPlan(new Cutout(Side: 0.5));
        var counts = Enumerable.Range(0, 400).Select(v => Blank(Pictures.Render(plan, Middle, Key with { View = v }))).ToArray();
        Assert.Equal(15 * 15, counts.Max());
        Assert.InRange(counts.Min(), 7 * 7, 10 * 10);
        Assert.All(counts, c => Assert.InRange(c, 7 * 7, 15 * 15));
    }

    [Fact]
    public void Erasing_blanks_one_rectangle_of_a_share_within_its_scale()
    {
        var plan = new ViewPlan(new Erase(P: 1));
        for (var v = 0; v < 300; v++)
        {
            var drawn = plan.Draw(Key with { View = v }, 40, 30);
            var step = drawn[0];
            if (!step.Applied)
                continue;                                                                       // ten tries did not fit, as in torchvision
            var blank = Blank(Pictures.Render(plan, Middle, drawn));
            Assert.Equal((int)(step[2] * step[3]), blank);
            Assert.InRange(blank / 1200.0, 0.015, 0.35);                                        // whole pixels blur the limits
            Assert.InRange(step[0] + step[2], 0, 40);
            Assert.InRange(step[1] + step[3], 0, 30);
        }
    }

    [Fact]
    public void Erasing_fills_with_the_value_it_is_given_and_refuses_a_scale_that_is_none()
    {
        var view = Pictures.Render(new ViewPlan(new Erase(P: 1, Fill: 1)), Middle, Key);
        Assert.Equal([128 / 255f, 1f], view.Distinct().Order());
        Assert.Contains("scale", Assert.Throws<ConfigurationException>(() => new Erase(Scale: [0.5, 0.1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_padded_crop_shows_the_picture_moved_by_at_most_the_padding_and_black_around_it()
    {
        var picture = Pictures.Noise(32, 32, 3, 22);
        foreach (ref var b in picture.Span)
            b = Math.Max(b, (byte)1);                                                           // so that black is the padding's alone
        var plan = new ViewPlan(new PadCrop(32, 4));
        var places = new HashSet<(int, int)>();
        for (var v = 0; v < 300; v++)
        {
            var drawn = plan.Draw(Key with { View = v }, 32, 32);
            var (left, top) = ((int)drawn[0][0], (int)drawn[0][1]);
            places.Add((left, top));
            Assert.InRange(left, -4, 4);
            Assert.InRange(top, -4, 4);
            var view = Pictures.Render(plan, picture, drawn);
            Assert.Equal(1024 - ((32 - Math.Abs(left)) * (32 - Math.Abs(top))), Blank(view));
            int x = Math.Max(0, -left), y = Math.Max(0, -top);
            Assert.Equal(picture.Row(y + top)[(x + left) * 3] / 255f, view[((y * 32) + x) * 3], 1e-6f);
        }
        Assert.InRange(places.Count, 75, 81);                                                   // of 81 places
    }

    static Augmentation Make(string name) => name switch
    {
        "noise" => new Noise(P: 1),
        "cutout" => new Cutout(),
        "erase" => new Erase(P: 1),
        _ => new PadCrop(24, 4),
    };

    static Picture Even(int width, int height, byte value)
    {
        var picture = new Picture(width, height, 3);
        picture.Span.Fill(value);
        return picture;
    }

    static int Blank(float[] view) => view.Chunk(3).Count(pixel => pixel is [0, 0, 0]);
}
