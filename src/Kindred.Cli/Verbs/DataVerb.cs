using System.CommandLine;
using System.Globalization;
using Kindred.Data.Audit;
using Kindred.Data.Files;
using Kindred.Data.Loading;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred data</c>: looks pictures over before anything is trained on them.</summary>
static class DataVerb
{
    static readonly Argument<string> uri = new("data") { Description = "Data URI: emoji, folder:PATH, tar:PATH, list:FILE, cifar10:PATH, mnist:PATH, …, or a plain path." };
    static readonly Option<bool> json = new("--json") { Description = "One JSON object on stdout." };

    internal static Command Create() => new("data", "Looks over, divides, packs and fetches pictures.")
    {
        Looking("scan", "Reads headers: counts, classes, sizes, formats, files passed over.", Look.Scan, failsOnBad: false),
        Looking("stats", "Decodes everything: counts, mean and standard deviation of each channel.", Look.Statistics, failsOnBad: false),
        Looking("verify", "Decodes everything and lists what is broken; exit code 1 if anything is.", Look.Verify, failsOnBad: true),
        DataPreviewVerb.Create(),
        Duplicated(),
        Leaking(),
        Splitting(),
        Packed(),
        Fetched(),
    };

    static Command Looking(string name, string what, Look look, bool failsOnBad)
    {
        var command = new Command(name, what) { uri, json };
        command.SetAction((result, cancel) => Task.Run(() =>
        {
            var text = result.GetValue(uri)!;
            Counted? counted = null;
            var report = DataKinds.Of(text).Audit(text, look, cancel, Console.IsErrorRedirected ? null : (done, total) => (counted ??= new(total)).Report(done));
            if (result.GetValue(json))
                Output.Json(Shape(report));
            else
                Print(report, look);
            return failsOnBad && report.Bad.Count > 0 ? 1 : 0;
        }));
        return command;
    }

    static Command Duplicated()
    {
        var command = new Command("duplicates", "Finds pictures that are there twice, exactly or nearly.") { uri, json };
        command.SetAction((result, cancel) => Task.Run(() =>
        {
            using var pictures = PictureSources.Open(result.GetValue(uri)!);
            var groups = Duplicates.Within(pictures, cancel, Counted.For(pictures));
            if (result.GetValue(json))
                Output.Json(new { pictures.Count, Groups = groups.Select(g => new { g.Exact, Names = Names(pictures, g.Members) }) });
            else
                foreach (var group in groups)
                    Console.Out.WriteLine($"{(group.Exact ? "exact" : "near ")}  {string.Join("  ", Names(pictures, group.Members))}");
            Output.Say($"{groups.Count(g => g.Exact)} groups of exact and {groups.Count(g => !g.Exact)} of near duplicates among {pictures.Count} pictures");
            return 0;
        }));
        return command;
    }

    static Command Leaking()
    {
        var test = new Argument<string?>("test") { Description = "The test data; left out, the split test of the first against its split train.", DefaultValueFactory = _ => null };
        var command = new Command("leak", "Finds test pictures that the training data holds too; exit code 1 if there are any.") { uri, test, json };
        command.SetAction((result, cancel) => Task.Run(() =>
        {
            var first = result.GetValue(uri)!;
            using var train = PictureSources.Open(result.GetValue(test) is null ? WithSplit(first, "train") : first);
            using var other = PictureSources.Open(result.GetValue(test) ?? WithSplit(first, "test"));
            var leaks = Duplicates.Between(train, other, cancel, Counted.For(train));
            var rows = leaks.Select(l => new { Test = FileNames.Printable(other.Name(l.Test)), Train = FileNames.Printable(train.Name(l.Train)), l.Exact, l.Distance }).ToList();
            if (result.GetValue(json))
                Output.Json(new { Train = train.Count, Test = other.Count, Leaks = rows });
            else
                Output.Table(["", "test", "train"], rows.Select(r => new[] { r.Exact ? "exact" : $"near {r.Distance}", r.Test, r.Train }));
            Output.Say($"{leaks.Count} of {other.Count} test pictures are among the {train.Count} training pictures ({leaks.Count(l => l.Exact)} exactly)");
            return leaks.Count > 0 ? 1 : 0;
        }));
        return command;
    }

    static Command Splitting()
    {
        var folder = new Option<string>("--out") { Description = "Folder for train.csv and test.csv.", Required = true };
        var fraction = new Option<double>("--fraction") { Description = "Share of the test part.", DefaultValueFactory = _ => 0.1 };
        var seed = new Option<ulong>("--seed") { Description = "Chooses the pictures." };
        var command = new Command("split", "Divides a folder or list into two lists, class by class.") { uri, folder, fraction, seed, json };
        command.SetAction(result =>
        {
            using var source = PictureSources.Open(result.GetValue(uri)!);
            if (source is not FilePictures files)
                throw new ConfigurationException($"{source.Description}: only folders and lists can be divided into lists of files; of other sources take ?fraction=");
            var (kept, held) = Subsets.Hold(files, result.GetValue(fraction), result.GetValue(seed));
            var target = Directory.CreateDirectory(result.GetValue(folder)!).FullName;
            string[] paths = [Path.Combine(target, "train.csv"), Path.Combine(target, "test.csv")];
            ListWriter.Write(paths[0], files, kept);
            ListWriter.Write(paths[1], files, held);
            if (result.GetValue(json))
                Output.Json(new { Train = paths[0], Test = paths[1], TrainCount = kept.Length, TestCount = held.Length });
            Output.Say($"{kept.Length} pictures in {paths[0]}, {held.Length} in {paths[1]}");
            return 0;
        });
        return command;
    }

    static Command Packed()
    {
        var file = new Option<string>("--out") { Description = "The packed file.", Required = true };
        var size = new Option<int>("--size") { Description = "Shrink larger pictures to this shorter side; 0 keeps all sizes." };
        var command = new Command("pack", "Decodes a source into one memory-mapped file, for repeated epochs without decoding.") { uri, file, size, json };
        command.SetAction((result, cancel) => Task.Run(() =>
        {
            using var source = PictureSources.Open(result.GetValue(uri)!);
            // What is half written has to be taken away again.
            Launcher.HoldSignals();
            var bad = Packing.Write(source, result.GetValue(file)!, result.GetValue(size), cancel);
            if (result.GetValue(json))
                Output.Json(new { File = result.GetValue(file), Samples = source.Count - bad.Count, Bad = Shape(bad) });
            Output.Say($"{source.Count - bad.Count} pictures in {result.GetValue(file)}; {bad.Count} could not be used");
            return 0;
        }));
        return command;
    }

    static Command Fetched()
    {
        var name = new Argument<string>("name") { Description = "sample: the emoji pictures that everything here runs on unless told otherwise." };
        var command = new Command("get", "Fetches the built-in sample into the cache.") { name, json };
        command.SetAction((result, cancel) => Task.Run(() =>
        {
            if (result.GetValue(name) is not ("sample" or "emoji") and var other)
                throw new ConfigurationException($"there is no data set '{other}' to fetch; there is sample (the emoji pictures)");
            var folder = EmojiSample.Fetch();
            if (result.GetValue(json))
                Output.Json(new { Name = "emoji", Folder = folder });
            Output.Say($"the emoji sample lies in {folder}; its data URI is emoji");
            return 0;
        }));
        return command;
    }

    static object Shape(DataReport report) => new
    {
        report.Source,
        report.Samples,
        report.Classes,
        report.Unlabelled,
        Bad = Shape(report.Bad),
        report.Formats,
        report.Sizes,
        report.Ignored,
        report.Seconds,
        report.Mean,
        report.Std,
    };

    static object[] Shape(IReadOnlyList<BadSample> bad) => [.. bad.Select(b => new { Name = FileNames.Printable(b.Name), b.Reason })];

    static IEnumerable<string> Names(IPictures pictures, IEnumerable<int> members) => members.Select(i => FileNames.Printable(pictures.Name(i)));

    static void Print(DataReport report, Look look)
    {
        const int Most = 20;
        string Numbers(double[] values) => string.Join("  ", values.Select(v => v.ToString("F4", CultureInfo.InvariantCulture)));
        Output.Table(["", ""],
        [
            ["source", report.Source],
            ["samples", $"{report.Samples}, {report.Bad.Count} of them unusable{(look == Look.Scan ? " by their headers; `kindred data verify` decodes them" : "")}"],
            ["formats", string.Join(", ", report.Formats.Select(f => $"{f.Value} {f.Key}"))],
            .. report.Sizes is { } s ? [["width", $"{s.Width[0]} to {s.Width[2]}, median {s.Width[1]}"], ["height", $"{s.Height[0]} to {s.Height[2]}, median {s.Height[1]}"]] : Array.Empty<string[]>(),
            .. report.Ignored is { } ignored ? [["passed over", string.Join(", ", ignored.Select(i => $"{i.Value} {i.Key}"))]] : Array.Empty<string[]>(),
            .. report.Seconds is { } t ? [["seconds", string.Create(CultureInfo.InvariantCulture, $"{t[0]:F2} to {t[2]:F2}, median {t[1]:F2}")]] : Array.Empty<string[]>(),
            .. report.Mean is { } mean ? [["mean", Numbers(mean)], ["std", Numbers(report.Std!)]] : Array.Empty<string[]>(),
            .. report.Classes.Count > 0 ? [["classes", report.Classes.Count.ToString(CultureInfo.InvariantCulture)]] : Array.Empty<string[]>(),
            .. report.Classes.Take(50).Select(c => new[] { "", $"{c.Value,8}  {c.Key}" }),
            .. report.Classes.Count > 50 ? [["", $"… and {report.Classes.Count - 50} more"]] : Array.Empty<string[]>(),
            .. report.Bad.Take(Most).Select(b => new[] { "unusable", $"{FileNames.Printable(b.Name)}: {b.Reason}" }),
            .. report.Bad.Count > Most ? [["", $"… and {report.Bad.Count - Most} more; --json lists all"]] : Array.Empty<string[]>(),
        ]);
    }

    static string WithSplit(string text, string split) =>
        DataUri.Parse(text)["split"] is null ? text + (DataUri.Parse(text).Query.Count > 0 ? "&" : "?") + "split=" + split
        : throw new ConfigurationException($"{text}: name the test data as well, or leave ?split= out to compare its splits train and test");

    /// <summary>Tells a watcher how far it is.</summary>
    sealed class Counted(int total) : IProgress<int>
    {
        int shown;

        internal static Counted? For(IPictures pictures) => Console.IsErrorRedirected ? null : new(pictures.Count);

        public void Report(int value)
        {
            var percent = (int)(100L * Math.Min(value, total) / total);
            if (Interlocked.Exchange(ref shown, percent) != percent)
                Console.Error.Write(percent < 100 ? $"\r{percent,3} %" : "\r     \r");
        }
    }
}
