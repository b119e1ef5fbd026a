using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Reports;
using Kindred.Io;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred runs ls|compare|rm|html</c>: keeps order among runs.</summary>
static class RunsVerb
{
    static readonly string[] conditions = [.. Enum.GetNames<RunCondition>().Select(n => n.ToLowerInvariant())];
    static readonly Dictionary<string, Func<RunRecord, IComparable?>> keys = new()
    {
        ["name"] = r => r.Name, ["method"] = r => r.Method, ["state"] = RunText.Condition, ["steps"] = r => r.Step, ["epochs"] = r => r.Epoch, ["loss"] = r => r.Loss,
        ["date"] = r => r.Created, ["size"] = r => r.Bytes,
    };

    static readonly Option<bool> json = new("--json") { Description = "JSON on stdout." };

    internal static Command Create() => new("runs", "Lists, compares and removes runs, and shows them as a page.") { List(), Compare(), Remove(), Html() };

    /// <summary>Which runs, in which order.</summary>
    sealed class Choice
    {
        readonly Argument<string> folder = new("folder") { Description = "Where runs are looked for; runs/ if left out.", DefaultValueFactory = _ => "runs" };
        readonly Option<string?> state = new("--state") { Description = $"Only runs that are {string.Join(", ", conditions)}; several by commas." };
        readonly Option<string?> method = new("--method") { Description = "Only runs of this method." };
        readonly Option<string> sort = new("--sort") { Description = $"{string.Join(", ", keys.Keys)}, or a number such as knn.accuracy, largest first.", DefaultValueFactory = _ => "date" };
        readonly Option<bool> reverse = new("--reverse") { Description = "The other way round." };

        internal void On(Command command)
        {
            command.Arguments.Add(folder);
            foreach (var option in new Option[] { state, method, sort, reverse }) command.Options.Add(option);
            state.CompletionSources.Add(conditions);
            sort.CompletionSources.Add([.. keys.Keys]);
        }

        internal string Folder(ParseResult result) => result.GetValue(folder)!;

        internal RunRecord[] Of(ParseResult result)
        {
            var wanted = result.GetValue(state)?.Split(',', StringSplitOptions.TrimEntries) ?? conditions;
            foreach (var word in wanted)
                if (!conditions.Contains(word)) throw new ConfigurationException($"--state {word}: no run is that{Suggest.Nearest(word, conditions)}; there are {string.Join(", ", conditions)}.");
            // Before the first training there is no runs/, which is no mistake.
            var all = result.GetResult(folder) is { Implicit: false } || Directory.Exists(Folder(result)) ? RunRecord.Below(Folder(result)) : [];
            var runs = all.Where(r => wanted.Contains(RunText.Condition(r)));
            if (result.GetValue(method) is { } of) runs = runs.Where(r => r.Method is { } name && name.Split(" → ").Contains(of));
            var sorted = Sorted([.. runs], all, result.GetValue(sort)!);
            return result.GetValue(reverse) ? [.. sorted.Reverse()] : [.. sorted];
        }

        // A run without the number comes last; names settle what is equal.
        static IEnumerable<RunRecord> Sorted(RunRecord[] runs, IReadOnlyList<RunRecord> all, string key)
        {
            if (keys.TryGetValue(key, out var named)) return runs.OrderBy(r => named(r) is null).ThenBy(named).ThenBy(r => r.Name, StringComparer.Ordinal);
            var numbers = all.SelectMany(r => r.Evaluations.Keys.Concat(r.Metrics.Keys)).Distinct().ToArray();
            if (!numbers.Contains(key)) throw new ConfigurationException($"--sort {key}: no run has such a "
                + $"number{Suggest.Nearest(key, numbers.Concat(keys.Keys))}; there are {Suggest.Some(keys.Keys.Concat(numbers))}.");
            return runs.OrderByDescending(r => r.Evaluations.TryGetValue(key, out var value) || r.Metrics.TryGetValue(key, out value) ? value
                : double.NegativeInfinity).ThenBy(r => r.Name, StringComparer.Ordinal);
        }
    }

    static Command List()
    {
        var choice = new Choice();
        var names = new Option<bool>("--names") { Description = "Only the folders, one a line, for other commands." };
        var command = new Command("ls", "Lists runs: method, state, epochs, loss, evaluations, date and size.") { names, json };
        choice.On(command);
        command.SetAction(r =>
        {
            var runs = choice.Of(r);
            if (r.GetValue(json)) Output.Json(runs.Select(Shape));
            else if (r.GetValue(names)) foreach (var run in runs) Console.Out.WriteLine(run.Folder);
            else if (runs.Length == 0) Output.Say($"no runs in {choice.Folder(r)}.");
            else Output.Table(["run", "method", "state", "epochs", "steps", "loss", "evaluations", "began", "size"], runs.Select(run =>
                new[] { run.Name, run.Method ?? "", RunText.Condition(run), RunText.Epochs(run), Text($"{run.Step}"), RunText.Loss(run), RunText.Evaluations(run),
                    RunText.Began(run), RunText.Size(run.Bytes) }));
            return 0;
        });
        return command;
    }

    static object Shape(RunRecord run) => new
    {
        run.Name, Run = run.Folder, run.Method, State = RunText.Condition(run), Steps = run.Step, run.Epoch, run.Epochs, run.Loss, run.Evaluations, run.Created,
        run.Info?.Heartbeat, run.Bytes, run.Info?.Host, run.Info?.Pid, run.Info?.Message, run.Info?.Command,
    };

    static Command Compare()
    {
        var folders = new Argument<string[]>("runs") { Description = "Two or more run folders.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("compare", "Shows which settings of runs differ, and their numbers side by side.") { folders, json };
        command.SetAction(r =>
        {
            string[] named = r.GetValue(folders)!;
            if (named.Length < 2) throw new ConfigurationException($"one run alone cannot be compared; name another: kindred runs compare {named[0]} OTHER.");
            var runs = Named(named);
            var found = RunComparison.Of(runs);
            if (r.GetValue(json)) Output.Json(new { Runs = runs.Select(Shape), found.Settings, found.Machine, found.Metrics, found.Evaluations });
            else Print(found);
            return 0;
        });
        return command;
    }

    // Runs of one name in different folders are called by their paths.
    static RunRecord[] Named(string[] folders)
    {
        var runs = folders.Select(f => RunRecord.Read(f)).ToArray();
        return runs.DistinctBy(r => r.Name).Count() == runs.Length ? runs : [.. runs.Select(r => r with { Name = r.Folder })];
    }

    static void Print(RunComparison found)
    {
        string Number(double? value) => value is { } number ? Text($"{number:0.####}") : "–";
        string[] Row(string name, IEnumerable<string> cells) => [name, .. cells];
        IEnumerable<string[]> Section(string title, IEnumerable<string[]> rows) => rows.Any() ? [Row(title, found.Runs.Select(_ => "")), .. rows] : [];
        Output.Table(Row("", found.Runs.Select(r => r.Name)),
        [
            Row("state", found.Runs.Select(RunText.Condition)), Row("steps", found.Runs.Select(r => Text($"{r.Step}"))), Row("epochs", found.Runs.Select(RunText.Epochs)),
            .. Section("SETTINGS", found.Settings.Select(s => Row(s.Name, s.Values.Select(v => v ?? "–")))),
            .. Section("MACHINE", found.Machine.Select(s => Row(s.Name, s.Values.Select(v => v ?? "–")))),
            .. Section("METRICS", found.Metrics.Select(m => Row(m.Name, m.Values.Select(Number)))),
            .. Section("EVALUATIONS", found.Evaluations.Select(m => Row(m.Name, m.Values.Select(Number)))),
        ]);
        if (found.Settings.Count == 0) Output.Say("their recipes say the same.");
    }

    static Command Remove()
    {
        var folders = new Argument<string[]>("runs") { Description = "Run folders.", Arity = ArgumentArity.OneOrMore };
        var yes = new Option<bool>("--yes", "-y") { Description = "Removes without asking." };
        var command = new Command("rm", "Removes runs, after asking; never one that a process works on, and nothing that is no run's.") { folders, yes, json };
        command.SetAction(r =>
        {
            // All are looked at before the first is touched.
            var plans = r.GetValue(folders)!.DistinctBy(Path.GetFullPath).Select(RunRemoval.Plan).ToArray();
            foreach (var plan in plans)
            {
                Output.Say($"{plan.Run.Folder}: {RunText.Condition(plan.Run)}, {plan.Run.Step} steps, {RunText.Size(plan.Run.Bytes)}"
                    + $"{(plan.Strangers.Count > 0 ? $"; what is no run's stays: {Suggest.Some(plan.Strangers)}" : "")}");
            }
            if (!r.GetValue(yes) && !Agreed(plans.Length)) return 1;
            foreach (var plan in plans) plan.Remove();
            if (r.GetValue(json)) Output.Json(plans.Select(p => new { Run = p.Run.Folder, p.Run.Bytes, Left = p.Strangers }));
            Output.Say(Text($"removed {plans.Length} {(plans.Length == 1 ? "run" : "runs")}, {RunText.Size(plans.Sum(p => p.Run.Bytes))}."));
            return 0;
        });
        return command;
    }

    static bool Agreed(int count)
    {
        if (Console.IsInputRedirected) throw new ConfigurationException($"nothing is removed without a word: nobody can be asked here, so give --yes to remove {(count == 1 ? "it" : "them")}.");
        Console.Error.Write($"remove {(count == 1 ? "it" : "them")}? [y/N] ");
        if (Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes") return true;
        Output.Say("nothing is removed.");
        return false;
    }

    static Command Html()
    {
        var choice = new Choice();
        var file = new Option<string>("--out") { Description = "The file.", DefaultValueFactory = _ => "runs.html" };
        var command = new Command("html", "Shows runs with their curves as one file that opens anywhere: no script, nothing from elsewhere.") { file, json };
        choice.On(command);
        command.SetAction(r =>
        {
            var runs = choice.Of(r);
            if (runs.Length == 0) throw new DataException($"there are no such runs in {choice.Folder(r)}.");
            var path = r.GetValue(file)!;
            AtomicFile.WriteText(path, RunPage.Html($"{runs.Length} {(runs.Length == 1 ? "run" : "runs")} in {choice.Folder(r)}", runs));
            if (r.GetValue(json)) Output.Json(new { File = path, Runs = runs.Length });
            Output.Say($"{path} shows {runs.Length} {(runs.Length == 1 ? "run" : "runs")}; open it in a browser.");
            return 0;
        });
        return command;
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
