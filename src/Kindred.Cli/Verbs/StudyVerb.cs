using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Studies;
using Kindred.Experiments.Training;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred study NAME|FILE.yaml</c>: a grid of small trainings, as the papers' ablations are.</summary>
static class StudyVerb
{
    static readonly Argument<string?> name = new("study") { Arity = ArgumentArity.ZeroOrOne, Description = "A study's name or file; without one, the studies are listed." };
    static readonly Argument<string[]> overrides = new(Mistake.Changes) { Arity = ArgumentArity.ZeroOrMore, Description = "Changes for every cell by dotted path, such as train.epochs=1." };
    static readonly Option<string?> data = new("--data") { Description = "A data URI such as tar:PATH?fraction=0.2; the built-in sample if left out." };
    static readonly Option<string?> output = new("--out") { Description = "The study's folder; runs/study-NAME if left out. What is done there already is not done again." };
    static readonly Option<string?> seeds = new("--seeds") { Description = "Every cell runs once with each: 0,1,2." };
    static readonly Option<int?> jobs = new("--jobs") { Description = "Cells at a time; as many as processors if left out. They share the processors' threads." };
    static readonly Option<string?> only = new("--only") { Description = "The only cells to run: a,b." };
    static readonly Option<string> device = new("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
    static readonly Option<bool> check = new("--check") { Description = "Exit code 1 when a claim does not hold." };
    static readonly Option<bool> json = new("--json") { Description = "The whole report as one JSON object on stdout; without a study, what each studies." };
    static readonly Option<string?> cell = new("--cell") { Description = "Runs one cell in this process, nothing else.", Hidden = true };
    static readonly Option<ulong?> seed = new("--seed") { Description = "The seed of --cell.", Hidden = true };

    internal static string Folder => Shipped.Studies;

    internal static Command Create()
    {
        name.CompletionSources.Add(_ => Study.Names(Folder));
        var command = new Command("study", "Repeats a paper's ablation: trains a grid of small variants, evaluates each, and says whether the finding holds.")
            { name, overrides, data, output, seeds, jobs, only, device, check, json, cell, seed };
        command.SetAction((result, cancel) => result.GetValue(name) is { } wanted ? Run(wanted, result, cancel) : Task.FromResult(List(result.GetValue(json))));
        return command;
    }

    static int List(bool json)
    {
        if (json) Output.Json(StudySummary.Of(Folder, Find));
        else Output.Table(["study", "title"], Study.Titles(Folder).Select(s => new[] { s.Name, s.Title }));
        return 0;
    }

    static async Task<int> Run(string wanted, ParseResult result, CancellationToken cancel)
    {
        var study = Study.Load(wanted, recipe => Find(Beside(wanted, recipe)), Folder, result.GetValue(overrides), result.GetValue(data));
        var folder = result.GetValue(output) ?? Path.Combine("runs", $"study-{study.Name}");
        if (result.GetValue(cell) is { } one) return RunCell(study, one, result.GetValue(seed) ?? 0, folder, result.GetValue(device)!, cancel);

        var lanes = result.GetValue(jobs) ?? Environment.ProcessorCount;
        if (lanes < 1) throw new ConfigurationException($"--jobs {lanes}: at least one cell runs at a time.");
        string[] told = [.. result.GetValue(data) is { } uri ? new[] { "--data", uri } : [], "--device", result.GetValue(device)!,
            .. Plugins.Loaded.SelectMany(p => new[] { "--plugin", p.Path }), .. result.GetValue(overrides) ?? []];
        var worker = new StudyProcess(wanted, folder, told, Math.Max(1, Variables.Threads / lanes), Output.Say);
        StudyRun? run = null;
        run = new StudyRun(study, folder, worker.Do)
        {
            Jobs = lanes,
            Seeds = result.GetValue(seeds) is { } list ? Seeds(list) : null,
            Only = result.GetValue(only)?.Split(',', StringSplitOptions.TrimEntries),
            Ended = outcome => { StudyReport.Of(study, run!.Reported).Write(folder); Output.Say(StudyLines.Ended(outcome, run.Progress, study)); },
        };
        using var status = new Timer(_ => Output.Say(StudyLines.Status(run.Progress)), null, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));
        Launcher.HoldSignals();
        var outcomes = await run.Run(cancel);
        status.Change(Timeout.Infinite, Timeout.Infinite);
        return Conclude(StudyReport.Of(study, run.Reported), outcomes, folder, result, cancel);
    }

    static int Conclude(StudyReport report, IReadOnlyList<StudyOutcome> outcomes, string folder, ParseResult result, CancellationToken cancel)
    {
        report.Write(folder);
        if (cancel.IsCancellationRequested)
        {
            Output.Say("stopped; the same command goes on where it was.");
            return Launcher.Preempted;
        }
        Console.Out.WriteLine(result.GetValue(json) ? report.Json().ToJsonString(Output.Style) : report.Markdown());
        Output.Say($"{Path.Combine(folder, "study.json")}, table.md, table.csv and plot.svg are written.");
        if (outcomes.FirstOrDefault(o => o.Error is not null) is { } failed) return failed.ExitCode;
        return result.GetValue(check) && report.Verdicts.Any(v => v.Holds != true) ? 1 : 0;
    }

    static int RunCell(Study study, string cell, ulong seed, string folder, string device, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (Environment.GetEnvironmentVariable(StudyProcess.Marker) is { Length: > 0 }) StopWithParent(stop);
        var job = new StudyRun(study, folder, (_, _, _) => throw new InvalidOperationException("a cell starts no cells")).Job(study.Cell(cell), seed);
        var run = new CellRun(job.Cell, seed, job.Folder, text => Output.Say($"kindred: {text}"))
        {
            Device = TrainVerb.DeviceOf(device),
            After = job.After,
            Workers = Torch.Engine.Threads,
            Progress = new Shares(),
            Begun = Launcher.HoldSignals,
        };
        return run.Run(stop.Token) is null ? Launcher.Preempted : 0;
    }

    static void StopWithParent(CancellationTokenSource stop) => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0) { }
        try { stop.Cancel(); }
        catch (ObjectDisposedException) { /* the cell was done first */ }
    }) { IsBackground = true }.Start();

    static ulong[] Seeds(string list) => [.. list.Split(',').Select(text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed
        : throw new ConfigurationException($"--seeds {list}: '{text}' is no whole number; write 0,1,2."))];

    static Recipe Find(string name) => RecipeFinder.Load(name, []);

    // A study may name recipes that lie beside it, wherever the command is run.
    static string Beside(string study, string recipe) => File.Exists(study) && Path.Combine(Path.GetDirectoryName(Path.GetFullPath(study))!, recipe) is var near && File.Exists(near) ? near : recipe;

    // Tells the study how far this job is, at most once a second.
    sealed class Shares : IProgress<TrainingProgress>
    {
        long next;

        public void Report(TrainingProgress value)
        {
            if (Environment.TickCount64 < next) return;
            next = Environment.TickCount64 + 1000;
            Console.Out.WriteLine(((double)value.Step / Math.Max(1, value.Steps)).ToString("0.000", CultureInfo.InvariantCulture));
        }
    }
}
