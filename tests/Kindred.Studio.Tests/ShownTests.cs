using System.Text.Json.Nodes;

namespace Kindred.Studio.Tests;

/// <summary>What the page is told of runs, studies, vectors and views.</summary>
public class ShownTests
{
    [Fact]
    public async Task Runs_are_listed_with_state_method_and_last_numbers()
    {
        await using var page = new Page();
        File.AppendAllText(Path.Combine(page.Run("deep/er"), "metrics.jsonl"), Page.Line(11, 2.5) + "{\"step\":21,\"lo");
        page.Run("phases", recipe: "phases:\n  - { method: simclr }\n  - { method: distill }\n");
        page.Run("odd", recipe: "method: [");
        await page.Open();
        var runs = (await page.Json("/api/runs")).AsArray().ToDictionary(r => r!["name"]!.GetValue<string>());
        Assert.Equal(["deep/er", "odd", "phases"], runs.Keys.Order());
        var run = runs["deep/er"]!;
        Assert.Equal(("finished", "simclr", 11L, 2.5, 4.0), ((string)run["state"]!, (string)run["method"]!, (long)run["step"]!, (double)run["loss"]!, (double)run["epochs"]!));
        Assert.Equal("simclr → distill", (string)runs["phases"]!["method"]!);
        Assert.Null(runs["odd"]!["method"]);
    }

    [Fact]
    public async Task A_run_that_was_killed_has_lost_its_heartbeat_and_one_that_failed_says_why()
    {
        await using var page = new Page();
        page.Run("killed", "running", DateTimeOffset.UtcNow.AddMinutes(-5));
        page.Run("alive", "running");
        page.Run("failed", "failed", message: $"it went wrong {Page.Evil}");
        await page.Open();
        var killed = await page.Json($"/api/runs/{await page.IdOf("runs", "killed")}");
        Assert.Equal("lost", (string)killed["run"]!["state"]!);
        Assert.Equal("lost", (string)killed["alarms"]![0]!["kind"]!);
        Assert.Equal("running", (string)(await page.Json($"/api/runs/{await page.IdOf("runs", "alive")}"))["run"]!["state"]!);
        var failed = (await page.Json($"/api/runs/{await page.IdOf("runs", "failed")}"))["alarms"]![0]!;
        Assert.Equal(("failed", $"it went wrong {Page.Evil}"), ((string)failed["kind"]!, (string)failed["reason"]!));
    }

    [Fact]
    public async Task A_collapse_is_shown_where_it_began_and_with_its_numbers()
    {
        await using var page = new Page();
        var run = page.Run("collapsed", "running");
        File.WriteAllText(Path.Combine(run, "metrics.jsonl"), string.Concat(Enumerable.Range(1, 40).Select(i => Page.Line(i * 10, 1.0 / i, i < 20 ? 1 : 0.01))));
        page.Run("healthy", "running");
        await page.Open();
        var alarm = Assert.Single((await page.Json($"/api/runs/{await page.IdOf("runs", "collapsed")}"))["alarms"]!.AsArray())!;
        Assert.Equal(("collapse", 220L), ((string)alarm["kind"]!, (long)alarm["step"]!));
        Assert.Contains("0.010", (string)alarm["reason"]!, StringComparison.Ordinal);
        Assert.Empty((await page.Json($"/api/runs/{await page.IdOf("runs", "healthy")}"))["alarms"]!.AsArray());
    }

    [Fact]
    public async Task A_long_curve_is_thinned_and_keeps_its_spikes()
    {
        await using var page = new Page();
        var run = page.Run("long");
        File.WriteAllText(Path.Combine(run, "metrics.jsonl"), string.Concat(Enumerable.Range(1, 30_000).Select(i => Page.Line(i, i == 12_345 ? 99 : 1))));
        await page.Open();
        var curves = await page.Json($"/api/runs/{await page.IdOf("runs", "long")}/metrics");
        Assert.InRange(curves["table"]!["steps"]!.AsArray().Count, 500, 2_100);
        Assert.Contains(99.0, curves["table"]!["values"]!["loss"]!.AsArray().Select(v => (double)v!));
        Assert.Equal(new FileInfo(Path.Combine(run, "metrics.jsonl")).Length, (long)curves["offset"]!);
    }

    [Fact]
    public async Task The_difference_of_two_recipes_is_told_by_path()
    {
        await using var page = new Page();
        page.Run("a");
        page.Run("b", recipe: "method: simclr\ntrain: { epochs: 8 }\n");
        await page.Open();
        var one = Assert.Single((await page.Json($"/api/differences?a={await page.IdOf("runs", "a")}&b={await page.IdOf("runs", "b")}")).AsArray())!;
        Assert.Equal(("train.epochs", "4", "8"), ((string)one["path"]!, (string)one["before"]!, (string)one["after"]!));
    }

    [Fact]
    public async Task Evaluations_and_pictures_of_a_run_are_shown()
    {
        await using var page = new Page();
        var run = page.Run("one");
        Directory.CreateDirectory(Path.Combine(run, "eval"));
        File.WriteAllText(Path.Combine(run, "eval", "knn.json"), """{"protocol":"knn","metrics":{"accuracy":71.5},"settings":{}}""");
        File.WriteAllText(Path.Combine(run, "eval", "map.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
        await page.Open();
        var id = await page.IdOf("runs", "one");
        var shown = await page.Json($"/api/runs/{id}");
        Assert.Equal(71.5, (double)shown["evaluations"]![0]!["metrics"]!["accuracy"]!);
        var picture = Assert.Single(shown["pictures"]!.AsArray())!;
        using var answer = await page.Client.GetAsync($"/api/runs/{id}/pictures/{picture["id"]}");
        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("sandbox", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_study_has_its_table_claims_plot_and_runs()
    {
        await using var page = new Page();
        page.Study();
        await page.Open();
        var line = Assert.Single((await page.Json("/api/studies")).AsArray())!;
        Assert.Equal(("What helps", 1), ((string)line["title"]!, (int)line["held"]!));
        var study = await page.Json($"/api/studies/{line["id"]}");
        Assert.Equal(["cell", "knn"], study["table"]!["columns"]!.AsArray().Select(c => (string)c!));
        Assert.Equal("1.0 ± 0.1", (string)study["table"]!["rows"]![0]![1]!);
        Assert.Equal("a-seed0", (string)Assert.Single(study["runs"]!.AsArray())!["cell"]!);
        Assert.Equal(200, await page.Status($"/api/studies/{line["id"]}/plot"));
    }

    [Fact]
    public async Task Vectors_have_a_map_neighbours_and_thumbnails()
    {
        await using var page = new Page();
        page.Vectors();
        await page.Open();
        var id = await page.IdOf("embeddings", "v.npy");
        var facts = await page.Json($"/api/embeddings/{id}");
        Assert.Equal((3, 2, true), ((int)facts["count"]!, (int)facts["dimension"]!, (bool)facts["pictures"]!));
        Assert.Contains(Page.Evil, facts["labels"]!.AsArray().Select(l => (string)l!));
        var bytes = await page.Client.GetByteArrayAsync($"/api/embeddings/{id}/points?map=pca");
        Assert.Equal((3, 4 + (3 * 10)), (BitConverter.ToInt32(bytes), bytes.Length));
        Assert.All(Enumerable.Range(0, 6).Select(i => BitConverter.ToSingle(bytes, 4 + (4 * i))), v => Assert.InRange(v, -1.001, 1.001));
        var near = await page.Json($"/api/embeddings/{id}/near/0?k=1");
        Assert.Equal("b.png", (string)Assert.Single(near["near"]!.AsArray())!["name"]!);
        var png = await page.Client.GetByteArrayAsync($"/api/embeddings/{id}/pictures/2?side=32");
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal((32, 16), ((int)png[19], (int)png[23]));
        foreach (var path in (string[])["near/3", "near/-1", "near/x", "pictures/3"]) Assert.Equal(404, await page.Status($"/api/embeddings/{id}/{path}"));
        Assert.Equal(400, await page.Status($"/api/embeddings/{id}/points?map=other"));
        // Three are too few for neighbourhoods: the page is not offered what would fail.
        Assert.False((bool)facts["umap"]!);
        Assert.Equal(400, await page.Status($"/api/embeddings/{id}/points?map=umap"));
    }

    [Fact]
    public async Task Views_are_drawn_by_recipe_and_seed()
    {
        await using var page = new Page();
        page.Vectors();
        var pictures = Path.Combine(page.Runs, "..", "pictures");
        await page.Open(o => o with { Data = $"folder:{pictures}" });
        var first = await page.Json("/api/views?recipe=simclr&seed=1&rows=2&tile=32");
        JsonNode View(JsonNode from, int row, int view) => from["pictures"]![row]!["views"]![view]!;
        Assert.Equal(first.ToJsonString(), (await page.Json("/api/views?recipe=simclr&seed=1&rows=2&tile=32")).ToJsonString());
        var second = await page.Json("/api/views?recipe=simclr&seed=2&rows=2&tile=32");
        Assert.NotEqual(View(first, 0, 0)["steps"]!.ToJsonString(), View(second, 0, 0)["steps"]!.ToJsonString());
        Assert.NotEqual((string)View(first, 0, 0)["png"]!, (string)View(first, 0, 1)["png"]!);

        // One operation less: it is said so, and all others draw what they drew.
        Assert.Contains("affine", first["removable"]!.AsArray().Select(n => (string)n!));
        var without = await page.Json("/api/views?recipe=simclr&seed=1&rows=2&tile=32&without=affine");
        foreach (var (before, after) in View(first, 1, 0)["steps"]!.AsArray().Zip(View(without, 1, 0)["steps"]!.AsArray()))
            if ((string)before!["operation"]! == "affine") Assert.False((bool)after!["applied"]!);
            else Assert.Equal(before.ToJsonString(), after!.ToJsonString());
        Assert.NotEqual((string)View(first, 1, 0)["png"]!, (string)View(without, 1, 0)["png"]!);
        Assert.Equal(422, await page.Status("/api/views?recipe=simclr&without=normalize"));
        Assert.Equal(404, await page.Status("/api/views?recipe=nothing"));
        Assert.Equal(404, await page.Status("/api/views"));
    }

    [Fact]
    public void Both_languages_say_the_same_things()
    {
        JsonObject Words(string language) => JsonNode.Parse(typeof(StudioServer).Assembly.GetManifestResourceStream($"wwwroot/lang/{language}.json")!)!.AsObject();
        Assert.Equal(Words("en").Select(w => w.Key), Words("zh").Select(w => w.Key));
    }
}
