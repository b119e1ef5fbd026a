using System.Diagnostics;

namespace Kindred.Studio.Tests;

/// <summary>Maps of many points: how soon they are there, how they move, what they hold.</summary>
/// <remarks>Chromium draws by software here. On a machine that is busy with other things frames come late whatever is drawn; then the processor's time is compared with
/// that of a map of three points in the same window, which is what it takes to put anything on the screen.</remarks>
[Collection(AloneCollection.Name)]
public class MapTests(ITestOutputHelper output)
{
    const double FrameOfThirty = 1000.0 / 30, MostOwnWork = 15;

    // Sixty steps of the wheel, and of a drag, each followed by a frame: the mean time of a frame, for the eye sees the late ones too.
    const string Frames = """
        (async () => {
          const over = document.querySelector('.over'), box = over.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
          over.setPointerCapture = () => { };
          const go = async move => {
            const times = [];
            let last = await new Promise(requestAnimationFrame);
            for (let i = 0; i < 60; i++) { move(i); const now = await new Promise(requestAnimationFrame); times.push(now - last); last = now; }
            return times.reduce((a, b) => a + b) / times.length;
          };
          const wheel = await go(i => over.dispatchEvent(new WheelEvent('wheel', { deltaY: i % 20 < 10 ? -30 : 30, clientX: x, clientY: y, cancelable: true })));
          const point = (kind, dx, dy) => over.dispatchEvent(new PointerEvent(kind, { clientX: x + dx, clientY: y + dy, pointerId: 1 }));
          point('pointerdown', 0, 0);
          const drag = await go(i => point('pointermove', 6 * (i % 20 < 10 ? i % 10 : 10 - i % 10) + 5, 3 * (i % 10)));
          point('pointerup', 5, 5);
          return [wheel, drag];
        })()
        """;

    const string Whole = "document.querySelector('.over')?.dataset.state === 'whole'";

    [Fact]
    public Task A_hundred_thousand_points_move_at_thirty_frames_a_second() => Moves(100_000);

    [Fact]
    public Task A_million_points_move_at_thirty_frames_a_second()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("KINDRED_LARGE") is { Length: > 0 }, "a minute and a gigabyte: KINDRED_LARGE=1");
        return Moves(1_000_000);
    }

    async Task Moves(int count)
    {
        BrowserTests.NeedsBrowser();
        await using var page = new Page();
        page.Cloud("few.npy", 3);
        page.Cloud("many.npy", count);
        await page.Open();
        var (few, many) = (await page.IdOf("embeddings", "few.npy"), await page.IdOf("embeddings", "many.npy"));
        await using var browser = await Browser.Open();
        await browser.Go($"{page.Server.Address}#/embeddings/{few}");
        await browser.Until(Whole);
        var floor = await Means(browser);
        var (cold, whole) = await Painted(browser, page, many);
        var (warm, again) = await Painted(browser, page, many);
        var frames = await Means(browser);
        await browser.Until(Whole);
        Assert.Equal([], browser.Faults);
        var heap = (double)(await browser.Value("performance.memory.usedJSHeapSize"))!;
        var fetched = await browser.Value("performance.getEntriesByType('resource').filter(r => r.name.includes('/points')).map(r => Math.round(r.duration)).join()");
        output.WriteLine($"{count:N0} points: fetched in {fetched} ms, first paint after {cold.TotalSeconds:0.0} s, "
            + $"all after {whole.TotalSeconds:0.0} s, a second time {warm.TotalSeconds:0.0} and {again.TotalSeconds:0.0} s; a frame "
            + $"takes {frames.Wheel:0.0} ms under the wheel and "
            + $"{frames.Drag:0.0} ms under a drag, {frames.Work:0.0} ms of processor time (three points: {floor.Wheel:0.0}, {floor.Drag:0.0}, "
            + $"{floor.Work:0.0}); {heap / (1 << 20):0} MB in the page's heap, {browser.Megabytes():0} MB in all of Chromium, "
            + $"{Environment.WorkingSet / (1 << 20)} MB in the server with this test");
        if (Math.Max(frames.Wheel, frames.Drag) > FrameOfThirty) Assert.InRange(frames.Work - floor.Work, double.MinValue, MostOwnWork);
        if (floor.Wheel < 25) Assert.InRange(cold.TotalSeconds, 0, 3);
    }

    static async Task<(TimeSpan First, TimeSpan Whole)> Painted(Browser browser, Page page, string id)
    {
        var watch = Stopwatch.StartNew();
        await browser.Go($"{page.Server.Address}#/embeddings/{id}");
        await browser.Until("document.querySelector('.over')?.dataset.state");
        var first = watch.Elapsed;
        await browser.Until(Whole);
        return (first, watch.Elapsed);
    }

    static async Task<(double Wheel, double Drag, double Work)> Means(Browser browser)
    {
        var before = browser.Worked();
        var found = (await browser.Value(Frames))!.AsArray();
        return ((double)found[0]!, (double)found[1]!, (browser.Worked() - before).TotalMilliseconds / 120);
    }
}
