using System.Globalization;

namespace Kindred.Experiments.Training;

/// <summary>Shows training on a terminal as one line that is redrawn, and elsewhere as a line every few seconds. What cannot be shown is left out.</summary>
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
    public void Dispose()
    {
        lock (gate)
        {
            if (!terminal || latest is not { } value)
                return;

            Draw(value);
            Try(() =>
            {
                writer.Write('\n');
                writer.Flush();
            });
            latest = null;
            drawn = false;
        }
    }

    /// <summary>One line: <c>step 120/1000 · epoch 1.2 · loss 5.31 · lr 0.06 · 812 img/s · data wait 3 % · z-std 0.98 · rank 41 · 2:31 left</c>.</summary>
    /// <param name="p">How training stands.</param>
    /// <returns>The line, without an end.</returns>
    public static string Line(TrainingProgress p)
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

        if (p.Remaining is { } left)
            parts.Add($"{Clock(left)} left");

        return string.Join(" · ", parts);
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
        var line = Line(value);

        Try(() =>
        {
            if (terminal)
            {
                // A line that wraps cannot be redrawn, so it is cut one column early.
                var columns = Math.Max(width() - 1, 1);
                writer.Write(ClearLine + (line.Length > columns ? line[..columns] : line));
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
