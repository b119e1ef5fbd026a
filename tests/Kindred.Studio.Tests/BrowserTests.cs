namespace Kindred.Studio.Tests;

/// <summary>Every page in a real browser, in both themes and with names that want to be scripts.</summary>
public class BrowserTests
{
    // KINDRED_BROWSER=must lets eng/prepare fetch one and fails where there is none, KINDRED_BROWSER=no leaves these tests out.
    internal static void NeedsBrowser()
    {
        var wish = Environment.GetEnvironmentVariable("KINDRED_BROWSER");
        Assert.SkipWhen(wish is "no" or "0", "KINDRED_BROWSER=no");
        if (wish == "must") Assert.NotNull(Browser.Program);
        Assert.SkipUnless(Browser.Program is not null, "there is no Chromium on this machine (apt-get install chromium)");
    }

    static async Task<(Page Page, string[] Hashes, string[] Names)> Evil()
    {
        var page = new Page();
        var run = page.Run("\"><img src=x onerror=alert(1)>", "failed", recipe: "method: \"<script>alert(2)</script>\"\ntitle: \"javascript:alert(3)\"\n", message: Page.Evil);
        Directory.CreateDirectory(Path.Combine(run, "eval"));
        File.WriteAllText(Path.Combine(run, "eval", "knn.json"), """{"protocol":"knn","metrics":{"\"><img src=x onerror=alert(4)>":1},"settings":{}}""");
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), "{\"step\":2,\"epoch\":1,\"loss\":1,\"<svg/onload=alert(5)>\":3}\n");
        page.Run("other", "running");
        foreach (var (text, i) in Page.Evils.Select((e, i) => (e, i)))
        {
            // A name in a folder cannot hold a slash; everything else can.
            var own = page.Run($"{i} {text.Replace('/', ' ')}", "failed", recipe: $"method: {Quoted(text)}\ntitle: {Quoted(text)}\ntrain: {{ epochs: {i} }}\n", message: text);
            File.AppendAllText(Path.Combine(own, "metrics.jsonl"), $"{{\"step\":2,\"epoch\":1,\"loss\":1,{Quoted(text)}:3}}\n");
            File.WriteAllText(Path.Combine(own, "overrides.txt"), text);
        }
        page.Study();
        File.WriteAllText(Path.Combine(page.Runs, "study", "study.json"), $$"""
            {"study":"study","title":{{Quoted(Page.Evils[0])}},"claim":{{Quoted(Page.Evils[1])}},"paper":{{Quoted(Page.Evils[4])}},"cells":[{}],
            "holds":[{{string.Join(',', Page.Evils.Select(e => $$"""{"claim":{{Quoted(e)}},"holds":true,"text":{{Quoted(e)}}}"""))}}],
            "failures":[{"cell":{{Quoted(Page.Evils[2])}},"seed":0,"error":{{Quoted(Page.Evils[3])}}}]}
            """);
        File.WriteAllText(Path.Combine(page.Runs, "study", "table.md"), $"# x\n\n| cell | knn |\n| --- | --: |\n{string.Concat(Page.Evils.Select(e => $"| {e} | 1.0 |\n"))}");
        page.Vectors();
        page.Grid();
        File.WriteAllText(Path.Combine(page.Runs, "evil.csv"), $"name,\"\"\"><img src=x onerror=alert(6)>\"\na.png,\"{Page.Evil.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n");
        File.WriteAllText(Path.Combine(run, "geometry.jsonl"), "{\"step\":1,\"reason\":\"<img src=x onerror=alert(7)>\"}\n");
        page.Cloud("evil-labels.npy", Page.Evils.Count);
        File.WriteAllText(Path.Combine(page.Runs, "evil-labels.npy.names.csv"), "name,label\n" + string.Concat(Page.Evils.Select((e, i) => $"{Cell($"{i}{e}")},{Cell(e)}\n")));
        var pictures = Path.Combine(page.Runs, "..", "pictures");
        await page.Open(o => o with { Data = $"folder:{pictures}" });
        var twelve = (await page.Json("/api/runs")).AsArray().Where(r => char.IsAsciiDigit(((string)r!["name"]!)[0])).Select(r => (string)r!["id"]!).ToArray();
        Assert.Equal(12, twelve.Length);
        var (evil, other) = (await page.IdOf("runs", "\"><img src=x onerror=alert(1)>"), await page.IdOf("runs", "other"));
        return (page, ["#/runs", $"#/runs/{evil}", $"#/runs/{evil},{other}", "#/studies", $"#/studies/{await page.IdOf("studies", "study")}",
            $"#/studies/{await page.IdOf("studies", "grid")}", "#/embeddings", $"#/embeddings/{await page.IdOf("embeddings", "v.npy")}",
            "#/views", $"#/views/run:{other}"], [$"#/runs/{string.Join(',', twelve)}", $"#/embeddings/{await page.IdOf("embeddings", "evil-labels.npy")}"]);
    }

    static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    static string Cell(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [Fact]
    public async Task Every_page_in_both_themes_and_languages_draws_without_an_error_and_runs_nobody_s_script()
    {
        NeedsBrowser();
        var (page, hashes, names) = await Evil();
        await using var _ = page;
        await using var browser = await Browser.Open();
        var grounds = new HashSet<string>();
        foreach (var scheme in (string[])["light", "dark"])
        {
            await browser.Scheme(scheme);
            // What a name does is the same in both themes.
            foreach (var hash in scheme == "light" ? [.. hashes, .. names] : hashes)
            {
                await browser.Go($"{page.Server.Address}{hash}");
                await browser.Until("document.querySelector('.page h1') && !document.querySelector('.busy')");
                Assert.Equal(0, (int)(await browser.Value("document.querySelectorAll('img[src=\"x\"], main script, main [onload], main [onerror]').length"))!);
                Assert.Equal(0, (int)(await browser.Value("document.querySelectorAll('.problem[role=alert]').length"))!);
                Assert.Empty((await browser.Axe()).Select(f => $"{scheme} {hash} {f}"));
            }
            grounds.Add((string)(await browser.Value("getComputedStyle(document.body).backgroundColor"))!);
            await browser.Value("[...document.querySelectorAll('#tools button')][0].click()");
            await browser.Until("document.documentElement.lang === 'zh-CN' && document.querySelector('nav a').textContent === '训练'");
            await browser.Value("localStorage.clear()");
        }
        Assert.Equal(2, grounds.Count);
        Assert.Equal([], browser.Faults);
    }

    [Fact]
    public async Task Keys_alone_lead_to_a_run_and_a_line_that_is_appended_is_seen()
    {
        NeedsBrowser();
        await using var page = new Page();
        var run = page.Run("live", "running");
        await page.Open();
        await using var browser = await Browser.Open();
        await browser.Go($"{page.Server.Address}#/runs");
        await browser.Until("document.querySelector('td.name a')");
        for (var i = 0; i < 30 && (string?)await browser.Value("document.activeElement?.textContent") != "live"; i++) await browser.Press("Tab");
        await browser.Press("Enter", "\r");
        await browser.Until("document.querySelector('.chart .value')?.textContent === '3'");
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), Page.Line(11, 1.25));
        await browser.Until("document.querySelector('.chart .value')?.textContent === '1.25'");
        Assert.Equal([], browser.Faults);
    }

    [Fact]
    public async Task A_point_that_is_chosen_by_key_shows_its_neighbours_with_their_pictures()
    {
        NeedsBrowser();
        await using var page = new Page();
        page.Vectors();
        await page.Open();
        await using var browser = await Browser.Open();
        await browser.Go($"{page.Server.Address}#/embeddings/{await page.IdOf("embeddings", "v.npy")}");
        await browser.Until("document.querySelector('.stage canvas')?.width > 300");
        await browser.Value("document.querySelector('.over').focus()");
        await browser.Press("Enter", "\r");
        await browser.Until("document.querySelectorAll('.thumbs img').length === 2 && [...document.querySelectorAll('.thumbs img')].every(i => i.complete && i.naturalWidth > 0)");
        Assert.Equal([], browser.Faults);
    }

    [Fact]
    public async Task A_killed_run_has_lost_its_heartbeat_and_a_collapsing_one_shows_why()
    {
        NeedsBrowser();
        await using var page = new Page();
        page.Run("killed", "running", DateTimeOffset.UtcNow.AddMinutes(-5));
        var run = page.Run("collapsing", "running");
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), string.Concat(Enumerable.Range(10, 40).Select(i => Page.Line(i, -0.9, 0.01, 1.1))));
        string Counts(int at) => $"[{string.Join(',', Enumerable.Range(0, 40).Select(i => i == at ? 16 : 0))}]";
        File.WriteAllText(Path.Combine(run, "geometry.jsonl"),
            string.Concat(Enumerable.Range(1, 5).Select(i => $"{{\"step\":{i * 10},\"positives\":{Counts(39)},\"negatives\":{Counts(20 + (4 * i) - 1)},"
            + $"\"positive\":0.99,\"negative\":0.98,\"spectrum\":[0.97,0.03],\"dimension\":2,\"circle\":[{string.Join(',', Enumerable.Range(0, 36).Select(c => c == 3 ? 16 : 0))}]}}\n")));
        await page.Open();
        await using var browser = await Browser.Open();
        await browser.Go($"{page.Server.Address}#/runs/{await page.IdOf("runs", "killed")}");
        await browser.Until("document.querySelector('.pill.lost')?.textContent === 'lost heartbeat' && document.querySelector('.alarm.lost')?.textContent.includes('--resume auto')");
        await browser.Go($"{page.Server.Address}#/runs/{await page.IdOf("runs", "collapsing")}");
        await browser.Until("document.querySelector('.alarm.collapse')?.textContent.includes('97 % of the variance lies in one direction')");
        await browser.Until("document.querySelectorAll('.shape svg.drawn').length === 4");
        Assert.Contains("positives 0.99, of negatives 0.98", (string)(await browser.Value("document.querySelector('.shape svg').getAttribute('aria-label')"))!, StringComparison.Ordinal);
        Assert.Empty(await browser.Axe());
        Assert.Equal([], browser.Faults);
    }

    [Fact]
    public async Task Suggested_labels_are_taken_by_keys_and_written_as_a_table()
    {
        NeedsBrowser();
        await using var page = new Page();
        page.Vectors();
        File.WriteAllText(Path.Combine(page.Runs, "v.npy.names.csv"), "name,label\na.png,=cat\nb.png,\nc.png,dog\n");
        await page.Open();
        await using var browser = await Browser.Open();
        await browser.Go($"{page.Server.Address}#/embeddings/{await page.IdOf("embeddings", "v.npy")}");
        await browser.Until("[...document.querySelectorAll('button')].find(b => b.textContent === 'Suggest labels')");
        await browser.Value("[...document.querySelectorAll('button')].find(b => b.textContent === 'Suggest labels').focus()");
        await browser.Press("Enter", "\r");
        await browser.Until("document.activeElement?.classList.contains('suggest') && document.querySelector('.suggest .big')?.textContent === '=cat'");
        await browser.Value("URL.createObjectURL = blob => { blob.text().then(text => { window.written = text; }); return '#/'; }; HTMLAnchorElement.prototype.click = () => { }");
        await browser.Press("Enter", "\r");
        await browser.Until("document.querySelector('.suggest').textContent === 'That was all.'");
        await browser.Value("[...document.querySelectorAll('button')].find(b => b.textContent === 'Write 1 labels').click()");
        await browser.Until("window.written === \"name,label\\nb.png,'=cat\\n\"");
        Assert.Equal([], browser.Faults);
    }
}
