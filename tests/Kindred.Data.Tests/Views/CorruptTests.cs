using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Views;

public class CorruptTests
{
    static readonly RandomKey Key = new(3, 0, 5, 0);

    public static TheoryData<string> Kinds => [.. Corrupt.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void Each_family_is_repeatable_stays_in_range_and_hurts_more_when_severe(string kind)
    {
        var picture = SyntheticPhoto.Make(32, 32, new(1, 0, 0, 0));
        var clean = Pictures.Render(new ViewPlan(), picture, Key);
        var mild = Pictures.Render(new ViewPlan(new Corrupt(kind, 1)), picture, Key);
        var severe = Pictures.Render(new ViewPlan(new Corrupt(kind, 5)), picture, Key);

        Assert.Equal(severe, Pictures.Render(new ViewPlan(new Corrupt(kind, 5)), picture, Key));
        Assert.All(severe, x => Assert.InRange(x, -1e-5f, 1 + 1e-5f));
        Assert.True(Distance(clean, mild) > 1e-6, "severity 1 does nothing");
        if (kind is not ("saturate" or "elastic_transform" or "spatter" or "snow"))           // whose severities change in kind, not only in degree
            Assert.True(Distance(clean, severe) > Distance(clean, mild), "severity 5 hurts less than severity 1");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Each_family_takes_large_and_grey_pictures(string kind)
    {
        var large = SyntheticPhoto.Make(96, 80, new(1, 0, 1, 0));
        Assert.Equal(96 * 80 * 3, Pictures.Render(new ViewPlan(new Corrupt(kind, 3)), large, Key).Count(float.IsFinite));
        var grey = Pictures.Noise(70, 66, 1, 4);
        Assert.Equal(70 * 66, Pictures.Render(new ViewPlan(new Corrupt(kind, 3)), grey, Key).Count(float.IsFinite));
    }

    static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
}
