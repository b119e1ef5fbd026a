namespace Kindred.Studio.Tests;

/// <summary>The pictures of the documentation: each page of folders that KINDRED_SHOWN names, in both themes, into the folder KINDRED_SHOTS.</summary>
public class ShotTests(ITestOutputHelper output)
{
    // A page, what it waits for, and what is done before the picture is taken.
    static readonly (string Name, string Hash, string Wait, string Then)[] pages =
    [
        ("runs", "runs", "document.querySelector('td.name a')", ""),
        ("run", "runs/{runs}", "document.querySelectorAll('.chart canvas').length > 4", ""),
        ("geometry", "runs/{runs}", "document.querySelectorAll('.shape svg').length > 2", "document.querySelector('.shape').scrollIntoView()"),
        ("compare", "runs/{several}", "document.querySelectorAll('.chart canvas').length > 4", ""),
        ("studies", "studies", "document.querySelector('a.study')", ""),
        ("study", "studies/{studies}", "document.querySelector('.claims, table.heat')", ""),
        ("embeddings", "embeddings/{embeddings}", "document.querySelector('.over')?.dataset.state === 'whole'",
            "document.querySelector('.over').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))"),
        ("views", "views/run:{runs}", "document.querySelector('.tile img')", ""),
    ];

    [Fact]
    public async Task Pictures_of_every_page()
    {
        var (into, shown) = (Environment.GetEnvironmentVariable("KINDRED_SHOTS"), Environment.GetEnvironmentVariable("KINDRED_SHOWN"));
        Assert.SkipUnless(into is { Length: > 0 } && shown is { Length: > 0 }, "KINDRED_SHOTS=FOLDER KINDRED_SHOWN=RUNS draws the pictures of the documentation");
        BrowserTests.NeedsBrowser();
        Directory.CreateDirectory(into);
        await using var page = await new Page().Open(o => o with { Folders = [shown] });
        var ids = new Dictionary<string, string>();
        foreach (var kind in (string[])["runs", "studies", "embeddings"])
        {
            var all = (await page.Json($"/api/{kind}")).AsArray().Where(p => kind != "runs"
                || !((string)p!["name"]!).Contains("/cells/", StringComparison.Ordinal)).Select(p => (string)p!["id"]!).ToArray();
            if (all.Length > 0) ids[kind] = all[^1];
            if (kind == "runs") ids["several"] = string.Join(',', all.Take(4));
        }
        await using var browser = await Browser.Open();
        foreach (var scheme in (string[])["light", "dark"])
        {
            await browser.Scheme(scheme);
            foreach (var (name, hash, wait, then) in pages)
            {
                var key = hash.Split('{', '}') is [_, var asked, _] ? asked : null;
                if (key is not null && !ids.ContainsKey(key)) continue;
                await browser.Go($"{page.Server.Address}#/{(key is null ? hash : hash.Replace($"{{{key}}}", ids[key], StringComparison.Ordinal))}");
                await browser.Until(wait);
                if (then.Length > 0) await browser.Value(then);
                await Task.Delay(2500);
                var file = Path.Combine(into, $"{name}-{scheme}.png");
                await File.WriteAllBytesAsync(file, await browser.Shot());
                output.WriteLine(file);
            }
        }
        Assert.Equal([], browser.Faults);
    }
}
