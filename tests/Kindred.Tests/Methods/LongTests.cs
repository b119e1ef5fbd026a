using System.Globalization;
using Kindred.Experiments.Training;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What shows after many steps only, of every registered method: a few in the suite, all of them with KINDRED_LARGE=1.</summary>
public sealed class LongTests
{
    const int Epochs = 10, PerEpoch = 5;                                   // 40 samples, batches of 8
    const double Megabyte = 1 << 20;

    static readonly bool large = Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1";

    public static TheoryData<string> Registered => [.. MethodExamples.Registered.Select(t => t.Name).Order(StringComparer.Ordinal).Where((_, i) => large || i % 6 == 0)];

    static Method Make(string name, long seed)
    {
        var example = MethodExamples.Of(MethodExamples.Registered.Single(t => t.Name == name));
        return Toy.Build(() => example.Make(c => new TinyEncoder(c ?? 3), (Toy.Facts with { Samples = 40, StepsPerEpoch = PerEpoch }).Of(example.Data)), seed);
    }

    static double Rate(string name) => MethodExamples.Of(MethodExamples.Registered.Single(t => t.Name == name)).Rate;

    static ToyData Open(string name) => new(40, kind: MethodExamples.Of(MethodExamples.Registered.Single(t => t.Name == name)).Data);

    /// <summary>R5: thirty random steps to stop at; every later loss and every tensor is the same to the bit.</summary>
    [Theory, MemberData(nameof(Registered))]
    public void A_run_stopped_at_any_step_ends_in_the_same_bits(string name)
    {
        using var data = Open(name);
        var stops = Enumerable.Range(1, Epochs * PerEpoch - 1).ToArray();
        new Random(name.Length).Shuffle(stops);
        var chosen = stops.Take(large ? 30 : 2).ToHashSet();
        var (method, saved) = (Make(name, 1), new Dictionary<int, IReadOnlyDictionary<string, IReadOnlyList<Kindred.Io.NamedArray>>>());
        var optimizers = Toy.Sgd(method, Rate(name));
        Generator.Default.Seed(3);
        var straight = new Record();
        Trainer? trainer = null;
        trainer = new(method, data, optimizers, Options(), straight, new After(step =>
        {
            if (chosen.Contains((int)step)) saved[(int)step] = new TrainingState(method, optimizers, 0) { Position = trainer!.Position }.Capture();
        }));
        trainer.Fit();
        var whole = new TrainingState(method, optimizers, 0).Sha256();
        foreach (var (stop, state) in saved)
        {
            var copy = Make(name, 2);
            var others = Toy.Sgd(copy, Rate(name));
            var restored = new TrainingState(copy, others, 0);
            restored.Restore(state);
            var rest = new Record();
            new Trainer(copy, data, others, Options(), rest) { Position = restored.Position }.Fit();
            Assert.True(straight.Steps.Skip(stop).Select(s => s.Loss).SequenceEqual(rest.Steps.Select(s => s.Loss)), $"stopped after {stop}: the losses differ");
            Assert.True(new TrainingState(copy, others, 0).Sha256() == whole, $"stopped after {stop}: the state differs");
        }
    }

    /// <summary>R19: 3,000 steps leave memory, tensors and open files as they were after the first few hundred.</summary>
    [Theory, MemberData(nameof(Registered))]
    public void Many_steps_take_no_more_memory_tensors_or_files_than_a_few(string name)
    {
        var steps = large ? 3000 : 40;
        using var data = Open(name);
        var method = Make(name, 1);
        var optimizers = Toy.Sgd(method, 1e-4);
        List<(long Step, double Resident, long Alive, int Files)> points = [];
        new Trainer(method, data, optimizers, new TrainerOptions { Epochs = steps / PerEpoch, LogEvery = 10 }, new After(step =>
        {
            if (step % (steps / 20) != 0 || step < steps / 5) return;
            foreach (var parameter in method.Parameters()) parameter.Gradient = null;
            GC.Collect();
            points.Add((step, Resident(), Tensor.Alive, OpenFiles()));
        })).Fit();
        Assert.True(points.Select(p => p.Alive).Distinct().Count() <= 2 && points[^1].Alive <= points[0].Alive + 2, $"living tensors: {string.Join(' ', points.Select(p => p.Alive))}");
        Assert.True(points[^1].Files <= points[0].Files + 2, $"open files: {string.Join(' ', points.Select(p => p.Files))}");
        if (!large) return;
        // What leaks goes on leaking, in both halves and from peak to peak; a heap that grows by a piece, or gives one back and takes it again, does not.
        var (half, later) = (points[..(points.Count / 2)], points[(points.Count / 2)..]);
        var peaks = 1000 * (later.Max(p => p.Resident) - half.Max(p => p.Resident)) / (later[0].Step - half[0].Step);
        var slope = new[] { Slope(half), Slope(later), peaks }.Min();
        Assert.True(slope < 1, $"{slope:0.00} MB per 1,000 steps: {string.Join(' ', points.Select(p => p.Resident.ToString("0.0", CultureInfo.InvariantCulture)))}");
    }

    static double Slope(List<(long Step, double Resident, long Alive, int Files)> points)
    {
        var (x, y) = (points.Average(p => (double)p.Step), points.Average(p => p.Resident));
        return 1000 * points.Sum(p => (p.Step - x) * (p.Resident - y)) / points.Sum(p => (p.Step - x) * (p.Step - x));
    }

    static TrainerOptions Options() => new() { Epochs = Epochs, LogEvery = 1 };

    static double Resident() => double.Parse(File.ReadLines("/proc/self/statm").First().Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize / Megabyte;

    static int OpenFiles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    sealed class After(Action<long> act) : IHook
    {
        public void Step(StepReport report) => act(report.At.Step + 1);
    }
}
