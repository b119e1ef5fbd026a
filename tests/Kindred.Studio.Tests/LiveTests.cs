using Kindred.Data.Pictures;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;

namespace Kindred.Studio.Tests;

/// <summary>A training that is watched on the page from its first step to its report.</summary>
[Collection(AloneCollection.Name)]
public class LiveTests
{
    [Fact]
    public async Task A_run_is_watched_from_its_first_step_to_its_report_without_loading_the_page_again()
    {
        BrowserTests.NeedsBrowser();
        await using var page = new Page();
        var recipe = Recipe.Parse($"method: simclr\ndata: \"folder:{Pictures(page)}\"\nencoder: {{ name: small-resnet, width: 4, grid: 1 }}\n"
            + "views: [{ name: global, count: 2, of: [{ crop: { size: 16 } }, flip], normalize: half }]\ntrain: { epochs: 12, batch: 8, logEvery: 1, workers: 1 }",
            "made", [], binder: Parts.Binder);
        await page.Open();
        await using var browser = await Browser.Open();
        await browser.Go($"{page.Server.Address}#/runs");
        await browser.Until("document.querySelector('.page h1')");
        await browser.Value("window.first = true");
        // It goes on when the page has seen what it should see by then.
        using var seen = new SemaphoreSlim(0);
        var training = Task.Run(() => new TrainingRun(recipe, new RunOptions { Folder = Path.Combine(page.Runs, "live") }, new Stops(seen, [2, 20]), _ => { })
        {
            Finished = (_, folder) =>
            {
                Directory.CreateDirectory(Path.Combine(folder.Path, "eval"));
                File.WriteAllText(Path.Combine(folder.Path, "eval", "knn.json"), """{"protocol":"knn","metrics":{"accuracy":87.5},"settings":{}}""");
            },
        }.Run());
        try
        {
            await browser.Until("document.querySelector('.pill.running') && document.querySelector('td.name a')?.textContent === 'live'");
            await browser.Value("document.querySelector('td.name a').click()");
            await browser.Until("document.querySelector('.pill.running') && document.querySelector('.chart .value')?.textContent.length > 1");
            Assert.Equal(0, (int)(await browser.Value("document.querySelectorAll('.card.small').length"))!);
            seen.Release();
            await browser.Until("/step (1[5-9]|20) /.test(document.querySelector('.head .hint').textContent)");
            seen.Release();
            await browser.Until("document.querySelector('.pill.finished') && document.querySelector('.card.small')?.textContent.includes('87.5')");
            await browser.Until("document.querySelectorAll('.shape svg.drawn').length > 2");
            Assert.True((bool)(await browser.Value("window.first === true"))!);
            Assert.Equal([], browser.Faults);
        }
        finally { seen.Release(2); }
        Assert.True((await training).Finished);
    }

    static string Pictures(Page page)
    {
        var folder = Path.Combine(page.Runs, "..", "squares");
        var random = new Random(1);
        for (var i = 0; i < 32; i++)
        {
            Directory.CreateDirectory(Path.Combine(folder, $"c{i % 2}"));
            var picture = new Picture(16, 16, 3);
            random.NextBytes(picture.Span);
            PngWriter.Write(Path.Combine(folder, $"c{i % 2}", $"{i}.png"), picture);
        }
        return folder;
    }

    sealed class Stops(SemaphoreSlim seen, HashSet<int> at) : IProgress<TrainingProgress>
    {
        int steps;

        public void Report(TrainingProgress value)
        {
            if (at.Contains(++steps)) seen.Wait(TimeSpan.FromMinutes(2));
        }
    }
}
