using System.CommandLine;
using Kindred.Data.Views;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred bench views</c>: two SimCLR views of pictures on one core; the fields are those of the PyTorch programs it is compared with.</summary>
static class BenchViews
{
    internal static Command Create()
    {
        var kind = new Option<string>("--kind") { DefaultValueFactory = _ => "cifar", Description = "cifar: 32×32 from memory; jpeg: 224×224 from 500×375 JPEG bytes; memory: the same without decoding; decode: decoding alone." };
        kind.AcceptOnlyFromAmong([.. ViewsBenchmark.Kinds]);
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 64, Description = "Pictures a repetition." };
        var blur = new Option<bool?>("--blur") { Description = "Whether blur is among the operations; by default for all kinds but cifar." };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 12, Description = "Time budget of the measured part." };
        var repeats = new Option<int>("--repeats") { DefaultValueFactory = _ => 20, Description = "Most repetitions measured." };
        var seed = new Option<int>("--seed");
        var json = new Option<bool>("--json") { Description = "Results are JSON in any case." };
        var command = new Command("views", "Measures two SimCLR views of a picture on one core.") { kind, images, blur, seconds, repeats, seed, json };
        command.SetAction(result =>
        {
            var measured = ViewsBenchmark.Run(result.GetValue(kind)!, result.GetValue(images), result.GetValue(blur), result.GetValue(seconds),
                result.GetValue(repeats), (ulong)result.GetValue(seed));
            Console.Out.WriteLine(measured.ToJson());
            return 0;
        });
        return command;
    }
}
