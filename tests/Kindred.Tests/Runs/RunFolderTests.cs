using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Io;
using Kindred.Tests.Training;

namespace Kindred.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-run-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Run => Path.Combine(folder, "run");

    [Fact]
    public void A_new_run_says_who_it_is_and_how_it_ends()
    {
        using (var run = RunFolder.Open(Run))
        {
            Assert.False(run.Resumed);
            run.Describe("kindred train simclr", new Dictionary<string, string> { ["kindred"] = "0.1.0" });
            run.Set(RunState.Running, 10);
            var running = RunInfo.TryRead(Path.Combine(Run, "run.json"))!;
            Assert.Equal((RunState.Running, 10L, Environment.ProcessId), (running.State, running.Step, running.Pid));
            Assert.Equal("0.1.0", running.Versions!["kindred"]);
            run.Set(RunState.Finished, 20);
        }

        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Run, "run.json")))!;
        Assert.Equal("finished", json["state"]!.GetValue<string>());
        Assert.Equal(20, json["step"]!.GetValue<long>());
        Assert.NotNull(json["heartbeat"]);
    }

    [Fact]
    public void Other_settings_are_told_in_one_line_and_an_empty_recipe_as_what_it_is()
    {
        using var run = RunFolder.Open(Run);
        File.WriteAllText(Path.Combine(Run, "config.yaml"), "method: simclr\ntrain: { optimizer: { name: sgd, momentum: 0.9 } }\n");
        var error = Assert.Throws<ConfigurationException>(() => run.CheckSame(RecipeReader.ReadMap("method: simclr\ntrain: { optimizer: adam }", "now")));
        Assert.Contains("train.optimizer was { name: sgd, momentum: 0.9 }, is adam", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        File.WriteAllText(Path.Combine(Run, "config.yaml"), "");
        Assert.Contains("is damaged: it holds no recipe", Assert.Throws<DataException>(() => run.CheckSame(RecipeReader.ReadMap("method: simclr", "now"))).Message);
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_is_told_as_that()
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, "metrics.jsonl")).FullName;
        Assert.Contains("a folder of this name", Assert.Throws<EnvironmentException>(() => new JsonLines(place)).Message);
    }

    [Fact]
    public void A_run_is_never_overwritten_and_is_resumed_only_when_asked()
    {
        using (var run = RunFolder.Open(Run))
            run.Set(RunState.Finished, 300);

        var error = Assert.Throws<ConfigurationException>(() => RunFolder.Open(Run));
        Assert.Contains("already holds a run (finished, step 300)", error.Message);
        Assert.Contains("--resume auto", error.Message);

        using var resumed = RunFolder.Open(Run, Resume.Auto);
        Assert.True(resumed.Resumed);
        Assert.Equal(300, resumed.Info.Step);
    }

    [Fact]
    public void A_run_that_failed_before_its_first_step_counts_as_new()
    {
        using (var run = RunFolder.Open(Run))
        {
            File.WriteAllText(Path.Combine(Run, "config.yaml"), "method: simclr\n");
            run.Set(RunState.Failed, message: "the data is missing");
        }

        using (var run = RunFolder.Open(Run))
        {
            Assert.False(run.Resumed);
            Assert.False(File.Exists(Path.Combine(Run, "config.yaml")));
            run.Set(RunState.Failed, step: 1);
        }

        Assert.Throws<ConfigurationException>(() => RunFolder.Open(Run));
    }

    [Fact]
    public void A_run_that_failed_with_a_checkpoint_of_step_0_is_not_overwritten()
    {
        using (var run = RunFolder.Open(Run))
        {
            run.Checkpoints.Save(new(0, new Dictionary<string, IReadOnlyList<NamedArray>>(), []));
            run.Set(RunState.Failed);
        }

        Assert.Throws<ConfigurationException>(() => RunFolder.Open(Run));
    }

    [Theory]
    [InlineData("/proc/kindred-run", "/proc is gone or takes nothing new"), InlineData("", "empty name")]
    public void A_folder_that_cannot_be_made_is_named_with_a_way_out(string path, string reason)
    {
        var error = Assert.ThrowsAny<KindredException>(() => RunFolder.Open(path));
        Assert.Contains(path, error.Message);
        Assert.Contains(reason, error.Message);
        Assert.Contains("--out", error.Message);
    }

    [Fact]
    public void A_file_is_no_run_folder()
    {
        File.WriteAllText(Run, "");
        Assert.Contains("is a file", Assert.Throws<EnvironmentException>(() => RunFolder.Open(Run)).Message);
    }

    [Fact]
    public void A_folder_of_other_things_is_left_alone()
    {
        Directory.CreateDirectory(Run);
        File.WriteAllText(Path.Combine(Run, "thesis.tex"), "");
        Assert.Contains("thesis.tex", Assert.Throws<ConfigurationException>(() => RunFolder.Open(Run, Resume.Auto)).Message);
    }

    [Fact]
    public void An_abandoned_run_is_left_as_failed()
    {
        using (var run = RunFolder.Open(Run))
            run.Set(RunState.Running, 3);

        Assert.Equal(RunState.Failed, RunInfo.TryRead(Path.Combine(Run, "run.json"))!.State);
    }

    [Fact]
    public void A_second_process_is_refused_and_a_dead_ones_lock_is_taken_over()
    {
        using var probe = new Probe("hold", Run);
        for (var i = 0; i < 3; i++)
        {
            var error = Assert.Throws<ConfigurationException>(() => RunFolder.Open(Run, Resume.Auto));
            Assert.Contains("is in use by process", error.Message);
            Assert.Contains(Environment.MachineName, error.Message);
        }

        probe.Kill();
        using var taken = RunFolder.Open(Run, Resume.Auto);
        Assert.True(taken.Resumed);
        Assert.Throws<ConfigurationException>(() => RunFolder.Open(Run, Resume.Auto));
    }

    [Fact]
    public void Another_machines_lock_counts_as_long_as_its_heart_beats()
    {
        var clock = new Clock();
        Directory.CreateDirectory(Run);
        File.WriteAllText(Path.Combine(Run, ".lock"), "12@elsewhere\n");

        foreach (var (age, refused) in new[] { (5, true), (59, true), (-30, true), (61, false), (-3600, false) })
        {
            File.WriteAllText(Path.Combine(Run, ".lock"), "12@elsewhere\n");
            File.WriteAllText(Path.Combine(Run, "run.json"), new RunInfo(RunState.Running, 12, "elsewhere", clock.Now, clock.Now.AddSeconds(-age)).ToJson());

            if (refused)
                Assert.Contains("process 12 on elsewhere", Assert.Throws<ConfigurationException>(() => RunFolder.Open(Run, Resume.Auto, clock: clock)).Message);
            else
                RunFolder.Open(Run, Resume.Auto, clock: clock).Dispose();
        }
    }

    [Fact]
    public void The_heart_beats_by_itself()
    {
        var clock = new Clock();
        using var run = RunFolder.Open(Run, clock: clock);
        var before = RunInfo.TryRead(Path.Combine(Run, "run.json"))!.Heartbeat;
        run.Count(42);
        clock.Advance(TimeSpan.FromSeconds(10));
        var after = RunInfo.TryRead(Path.Combine(Run, "run.json"))!;
        Assert.Equal(TimeSpan.FromSeconds(10), after.Heartbeat - before);
        Assert.Equal(42, after.Step);
    }

    [Fact]
    public void A_heartbeat_that_cannot_be_written_is_a_warning_and_not_the_end()
    {
        var clock = new Clock();
        var run = RunFolder.Open(Run, clock: clock);
        var warnings = new List<string>();
        run.Warning += warnings.Add;
        Directory.Delete(Run, recursive: true);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains(Run, Assert.Single(warnings));
        Assert.Throws<EnvironmentException>(() => run.Set(RunState.Finished));
        run.Dispose();
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_an_environment_error()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");

        foreach (var path in new[] { "/proc/kindred-run", "/sys/kindred-run", file, Path.Combine(file, "run"), Path.Combine(folder, new string('x', 300)) })
        {
            var error = Assert.Throws<EnvironmentException>(() => RunFolder.Open(path));
            Assert.Contains(path, error.Message);
            Assert.Contains("--out", error.Message);
        }
    }

    [Fact]
    public void Saving_into_a_vanished_folder_is_an_error()
    {
        var run = RunFolder.Open(Run);
        Directory.Delete(Run, recursive: true);
        File.WriteAllText(Run, "a file now");
        Assert.Throws<EnvironmentException>(() => run.Checkpoints.Save(CheckpointStoreTests.Make(1)));
        run.Dispose();
    }

    const string Yaml = "method: simclr\noptions: { temperature: 0.5 }\ntrain: { epochs: 10, workers: 2 }\n";

    [Fact]
    public void The_recipe_is_kept_as_it_runs_and_as_it_was_given()
    {
        using var run = RunFolder.Open(Run);
        run.WriteRecipe(Recipe.Parse(Yaml, "simclr.yaml", ["train.epochs=2"]));
        Assert.Equal(Yaml, File.ReadAllText(Path.Combine(Run, "config.input.yaml")));
        Assert.Equal("train.epochs=2\n", File.ReadAllText(Path.Combine(Run, "overrides.txt")));
        Assert.Equal(2, Recipe.Load(Path.Combine(Run, "config.yaml")).First.Train.Epochs);
    }

    [Fact]
    public void A_resume_with_other_settings_is_refused_and_says_which()
    {
        using var run = RunFolder.Open(Run);
        run.WriteRecipe(Recipe.Parse(Yaml, "simclr.yaml"));
        run.CheckSame(Recipe.Parse(Yaml, "x").Resolved);
        run.CheckSame(Recipe.Parse(Yaml, "x", ["train.workers=8"]).Resolved, "train.workers");

        var message = Assert.Throws<ConfigurationException>(() =>
            run.CheckSame(Recipe.Parse(Yaml, "x", ["options.temperature=0.1", "train.batch=64", "train.workers=8"]).Resolved, "train.workers")).Message;
        Assert.Contains("options.temperature was 0.5, is 0.1", message);
        Assert.Contains("train.batch was not set, is 64", message);
        Assert.DoesNotContain("workers", message);
    }

    [Fact]
    public void Bad_samples_and_the_environment_are_kept()
    {
        using (var run = RunFolder.Open(Run))
        {
            run.AddBadSample("a\"b\n.png", "cut short");
            run.AddBadSample("c.png", "no picture");
            run.WriteEnvironment(new() { ["threads"] = 2 });
        }

        Assert.Equal(["a\"b\n.png", "c.png"], JsonLines.Read(Path.Combine(Run, "bad-samples.jsonl")).Select(l => l["name"]!.GetValue<string>()));
        Assert.True(File.Exists(Path.Combine(Run, "env.json")));
    }

    /// <summary>A clock that tests wind, with its timers.</summary>
    sealed class Clock : TimeProvider
    {
        readonly List<(TimerCallback Callback, object? State, TimeSpan Period)> timers = [];

        public DateTimeOffset Now { get; private set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            timers.Add((callback, state, period));
            return new Timer();
        }

        public void Advance(TimeSpan time)
        {
            Now += time;
            foreach (var (callback, state, _) in timers)
                callback(state);
        }

        sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
