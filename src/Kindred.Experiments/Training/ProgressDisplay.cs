using System.Globalization;

namespace Kindred.Experiments.Training;

/// <summary>Shows training on a terminal as one line that is redrawn, and elsewhere as a line every few seconds. What cannot be shown is left out.</summary>
/// <remarks>There are no colours, so that <c>NO_COLOR</c> has nothing to turn off; elsewhere than on a terminal there are no control codes either.</remarks>
public sealed class ProgressDisplay : IProgress<TrainingProgress>, IDisposable
{
    const string ClearLine = "\r\e[K";
    static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    readonly TextWriter writer;
    readonly bool terminal;
    readonly TimeSpan interval;
    readonly Func<int> width;
    readonly TimeProvider clock;
    readonly Lock gate = new();
    TrainingProgress? latest;
    long shown;
    bool drawn, begun;

    /// <summary>A display.</summary>
    /// <param name="writer">Where to; left out, standard error.</param>
    /// <param name="terminal">Whether it understands a redrawn line; left out, whether standard error is a terminal.</param>
    /// <param name="interval">Time between two lines elsewhere; left out, 10 seconds.</param>
    /// <param name="width">Columns of the terminal; left out, asked from the terminal.</param>
    /// <param name="clock">Tells the time; left out, the machine's.</param>
    public ProgressDisplay(TextWriter? writer = null, bool? terminal = null, TimeSpan? interval = null, Func<int>? width = null, TimeProvider? clock = null)
    {
        const double seconds = 10;
        this.writer = writer ?? Console.Error;
        this.terminal = terminal ?? (!Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb"));
        this.interval = this.terminal ? Redraw : interval ?? TimeSpan.FromSeconds(seconds);
        this.width = width ?? ConsoleWidth;
        this.clock = clock ?? TimeProvider.System;
    }

    /// <summary>Shows how training stands, unless it was shown a moment ago.</summary>
    /// <param name="value">How it stands.</param>
    public void Report(TrainingProgress value)
    {
        lock (gate)
        {
            latest = value;

            if (begun && value.Step < value.Steps && clock.GetElapsedTime(shown) < interval)
                return;

            begun = true;
            Draw(value);
        }
    }

    /// <summary>Ends the line that is redrawn: it stands as it is, and what is noted from now on comes below it.</summary>
    public void End()
    {
        lock (gate)
        {
            if (terminal && drawn && latest is { } value)
            {
                Draw(value);
                Try(() =>
                {
                    writer.Write('\n');
                    writer.Flush();
                });
            }

            latest = null;
            drawn = false;
        }
    }

    /// <summary>Puts a line for people above the display: a warning, the end of an epoch.</summary>
    /// <param name="text">The line.</param>
    public void Note(string text)
    {
        lock (gate)
        {
            Try(() =>
            {
                if (drawn)
                    writer.Write(ClearLine);

                writer.Write($"{text}\n");
                writer.Flush();
            });
            drawn = false;

            if (terminal && latest is { } value)
                Draw(value);
        }
    }

    /// <summary>Leaves the last state standing.</summary>
    public void Dispose() => End();

    /// <summary>The line of a terminal, the most wanted first, as much of it as fits: <c>2:31 left [##........]  12 % · loss 5.31 · step 120/1000 · epoch 1.2 · …</c>.</summary>
    /// <param name="p">How training stands.</param>
    /// <param name="columns">Columns that there are.</param>
    /// <returns>The line; no field of it is cut.</returns>
    public static string Line(TrainingProgress p, int columns)
    {
        const int narrowest = 10, widest = 30;
        var share = p.Steps == 0 ? 0 : Math.Clamp((double)p.Step / p.Steps, 0, 1);
        var percent = string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100),3:0} %");
        var filled = (int)(share * Math.Clamp(columns / 6, narrowest, widest));
        var bar = $"[{new string('#', filled)}{new string('.', Math.Clamp(columns / 6, narrowest, widest) - filled)}] {percent}";
        var first = p.Step >= p.Steps ? "done" : p.Remaining is { } left ? $"{Clock(left)} left" : "";
        var line = first.Length + bar.Length < columns ? $"{first} {bar}".TrimStart() : first.Length > 0 && first.Length <= columns ? first : percent.TrimStart();

        foreach (var field in Fields(p))
        {
            if (line.Length + 3 + field.Length > columns)
                break;

            line = $"{line} · {field}";
        }

        return line.Length <= columns ? line : "";
    }

    static IEnumerable<string> Fields(TrainingProgress p)
    {
        var all = Parts(p);
        return all.Skip(2).Take(1).Concat(all.Take(2)).Concat(all.Skip(4).Take(1)).Concat(all.Skip(3).Take(1)).Concat(all.Skip(6)).Concat(all.Skip(5).Take(1));
    }

    /// <summary>One line: <c>step 120/1000 · epoch 1.2 · loss 5.31 · lr 0.06 · 812 img/s · data wait 3 % · z-std 0.98 · rank 41 · 2:31 left</c>.</summary>
    /// <param name="p">How training stands.</param>
    /// <returns>The line, without an end.</returns>
    public static string Line(TrainingProgress p)
    {
        var parts = Parts(p);

        if (p.Remaining is { } left)
            parts.Add($"{Clock(left)} left");

        return string.Join(" · ", parts);
    }

    static List<string> Parts(TrainingProgress p)
    {
        var invariant = CultureInfo.InvariantCulture;
        var parts = new List<string>
        {
            string.Create(invariant, $"step {p.Step}/{p.Steps}"),
            string.Create(invariant, $"epoch {p.Epoch:0.0}"),
            string.Create(invariant, $"loss {Short(p.Loss)}"),
            string.Create(invariant, $"lr {Short(p.LearningRate)}"),
            string.Create(invariant, $"{p.ImagesPerSecond:0} img/s"),
            string.Create(invariant, $"data wait {p.DataWait * 100:0} %"),
        };

        if (!double.IsNaN(p.ZStd))
            parts.Add(string.Create(invariant, $"z-std {p.ZStd:0.00}"));

        if (!double.IsNaN(p.EffectiveRank))
            parts.Add(string.Create(invariant, $"rank {p.EffectiveRank:0.0}"));

        return parts;
    }

    static string Short(double value) => value.ToString(Math.Abs(value) is > 0 and < 0.01 ? "0.0e-0" : "0.####", CultureInfo.InvariantCulture);

    static string Clock(TimeSpan time) => time.TotalHours >= 24
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} d {time.Hours} h")
        : time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    static int ConsoleWidth()
    {
        const int usual = 120;

        try
        {
            return Console.WindowWidth is > 0 and var columns ? columns : usual;
        }
        catch (IOException)
        {
            return usual;
        }
    }

    void Draw(TrainingProgress value)
    {
        shown = clock.GetTimestamp();
        var line = terminal ? Line(value, Math.Max(width() - 1, 1)) : Line(value);

        Try(() =>
        {
            if (terminal)
            {
                // A line that wraps cannot be redrawn: the last column stays free.
                writer.Write(ClearLine + line);
                drawn = true;
            }
            else
            {
                writer.Write($"{line}\n");
            }

            writer.Flush();
        });
    }

    // Nobody may be looking any more: a full disk, a closed pipe, a terminal that is gone. Training goes on.
    static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
        }
    }
}
