using System.Diagnostics;
using System.Globalization;

namespace Kindred.Experiments.Training;

/// <summary>How long a training takes on this machine, told from a few measured steps; evaluations and checkpoints come on top.</summary>
/// <param name="Steps">Steps that are still to be taken when it was measured.</param>
/// <param name="SecondsPerStep">What one takes, waiting for data included.</param>
/// <param name="SamplesPerSecond">Samples a second.</param>
/// <param name="DataWait">The part of the time, 0 to 1, that training waits for data.</param>
/// <param name="PeakBytes">The most memory that the process has held.</param>
/// <param name="Phase">The phase, in a recipe of several.</param>
public sealed record TrainingEstimate(long Steps, double SecondsPerStep, double SamplesPerSecond, double DataWait, long PeakBytes, string? Phase = null)
{
    /// <summary>Seconds in all.</summary>
    public double Seconds => Steps * SecondsPerStep;

    /// <summary><c>about 2.4 hours on this machine (3,100 steps of 2.8 s)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"about {Duration(Seconds)} on this machine ({Steps:N0} steps of {Short(SecondsPerStep)} s)");

    /// <summary>A duration as a person says it: 40 seconds, 12 minutes, 2.4 hours, 3.1 days.</summary>
    /// <param name="seconds">Seconds.</param>
    public static string Duration(double seconds)
    {
        const double Minute = 60, Hour = 3600, Day = 86400;
        return seconds < 1.5 * Minute ? Said(Math.Max(1, Math.Round(seconds)), "second")
            : seconds < 1.5 * Hour ? Said(Math.Round(seconds / Minute), "minute")
            : seconds < 2 * Day ? Said(Math.Round(seconds / Hour, 1), "hour")
            : Said(Math.Round(seconds / Day, 1), "day");
    }

    static string Said(double number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{number:0.#} {unit}{(number == 1 ? "" : "s")}");

    static string Short(double seconds) => seconds.ToString(seconds >= 1 ? "0.0" : seconds >= 0.1 ? "0.00" : "0.0000", CultureInfo.InvariantCulture);

    /// <summary>The most memory that this process has held.</summary>
    internal static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}

/// <summary>Measures the first steps of a training and tells once how long it will take.</summary>
/// <remarks>
/// The first two steps are left out: kernels are chosen and memory is taken in them. What is told is the mean of the steps behind them: five at least, or fewer
/// where they take long.
/// </remarks>
/// <param name="tell">Told once.</param>
/// <param name="phase">The phase, in a recipe of several.</param>
sealed class EstimateHook(Action<TrainingEstimate> tell, string? phase = null) : IHook
{
    const int Left = 2, Enough = 5, Least = 2;
    const double Long = 15;

    int seen;
    long samples;
    double seconds, waited;

    /// <summary>Whether it has told.</summary>
    public bool Told { get; private set; }

    /// <inheritdoc/>
    public void Step(StepReport report)
    {
        if (Told || seen++ < Left) return;
        seconds += report.Seconds;
        waited += report.DataWait;
        samples += report.Samples;
        var measured = seen - Left;
        if (measured < Enough && (measured < Least || seconds < Long)) return;
        Tell(report.At.Steps - report.At.Step - 1 + seen, measured);
    }

    /// <summary>Tells what is known so far, of a training that ended before enough was measured.</summary>
    /// <param name="steps">Steps in all.</param>
    /// <param name="fallback">What is told if not one step was measured.</param>
    public void Conclude(long steps, double fallback)
    {
        if (Told) return;
        if (seen <= Left) (seconds, seen) = (fallback, Left + 1);
        Tell(steps, seen - Left);
    }

    void Tell(long steps, int measured)
    {
        Told = true;
        tell(new(steps, seconds / measured, seconds > 0 ? samples / seconds : 0, seconds > 0 ? Math.Min(1, waited / seconds) : 0, TrainingEstimate.Peak(), phase));
    }
}
