using System.Diagnostics;
using System.Globalization;

namespace Kindred.Bench;

/// <summary>Repetitions of one piece of work: wall and processor seconds of each.</summary>
sealed record Measurement(IReadOnlyList<double> Wall, IReadOnlyList<double> Cpu)
{
    internal int Runs => Wall.Count;

    /// <summary>The figure to quote.</summary>
    internal double Median => MedianOf(Wall);

    internal double Best => Wall.Min();

    /// <summary>Robust on a shared machine, with one thread.</summary>
    internal double MedianCpu => MedianOf(Cpu);

    /// <summary>Warms up, then repeats until the time or the number of repetitions is used up, twice at least.</summary>
    internal static Measurement Repeat(int warmup, int repeats, double seconds, Action work)
    {
        for (var i = 0; i < warmup; i++) work();
        var (wall, cpu, clock) = (new List<double>(), new List<double>(), Stopwatch.StartNew());
        while (wall.Count < repeats && (wall.Count < 2 || clock.Elapsed.TotalSeconds < seconds))
        {
            var (w, c) = (clock.Elapsed, Environment.CpuUsage.TotalTime);
            work();
            wall.Add((clock.Elapsed - w).TotalSeconds);
            cpu.Add((Environment.CpuUsage.TotalTime - c).TotalSeconds);
        }
        return new(wall, cpu);
    }

    /// <summary>The largest resident size of this process so far; 0 where the system does not tell.</summary>
    internal static double PeakMegabytes()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return Math.Round(double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024, 1);
    }

    static double MedianOf(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
