using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kindred.Data.Files;
using Kindred.Data.Loading;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Loading;

public sealed class LoaderTests
{
    static readonly ViewGroup[] TwoViews = [new("global", 2, new ViewPlan(new Crop(24), new Flip(), new Jitter(), new Gray(), new Normalize())), new("local", 1, new ViewPlan(new Crop(12)))];

    static readonly LoaderOptions Options = new() { BatchSize = 8, Seed = 5, Workers = 0 };

    [Fact]
    public void The_stream_is_the_same_for_any_number_of_workers()
    {
        using var scratch = new Scratch();
        using var pictures = Folder(scratch, 61, bad: [3, 40]);
        var streams = new[] { 0, 1, 2, 4, 7 }.Select(workers => Hash(pictures, Options with { Workers = workers, Prefetch = 1 + (workers % 3) }, [0, 1, 2])).ToArray();
        Assert.All(streams, stream => Assert.Equal(streams[0], stream));
        Assert.NotEqual(streams[0], Hash(pictures, Options with { Seed = 6 }, [0, 1, 2]));
        Assert.NotEqual(streams[0], Hash(pictures, Options, [0, 1, 3]));
    }

    [Fact]
    public void An_epoch_started_in_the_middle_is_the_tail_of_the_whole_and_decodes_nothing_before()
    {
        var pictures = new Counting(100);
        using var loader = new Loader(pictures, TwoViews, Options);
        var whole = loader.Epoch(3).Select(Snapshot).ToArray();
        var reads = pictures.Reads;
        var tail = loader.Epoch(3, skip: 9).Select(Snapshot).ToArray();
        Assert.Equal(whole[9..], tail);
        Assert.Equal(3 * 8, pictures.Reads - reads);
    }

    [Fact]
    public void An_epoch_shows_every_picture_once_in_an_order_of_its_own()
    {
        using var loader = new Loader(new Counting(50), TwoViews, Options with { DropLast = false });
        var first = loader.Epoch(0).SelectMany(batch => batch.Index.ToArray()).ToArray();
        var second = loader.Epoch(1).SelectMany(batch => batch.Index.ToArray()).ToArray();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), first.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(7, loader.BatchesPerEpoch);
        using var plain = new Loader(new Counting(50), TwoViews, Options with { Shuffle = false });
        Assert.Equal(Enumerable.Range(0, 48).Select(i => (long)i), plain.Epoch(0).SelectMany(batch => batch.Index.ToArray()));
    }

    [Fact]
    public void A_given_order_is_followed_and_a_second_coming_looks_different()
    {
        using var loader = new Loader(new Counting(50), TwoViews, Options with { Workers = 2 });
        var views = new List<float[]>();
        var seen = new List<long[]>();
        foreach (var batch in loader.Epoch(0, order: [[4, 9, 4], [4], [49, 0]]))
        {
            seen.Add(batch.Index.ToArray());
            views.AddRange(Enumerable.Range(0, batch.Count).Select(i => batch.Views[0][i].ToArray()));
        }
        Assert.Equal([[4, 9, 4], [4], [49, 0]], seen);
        Assert.NotEqual(views[0], views[2]);
        Assert.NotEqual(views[2], views[3]);
        Assert.Throws<ConfigurationException>(() => loader.Epoch(0, order: [[50]]).Count());
        Assert.Throws<ConfigurationException>(() => loader.Epoch(0, order: [[]]).Count());
    }

    /// <summary>R12: the good ones keep their places, the bad ones are replaced, counted and listed; beyond the budget the loader stops.</summary>
    [Fact]
    public void Unusable_pictures_are_replaced_up_to_the_budget()
    {
        using var scratch = new Scratch();
        int[] broken = [2, 30, 77];
        using var pictures = Folder(scratch, 100, broken);
        using var clean = new Scratch();
        using var whole = Folder(clean, 100, []);
        using var loader = new Loader(pictures, TwoViews, Options with { DropLast = false, Workers = 2 });
        using var reference = new Loader(whole, TwoViews, Options with { DropLast = false });
        var got = loader.Epoch(0).SelectMany(batch => batch.Index.ToArray()).ToArray();
        var expected = reference.Epoch(0).SelectMany(batch => batch.Index.ToArray()).ToArray();
        for (var i = 0; i < 100; i++)
        {
            if (broken.Contains((int)expected[i]))
                Assert.DoesNotContain((int)got[i], broken);
            else
                Assert.Equal(expected[i], got[i]);
        }
        Assert.Equal(broken, loader.Bad.Select(sample => sample.Index).Order());
        loader.WriteBad(scratch["bad.jsonl"]);
        Assert.Equal(3, File.ReadAllLines(scratch["bad.jsonl"]).Length);

        using var strict = new Loader(pictures, TwoViews, Options with { BadBudget = 0.02 });
        var failure = Assert.Throws<DataException>(() => strict.Epoch(0).Count());
        Assert.Contains("3 of the 100", failure.Message, StringComparison.Ordinal);
        Assert.True(strict.Idle);
    }

    /// <summary>R20: an operation that throws reaches the asker at its batch, the same for any number of workers, and the loader goes on.</summary>
    [Theory, InlineData(0), InlineData(1), InlineData(8)]
    public void A_failing_operation_is_not_lost(int workers)
    {
        ViewGroup[] groups = [new("x", 1, new ViewPlan(new Crop(8), new FailsAt(33)))];
        using var loader = new Loader(new Counting(80), groups, Options with { Workers = workers, Shuffle = false });
        var delivered = 0;
        var failure = Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (var batch in loader.Epoch(0))
                delivered++;
        });
        Assert.Equal(("sample 33", 4), (failure.Message, delivered));
        Assert.True(loader.Idle);
        Assert.Equal(4, loader.Epoch(0, skip: 6).Count());
    }

    /// <summary>R20 and must-show 3: 200 cancels at random moments, by token and by leaving the loop.</summary>
    [Fact]
    public void Cancelling_at_any_moment_leaves_no_worker_busy_and_no_batch_out()
    {
        using var loader = new Loader(new Counting(400), TwoViews, Options with { Workers = 8 });
        var random = new Random(11);
        var live = GC.GetTotalMemory(true);
        for (var i = 0; i < 200; i++)
        {
            using var cancel = new CancellationTokenSource();
            var (after, leave) = (random.Next(0, 2000), random.Next(0, 60));
            var trigger = new Thread(() =>
            {
                Thread.SpinWait(after * 50);
                cancel.Cancel();
            });
            trigger.Start();
            try
            {
                foreach (var batch in loader.Epoch(i, cancel: cancel.Token))
                {
                    if (batch.Number == leave)
                        break;
                }
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancel.IsCancellationRequested);
            }
            Assert.True(loader.Idle);
            trigger.Join();
        }
        Assert.Equal(50, loader.Epoch(0).Count());
        Assert.True(GC.GetTotalMemory(true) - live < 1 << 20, "memory grew");
    }

    [Fact]
    public void A_picture_costs_no_allocation()
    {
        using var scratch = new Scratch();
        using var pictures = Folder(scratch, 64, []);
        using var loader = new Loader(pictures, TwoViews, Options); // on this thread, so that other tests' memory does not count
        _ = loader.Epoch(0).Count();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var epoch = 1; epoch <= 5; epoch++)
            _ = loader.Epoch(epoch).Count();
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / (5.0 * 64);
        Assert.True(each < 60, $"{each:F0} bytes a picture"); // an epoch's own few objects, shared by 64 pictures
    }

    [Fact]
    public void Pictures_that_give_views_of_different_sizes_are_refused_by_name()
    {
        using var scratch = new Scratch();
        scratch.Write("a.jpg", Encoded.Jpeg(Encoded.Photo(20, 20)));
        scratch.Write("b.jpg", Encoded.Jpeg(Encoded.Photo(30, 20)));
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        using var loader = new Loader(pictures, [new("x", 1, new ViewPlan())], Options with { BatchSize = 2 });
        var message = Assert.Throws<DataException>(() => loader.Epoch(0).Count()).Message;
        Assert.Contains("b.jpg (30×20)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_and_empty_epochs_are_refused()
    {
        Assert.Throws<ConfigurationException>(() => new Loader(new Counting(9), TwoViews, new() { BatchSize = 0 }));
        Assert.Throws<ConfigurationException>(() => new Loader(new Counting(9), []));
        Assert.Contains("do not fill one batch", Assert.Throws<DataException>(() => new Loader(new Counting(9), TwoViews).Epoch(0).Count()).Message, StringComparison.Ordinal);
    }

    static FilePictures Folder(Scratch scratch, int count, int[] bad)
    {
        for (var i = 0; i < count; i++)
        {
            var bytes = i % 3 == 0 ? Encoded.Png(Encoded.Photo(32 + (i % 5), 30, i)) : Encoded.Jpeg(Encoded.Photo(32 + (i % 7), 30, i));
            scratch.Write($"{(i % 2 == 0 ? "even" : "odd")}/{i:D4}.jpg", bad.Contains(Place(i, count)) ? bytes.AsSpan(0, bytes.Length / 3) : bytes);
        }
        return FilePictures.OpenFolder(scratch.Path);
    }

    /// <summary>Where the i-th file lands in byte order: even ones first.</summary>
    static int Place(int i, int count) => i % 2 == 0 ? i / 2 : ((count + 1) / 2) + (i / 2);

    static string Hash(IPictures pictures, LoaderOptions options, int[] epochs)
    {
        using var loader = new Loader(pictures, TwoViews, options);
        return string.Join(' ', epochs.SelectMany(epoch => loader.Epoch(epoch).Select(Snapshot)));
    }

    static string Snapshot(RawBatch batch)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(batch.Index));
        hash.AppendData(MemoryMarshal.AsBytes(batch.Labels));
        foreach (var view in batch.Views)
            hash.AppendData(MemoryMarshal.AsBytes(view.Memory.AsSpan(0, batch.Count * view.Length)));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    sealed record FailsAt(long Sample) : Augmentation
    {
        public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
        {
            step.Noise = draws.LongBits();
            return true;
        }

        public override void Apply(Canvas canvas, in DrawnStep step)
        {
            var failing = new RandomKey(5, 0, Sample, 0).Draws(1);
            if (step.Noise == failing.LongBits())
                throw new InvalidOperationException($"sample {Sample}");
        }
    }

    /// <summary>Pictures made of their number, and a count of how often they were read.</summary>
    internal sealed class Counting(int count) : IPictures
    {
        int reads;

        public int Reads => reads;

        public string Description => "made";

        public int Count => count;

        public IReadOnlyList<string> Classes => [];

        public string Name(int index) => $"picture {index}";

        public int Label(int index) => -1;

        public FileStamp Stamp(int index) => default;

        public PictureReader Open() => new Reader(this);

        public void Dispose() { }

        sealed class Reader(Counting source) : PictureReader
        {
            int current;

            public override PictureInfo Measure(int index)
            {
                current = index;
                return new(PictureFormat.Raw, 32, 32, 3);
            }

            public override void Decode(Region region, int scale, Picture into)
            {
                Interlocked.Increment(ref source.reads);
                into.Reset(32, 32, 3);
                var pixels = into.Span;
                for (var i = 0; i < pixels.Length; i++)
                    pixels[i] = (byte)((i * 7) + (current * 13));
            }
        }
    }
}
