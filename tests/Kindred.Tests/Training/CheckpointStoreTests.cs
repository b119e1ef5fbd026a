using System.Diagnostics;
using System.Text.Json.Nodes;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Tests.Training;

public sealed class CheckpointStoreTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-checkpoints-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Store => Path.Combine(folder, "checkpoints");

    internal static Checkpoint Make(long step, int length = 100) => new(
        step,
        new Dictionary<string, IReadOnlyList<NamedArray>>
        {
            ["model"] = [NamedArray.From<float>("weight", Enumerable.Repeat((float)step, length).ToArray()), NamedArray.From<long>("seen", [step])],
            ["optimizer"] = [NamedArray.From<double>("momentum", [step, -step])],
            ["method"] = [],
        },
        new JsonObject { ["step"] = step, ["seed"] = 7 });

    internal static void AssertWhole(Checkpoint loaded)
    {
        Assert.Equal(loaded.Step, loaded.State["step"]!.GetValue<long>());
        foreach (var array in loaded.Parts.Values.SelectMany(p => p))
            Assert.All(array.ToDoubles(), v => Assert.Equal(loaded.Step, Math.Abs(v)));
    }

    [Fact]
    public void What_is_saved_is_loaded()
    {
        var store = new CheckpointStore(Store);
        Assert.Null(store.Last);
        Assert.Null(store.LoadLast(out _));

        var path = store.Save(Make(1000));
        Assert.Equal("step-000001000", Path.GetFileName(path));
        Assert.Equal("step-000001000\n", File.ReadAllText(Path.Combine(Store, "last")));
        Assert.Equal(["MANIFEST.json", "method.safetensors", "model.safetensors", "optimizer.safetensors", "state.json"],
            Directory.GetFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        var loaded = store.LoadLast(out var problems)!;
        Assert.Empty(problems);
        AssertWhole(loaded);
        Assert.Equal(7, loaded.State["seed"]!.GetValue<int>());
        Assert.Equal(3, loaded.Parts.Count);
        Assert.Equal(2, loaded.Parts["model"].Count);
    }

    [Fact]
    public void A_copy_under_the_name_of_another_step_is_neither_gone_on_with_nor_kept_as_that_step()
    {
        var store = new CheckpointStore(Store);
        store.Save(Make(1));
        var copy = Directory.CreateDirectory(store.PathOf(2)).FullName;
        foreach (var file in Directory.GetFiles(store.PathOf(1))) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        Assert.Contains("is of step 1: the folder was renamed, or copied", CheckpointStore.Problem(copy), StringComparison.Ordinal);
        store.Save(Make(2));
        AssertWhole(CheckpointStore.Load(copy));
    }

    [Theory]
    [InlineData("{\"files\": 3}", "'files' is 3, and an object was expected")]
    [InlineData("[]", "is a list of 0, and an object was expected")]
    [InlineData("{\"files\": {\"state.json\": {\"bytes\": \"x\"}}}", "'files'.'state.json'.'bytes' is \"x\", and a whole number was expected")]
    [InlineData("{\"files\": {}}", "does not list state.json")]
    [InlineData("", "is empty")]
    public void A_spoilt_manifest_is_told_with_its_place(string manifest, string said)
    {
        var path = new CheckpointStore(Store).Save(Make(1));
        File.WriteAllText(Path.Combine(path, "MANIFEST.json"), manifest);
        Assert.Contains(said, CheckpointStore.Problem(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_marked_checkpoint_is_kept_until_the_run_goes_back_behind_it()
    {
        var store = new CheckpointStore(Store, keep: 2);
        store.Save(Make(1));
        store.Mark("phase-0", 1);
        foreach (var step in new[] { 2, 3, 4 }) store.Save(Make(step));
        Assert.Equal([1, 3, 4], store.Steps);
        AssertWhole(CheckpointStore.Load(store.PathOf(store.Marked("phase-0")!.Value)));

        store.Mark("phase-1", 4);
        store.DropAfter(3);
        Assert.Equal([1, 3], store.Steps);
        Assert.Equal((1L, null), (store.Marked("phase-0"), store.Marked("phase-1")));
        Assert.False(File.Exists(Path.Combine(Store, "phase-1")));
    }

    [Fact]
    public void The_same_state_gives_the_same_bytes()
    {
        var one = new CheckpointStore(Path.Combine(folder, "one")).Save(Make(5));
        var two = new CheckpointStore(Path.Combine(folder, "two")).Save(Make(5));
        foreach (var file in Directory.GetFiles(one))
            Assert.Equal(AtomicFile.Measure(file), AtomicFile.Measure(Path.Combine(two, Path.GetFileName(file))));
    }

    [Fact]
    public void Old_ones_go_but_the_best_and_the_last_stay()
    {
        var store = new CheckpointStore(Store, keep: 2);
        foreach (var (step, score) in new (long, double?)[] { (1, 0.1), (2, 0.9), (3, 0.5), (4, null), (5, 0.8) })
            store.Save(Make(step), score);

        Assert.Equal([2, 4, 5], store.Steps);
        Assert.Equal(2, store.Best);
        Assert.Equal(5, store.Last);
        Assert.Equal("step-000000002\n0.9\n", File.ReadAllText(Path.Combine(Store, "best")));
    }

    [Fact]
    public void A_step_saved_twice_stays_as_it_is()
    {
        var store = new CheckpointStore(Store);
        var path = store.Save(Make(3));
        var before = File.GetLastWriteTimeUtc(Path.Combine(path, "model.safetensors"));
        store.Save(Make(3));
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(path, "model.safetensors")));
    }

    [Fact]
    public void A_damaged_checkpoint_is_named_and_the_one_before_is_taken()
    {
        foreach (var (file, damage) in new (string, Action<string>)[]
        {
            ("model.safetensors", f => File.WriteAllBytes(f, [.. File.ReadAllBytes(f)[..^1], 99])),
            ("model.safetensors", File.Delete),
            ("state.json", f => File.WriteAllText(f, "{}")),
            ("MANIFEST.json", f => File.WriteAllText(f, "{")),
            ("MANIFEST.json", f => File.WriteAllText(f, """{"files":{}}""")),
            ("MANIFEST.json", f => File.WriteAllText(f, """{"files":{"../../secret":{"bytes":1,"sha256":""}}}""")),
            ("MANIFEST.json", File.Delete),
        })
        {
            var store = new CheckpointStore(Path.Combine(folder, Guid.NewGuid().ToString()));
            store.Save(Make(1));
            var newest = store.Save(Make(2));
            damage(Path.Combine(newest, file));

            Assert.Equal(1, store.LoadLast(out var problems)!.Step);
            Assert.Contains(newest, Assert.Single(problems));
            Assert.Throws<DataException>(() => CheckpointStore.Load(newest));

            store.Save(Make(2));
            Assert.Equal(2, store.LoadLast(out problems)!.Step);
            Assert.Empty(problems);
        }
    }

    [Fact]
    public void A_lost_pointer_is_no_loss()
    {
        var store = new CheckpointStore(Store);
        store.Save(Make(1));
        store.Save(Make(2));
        File.WriteAllText(Path.Combine(Store, "last"), "rubbish");
        Assert.Equal(2, store.Last);
        File.Delete(Path.Combine(Store, "last"));
        Assert.Equal(2, store.LoadLast(out _)!.Step);
    }

    [Fact]
    public void Going_back_to_a_step_forgets_what_came_after()
    {
        var store = new CheckpointStore(Store, keep: 5);
        for (var step = 1; step <= 4; step++)
            store.Save(Make(step), score: step);

        store.DropAfter(2);
        Assert.Equal([1, 2], store.Steps);
        Assert.Equal(2, store.Last);
        Assert.Null(store.Best);
    }

    [Fact]
    public void Leftovers_of_killed_processes_are_swept_up()
    {
        var store = new CheckpointStore(Store);
        store.Save(Make(1));
        Directory.CreateDirectory(Path.Combine(Store, ".writing-step-000000002.123"));
        Directory.CreateDirectory(Path.Combine(Store, ".deleting-step-000000000"));
        File.WriteAllText(Path.Combine(Store, "last.77.tmp"), "");
        store.Save(Make(2));
        Assert.Equal(["best", "last", "step-000000001", "step-000000002"], Directory.GetFileSystemEntries(Store).Select(Path.GetFileName).Append("best").Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_full_disk_is_an_error_and_the_old_checkpoint_stays()
    {
        new CheckpointStore(Store).Save(Make(1));
        var entries = Directory.GetFileSystemEntries(Store);

        for (var room = 0; room < 3000; room += 150)
        {
            var error = Assert.Throws<EnvironmentException>(() => new CheckpointStore(Store, disk: new SmallDisk(room)).Save(Make(2, 1000)));
            Assert.Contains("disk is full", error.Message);
            Assert.Contains(Store, error.Message);
            Assert.Equal(1, new CheckpointStore(Store).LoadLast(out var problems)!.Step);
            Assert.Empty(problems);
            Assert.Equal(entries, Directory.GetFileSystemEntries(Store));
        }

        new CheckpointStore(Store).Save(Make(2, 1000));
        Assert.Equal(2, new CheckpointStore(Store).LoadLast(out _)!.Step);
    }

    [Fact]
    public void Killed_at_any_moment_of_a_save_the_last_checkpoint_loads()
    {
        // R1: a hundred kills of 40 MB with KINDRED_LARGE=1.
        var (kills, megabytes) = Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1" ? (100, 40) : (20, 8);
        var random = new Random(1);
        var reached = 0L;

        for (var i = 0; i < kills; i++)
        {
            using (var probe = new Probe("checkpoints", Store, $"{megabytes}"))
            {
                // It speaks up before every save: wait for one whole save, then kill at any moment of the next.
                var clock = Stopwatch.StartNew();
                probe.ReadLine();
                Thread.Sleep(clock.Elapsed * random.NextDouble());
                probe.Kill();
            }

            var store = new CheckpointStore(Store);
            var leftovers = Directory.Exists(Store) ? Directory.GetFileSystemEntries(Store).Count(e => Path.GetFileName(e)[0] == '.' || e.EndsWith(".tmp", StringComparison.Ordinal)) : 0;
            Assert.InRange(leftovers, 0, 2);

            var loaded = store.LoadLast(out var problems)!;
            Assert.Empty(problems);
            AssertEven(loaded);
            Assert.True(loaded.Step >= reached, $"step {loaded.Step} after {reached}");
            reached = loaded.Step;
        }

        Assert.True(reached >= kills, $"{reached} saves in {kills} runs");
    }

    static void AssertEven(Checkpoint loaded)
    {
        var weight = loaded.Parts["model"].Single().As<float>();
        Assert.Equal(-1, weight.IndexOfAnyExcept((float)loaded.Step));
        Assert.Equal(loaded.Step, loaded.Parts["optimizer"].Single().As<long>()[0]);
        Assert.Equal(loaded.Step, loaded.State["step"]!.GetValue<long>());
    }
}
