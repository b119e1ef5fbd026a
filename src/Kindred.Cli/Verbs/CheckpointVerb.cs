using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Export;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred ckpt ls|inspect|verify|convert|average|prune</c>: looks at weights and makes others of them.</summary>
static class CheckpointVerb
{
    static readonly Option<bool> json = new("--json") { Description = "JSON on stdout." };

    internal static Command Create() => new("ckpt", "Looks at checkpoints and files of weights, and makes others of them.") { List(), Inspect(), Verify(), Convert(), Average(), Prune() };

    static Argument<string> Where(string name = "weights") => new(name) { Description = "A run's folder, a checkpoint's folder, or a file: safetensors, torch.save, ONNX, npz." };

    static Option<string> Out() => new("--out") { Description = "The file: .safetensors, .pt, .pth or .npz.", Required = true };

    static Command List()
    {
        var run = new Argument<string>("run") { Description = "The run's folder." };
        var command = new Command("ls", "Lists a run's checkpoints.") { run, json };
        command.SetAction(r =>
        {
            var folder = r.GetValue(run)!;
            var store = StoreOf(folder);
            var rows = store.Steps.Select(step => new { Step = step, Bytes = Size(store.PathOf(step)), Names = store.NamesOf(step), Problem = CheckpointStore.Problem(store.PathOf(step)) }).ToArray();
            if (r.GetValue(json)) Output.Json(rows);
            else Output.Table(["step", "MB", "", ""], rows.Select(c => new[] { Text($"{c.Step}"), Text($"{c.Bytes / 1e6:0.0}"), string.Join(", ", c.Names), c.Problem ?? "" }));
            return 0;
        });
        return command;
    }

    static CheckpointStore StoreOf(string run, int keep = 3)
    {
        var store = new CheckpointStore(Path.Combine(run, "checkpoints"), keep);
        return store.Steps.Count > 0 ? store : throw new DataException($"'{run}' is no run with checkpoints: there is none in {store.Folder}.");
    }

    static long Size(string folder) => Directory.EnumerateFiles(folder).Sum(f => new FileInfo(f).Length);

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static Command Inspect()
    {
        var weights = Where();
        var numbers = new Option<bool>("--numbers") { Description = "Mean, deviation, least and largest number of each array." };
        var command = new Command("inspect", "Shows names, types and shapes, and what is written beside them.") { weights, numbers, json };
        command.SetAction(r =>
        {
            var path = r.GetValue(weights)!;
            var arrays = Weights.Read(path);
            IReadOnlyDictionary<string, string> metadata = new Dictionary<string, string>();
            if (File.Exists(path))
            {
                using var file = WeightFile.Open(path);
                metadata = file.Metadata;
            }
            var rows = arrays.Select(a => new { a.Name, Type = $"{a.Type}", a.Shape, Numbers = r.GetValue(numbers) ? Numbers.Of(a) : null }).ToArray();
            if (r.GetValue(json))
            {
                Output.Json(new { Arrays = rows, Count = arrays.Sum(a => (long)a.Count), Metadata = metadata });
                return 0;
            }
            string[] more = r.GetValue(numbers) ? ["mean", "deviation", "least", "largest"] : [];
            Output.Table(["name", "type", "shape", .. more], rows.Select(a => (string[])[a.Name, a.Type, $"[{string.Join(", ", a.Shape)}]", .. a.Numbers?.Cells ?? []]));
            foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) Console.Error.WriteLine($"{key}: {(value.Length > 120 ? value[..120] + "…" : value)}");
            Console.Error.WriteLine(Text($"kindred: {arrays.Count} arrays, {arrays.Sum(a => (long)a.Count):#,0} numbers, {arrays.Sum(a => (long)a.Bytes.Length) / 1e6:0.0} MB."));
            return 0;
        });
        return command;
    }

    sealed record Numbers(double Mean, double Deviation, double Least, double Largest)
    {
        public string[] Cells => [.. new[] { Mean, Deviation, Least, Largest }.Select(v => v.ToString("0.####", CultureInfo.InvariantCulture))];

        public static Numbers? Of(NamedArray array)
        {
            var values = array.ToDoubles();
            if (values.Length == 0) return null;
            var mean = values.Average();
            return new(mean, Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), values.Min(), values.Max());
        }
    }

    static Command Verify()
    {
        var weights = Where();
        var command = new Command("verify", "Checks weights against what was written, and for numbers that are none; exit code 1 where something is wrong.") { weights, json };
        command.SetAction(r =>
        {
            var found = Weights.Check(r.GetValue(weights)!);
            if (r.GetValue(json)) Output.Json(found.Select(f => new { f.What, f.Problem }));
            else foreach (var (what, problem) in found) Console.Out.WriteLine($"{what}: {problem ?? "whole"}");
            return found.Any(f => f.Problem is not null) ? 1 : 0;
        });
        return command;
    }

    static Command Convert()
    {
        var weights = Where();
        var output = new Argument<string>("out") { Description = "The file: .safetensors, .pt, .pth or .npz." };
        var under = new Option<string?>("--under") { Description = "Takes the arrays below this path and leaves it out of their names, such as state_dict.module.encoder_q." };
        var rename = new Option<string[]>("--rename") { Description = "FROM=TO: what names begin with, and what stands there instead; may be given several times." };
        var type = new Option<string?>("--type") { Description = "fp32, fp64 or fp16, of fractions; as they are if left out." };
        var command = new Command("convert", "Writes weights in another format, under other names, in another precision.") { weights, output, under, rename, type };
        command.SetAction(r =>
        {
            (string From, string To)[] rules = [.. (r.GetValue(rename) ?? []).Select(rule => rule.Split('=', 2) is [var from, var to] && from.Length > 0 ? (from, to)
                : throw new ConfigurationException($"--rename {rule}: write FROM=TO."))];
            ElementType? wanted = r.GetValue(type) switch
            {
                null => null,
                "fp32" => ElementType.Float32,
                "fp64" => ElementType.Float64,
                "fp16" => ElementType.Float16,
                var other => throw new ConfigurationException($"--type {other}: there are fp32, fp64 and fp16."),
            };
            var arrays = Weights.Renamed(Weights.Read(r.GetValue(weights)!), r.GetValue(under), rules);
            return Saved(r.GetValue(output)!, [.. arrays.Select(a => wanted is { } t ? Weights.In(a, t) : a)]);
        });
        return command;
    }

    static int Saved(string file, IReadOnlyList<NamedArray> arrays)
    {
        var written = WeightFile.Save(file, arrays);
        Console.Error.WriteLine(Text($"kindred: {arrays.Count} arrays are in {file}, {written.Bytes / 1e6:0.0} MB."));
        return 0;
    }

    static Command Average()
    {
        var weights = new Argument<string[]>("weights") { Description = "Two or more runs, checkpoints or files of one network.", Arity = ArgumentArity.OneOrMore };
        var output = Out();
        var command = new Command("average", "Writes the mean of several states of one network.") { weights, output };
        command.SetAction(r => Saved(r.GetValue(output)!, Weights.Average([.. r.GetValue(weights)!.Select(w => (w, Weights.Read(w)))])));
        return command;
    }

    static Command Prune()
    {
        var run = new Argument<string>("run") { Description = "The run's folder." };
        var keep = new Option<int>("--keep") { Description = "How many of the newest stay, besides the last, the best and marked ones.", DefaultValueFactory = _ => 1 };
        var dry = new Option<bool>("--dry-run") { Description = "Says what would be deleted, and deletes nothing." };
        var command = new Command("prune", "Deletes checkpoints that nothing points to.") { run, keep, dry, json };
        command.SetAction(r =>
        {
            if (r.GetValue(keep) < 1) throw new ConfigurationException($"--keep {r.GetValue(keep)}: at least one stays, or the run could not go on.");
            var store = StoreOf(r.GetValue(run)!, r.GetValue(keep));
            var spare = store.Spare.Select(s => (Step: s, Bytes: Size(store.PathOf(s)))).ToArray();
            if (!r.GetValue(dry)) RunPruning.Prune(r.GetValue(run)!, store);
            var told = r.GetValue(dry) ? "would be deleted" : "deleted";
            if (r.GetValue(json)) Output.Json(new { Deleted = r.GetValue(dry) ? [] : spare.Select(s => s.Step).ToArray(), Spare = spare.Select(s => s.Step), Bytes = spare.Sum(s => s.Bytes) });
            else Console.Error.WriteLine(Text($"kindred: {spare.Length} checkpoints {told}, {spare.Sum(s => s.Bytes) / 1e6:0.0} MB; {store.Steps.Count - (r.GetValue(dry) ? spare.Length : 0)} stay."));
            return 0;
        });
        return command;
    }
}
