using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;

// A process for tests to kill, which says "ready" when the thing to interrupt has begun, or to load what would stay in a test's own process.
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
    case "plugin":
        return UsePlugin(folder, args[2], args[3..]);
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

// By the library: the plug-in's recipe trained in two parts and in one, opened and evaluated.
static int UsePlugin(string folder, string file, string[] settings)
{
    var plugin = Plugins.Load(file);
    var recipe = Recipe.Load(Path.Combine(Path.GetDirectoryName(file)!, "align-uniform.yaml"), settings, binder: Parts.Binder);
    RunSummary[] runs = [Run("library-stopped", 3, Resume.Never), Run("library-stopped", 6, Resume.Auto), Run("library-whole", 6, Resume.Never)];
    using var experiment = TrainedRun.Open(Path.Combine(folder, "library-whole"));
    var metrics = Evaluations.Run(experiment, new EvaluationRequest("knn")).Metrics;
    Console.WriteLine(JsonSerializer.Serialize(new { plugin.Name, Method = experiment.Method.GetType().Name, Runs = runs.Select(r => new { r.Steps, r.StateSha256 }), Metrics = metrics.Keys }));
    return 0;

    RunSummary Run(string name, long steps, Resume resume) =>
        new TrainingRun(recipe, new RunOptions { Folder = Path.Combine(folder, name), MaxSteps = steps, Resume = resume }, null, _ => { }).Run();
}
