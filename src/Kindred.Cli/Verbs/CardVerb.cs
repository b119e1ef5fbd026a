using System.CommandLine;
using Kindred.Experiments.Reports;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred card RUN</c>: a model card for who is handed a run.</summary>
static class CardVerb
{
    internal static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's folder." };
        var print = new Option<bool>("--print") { Description = "Prints the card and writes no file." };
        var json = Output.JsonOption();
        var command = new Command("card", "Writes a model card into a run's folder: what it is, its data, figures, limits, how to use and to cite it.") { run, print, json };
        command.SetAction(r =>
        {
            if (r.GetValue(print))
            {
                Console.Out.Write(ModelCard.Markdown(r.GetValue(run)!));
                return 0;
            }
            var file = ModelCard.Write(r.GetValue(run)!);
            if (r.GetValue(json)) Output.Json(new { Card = file });
            else Output.Say($"{file} is written.");
            return 0;
        });
        return command;
    }
}
