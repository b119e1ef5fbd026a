using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;

namespace Kindred.Studio.Tests;

/// <summary>Starting and stopping runs: only where it is allowed, by those who may, and only what is checked.</summary>
public class StartTests
{
    const string Token = "correct horse";

    // A process that ends when its standard input does, as `kindred train` does when the page started it.
    static async Task<(Page Page, List<IReadOnlyList<string>> Launched)> Open()
    {
        var launched = new List<IReadOnlyList<string>>();
        var page = await new Page().Open(o => o with
        {
            Token = Token, Resolve = (name, changes) => Shipped.Load(name, changes),
            Launch = words =>
            {
                lock (launched) launched.Add(words);
                return new ProcessStartInfo("/bin/sh", ["-c", "echo going >&2; cat > /dev/null; exit 75"]);
            },
        });
        page.Client.DefaultRequestHeaders.Add("Authorization", $"Bearer {Token}");
        return (page, launched);
    }

    static async Task<(int Code, JsonNode? Body)> Post(Page page, string path, object body, string? key, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("X-Kindred-Key", key);
        if (origin is not null) request.Headers.Add("Origin", origin);
        using var answer = await page.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
    }

    static async Task<string> KeyOf(Page page) => (string)(await page.Json("/api/starts"))["key"]!;

    [Fact]
    public async Task A_run_is_started_with_its_changes_and_asked_to_stop()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "by a shell");
        var (page, launched) = await Open();
        await using var _ = page;
        var key = await KeyOf(page);
        var (code, body) = await Post(page, "/api/starts", new { recipe = "simclr", changes = new[] { "train.epochs=2", "options.temperature=0.2" }, name = "first" }, key);
        Assert.Equal((200, "first", true), (code, (string?)body!["name"], (bool)body["going"]!));
        Assert.Equal(["train", "simclr", "train.epochs=2", "options.temperature=0.2", "--out", Path.Combine(Path.GetFullPath(page.Runs), "first")], Assert.Single(launched));
        Assert.Equal(422, (await Post(page, "/api/starts", new { recipe = "simclr", name = "first" }, key)).Code);

        page.Run("first", "running");
        await Task.Delay(2100);
        var id = await page.IdOf("runs", "first");
        Assert.True((bool)(await page.Json($"/api/runs/{id}"))["stoppable"]!);
        Assert.Equal(403, (await Post(page, $"/api/runs/{id}/stop", new { }, null)).Code);
        Assert.Equal(204, (await Post(page, $"/api/runs/{id}/stop", new { }, key)).Code);
        for (var i = 0; i < 100 && (bool)(await page.Json("/api/starts"))["started"]![0]!["going"]!; i++) await Task.Delay(100);
        var over = (await page.Json("/api/starts"))["started"]![0]!;
        Assert.Equal((75, "going"), ((int)over["code"]!, (string)over["words"]!));
        Assert.Equal(404, (await Post(page, $"/api/runs/{id}/stop", new { }, key)).Code);
    }

    [Fact]
    public async Task Nothing_is_started_without_the_key_or_from_elsewhere()
    {
        var (page, launched) = await Open();
        await using var _ = page;
        var key = await KeyOf(page);
        var wish = new { recipe = "simclr", name = "other" };
        Assert.Equal(403, (await Post(page, "/api/starts", wish, null)).Code);
        Assert.Equal(403, (await Post(page, "/api/starts", wish, "guess")).Code);
        Assert.Equal(403, (await Post(page, "/api/starts", wish, key, "http://evil.test")).Code);
        page.Client.DefaultRequestHeaders.Remove("Authorization");
        Assert.Equal(401, (await Post(page, "/api/starts", wish, key)).Code);
        Assert.Empty(launched);
    }

    [Theory]
    [InlineData("data=folder:/etc")]
    [InlineData("train.from=weights")]
    [InlineData("train.epochs=../../etc/passwd")]
    [InlineData("train.epochs=/etc/passwd")]
    [InlineData("options.x=a b")]
    [InlineData("--out=/tmp/x")]
    [InlineData("train.epochs=1\n--out")]
    [InlineData("train.epochs=1\n")]
    [InlineData("train.epochs=$(id)")]
    [InlineData("train.epochs={ a: b }")]
    [InlineData("views.0.of=file:secret")]
    [InlineData("train.epochs=none")]
    [InlineData("train.nothing=1")]
    public async Task A_change_that_is_none_of_numbers_and_words_is_refused(string change)
    {
        var (page, launched) = await Open();
        await using var _ = page;
        var key = await KeyOf(page);
        // What surrounds a change is taken off by the page as by the server.
        var (code, body) = await Post(page, "/api/starts", new { recipe = "simclr", changes = new[] { change == "train.epochs=1\n" ? "train.epochs=1\nx" : change }, name = "x1" }, key);
        Assert.Equal(422, code);
        Assert.NotNull(body!["error"]);
        Assert.Equal(422, (await Post(page, "/api/starts/look", new { recipe = "simclr", changes = new[] { change == "train.epochs=1\n" ? "train.epochs=1\nx" : change } }, key)).Code);
        Assert.Empty(launched);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("/tmp/x")]
    [InlineData("..")]
    [InlineData("a..b")]
    [InlineData("-rf")]
    [InlineData("x\n")]
    [InlineData("")]
    [InlineData("UPPER")]
    public async Task A_folder_that_is_no_plain_name_is_refused(string name)
    {
        var (page, launched) = await Open();
        await using var _ = page;
        Assert.Equal(422, (await Post(page, "/api/starts", new { recipe = "simclr", name }, await KeyOf(page))).Code);
        Assert.Equal(422, (await Post(page, "/api/starts", new { recipe = "../secret", name = "x1" }, await KeyOf(page))).Code);
        Assert.Empty(launched);
    }

    [Fact]
    public async Task What_changes_is_shown_before_anything_starts()
    {
        var (page, launched) = await Open();
        await using var _ = page;
        var (code, body) = await Post(page, "/api/starts/look", new { recipe = "simclr", changes = new[] { "train.epochs=3" } }, await KeyOf(page));
        Assert.Equal(200, code);
        var difference = Assert.Single(body!["differences"]!.AsArray())!;
        Assert.Equal(("train.epochs", "10", "3"), ((string)difference["path"]!, (string)difference["before"]!, (string)difference["after"]!));
        Assert.Contains("epochs: 3", (string)body["recipe"]!, StringComparison.Ordinal);
        Assert.Empty(launched);
    }

    [Fact]
    public async Task A_page_that_only_reads_has_no_such_thing()
    {
        await using var page = await new Page().Open();
        Assert.False((bool)(await page.Json("/api/starts"))["allowed"]!);
        Assert.Equal(405, (await Post(page, "/api/starts", new { recipe = "simclr", name = "x1" }, "key")).Code);
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => new Page().Open(o => o with { Launch = _ => new(), Resolve = (name, _) => Shipped.Load(name) }));
        Assert.Contains("token", refused.Message, StringComparison.Ordinal);
    }
}
