using Kindred.Experiments.Recipes;

namespace Kindred.Studio.Tests;

/// <summary>The pictures of the documentation: each page of folders that KINDRED_SHOWN names, in both themes, into the folder KINDRED_SHOTS.</summary>
public class ShotTests(ITestOutputHelper output)
{
    /// <summary>A page: what it shows, by the ending of its name where a certain one is meant, what it waits for, and what is done before the picture is taken.</summary>
    sealed record Shot(string Name, string Hash, string Wait, string Then = "", int Height = 800, bool Chinese = false);

    const string Curves = "document.querySelectorAll('.chart canvas').length > 4", Map = "document.querySelector('.over')?.dataset.state === 'whole'",
        Shapes = "document.querySelectorAll('.shape svg').length > 2", ToShapes = "document.querySelector('.shape').scrollIntoView()";

    static readonly Shot[] shots =
    [
        new("runs", "runs", "document.querySelector('td.name a')", "document.querySelector('details.start').remove()", 560),
        new("start", "runs", "document.querySelector('details.start')",
            "document.querySelector('details.start').open = true; document.getElementById('start-changes').value = 'train.epochs=4\\noptions.temperature=0.2';"
            + "[...document.querySelectorAll('.start button')][0].click()"),
        new("run", "runs/{runs:/simclr}", Curves),
        new("collapse", "runs/{runs:no-stop-gradient}", "document.querySelector('.alarm.collapse')"),
        new("geometry", "runs/{runs:/simclr}", Shapes, ToShapes, 640),
        new("circle", "runs/{runs:-circle}", "document.querySelectorAll('.shape svg').length > 3", "document.querySelectorAll('.shape .card')[3].scrollIntoView({ block: 'end' })"),
        new("compare", "runs/{runs:/simclr},{runs:/byol},{runs:no-stop-gradient}", Curves),
        new("studies", "studies", "document.querySelector('a.study')", Height: 640),
        new("study", "studies/{studies:augmentations}", "document.querySelector('table.heat')", Height: 640),
        new("claims", "studies/{studies:metric}", "document.querySelector('.claims')"),
        new("embeddings", "embeddings/{embeddings:}", Map, "document.getElementById('map').value = 'umap'; document.getElementById('map').dispatchEvent(new Event('change'))"),
        new("views", "views/run:{runs:/simclr}", "document.querySelector('.tile img')",
            "document.querySelector('.row').remove()"),
        new("run-zh", "runs/{runs:no-stop-gradient}", "document.querySelector('.alarm.collapse')", Chinese: true),
    ];

    [Fact]
    public async Task Pictures_of_every_page()
    {
        var (into, shown) = (Environment.GetEnvironmentVariable("KINDRED_SHOTS"), Environment.GetEnvironmentVariable("KINDRED_SHOWN"));
        Assert.SkipUnless(into is { Length: > 0 } && shown is { Length: > 0 }, "KINDRED_SHOTS=FOLDER KINDRED_SHOWN=RUNS draws the pictures of the documentation");
        BrowserTests.NeedsBrowser();
        Directory.CreateDirectory(into);
        var only = Environment.GetEnvironmentVariable("KINDRED_SHOT");
        await using var page = await new Page().Open(o => o with
        {
            Folders = [shown], Token = "correct horse", Resolve = (name, changes) => Shipped.Load(name, changes), Launch = _ => throw new InvalidOperationException("a picture starts nothing"),
        });
        await using var browser = await Browser.Open();
        await browser.Go(new Uri(page.Server.Address, page.Server.LaunchPath).ToString());
        await browser.Until("document.querySelector('.page')");
        foreach (var scheme in (string[])["light", "dark"])
        {
            await browser.Scheme(scheme);
            foreach (var shot in shots.Where(s => only is null or "" || only.Split(',').Contains(s.Name)))
            {
                if (await Resolved(browser, shot.Hash) is not { } hash) continue;
                await browser.Value($"localStorage.setItem('kindred-language', '{(shot.Chinese ? "zh" : "en")}')");
                await browser.Size(1280, shot.Height);
                await browser.Go($"{page.Server.Address}#/{hash}");
                await browser.Until(shot.Wait);
                if (shot.Then.Length > 0) await browser.Value(shot.Then);
                await Task.Delay(500);
                await browser.Until("!document.querySelector('.busy')");
                if (shot.Name == "embeddings")
                {
                    await browser.Until(Map);
                    await browser.Value("document.querySelector('.over').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))");
                }
                await Task.Delay(2500);
                var file = Path.Combine(into, $"{shot.Name}-{scheme}.png");
                await File.WriteAllBytesAsync(file, await browser.Shot());
                output.WriteLine(file);
            }
        }
        Assert.Equal([], browser.Faults);
    }

    // {runs:x} is the id of the run whose name ends in x; null where there is none.
    static async Task<string?> Resolved(Browser browser, string hash)
    {
        while (hash.Split('{', '}') is [var before, var wish, ..])
        {
            var (kind, ending) = (wish[..wish.IndexOf(':', StringComparison.Ordinal)], wish[(wish.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            var id = (string?)await browser.Value($"fetch('/api/{kind}').then(r => r.json()).then(all => all.find(p => p.name.endsWith('{ending}'))?.id)");
            if (id is null) return null;
            hash = before + id + hash[(before.Length + wish.Length + 2)..];
        }
        return hash;
    }
}
