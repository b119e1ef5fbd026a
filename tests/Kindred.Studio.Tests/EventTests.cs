using System.Text.Json.Nodes;

namespace Kindred.Studio.Tests;

/// <summary>A run is watched while it goes on.</summary>
public class EventTests
{
    [Fact]
    public async Task A_new_line_arrives_once_and_a_page_that_comes_back_misses_none()
    {
        await using var page = new Page();
        var metrics = Path.Combine(page.Run("live", "running"), "metrics.jsonl");
        await page.Open();
        var id = await page.IdOf("runs", "live");
        var offset = (long)(await page.Json($"/api/runs/{id}/metrics"))["offset"]!;
        string last;
        using (var events = await Events.Open(page, $"/api/events?runs={id}&from={offset}"))
        {
            Assert.Equal("running", (string)(await events.Next("state")).Data["state"]!);
            File.AppendAllText(metrics, Page.Line(11, 2.25)[..20]);
            File.AppendAllText(metrics, Page.Line(11, 2.25)[20..]);
            var (data, at) = await events.Next("metrics");
            var row = Assert.Single(data["rows"]!.AsArray())!;
            Assert.Equal((11L, 2.25), ((long)row["step"]!, (double)row["values"]!["loss"]!));
            last = at;
        }
        File.AppendAllText(metrics, Page.Line(21, 2));
        using var again = await Events.Open(page, $"/api/events?runs={id}&from={offset}", last);
        var missed = await again.Next("metrics");
        Assert.Equal(21L, (long)Assert.Single(missed.Data["rows"]!.AsArray())!["step"]!);
    }

    [Fact]
    public async Task A_run_that_went_back_to_a_checkpoint_is_told_anew()
    {
        await using var page = new Page();
        var metrics = Path.Combine(page.Run("back", "running"), "metrics.jsonl");
        File.AppendAllText(metrics, Page.Line(11, 2) + Page.Line(21, 1));
        await page.Open();
        var id = await page.IdOf("runs", "back");
        using var events = await Events.Open(page, $"/api/events?runs={id}&from={new FileInfo(metrics).Length}");
        await events.Next("state");
        File.WriteAllText(metrics, Page.Line(1, 3));
        await events.Next("anew");
        Assert.Equal(1L, (long)(await events.Next("metrics")).Data["rows"]![0]!["step"]!);
    }

    [Fact]
    public async Task The_server_stops_while_pages_watch()
    {
        await using var page = new Page();
        page.Run("live", "running");
        await page.Open();
        using var events = await Events.Open(page, $"/api/events?runs={await page.IdOf("runs", "live")}");
        await events.Next("state");
        await page.Server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }

    sealed class Events(HttpResponseMessage answer, StreamReader reader) : IDisposable
    {
        internal static async Task<Events> Open(Page page, string path, string? last = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (last is not null) request.Headers.Add("Last-Event-ID", last);
            var answer = await page.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
            return new(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        }

        /// <summary>The next event of a kind; others are passed over.</summary>
        internal async Task<(JsonNode Data, string Id)> Next(string kind)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            string? type = null, data = null, id = null;
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal)) type = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
                else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
                else if (line.Length == 0 && type == kind) return (JsonNode.Parse(data!)!, id!);
            }
            throw new InvalidOperationException($"the stream ended without {kind}");
        }

        public void Dispose()
        {
            reader.Dispose();
            answer.Dispose();
        }
    }
}
