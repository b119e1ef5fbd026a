using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>A training by several processes on this machine: it gives what one gives, and outlives a rank that is killed or frozen.</summary>
public sealed class LaunchTests(SmallRun small) : IClassFixture<SmallRun>
{
    static readonly TimeSpan patience = TimeSpan.FromMinutes(4);
    static readonly Dictionary<int, string> wholes = [];

    // The state of a training by several processes that nothing interrupted.
    string Whole(int processes)
    {
        if (!wholes.TryGetValue(processes, out var whole))
            wholes[processes] = whole = Report(Launch(small.Fresh("whole"), processes, "train.epochs=12")).GetProperty("state_sha256").GetString()!;
        return whole;
    }

    [Fact]
    public void Two_processes_train_what_one_does_and_the_same_bits_each_time()
    {
        var one = Report(small.Train(small.Fresh("one"), "--json", "--precision", "fp32", "--max-steps", "3"));
        var two = Report(Launch(small.Fresh("two"), 2, "--max-steps", "3"));
        Assert.Equal(3, two.GetProperty("steps").GetInt64());
        Assert.Equal(one.GetProperty("loss").GetDouble(), two.GetProperty("loss").GetDouble(), 2e-4);
        Assert.Equal(two.GetProperty("state_sha256").GetString(), Report(Launch(small.Fresh("again"), 2, "--max-steps", "3")).GetProperty("state_sha256").GetString());
    }

    [Fact]
    public void A_stop_is_heard_by_all_and_the_rest_gives_the_same_bits()
    {
        var run = small.Fresh("stopped");
        using var launcher = Begin(run, 2, [], "train.epochs=12", "train.checkpointEvery=1");
        Wait(() => Directory.Exists(SmallRun.Checkpoint(run, 4)), launcher);
        Signal(launcher.Id, "TERM");
        Assert.True(launcher.WaitForExit(patience), "the signal was not heard");
        Assert.Equal(75, launcher.ExitCode);
        Assert.Equal(Whole(2), Report(Launch(run, 2, "train.epochs=12", "--resume", "auto")).GetProperty("state_sha256").GetString());
    }

    public static TheoryData<int, int, string> Gone
    {
        get
        {
            // R8: ten of each with KINDRED_LARGE=1.
            var times = Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1" ? 10 : 1;
            var cases = new TheoryData<int, int, string>();
            for (var i = 0; i < times; i++)
            {
                cases.Add(2, 1, "KILL");
                cases.Add(2, 1, "STOP");
                cases.Add(4, 1 + (i % 3), "KILL");
                if (times > 1) cases.Add(4, 3 - (i % 3), "STOP");
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Gone))]
    public async Task A_rank_that_is_gone_is_named_and_the_job_is_finished_from_the_last_checkpoint(int processes, int rank, string signal)
    {
        var run = small.Fresh("gone");
        using var launcher = Begin(run, processes, ["--max-restarts", "1", "--timeout", "8"], "train.epochs=12", "train.checkpointEvery=1");
        var errors = launcher.StandardError.ReadToEndAsync();
        var output = launcher.StandardOutput.ReadToEndAsync();
        Wait(() => Directory.Exists(SmallRun.Checkpoint(run, 4)), launcher);
        Signal(Rank(launcher.Id, rank), signal);
        Assert.True(launcher.WaitForExit(patience), "the others hang");
        var text = await errors;
        Assert.True(launcher.ExitCode == 0, text);
        Assert.Contains($"rank {rank} no longer answers", text, StringComparison.Ordinal);
        Assert.Contains($"starting all {processes} processes again (1 of 1)", text, StringComparison.Ordinal);
        Assert.Equal(Whole(processes), Last(await output).GetProperty("state_sha256").GetString());
    }

    // One that is 20 times as slow, by stopping it for 19 of 20 parts of the time, slows all and changes nothing.
    [Fact]
    public async Task A_rank_that_is_twenty_times_slower_slows_all_and_the_bits_are_the_same()
    {
        var run = small.Fresh("slow");
        using var launcher = Begin(run, 4, ["--timeout", "60"], "train.epochs=12", "train.checkpointEvery=1");
        var output = launcher.StandardOutput.ReadToEndAsync();
        var errors = launcher.StandardError.ReadToEndAsync();
        Wait(() => Directory.Exists(SmallRun.Checkpoint(run, 4)), launcher);
        var slow = Rank(launcher.Id, 2);
        for (var turn = 0; turn < 20 && !launcher.HasExited; turn++)
        {
            Signal(slow, "STOP");
            await Task.Delay(190);
            Signal(slow, "CONT");
            await Task.Delay(10);
        }
        Assert.True(launcher.WaitForExit(patience), "the others hang");
        Assert.True(launcher.ExitCode == 0, await errors);
        Assert.Equal(Whole(4), Last(await output).GetProperty("state_sha256").GetString());
    }

    [Fact]
    public void Several_processes_embed_the_bytes_of_one_also_where_they_were_stopped()
    {
        string[] Words(string file) => ["embed", small.Done, "--data", "emoji?n=1024", "--batch", "8", "--out", file];
        string[] Written(string file) => [.. new[] { file, file + ".names.csv", file + ".manifest.json" }.Select(f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))))];
        var (one, two, stopped) = (small.Fresh("one") + ".npy", small.Fresh("two") + ".npy", small.Fresh("stopped") + ".npy");
        Assert.Equal(0, Cli.Run(OneThread(Words(one))).Code);
        var done = Cli.Run(OneThread(["launch", "--procs", "2", "--", .. Words(two)]));
        Assert.True(done.Code == 0, done.Errors);
        Assert.Equal(Written(one), Written(two));

        using var launcher = Process.Start(OneThread(["launch", "--procs", "3", "--", .. Words(stopped)]))!;
        Wait(() => Directory.Exists(stopped + ".partial"), launcher);
        Signal(launcher.Id, "TERM");
        Assert.True(launcher.WaitForExit(patience), "the signal was not heard");
        Assert.Contains(launcher.ExitCode, (int[])[0, 75]);                       // it may have been done by then
        Assert.Equal(launcher.ExitCode == 75, Directory.Exists(stopped + ".partial"));
        Assert.Equal(0, Cli.Run(OneThread(["launch", "--procs", "2", "--", .. Words(stopped)])).Code);
        Assert.Equal(Written(one), Written(stopped));
    }

    static ProcessStartInfo OneThread(string[] words)
    {
        var start = Cli.Start(words);
        start.Environment["KINDRED_THREADS"] = "1";
        return start;
    }

    [Theory]
    [InlineData("launch --procs 2 -- eval knn", "takes train")]
    [InlineData("launch --procs 0 -- train simclr", "--procs 0")]
    [InlineData("launch --procs 2 --max-restarts -1 -- train simclr", "--max-restarts -1")]
    [InlineData("launch --procs 2 -- train simclrr", "simclrr")]
    public void What_cannot_be_launched_is_said_in_a_line(string words, string said)
    {
        var (code, _, errors) = Cli.Run(words.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WORLD_SIZE=2", "RANK")]
    [InlineData("WORLD_SIZE=2 RANK=2 MASTER_ADDR=127.0.0.1", "RANK is '2'")]
    [InlineData("WORLD_SIZE=two", "WORLD_SIZE is 'two'")]
    [InlineData("WORLD_SIZE=2 RANK=0", "MASTER_ADDR")]
    public void A_wrong_environment_is_told_before_anything_else(string variables, string said)
    {
        var start = Cli.Start("train", small.Recipe, "--out", small.Fresh("none"));
        foreach (var pair in variables.Split(' ').Select(v => v.Split('='))) start.Environment[pair[0]] = pair[1];
        var (code, _, errors) = Cli.Run(start);
        Assert.Equal(2, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_nobody_joins_gives_up_and_says_so()
    {
        var start = Cli.Start("train", small.Recipe, "--out", small.Fresh("lonely"));
        foreach (var (name, value) in new[] { ("WORLD_SIZE", "2"), ("RANK", "1"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", "9"), ("KINDRED_TIMEOUT", "2") }) start.Environment[name] = value;
        var (code, _, errors) = Cli.Run(start);
        Assert.Equal(4, code);
        Assert.Contains("rank 1 of 2 did not meet the others at 127.0.0.1:9", errors, StringComparison.Ordinal);
    }

    (int Code, string Output, string Errors) Launch(string run, int processes = 2, params string[] words) => Cli.Run(Start(run, ["--procs", $"{processes}"], words));

    Process Begin(string run, int processes, string[] options, params string[] words) => Process.Start(Start(run, ["--procs", $"{processes}", .. options], words))!;

    ProcessStartInfo Start(string run, string[] options, string[] words) =>
        OneThread(["launch", .. options, "--", "train", small.Recipe, "--out", run, "--json", "--precision", "fp32", .. words]);

    static JsonElement Report((int Code, string Output, string Errors) done)
    {
        Assert.True(done.Code == 0, done.Errors);
        return Last(done.Output);
    }

    static JsonElement Last(string output) => JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement;

    static void Wait(Func<bool> reached, Process process)
    {
        var watch = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.False(process.HasExited, "the launcher ended too early");
            Assert.True(watch.Elapsed < patience, "the training did not come so far");
            Thread.Sleep(5);
        }
    }

    // The process of a rank among the launcher's children.
    static int Rank(int launcher, int rank) => Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out var id) ? id : 0).First(id =>
    {
        try
        {
            return id > 0 && File.ReadAllText($"/proc/{id}/status").Contains($"PPid:\t{launcher}\n", StringComparison.Ordinal)
                && Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/environ")).Split('\0').Contains($"RANK={rank}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return false; }
    });

    static void Signal(int process, string signal) => Process.Start("kill", [$"-{signal}", $"{process}"]).WaitForExit();
}
