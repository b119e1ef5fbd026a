using System.Diagnostics;

namespace Kindred.Studio.Tests;

/// <summary>Only what was found can be asked for.</summary>
public class PlaceTests
{
    public static TheoryData<string> Elsewhere => ["..", "../secret.txt", "%2e%2e%2fsecret.txt", "..%2f..%2fsecret.txt", "%2fetc%2fpasswd", "/etc/passwd", "....//secret.txt",
        "..%5csecret.txt", "%00", "a%00b", "run.json", "one", "file:%2f%2f%2fetc%2fpasswd", "dev%2fzero", "~", "%c0%ae%c0%ae%2fsecret.txt",
        "%252e%252e%252fsecret.txt", "..;%2fsecret.txt", "%2fproc%2fself%2fenviron", "%5c%5c.%5ccon"];

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task A_path_is_no_id(string path)
    {
        await using var page = new Page();
        page.Run("one");
        await page.Open();
        var id = await page.IdOf("runs", "one");
        string[] asked = [$"/api/runs/{path}", $"/api/runs/{id}/pictures/{path}", $"/api/studies/{path}", $"/api/studies/{path}/plot", $"/api/embeddings/{path}", $"/api/embeddings/{path}/points",
            $"/api/views?recipe={path}", $"/api/views?run={path}", $"/api/events?runs={path}", $"/api/differences?a={id}&b={path}", $"/{path.TrimStart('/')}"];
        foreach (var one in asked)
        {
            using var answer = await page.Client.GetAsync(one);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("root:", text, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
            // ".." in a path is resolved before it is sent, and may come out as a list that anybody may see.
            if (answer.IsSuccessStatusCode) Assert.StartsWith("..", path, StringComparison.Ordinal);
            else Assert.InRange((int)answer.StatusCode, 400, 404);
        }
    }

    [Fact]
    public async Task Links_out_of_the_folder_are_not_followed()
    {
        await using var page = new Page();
        var run = page.Run("one");
        Directory.CreateDirectory(Path.Combine(run, "samples"));
        File.CreateSymbolicLink(Path.Combine(run, "samples", "step-1.png"), Path.Combine(page.Runs, "..", "secret.txt"));
        File.Delete(Path.Combine(run, "config.yaml"));
        File.CreateSymbolicLink(Path.Combine(run, "config.yaml"), Path.Combine(page.Runs, "..", "secret.txt"));
        Directory.CreateSymbolicLink(Path.Combine(page.Runs, "loop"), page.Runs);
        await page.Open();
        Assert.Single((await page.Json("/api/runs")).AsArray());
        using var answer = await page.Client.GetAsync($"/api/runs/{await page.IdOf("runs", "one")}");
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_is_called_like_a_file_is_neither_waited_for_nor_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes with names");
        await using var page = new Page();
        var run = page.Run("one");
        page.Run("two");
        foreach (var file in (string[])["samples/step-1.png", "eval/knn.json", "geometry.jsonl", "overrides.txt"]) Pipe(Path.Combine(run, file));
        File.Delete(Path.Combine(page.Runs, "two", "metrics.jsonl"));
        Pipe(Path.Combine(page.Runs, "two", "metrics.jsonl"));
        await page.Open();
        page.Client.Timeout = TimeSpan.FromSeconds(20);
        var (one, two) = (await page.IdOf("runs", "one"), await page.IdOf("runs", "two"));
        foreach (var path in (string[])[$"runs/{one}", $"runs/{one}/geometry", $"runs/{one}/metrics", $"runs/{two}", $"runs/{two}/metrics"])
            Assert.InRange(await page.Status($"/api/{path}"), 200, 422);

        static void Pipe(string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var made = Process.Start("mkfifo", [path]);
            made.WaitForExit();
        }
    }

    [Fact]
    public async Task A_folder_that_is_not_there_yet_shows_nothing_and_then_what_comes()
    {
        await using var page = new Page();
        Directory.Delete(page.Runs);
        var clock = new Clock();
        await page.Open(o => o with { Clock = clock });
        Assert.Empty((await page.Json("/api/runs")).AsArray());
        page.Run("late");
        clock.Now += TimeSpan.FromSeconds(3);
        Assert.Single((await page.Json("/api/runs")).AsArray());
    }

    sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
