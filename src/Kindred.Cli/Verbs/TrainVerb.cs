using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred train NAME|RECIPE.yaml [key=value …]</c>: trains a method into a run folder.</summary>
static class TrainVerb
{
    internal static Command Create()
    {
        var name = new Argument<string>("method") { Description = "A method's name (kindred list methods) or a recipe file." };
        var overrides = new Argument<string[]>(Mistake.Changes) { Description = "Changes to the recipe by dotted path, such as train.epochs=10.", Arity = ArgumentArity.ZeroOrMore };
        var data = new Option<string?>("--data") { Description = "A data URI such as emoji, folder:PATH, cifar10:PATH or tar:PATH." };
        var output = new Option<string?>("--out") { Description = "The run folder; runs/NAME-DATE if left out." };
        var steps = new Option<long?>("--max-steps") { Description = "Stops early after this many steps; schedules keep their length." };
        var resume = new Option<string>("--resume") { Description = "auto goes on with the run in --out, never refuses one, a checkpoint's folder goes "
            + "on from there.", DefaultValueFactory = _ => "never" };
        var from = new Option<string?>("--from") { Description = "Starts from the weights of another run, checkpoint, .safetensors or PyTorch file; of another project's file its encoder is taken." };
        var after = new Option<string?>("--after") { Description = "Goes on after the phases that another run has in common with this recipe." };
        var changed = new Option<string>("--data-changed") { Description = "accept goes on although the data are not those that the run began with; "
            + "refuse does not.", DefaultValueFactory = _ => "refuse" };
        var seed = new Option<ulong?>("--seed") { Description = "Everything random follows from it." };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
        var precision = new Option<string?>("--precision") { Description = "auto, fp32 or bf16." };
        var estimate = new Option<bool>("--estimate") { Description = "Takes a few steps, says how long the training takes and in how much memory, and leaves nothing behind." };
        var json = Output.JsonOption("One JSON object as the last line on stdout.");
        name.CompletionSources.Add(_ => RecipeFinder.Names);
        overrides.CompletionSources.Add(context => Completions.Keys(context.ParseResult.GetValue(name)));
        data.CompletionSources.Add(_ => Completions.Data);
        resume.CompletionSources.Add("auto", "never");
        precision.CompletionSources.Add("auto", "fp32", "bf16");
        device.CompletionSources.Add("auto", "cpu", "cuda");
        var command = new Command("train", "Trains a method, on the built-in sample or on your data.") { name, overrides, data, output, steps, resume, changed,
            from, after, seed, device, precision, estimate, json };
        command.SetAction((result, cancel) => Task.FromResult(Run(new Request(
            result.GetValue(name)!, result.GetValue(overrides) ?? [], result.GetValue(data), result.GetValue(output), result.GetValue(steps), result.GetValue(resume)!,
            result.GetValue(changed)!, result.GetValue(from), result.GetValue(after), result.GetValue(seed), result.GetValue(device)!, result.GetValue(precision), result.GetValue(json))
            { Estimate = result.GetValue(estimate) }, cancel)));
        return command;
    }

    sealed record Request(string Name, string[] Overrides, string? Data, string? Out, long? MaxSteps, string Resume, string DataChanged, string? From,
        string? After, ulong? Seed, string Device, string? Precision, bool Json)
    {
        public bool Estimate { get; init; }
    }

    static int Run(Request request, CancellationToken cancel)
    {
        // What goes on with a run needs its plug-ins before its recipe can be read.
        if (request.Resume != "never" && (request.Out ?? FolderOf(request.Resume)) is { } begun) Plugins.Recall(begun);
        var recipe = RecipeFinder.Load(request.Name, Overrides(request));
        RecipeCheck.Refuse(recipe);
        if (request.Estimate) return Estimate(recipe, request, cancel);
        using var everyone = Everyone.Meet();
        Launched.StopWithParent();
        if (Everyone.Rank > 0) return Follow(recipe, request, cancel);
        var folder = request.Out ?? FolderOf(request.Resume) ?? Path.Combine("runs", string.Create(CultureInfo.InvariantCulture, $"{recipe.Name}-{DateTime.Now:yyyyMMdd-HHmmss}"));
        var requests = Evaluations.Requested(recipe.Phases[^1]);
        using var display = new ProgressDisplay();
        string[] next = [];
        var evaluated = true;
        var run = new TrainingRun(recipe, new RunOptions
        {
            Folder = folder,
            Resume = request.Resume == "auto" ? Resume.Auto : Resume.Never,
            ResumeFrom = request.Resume is "auto" or "never" ? null : request.Resume,
            From = request.From,
            After = request.After,
            AcceptData = request.DataChanged switch
            {
                "refuse" => false,
                "accept" => true,
                var other => throw new ConfigurationException($"--data-changed {other}: there are refuse and accept."),
            },
            MaxSteps = request.MaxSteps,
            Device = DeviceOf(request.Device),
            Command = $"kindred {string.Join(' ', Environment.GetCommandLineArgs().Skip(1))}",
        }, display, text => display.Note($"kindred: {text}"))
        {
            Begun = Launcher.HoldSignals,
            Estimated = found => display.Note($"{(found.Phase is { } phase ? $"phase {phase}: " : "")}{found}; stop at any time, --resume auto goes on"),
            Evaluated = found => display.Note(string.Create(CultureInfo.InvariantCulture, $"step {found.Step}: {Listed(found.Metrics)}{(found.Best ? " (best so far)" : "")}")),
            Finished = (experiment, folder) =>
            {
                display.End();
                next = NextCommand.AfterTraining(folder.Path, experiment.Method, experiment.Data, [.. requests.Select(r => r.Protocol)]);
                evaluated = Evaluate(experiment, folder, requests, display, cancel);
            },
        };
        var summary = run.Run(cancel);
        display.End();
        if (!summary.Finished || !evaluated) next = [GoesOn(request, folder)];
        if (request.Json) Output.Json(summary with { Next = next.FirstOrDefault() });
        else Say(summary, recipe, next, display);
        return (cancel.IsCancellationRequested && !summary.Finished) || !evaluated ? Launcher.Preempted : 0;
    }

    static void Say(RunSummary summary, Recipe recipe, string[] next, ProgressDisplay display)
    {
        var speed = summary.ImagesPerSecond > 0 ? string.Create(CultureInfo.InvariantCulture, $", {summary.ImagesPerSecond:0} samples/s") : ", all of them before";
        display.Note(string.Create(CultureInfo.InvariantCulture, $"{(summary.Finished ? "finished" : "stopped")} after {summary.Steps} steps, loss {summary.Loss:0.####}{speed}; "
            + $"the run is in {summary.Run} (state {summary.StateSha256[..12]}, seed {recipe.First.Train.Seed})"));
        foreach (var (i, command) in next.Index()) display.Note($"{(i > 0 ? "      " : summary.Finished ? "next: " : "go on with: ")}{command}");
    }

    // The same command, less what only stopped it.
    static string GoesOn(Request request, string folder)
    {
        List<string> words = ["train", request.Name, .. request.Overrides];
        if (request.Data is { } data) words.AddRange(["--data", data]);
        words.AddRange(["--out", folder]);
        if (request.From is { } from) words.AddRange(["--from", from]);
        if (request.Seed is { } seed) words.AddRange(["--seed", seed.ToString(CultureInfo.InvariantCulture)]);
        if (request.Device != "auto") words.AddRange(["--device", request.Device]);
        if (request.Precision is { } precision) words.AddRange(["--precision", precision]);
        return NextCommand.Line([.. words, "--resume", "auto"]);
    }

    static int Estimate(Recipe recipe, Request request, CancellationToken cancel)
    {
        const double GiB = 1 << 30;
        var phases = Estimates.Measure(recipe, DeviceOf(request.Device), Output.Warn, cancel);
        var (seconds, steps) = (phases.Sum(p => p.Seconds), phases.Sum(p => p.Steps));
        if (request.Json) Output.Json(new { Steps = steps, Seconds = seconds, PeakBytes = phases.Max(p => p.PeakBytes), Phases = phases });
        else
        {
            foreach (var phase in phases)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(phase.Phase is { } name ? $"phase {name}: " : "")}{phase}; {phase.SamplesPerSecond:0.#} samples/s, "
                    + $"{phase.DataWait * 100:0} % of the time waiting for data, {phase.PeakBytes / GiB:0.0} GiB of memory"));
            if (phases.Count > 1) Console.Out.WriteLine($"about {TrainingEstimate.Duration(seconds)} in all");
            Output.Say("Evaluations come on top. train.epochs=N trains shorter or longer; a training may be stopped at any time and gone on with by --resume auto.");
        }
        return 0;
    }

    // Ranks above 0 train along and say nothing.
    static int Follow(Recipe recipe, Request request, CancellationToken cancel)
    {
        Launcher.HoldSignals();
        new FollowingRun(recipe, new RunOptions { Folder = "", MaxSteps = request.MaxSteps, Device = DeviceOf(request.Device) }).Run(cancel);
        return cancel.IsCancellationRequested ? Launcher.Preempted : 0;
    }

    // What the recipe asks for under 'evaluate', once all is trained; false where it was stopped. An evaluation that fails does not undo the training.
    internal static bool Evaluate(Experiment experiment, RunFolder folder, IReadOnlyList<EvaluationRequest> requests, ProgressDisplay display, CancellationToken cancel)
    {
        if (folder.Info.State != RunState.Finished) return true;
        foreach (var request in requests)
        {
            try
            {
                var report = Evaluations.Run(experiment, request, cancel);
                report.Settings["run"] = folder.Path;
                report.Save(folder.Path);
                display.Note($"{report.Protocol}: {Listed(report.Metrics)}");
            }
            catch (OperationCanceledException)
            {
                display.Note($"kindred: the run is whole, its evaluation by {request.Protocol} was stopped.");
                return false;
            }
            catch (KindredException e) { display.Note($"kindred: the run is not evaluated by {request.Protocol}: {e.Message}"); }
        }
        return true;
    }

    static string Listed(IReadOnlyDictionary<string, double> metrics) => string.Join(", ", metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:0.##}")));

    // A checkpoint lies in the folder of the run that is to go on.
    static string? FolderOf(string resume) => resume is "auto" or "never" ? null
        : Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(resume))) is { } checkpoints
            && Path.GetFileName(checkpoints) == "checkpoints" ? Path.GetDirectoryName(checkpoints) : null;

    static List<string> Overrides(Request request)
    {
        var all = Changes(request.Overrides).ToList();
        if (request.Data is { } data) all.Add($"data={data}");
        if (request.Seed is { } seed) all.Add(string.Create(CultureInfo.InvariantCulture, $"train.seed={seed}"));
        if (request.Precision is { } precision) all.Add($"train.precision={precision}");
        return all;
    }

    internal static IReadOnlyList<string> Changes(IReadOnlyList<string> words) => words.FirstOrDefault(w => !w.Contains('=', StringComparison.Ordinal)) is { } other
        ? throw new ConfigurationException($"'{other}' is no change to the recipe; write key=value, such as train.epochs=10.") : words;

    internal static Device DeviceOf(string name)
    {
        if (!Everyone.Alone && name is not ("auto" or "cpu"))
            throw new ConfigurationException($"--device {name}: several processes exchange tensors of the processor only; use --device cpu, or one process.");
        if (name == "auto") return Everyone.Alone && Engine.CudaDevices > 0 ? Device.Cuda() : Device.Cpu;
        Device device;
        try { device = Device.Parse(name); }
        catch (ArgumentException e) { throw new ConfigurationException($"--device: {e.Message}", e); }
        if (device.IsCuda && Math.Max(0, device.Index) >= Engine.CudaDevices)
            throw new EnvironmentException($"--device {name}: libtorch {Engine.Version} sees {Engine.CudaDevices} CUDA devices; use --device cpu, or see `kindred doctor`.");
        return device;
    }
}
