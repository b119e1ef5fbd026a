using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Views;

public class ViewPlanTests
{
    static readonly RandomKey Key = new(7, 0, 11, 0);

    [Fact]
    public void A_plan_without_operations_gives_the_picture_in_unit_range()
    {
        var picture = Pictures.Noise(13, 9, 3, 1);
        var view = Pictures.Render(new ViewPlan(), picture, Key);
        Assert.Equal(picture.Span.ToArray().Select(b => b / 255f), view, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_key_decides_the_view_and_neither_order_nor_workspace_matters()
    {
        var plan = new ViewPlan(new Crop(24), new Flip());
        var picture = Pictures.Noise(40, 30, 3, 2);
        var views = Enumerable.Range(0, 8).Select(v => Pictures.Render(plan, picture, Key with { View = v })).ToArray();
        for (var v = 7; v >= 0; v--)
            Assert.Equal(views[v], Pictures.Render(plan, picture, Key with { View = v }));
        Assert.NotEqual(views[0], views[1]);
    }

    [Fact]
    public void A_crop_needs_no_more_than_its_region()
    {
        var picture = Pictures.Noise(60, 50, 3, 3);
        var plan = new ViewPlan(new Crop(16, Interpolation: "bicubic"));
        for (var v = 0; v < 20; v++)
        {
            var drawn = plan.Draw(Key with { View = v }, 60, 50);
            var part = Pictures.Part(picture, drawn.Region);
            Assert.Equal(Pictures.Render(plan, picture, Key with { View = v }), Pictures.Render(plan, part, Key with { View = v }));
        }
    }

    [Fact]
    public void A_flip_done_by_the_crop_equals_a_flip_done_afterwards()
    {
        var picture = Pictures.Noise(33, 47, 3, 4);
        var fused = Pictures.Render(new ViewPlan(new Crop(20), new Flip(P: 1)), picture, Key);
        var apart = Pictures.Render(new ViewPlan(new Crop(20), new CenterCrop(20), new Flip(P: 1)), picture, Key);
        Assert.Equal(apart, fused, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void A_grey_picture_gives_one_channel_and_transparency_shows_the_background()
    {
        var grey = Pictures.Noise(10, 10, 1, 5);
        Assert.Equal(new(8, 8, 1), new ViewPlan(new CenterCrop(8)).Shape(10, 10, 1));
        Assert.Equal(64, Pictures.Render(new ViewPlan(new CenterCrop(8)), grey, Key).Length);

        var clear = new Picture(5, 5, 4);
        var plan = new ViewPlan(new Background(P: 1));
        var drawn = plan.Draw(Key, 5, 5, 4);
        var view = Pictures.Render(plan, clear, Key);
        for (var i = 0; i < view.Length; i++)
            Assert.Equal(drawn[0][i % 3], view[i], 1e-5);
    }

    [Theory]
    [InlineData("simclr"), InlineData("moco-v2"), InlineData("byol"), InlineData("swav"), InlineData("dino"), InlineData("cmc"), InlineData("infomin")]
    [InlineData("looc"), InlineData("cpc"), InlineData("emoji-edit"), InlineData("supervised-cifar"), InlineData("test")]
    public void Rendering_allocates_nothing_once_warm(string preset)
    {
        var groups = ViewPresets.Find(preset, 32);
        var picture = Pictures.Noise(50, 40, 3, 6);
        var workspace = new ViewWorkspace();
        var view = new float[groups.Max(g => g.Plan.Shape(50, 40).Length)];
        Round(300);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round(300);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round(int count)
        {
            for (var i = 0; i < count; i++)
            {
                foreach (var group in groups)
                    group.Plan.Render(picture, group.Draw(Key with { Sample = i }, i % group.Count, 50, 40), view, workspace);
            }
        }
    }

    [Fact]
    public void A_picture_decoded_in_part_and_reduced_gives_nearly_the_same_view()
    {
        var file = JpegWriter.Encode(SyntheticPhoto.Make(600, 480, new(0, 0, 1, 0)));
        var plan = new ViewPlan(new Crop(48, [0.5, 1]));
        using var decoder = new PictureDecoder();
        var info = decoder.Measure(file);
        Picture whole = new(), part = new();
        decoder.Decode(file, whole);
        var reduced = 0;
        for (var v = 0; v < 10; v++)
        {
            var drawn = plan.Draw(Key with { View = v }, 600, 480);
            var box = drawn.Region;
            decoder.Decode(file, info, new(box.X, box.Y, box.Width, box.Height), drawn.DecodeScale, part);
            reduced += part.Scale > 1 ? 1 : 0;
            var difference = Pictures.Render(plan, whole, drawn).Zip(Pictures.Render(plan, part, drawn), (a, b) => Math.Abs(a - b)).Average();
            Assert.InRange(difference, 0, 4.0 / 255);
        }
        Assert.Equal(10, reduced);
    }

    [Fact]
    public void The_decode_scale_never_goes_below_the_pixels_wanted()
    {
        var drawn = new DrawnView { Region = new(0, 0, 500, 375), TargetWidth = 96, TargetHeight = 96 };
        Assert.Equal(2, drawn.DecodeScale);
        drawn.Region = new(0, 0, 4000, 3000);
        Assert.Equal(8, drawn.DecodeScale);
        drawn.Region = new(0, 0, 100, 3000);
        Assert.Equal(1, drawn.DecodeScale);
    }
}
