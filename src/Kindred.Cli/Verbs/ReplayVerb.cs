using System.CommandLine;
using Kindred.Experiments.Runs;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred replay RUN/failures/step-…</c>: takes a step again that went wrong, and says which operator's result first was no number.</summary>
static class ReplayVerb
{
    internal static Command Create()
    {
        var folder = new Argument<string>("step") { Description = "A step that a run kept: RUN/failures/step-…" };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
        var json = Output.JsonOption();
        var command = new Command("replay", "Takes a failed training step again: exit code 5 where it fails again, 0 where it no longer does.") { folder, device, json };
        command.SetAction(result =>
        {
            var (error, same) = Failures.Replay(result.GetValue(folder)!, TrainVerb.DeviceOf(result.GetValue(device)!));
            if (result.GetValue(json)) Output.Json(new { Fails = false, Error = error, SameBatch = same });
            else Output.Say($"the step no longer fails{(same is false ? ", but its batch is another than it was" : "")}; it had: {error}");
        });
        return command;
    }
}
