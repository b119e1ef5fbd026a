using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Views;

/// <summary>Sizes that no memory holds are refused before a pointer is moved, and a crop behind a resize costs what the crop keeps.</summary>
public sealed class ViewLimitsTests
{
    static readonly RandomKey Key = new(3, 0, 5, 0);

    /// <summary>Operations with sizes that no view has; where a range refuses them, that is as good.</summary>
    static readonly Func<Augmentation>[] TooLarge =
    [
        () => new Crop(int.MaxValue), () => new Crop(1 << 20), () => new Crop(46341), () => new Crop(0), () => new Crop(-3),
        () => new Resize(int.MaxValue), () => new Resize(int.MaxValue, Square: true), () => new Resize(1 << 20, Square: true), () => new Resize(0), () => new Resize(-1, Square: true),
        () => new CenterCrop(int.MaxValue), () => new CenterCrop(65536), () => new CenterCrop(0), () => new CenterCrop(-5),
        () => new PadCrop(int.MaxValue), () => new PadCrop(1 << 16, 1 << 16), () => new PadCrop(0), () => new PadCrop(-1),
        () => new Patches(1 << 15, 1), () => new Patches(20_000, 1), () => new Patch(int.MaxValue, 1), () => new Patch(0, 1), () => new Patch(-1, 1),
        () => new Sized(int.MaxValue, int.MaxValue, 3), () => new Sized(46341, 46341, 3), () => new Sized(65536, 65536, 1), () => new Sized(1 << 25, 1, 1), () => new Sized(1 << 14, 1 << 14, 3),
        () => new Sized(-1, -1, 3), () => new Sized(0, 4, 3), () => new Sized(4, 4, 0), () => new Sized(4, 4, 5), () => new Sized(4, 4, int.MaxValue), () => new Sized(int.MinValue, 2, 3),
        () => new Sized(int.MaxValue, int.MaxValue, 3, Honest: false), () => new Sized(46341, 46341, 3, Honest: false), () => new Sized(-1, -1, 3, Honest: false),
    ];

    [Fact]
    public void A_size_that_cannot_be_is_refused()
    {
        var picture = Pictures.Noise(60, 40, 3, 1);
        foreach (var (number, make) in TooLarge.Index())
        {
            foreach (var plan in new Func<Augmentation, ViewPlan>[] { o => new(o), o => new(new Background(1), o), o => new(new Resize(50), o), o => new(new Crop(64), new Jitter(), o) })
            {
                var exception = Record.Exception(() => Pictures.Render(plan(make()), picture, Key));
                Assert.True(exception is KindredException, $"{number}: {exception}");
                Assert.True(exception is not PictureException, $"{number}: {exception}");
            }
            Assert.True(Record.Exception(() => new ViewPlan(make()).Shape(60, 40).Length) is null or KindredException);
        }
    }

    [Fact]
    public void A_padding_so_wide_that_the_window_misses_the_picture_gives_black()
    {
        foreach (var plan in new ViewPlan[] { new(new PadCrop(32, 8192)), new(new Resize(50), new PadCrop(32, 8192)) })
            Assert.All(Pictures.Render(plan, Pictures.Noise(60, 40, 3, 1), Key), x => Assert.InRange(x, 0, 1));
    }

    /// <summary>An operation of a user's own, which asks for any size and may announce another one.</summary>
    sealed record Sized(int Height, int Width, int Channels, bool Honest = true) : Augmentation
    {
        public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => true;

        public override ViewShape After(ViewShape shape) => Honest ? new(Height, Width, Channels) : shape;

        public override void Apply(Canvas canvas, in DrawnStep step) => canvas.Replace(Height, Width, Channels);
    }

    /// <summary>Steps may be set by hand: numbers out of any picture are refused or clamped, and nothing is written out of bounds.</summary>
    [Fact]
    public void Any_box_set_by_hand_is_made_or_refused()
    {
        var random = new Random(9);
        float[] odd = [0, -1, 1, 7, 40, 61, 1e9f, -1e9f, float.MaxValue, float.NaN, float.PositiveInfinity];
        var picture = Pictures.Noise(60, 40, 3, 1);
        for (var i = 0; i < 300; i++)
        {
            var numbers = Enumerable.Range(0, 4).Select(_ => odd[random.Next(odd.Length)]).ToArray();
            foreach (var operation in new Augmentation[] { new Crop(16), new PadCrop(16), new Patch(16, 4), new Cutout() })
            {
                var exception = Record.Exception(() => Pictures.Apply(operation, picture, numbers));
                Assert.True(exception is null or KindredException, $"{operation} with {string.Join(", ", numbers)}: {exception}");
            }
        }
    }

    [Fact]
    public void Batches_that_no_array_holds_are_refused_with_their_numbers()
    {
        var message = Assert.Throws<ConfigurationException>(() => new Kindred.Data.Loading.ViewBlock("v", 4096, 4096, 3, 4096)).Message;
        Assert.Contains("4096", message, StringComparison.Ordinal);
    }

    static readonly Augmentation[][] Pairs =
    [
        [new Resize(40), new CenterCrop(32)],
        [new Resize(40), new CenterCrop(33)],
        [new Resize(33, Interpolation: "bicubic"), new CenterCrop(32)],
        [new Resize(24), new CenterCrop(32)],
        [new Resize(40, Square: true), new CenterCrop(32)],
        [new Resize(200), new CenterCrop(32)],
        [new Resize(40), new PadCrop(32, 4)],
        [new Resize(30), new PadCrop(32, 40)],
        [new Resize(80), new Patch(32, 8)],
        [new Background(1), new Resize(40), new CenterCrop(31)],
        [new Resize(40), new Flip(1), new CenterCrop(31)],
        [new Resize(40), new Flip(1), new PadCrop(32, 4)],
    ];

    [Fact]
    public void A_crop_behind_a_resize_gives_the_bits_of_both_one_after_the_other()
    {
        foreach (var operations in Pairs)
        foreach (var (width, height, channels) in new[] { (57, 91, 3), (91, 57, 4), (200, 30, 1), (3, 300, 3), (64, 64, 2) })
        {
            var picture = Pictures.Noise(width, height, channels, 4);
            var plan = new ViewPlan(operations);
            var drawn = plan.Draw(Key, width, height, channels);
            var together = Pictures.Render(plan, picture, drawn);

            var before = new ViewPlan(operations[..^1]);
            var resized = before.Draw(Key, width, height, channels);
            var whole = Pictures.Render(before, picture, resized);
            var window = ((ICutsWindow)operations[^1]).Window(drawn[operations.Length - 1], resized.Shape);
            var apart = new float[drawn.Shape.Length];
            for (var i = 0; i < apart.Length; i++)
            {
                var (c, x, y) = (i % drawn.Shape.Channels, (i / drawn.Shape.Channels % window.Width) + window.X, (i / drawn.Shape.Channels / window.Width) + window.Y);
                if (x >= 0 && y >= 0 && x < resized.Shape.Width && y < resized.Shape.Height)
                    apart[i] = whole[(((y * resized.Shape.Width) + x) * drawn.Shape.Channels) + c];
            }
            Assert.Equal(apart, together);
        }
    }

    [Theory]
    [InlineData(1, 2000), InlineData(2000, 1), InlineData(1, 16384), InlineData(16384, 1), InlineData(2, 16000)]
    public void A_crop_of_a_very_long_picture_costs_little(int width, int height)
    {
        var picture = Pictures.Noise(width, height, 3, 1);
        var plan = new ViewPlan(new Resize(256), new CenterCrop(224), new Normalize());
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var view = Pictures.Render(plan, picture, Key);
        var taken = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.All(view, x => Assert.True(float.IsFinite(x)));
        Assert.True(taken < 40 << 20, $"{taken >> 20} MiB");
    }

    [Fact]
    public void A_very_long_picture_that_nothing_crops_is_one_unusable_picture()
    {
        var plan = new ViewPlan(new Resize(256), new Jitter(), new CenterCrop(224));
        Assert.Contains("crop it first", Assert.Throws<PictureException>(() => plan.Draw(Key, 1, 16384)).Message, StringComparison.Ordinal);
        Assert.Throws<PictureException>(() => new ViewPlan(new Resize(8192)).Draw(Key, 1, 16384));
        Assert.Throws<PictureException>(() => new ViewPlan(new Resize(8192), new CenterCrop(224)).Draw(Key, 1, 1 << 20));
    }

    /// <summary>A row of a wide picture no longer lies on the thread's stack.</summary>
    [Fact]
    public void A_very_wide_picture_is_blurred_on_a_small_stack()
    {
        Exception? failed = null;
        var thread = new Thread(() => failed = Record.Exception(() => Pictures.Render(new(new Blur(1)), Pictures.Noise(300_000, 3, 3, 1), Key)), 256 << 10);
        thread.Start();
        thread.Join();
        Assert.Null(failed);
    }

    /// <summary>Two planes in, two planes out: the third was once written behind them.</summary>
    [Fact]
    public void Two_channels_are_resampled_as_the_same_two_of_three()
    {
        var picture = Pictures.Noise(50, 40, 3, 2);
        foreach (var last in new Augmentation[] { new Resize(16, Square: true), new Crop(16) })
        {
            var two = Pictures.Render(new(new ColorSpace("ycbcr"), new Channels([1, 2]), last), picture, Key);
            var three = Pictures.Render(new(new ColorSpace("ycbcr"), new Flip(0), last), picture, Key);
            if (last is Resize)
                Assert.Equal(Enumerable.Range(0, 256).SelectMany(i => new[] { three[(3 * i) + 1], three[(3 * i) + 2] }), two);
        }
    }

    /// <summary>A workspace used once and dropped holds the planes until the view is written, however often memory is collected meanwhile.</summary>
    [Fact]
    public void A_workspace_that_nobody_keeps_lives_as_long_as_its_view()
    {
        var plan = new ViewPlan(new Resize(300), new CenterCrop(256), new Jitter(), new Normalize());
        var picture = Pictures.Noise(57, 91, 3, 4);
        var expected = Pictures.Render(plan, picture, Key);
        // Code that is not yet optimized keeps everything alive to the end of a method.
        for (var i = 0; i < 60; i++)
            Pictures.Render(plan, picture, Key);
        Thread.Sleep(300);
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
                GC.Collect();
        });
        collector.Start();
        try
        {
            for (var i = 0; i < 60; i++)
                Assert.Equal(expected, Pictures.Render(plan, picture, Key));
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }
}
