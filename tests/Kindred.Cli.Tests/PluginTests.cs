using System.Diagnostics;
using System.Text.Json;
using Kindred.Data.Pictures;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Cli.Tests;

/// <summary>Parts of one's own, as samples/Plugin has them: built by <c>dotnet build</c> against this build, and found by the command and by the library.</summary>
public sealed class PluginTests(PluginTests.Sample sample) : IClassFixture<PluginTests.Sample>
{
    static readonly string[] small = ["train.batch=8", "train.epochs=3", "evaluate=[]", "encoder.width=16", "train.precision=fp32"];

    [Fact]
    public void A_run_stopped_and_resumed_ends_as_one_that_was_not_and_is_evaluated_without_being_told_the_plugin()
    {
        var stopped = Trained("stopped", ["--plugin", sample.File, "--max-steps", "3"]);
        var resumed = Trained("stopped", ["--max-steps", "6", "--resume", "auto"]);
        var whole = Trained("whole", ["--plugin", sample.File, "--max-steps", "6"]);
        Assert.Equal((3, 6), (stopped.GetProperty("steps").GetInt32(), resumed.GetProperty("steps").GetInt32()));
        Assert.Equal(whole.GetProperty("state_sha256").GetString(), resumed.GetProperty("state_sha256").GetString());

        var report = JsonDocument.Parse(Succeeds("eval", "knn", "k=3", "--run", In("stopped"), "--json")).RootElement;
        Assert.InRange(report.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0, 100);
    }

    [Fact]
    public void A_modality_of_ones_own_trains_resumes_and_is_evaluated()
    {
        string[] words = ["train", "rings", "--data", "rings:40", "--json", "train.batch=10", "encoder.width=16", "evaluate=[]", "train.precision=fp32"];
        var whole = Last(Succeeds([.. words, "--plugin", sample.File, "--out", In("rings"), "--max-steps", "6"]));
        Succeeds([.. words, "--plugin", sample.File, "--out", In("rings-stopped"), "--max-steps", "3"]);
        var resumed = Last(Succeeds([.. words, "--out", In("rings-stopped"), "--max-steps", "6", "--resume", "auto"]));
        Assert.Equal(whole.GetProperty("state_sha256").GetString(), resumed.GetProperty("state_sha256").GetString());

        var metrics = Last(Succeeds("eval", "knn", "k=3", "--run", In("rings"), "--json")).GetProperty("metrics");
        Assert.InRange(metrics.GetProperty("accuracy").GetDouble(), 60, 100);
        Assert.Contains("rings:nought", Refused(2, "train", "rings", "--data", "rings:nought", "--plugin", sample.File, "--out", In("nought")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_source_of_ones_own_is_learnt_from_looked_at_and_evaluated()
    {
        Assert.Contains("checks", Succeeds("list", "datasets", "--plugin", sample.File), StringComparison.Ordinal);
        Assert.DoesNotContain("checks", Succeeds("list", "datasets"), StringComparison.Ordinal);
        Assert.Contains("60", Succeeds("data", "scan", "checks:60", "--plugin", sample.File), StringComparison.Ordinal);
        Succeeds(["train", "simclr.small", "--data", "checks:60", "--json", "--max-steps", "3", "--plugin", sample.File, "--out", In("checks"), .. small]);
        var metrics = Last(Succeeds("eval", "knn", "k=3", "--run", In("checks"), "--json")).GetProperty("metrics");
        Assert.InRange(metrics.GetProperty("accuracy").GetDouble(), 60, 100);
        Assert.Contains("checks:none", Refused(2, "train", "simclr.small", "--data", "checks:none", "--plugin", sample.File, "--out", In("none")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_whose_plugin_is_gone_says_which_and_takes_it_from_elsewhere()
    {
        var copy = sample.Copy("gone");
        TrainedBy("mover", copy, "moved");
        Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);

        var errors = Refused(2, As("mover", "eval", "knn", "--run", In("moved")));
        Assert.Contains("Kindred.Samples.Plugin", errors, StringComparison.Ordinal);
        Assert.Contains($"{copy} is no longer there", errors, StringComparison.Ordinal);
        Assert.Contains("--plugin", errors, StringComparison.Ordinal);
        Succeeds(As("mover", "eval", "knn", "k=3", "--run", In("moved"), "--plugin", sample.File));
    }

    [Fact]
    public void The_run_of_a_stranger_starts_no_plugin_until_it_is_named_once()
    {
        TrainedBy("stranger", sample.File, "strange");
        var run = In("strange");
        string[][] ways =
        [
            ["eval", "knn", "--run", run], ["embed", "--run", run, "--out", In("strange.npy")],
            ["export", "onnx", "--run", run, "--out", In("strange.onnx")], ["search", run, "--query", "#0"], ["reproduce", run],
            ["train", "align-uniform", "--out", run, "--resume", "auto"], ["dedup", run, "--out", In("strange.csv")],
        ];
        foreach (var way in ways)
        {
            var errors = Refused(2, As("me", way));
            Assert.Contains("Kindred.Samples.Plugin", errors, StringComparison.Ordinal);
            Assert.Contains($"--plugin {sample.File}", errors, StringComparison.Ordinal);
        }
        Succeeds(As("me", "eval", "knn", "k=3", "--run", run, "--plugin", sample.File));
        Succeeds(As("me", "eval", "knn", "k=3", "--run", run));
    }

    [Fact]
    public void A_plugin_that_changed_since_it_was_named_is_not_started()
    {
        var copy = sample.Copy("changed");
        TrainedBy("builder", copy, "changing");
        using (var file = new FileStream(copy, FileMode.Append)) file.WriteByte(0);

        Assert.Contains($"{copy} has changed", Refused(2, As("builder", "eval", "knn", "--run", In("changing"))), StringComparison.Ordinal);
        Succeeds(As("builder", "eval", "knn", "k=3", "--run", In("changing"), "--plugin", copy));
        Succeeds(As("builder", "eval", "knn", "k=3", "--run", In("changing")));
    }

    [Fact]
    public void The_same_file_in_a_folder_of_somebody_else_is_taken_from_where_its_user_keeps_it()
    {
        var copy = sample.Copy("theirs");
        TrainedBy("they", copy, "their-run");
        Succeeds(As("careful", "list", "methods", "--plugin", sample.File));

        Succeeds(As("careful", ["train", "align-uniform", "--data", sample.Pictures, "--out", In("their-run"), "--max-steps", "4", "--resume", "auto", .. small]));
        var kept = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(In("their-run"), "plugins.json"))).RootElement[0].GetProperty("path").GetString();
        Assert.Equal(sample.File, kept);
    }

    [Fact]
    public void Several_processes_that_name_plugins_at_once_are_all_remembered()
    {
        var copies = Enumerable.Range(0, 4).Select(i => sample.Copy($"many-{i}")).ToArray();
        Parallel.ForEach(copies, copy => Succeeds(As("busy", "list", "methods", "--plugin", copy)));
        var known = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(In("busy"), "plugins.json"))).RootElement.EnumerateArray().Select(k => k.GetProperty("path").GetString());
        Assert.Equal(copies, known.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("""[{ "name": "x" }]""")]
    public void A_record_of_plugins_that_says_none_is_refused(string record)
    {
        var run = Directory.CreateDirectory(In("odd")).FullName;
        System.IO.File.WriteAllText(Path.Combine(run, "plugins.json"), record);
        Assert.Contains("plugins.json", Refused(3, "eval", "knn", "--run", run), StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_show_its_parts_and_nobody_else_knows_them()
    {
        Assert.Contains("align-uniform", Succeeds("list", "methods", "--plugin", sample.File), StringComparison.Ordinal);
        Assert.Contains("thumbnail", Succeeds("list", "encoders", "--plugin", sample.File), StringComparison.Ordinal);
        Refused(2, "train", "align-uniform", "--out", In("unknown"));
    }

    [Fact]
    public void What_is_no_plugin_is_refused_in_one_line()
    {
        var text = In("text.dll");
        System.IO.File.WriteAllText(text, "not an assembly");
        Assert.Contains("there is no plug-in", Refused(2, "list", "methods", "--plugin", In("nowhere.dll")), StringComparison.Ordinal);
        Assert.Contains("no .NET assembly", Refused(2, "list", "methods", "--plugin", text), StringComparison.Ordinal);
        Assert.Contains("no part", Refused(2, "list", "methods", "--plugin", Path.Combine(AppContext.BaseDirectory, "YamlDotNet.dll")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_hands_it_on_to_its_cells()
    {
        var study = In("ours.yaml");
        System.IO.File.WriteAllText(study, """
            title: Ours
            paper: none
            claim: It runs.
            recipe: align-uniform
            set: { train: { batch: 8, epochs: 1, precision: fp32 }, encoder: { name: thumbnail, width: 16 } }
            cells: { one: {} }
            evaluate: [{ name: knn, k: 3 }]
            """);
        Succeeds("study", study, "--data", sample.Pictures, "--out", In("study"), "--plugin", sample.File, "--jobs", "1");
    }

    // In a process of its own: a plug-in stays loaded, and tests beside this one look at what the catalogues hold.
    [Fact]
    public void The_library_trains_resumes_and_opens_what_it_finds_in_it()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Kindred.RunProbe.dll"), "plugin", sample.Folder, sample.File, .. small, $"data={sample.Pictures}"])
            { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KINDRED_CONFIG"] = In("library");
        var (code, output, errors) = Cli.Run(start);
        Assert.True(code == 0, errors);
        var said = Last(output);
        Assert.Equal(("Kindred.Samples.Plugin", "AlignUniform"), (said.GetProperty("Name").GetString(), said.GetProperty("Method").GetString()));
        JsonElement[] runs = [.. said.GetProperty("Runs").EnumerateArray()];
        Assert.Equal([3, 6, 6], runs.Select(r => r.GetProperty("Steps").GetInt64()));
        Assert.Equal(runs[2].GetProperty("StateSha256").GetString(), runs[1].GetProperty("StateSha256").GetString());
        Assert.Contains("accuracy", said.GetProperty("Metrics").EnumerateArray().Select(m => m.GetString()));
    }

    JsonElement Trained(string name, string[] more)
    {
        string[] words = ["train", "align-uniform", "--data", sample.Pictures, "--out", In(name), "--json", .. small, .. more];
        return Last(Succeeds(words));
    }

    void TrainedBy(string person, string plugin, string name) =>
        Succeeds(As(person, ["train", "align-uniform", "--data", sample.Pictures, "--out", In(name), "--plugin", plugin, "--max-steps", "3", .. small]));

    // What somebody else's machine knows lies in a folder of its own.
    ProcessStartInfo As(string person, params string[] words)
    {
        var start = Cli.Start(words);
        start.Environment["KINDRED_CONFIG"] = In(person);
        return start;
    }

    static JsonElement Last(string output) => JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;

    string In(string name) => Path.Combine(sample.Folder, name);

    static string Succeeds(params string[] words) => Succeeds(Cli.Start(words));

    static string Refused(int code, params string[] words) => Refused(code, Cli.Start(words));

    static string Succeeds(ProcessStartInfo start)
    {
        var (code, output, errors) = Cli.Run(start);
        Assert.True(code == 0, $"exit code {code}; it said: {errors}");
        return output;
    }

    static string Refused(int code, ProcessStartInfo start)
    {
        var (actual, _, errors) = Cli.Run(start);
        Assert.True(code == actual, $"exit code {actual} where {code} was expected; it said: {errors}");
        return Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The sample, built once, and some pictures to learn from.</summary>
    public sealed class Sample : IDisposable
    {
        public Sample()
        {
            Environment.SetEnvironmentVariable("KINDRED_CONFIG", Path.Combine(Folder, "configuration"));
            var project = Path.Combine(Root(), "samples", "Plugin", "Plugin.csproj");
            var build = new ProcessStartInfo("dotnet", ["build", project, "-c", "Release", "-v", "q", "--nologo", "--artifacts-path", Path.Combine(Folder, "built"),
                $"-p:KindredPath={AppContext.BaseDirectory}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            var (code, output, errors) = Cli.Run(build);
            if (code != 0) throw new InvalidOperationException(output + errors);
            File = Directory.EnumerateFiles(Path.Combine(Folder, "built", "bin"), "Kindred.Samples.Plugin.dll", SearchOption.AllDirectories).Single();
            var random = new Random(0);
            foreach (var part in new[] { "train", "test" })
                foreach (var (shade, kind) in new[] { "dark", "light" }.Index())
                    for (var i = 0; i < 16; i++) Write(Directory.CreateDirectory(Path.Combine(Folder, "pictures", part, kind)).FullName, i, 100 * shade, random);
        }

        internal string Folder { get; } = Directory.CreateTempSubdirectory("kindred-plugin-").FullName;

        internal string File { get; }

        internal string Pictures => $"folder:{Path.Combine(Folder, "pictures")}";

        /// <summary>The same plug-in in a folder of its own.</summary>
        internal string Copy(string name)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Folder, "copies", name)).FullName;
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(File)!)) System.IO.File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            return Path.Combine(folder, Path.GetFileName(File));
        }

        static void Write(string folder, int number, int shade, Random random)
        {
            var picture = new Picture(16, 16, 3);
            foreach (ref var pixel in picture.Pixels.AsSpan()) pixel = (byte)(shade + random.Next(100));
            PngWriter.Write(Path.Combine(folder, $"{number}.png"), picture);
        }

        static string Root()
        {
            var at = new DirectoryInfo(AppContext.BaseDirectory);
            while (!System.IO.File.Exists(Path.Combine(at.FullName, "Kindred.slnx"))) at = at.Parent ?? throw new InvalidOperationException("the tests run outside the repository");
            return at.FullName;
        }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
