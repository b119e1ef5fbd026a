using System.CommandLine;
using Kindred.Experiments.Export;
using Kindred.Experiments.Runs;
using Kindred.Io;
using Kindred.Onnx;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred export FORMAT --run DIR --out FILE</c>: writes a run's encoder for other programs.</summary>
static class ExportVerb
{
    static readonly string[] formats = ["onnx", "safetensors", "torch"];

    internal static Command Create()
    {
        var format = new Argument<string>("format") { Description = $"{string.Join(", ", formats)}." };
        var run = new Option<string>("--run") { Description = "The run's folder.", Required = true };
        var output = new Option<string>("--out") { Description = "The file.", Required = true };
        var verify = new Option<bool>("--verify") { Description = "Runs the file on batches of 1, 3 and 8 samples and compares it with the run; what differs is deleted, and the exit code is 1." };
        var network = new Option<string?>("--network") { Description = "Which encoder, where the method has several." };
        var data = new Option<string?>("--data") { Description = "Data like those that the run learnt from, where they are gone." };
        var json = Output.JsonOption();
        format.CompletionSources.Add([.. formats]);
        var command = new Command("export", "Writes a run's encoder as ONNX, safetensors or a file of torch.load.") { format, run, output, verify, network, data, json };
        command.SetAction(r => Run(r.GetValue(format)!, r.GetValue(run)!, r.GetValue(output)!, r.GetValue(verify), r.GetValue(network), r.GetValue(data), r.GetValue(json)));
        return command;
    }

    static int Run(string format, string run, string file, bool verify, string? network, string? data, bool json)
    {
        if (!formats.Contains(format)) throw new ConfigurationException($"there is no format '{format}'{Suggest.Nearest(format, formats)}; there are {string.Join(", ", formats)}.");
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder)) throw new EnvironmentException($"--out {file}: there is no folder '{folder}'; make it first.");
        Plugins.Recall(RunPlace.Of(run).Folder);
        using var experiment = TrainedRun.Open(run, Device.Cpu);
        using var scope = Scope.Open();
        var encoder = RunExport.Of(experiment, network, data);
        Action<string> save = format switch { "onnx" => encoder.SaveOnnx, "safetensors" => encoder.SaveSafeTensors, _ => encoder.SaveTorch };
        save(file);
        var check = verify ? Check(format, file, encoder, experiment) : null;
        if (check is { Holds: false })
        {
            File.Delete(file);
            Console.Error.WriteLine($"kindred: the {format} file does not give what the run gives, and was deleted: {check}.");
            return 1;
        }
        var report = new { File = file, Format = format, Encoder = encoder.Path, encoder.Encoder.Dim, Weights = encoder.Encoder.Size, new FileInfo(file).Length, Check = check, encoder.Metadata };
        if (json) Output.Json(report);
        else
        {
            Console.Error.WriteLine($"kindred: {encoder.Path} ({encoder.Encoder.GetType().Name}, {encoder.Encoder.Size} weights, {encoder.Encoder.Dim} features) "
                + $"is in {file}, {report.Length / 1e6:0.0} MB"
                + $"{(check is null ? "" : $"; {check}")}.");
        }
        return 0;
    }

    static ExportCheck Check(string format, string file, ExportedEncoder encoder, Experiments.Recipes.Experiment experiment)
    {
        if (format == "onnx")
        {
            using var model = OnnxModel.Open(file);
            return ExportCheck.Of(encoder, feeds => model.Run(feeds));
        }
        using var untrained = experiment.Untrained(0);
        if (format == "safetensors") return ExportCheck.OfWeights(encoder, RunExport.At(untrained.Method, encoder.Path), SafeTensors.Read(file));
        using var torch = TorchFile.Open(file);
        return ExportCheck.OfWeights(encoder, RunExport.At(untrained.Method, encoder.Path), torch.Read());
    }
}
