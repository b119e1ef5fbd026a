using System.Text.Json.Nodes;
using Kindred.Io;

namespace Kindred.Experiments.Training;

/// <summary><c>metrics.jsonl</c> and TensorBoard: one entry a log step, neither gap nor duplicate after a resume, and never the reason that training stops.</summary>
/// <remarks>TensorBoard shows by group: <c>train/loss</c>, <c>eval/knn.accuracy</c>, <c>weights/…</c>. Its file begins with the first entry, so that a process that adds none leaves none.</remarks>
public sealed class MetricsLog : IDisposable
{
    const int MaxWaiting = 100_000;

    readonly Queue<JsonObject> waiting = new();
    readonly Action<string> warn;
    readonly string? eventFolder;
    readonly long? resumeAt;
    JsonLines? lines;
    EventFile? events;
    bool noEvents;
    bool warned;

    /// <summary>Opens the log of a run.</summary>
    /// <param name="file">The lines.</param>
    /// <param name="eventFolder">Where TensorBoard looks; null writes no events.</param>
    /// <param name="resumeAt">The step that the run goes on from: later lines are cut off, for their steps come again. Null or 0 for a new run.</param>
    /// <param name="warn">Told once when the log cannot be written; the run goes on, and the lines wait in memory.</param>
    /// <exception cref="EnvironmentException">The log cannot be opened at the beginning.</exception>
    public MetricsLog(string file, string? eventFolder, long? resumeAt, Action<string> warn)
    {
        this.warn = warn;
        lines = new(file, line => line["step"] is JsonValue step && step.TryGetValue<long>(out var at) && at <= (resumeAt ?? 0));
        (this.eventFolder, this.resumeAt) = (eventFolder, resumeAt);
    }

    internal MetricsLog(JsonLines lines, Action<string> warn) => (this.lines, this.warn) = (lines, warn);

    /// <summary>Writes a line.</summary>
    /// <param name="step">The step; larger than the one before.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="values">Numbers by name; NaN and infinities are written as null.</param>
    public void Write(long step, double epoch, IEnumerable<KeyValuePair<string, double>> values)
    {
        var line = new JsonObject { ["step"] = step, ["epoch"] = epoch };

        foreach (var (name, value) in values)
        {
            line[name] = double.IsFinite(value) ? value : null;
            Event(e => e.Scalar($"train/{name}", step, value));
        }

        if (waiting.Count < MaxWaiting)
            waiting.Enqueue(line);

        Flush();
    }

    /// <summary>Shows evaluations to TensorBoard; they have a file of their own.</summary>
    /// <param name="step">The step.</param>
    /// <param name="values">Numbers by <c>protocol.metric</c>.</param>
    public void Show(long step, IEnumerable<KeyValuePair<string, double>> values)
    {
        foreach (var (name, value) in values) Event(e => e.Scalar($"eval/{name}", step, value));
    }

    /// <summary>Writes the distribution of some numbers to TensorBoard.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="step">The step.</param>
    /// <param name="values">The numbers.</param>
    public void Distribution(string tag, long step, ReadOnlySpan<float> values)
    {
        var kept = values.ToArray();
        Event(e => e.Distribution(tag, step, kept));
    }

    /// <summary>Waits until all lines are on the medium; called before a checkpoint is written, so that no line of its past is ever missing.</summary>
    public void Sync()
    {
        Flush();
        Try(() => lines?.Sync(), () => { });
        Try(() => events?.Flush(), GiveUpEvents);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Flush();
        Try(() => events?.Dispose(), () => { });
        Try(() => lines?.Dispose(), () => { });
        lines = null;
        events = null;
    }

    void Event(Action<EventFile> write) => Try(() =>
    {
        if (noEvents || eventFolder is null)
            return;

        if (events is null)
        {
            events = EventFile.Create(eventFolder);
            if (resumeAt > 0)
                events.Restart(resumeAt.Value + 1);
        }

        write(events);
    }, GiveUpEvents);

    void GiveUpEvents() => (events, noEvents) = (null, true);

    void Flush() => Try(() =>
    {
        while (lines is not null && waiting.TryPeek(out var line))
        {
            lines.Append(line);
            waiting.Dequeue();
        }
    }, () => { });

    void Try(Action act, Action giveUp)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EnvironmentException)
        {
            giveUp();
            Warn(e);
        }
    }

    void Warn(Exception e)
    {
        if (warned)
            return;

        warned = true;
        warn($"metrics cannot be written, the run goes on without them for now: {e.Message}");
    }
}
