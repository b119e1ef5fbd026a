using System.Diagnostics;
using Kindred.Experiments.Training;

namespace Kindred.Bench;

/// <summary>Notes what every step of a training costs, after some to warm up, and stops the training when the time is over.</summary>
sealed class StepTimer(int warmup, double seconds, CancellationTokenSource stop) : IHook
{
    readonly List<double> wall = [], cpu = [];
    readonly Stopwatch clock = new();
    TimeSpan processor;
    int seen;

    internal Measurement Measured => new(wall, cpu);

    public void Step(StepReport report)
    {
        var now = Environment.CpuUsage.TotalTime;
        if (seen++ == warmup - 1) clock.Start();
        if (seen > warmup)
        {
            if (warmup == 0) clock.Start();
            wall.Add(report.Seconds);
            cpu.Add((now - processor).TotalSeconds);
        }
        if (wall.Count >= 2 && clock.Elapsed.TotalSeconds >= seconds) stop.Cancel();
        processor = now;
    }
}
