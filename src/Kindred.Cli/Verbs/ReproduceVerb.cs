using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Reports;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred reproduce RUN</c>: trains a run again from what it recorded, and compares.</summary>
static class ReproduceVerb
{
    internal static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's folder." };
        var output = new Option<string?>("--out") { Description = "Where it is trained again; RUN-again if left out." };
        var json = Output.JsonOption();
        var command = new Command("reproduce", "Trains a run again from its recorded settings, and says whether bits and figures agree, or what is not as it "
            + "was. Exit code 1 if the bits differ.") { run, output, json };
        command.SetAction((r, cancel) => Task.FromResult(Run(r.GetValue(run)!, r.GetValue(output), r.GetValue(json), cancel)));
        return command;
    }

    static int Run(string run, string? output, bool json, CancellationToken cancel)
    {
        var plan = Reproduction.Prepare(run);
        var again = output ?? $"{Path.TrimEndingDirectorySeparator(run)}-again";
        Threads(plan.Threads);
        var change = Reproduction.DataChange(run, plan.Recipe);
        if (change is not null) Output.Warn(change);
        var requests = Evaluations.Requested(plan.Recipe.Phases[^1]);
        RunSummary summary;
        using (var display = new ProgressDisplay())
        {
            summary = new TrainingRun(plan.Recipe, new RunOptions { Folder = again, From = plan.From, MaxSteps = plan.Steps, Device = Device(plan.Device), Command = $"kindred reproduce {run}" },
                display, text => display.Note($"kindred: {text}"))
            {
                Begun = Launcher.HoldSignals,
                Finished = (experiment, folder) => TrainVerb.Evaluate(experiment, folder, requests, display, cancel),
            }.Run(cancel);
        }
        if (cancel.IsCancellationRequested)
        {
            Output.Say($"stopped; what was trained is in {again}. Remove it and begin again: kindred runs rm {again}");
            return Launcher.Preempted;
        }
        var found = Reproduction.Of(run, again, change);
        var report = found.ToJson();
        (report["run"], report["again"], report["state_sha256"]) = (run, again, summary.StateSha256);
        AtomicFile.WriteText(Path.Combine(again, "reproduction.json"), $"{report.ToJsonString(Output.Style)}\n");
        if (json) Console.Out.WriteLine(report.ToJsonString(Output.Style));
        else Print(found, summary);
        return found.SameBits ? 0 : 1;
    }

    static void Print(Reproduction found, RunSummary summary)
    {
        Output.Table(["", "then", "now"], found.Metrics.Select(m => new[] { m.Name, Number(m.Values[0]), Number(m.Values[1]) }));
        if (found.SameBits)
        {
            Output.Say($"the same to the bit: all {found.Arrays} arrays of the state, {summary.StateSha256[..12]}.");
            return;
        }
        Output.Say(string.Create(CultureInfo.InvariantCulture, $"not the same bits: {found.Differing.Count} of {found.Arrays} arrays differ, weights by up to {found.Largest:0.##e+0}."));
        foreach (var reason in found.Reasons) Output.Say($"  {reason}");
        if (found.Reasons.Count == 0) Output.Say("  nothing is recorded that is not as it was. Were other processes trained along, or was the run resumed with other settings?");
    }

    // Bits are the same with as many threads; who set the variable decides.
    static void Threads(int? recorded)
    {
        if (recorded is not { } threads || threads == Variables.Threads) return;
        if (Environment.GetEnvironmentVariable("KINDRED_THREADS") is { Length: > 0 } || threads > Variables.MostThreads)
            Output.Warn($"the run had {threads} threads, this has {Variables.Threads} (KINDRED_THREADS): the last bits may differ.");
        else Environment.SetEnvironmentVariable("KINDRED_THREADS", threads.ToString(CultureInfo.InvariantCulture));
    }

    static Device Device(string recorded)
    {
        try { return TrainVerb.DeviceOf(recorded); }
        catch (EnvironmentException)
        {
            Output.Warn($"the run was trained on {recorded}, which this machine has not: the processor computes it, and the bits will differ.");
            return Torch.Device.Cpu;
        }
    }

    static string Number(double? value) => value is { } number ? number.ToString("0.######", CultureInfo.InvariantCulture) : "–";
}
