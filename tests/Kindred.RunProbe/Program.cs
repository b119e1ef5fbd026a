using System.Globalization;
using System.Text.Json.Nodes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;

// A process for tests to kill. It says "ready" when the thing to interrupt has begun.
var (act, folder) = (args[0], args[1]);

switch (act)
{
    case "checkpoints":
        WriteCheckpoints(folder, int.Parse(args[2], CultureInfo.InvariantCulture));
        return 0;
    case "hold":
        using (var run = RunFolder.Open(folder, Resume.Auto))
        {
            run.Set(RunState.Running);
            Console.WriteLine("ready");
            Thread.Sleep(Timeout.Infinite);
        }

        return 0;
    case "signal":
        return Wait(args.Contains("stubborn"));
    default:
        return 2;
}

// Every element of a checkpoint is its step, so that a mix of two would show.
static void WriteCheckpoints(string folder, int megabytes)
{
    var store = new CheckpointStore(folder, keep: 2);
    var values = new float[megabytes << 18];

    for (var step = (store.Last ?? 0) + 1; ; step++)
    {
        Console.WriteLine("ready");
        Array.Fill(values, step);
        var model = NamedArray.From<float>("weight", values);
        store.Save(new(step, new Dictionary<string, IReadOnlyList<NamedArray>> { ["model"] = [model], ["optimizer"] = [NamedArray.From<long>("step", [step])] }, new JsonObject { ["step"] = step }));
    }
}

static int Wait(bool stubborn)
{
    using var signals = new StopSignals();
    Console.WriteLine("ready");
    signals.Token.WaitHandle.WaitOne();
    Console.WriteLine($"asked to stop by {signals.Signal}");

    if (stubborn)
        Thread.Sleep(Timeout.Infinite);

    return 75;
}
