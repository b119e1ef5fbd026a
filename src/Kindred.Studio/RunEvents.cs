using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Kindred.Studio;

/// <summary>What happens to some runs while a page looks at them: new lines of metrics and changes of their state, as Server-Sent Events.</summary>
/// <remarks>
/// An event's id holds the byte in each run's file behind what was sent, so that a browser that comes back misses and repeats nothing. A page needs one stream however
/// many runs it shows, for browsers open six connections at most.
/// </remarks>
sealed class RunEvents(Catalog catalog, TimeProvider clock, CancellationToken stopping)
{
    internal const int MostRuns = 12, MostStreams = 64;
    static readonly TimeSpan pause = TimeSpan.FromSeconds(1), word = TimeSpan.FromSeconds(15);

    int open;

    internal IResult Stream(HttpContext context, string? runs, string? from)
    {
        var places = (runs ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(MostRuns).Select(id => catalog.Now.Runs.GetValueOrDefault(id)).ToArray();
        if (places.Length == 0 || places.Contains(null)) return Reply.Missing();
        if (open >= MostStreams) return Reply.Problem(503, "Too many pages are open.");
        var sent = context.Request.Headers["Last-Event-ID"].ToString();
        return TypedResults.ServerSentEvents(Follow(places!, Offsets(sent.Length > 0 ? sent : from, places.Length),
            CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping).Token));
    }

    static long[] Offsets(string? text, int count)
    {
        var parts = (text ?? "").Split(',');
        return [.. Enumerable.Range(0, count).Select(i => i < parts.Length && long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : 0)];
    }

    async IAsyncEnumerable<SseItem<string>> Follow(Place[] runs, long[] at, [EnumeratorCancellation] CancellationToken cancel)
    {
        Interlocked.Increment(ref open);
        try
        {
            var states = new string[runs.Length];
            var spoke = clock.GetUtcNow();
            while (!cancel.IsCancellationRequested)
            {
                for (var i = 0; i < runs.Length; i++)
                {
                    var (lines, to, anew) = LineTail.Read(Path.Combine(runs[i].Path, "metrics.jsonl"), at[i], 1 << 20);
                    at[i] = to;
                    if (anew) yield return Item("anew", new { Run = runs[i].Id });
                    MetricRow[] rows = [.. lines.Select(MetricRow.Parse).OfType<MetricRow>()];
                    if (rows.Length > 0) yield return Item("metrics", new { Run = runs[i].Id, Rows = rows.Select(r => new { r.Step, r.Values }) });
                    var state = JsonSerializer.Serialize(RunLine.Of(runs[i], clock.GetUtcNow()), Reply.Style);
                    if (state != states[i]) yield return Item("state", JsonSerializer.Deserialize<JsonElement>(states[i] = state));
                }
                // A word now and then, so that a connection whose other end is gone is noticed.
                if (clock.GetUtcNow() - spoke > word)
                {
                    spoke = clock.GetUtcNow();
                    yield return Item("alive", new { });
                }
                await Task.Delay(pause, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally { Interlocked.Decrement(ref open); }

        SseItem<string> Item(string kind, object value) => new(JsonSerializer.Serialize(value, Reply.Style), kind) { EventId = string.Join(',', at) };
    }
}
