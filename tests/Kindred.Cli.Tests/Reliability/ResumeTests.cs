using Kindred.Io;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>A resume that is refused leaves the run's folder as it was, byte for byte; one that is not goes on exactly.</summary>
public sealed class ResumeTests(SmallRun small) : IClassFixture<SmallRun>
{
    [Theory]
    [InlineData(2, "--resume CHECKPOINT train.optimizer.learningRate=0.5", "learningRate was 0.05, is 0.5")]
    [InlineData(2, "--resume CHECKPOINT method=moco-v2 options.queue=16", "method was simclr")]
    [InlineData(2, "--resume auto options.temperature=0.9", "temperature")]
    [InlineData(2, "--resume auto --seed 5", "train.seed")]
    [InlineData(2, "--resume auto --from RUN", "begun without other weights")]
    [InlineData(2, "--resume CHECKPOINT --from RUN", "exclude each other")]
    [InlineData(2, "--resume CHECKPOINT --after RUN", "exclude each other")]
    [InlineData(2, "--resume auto --after RUN --from RUN", "exclude each other")]
    [InlineData(2, "--resume auto --data-changed perhaps", "refuse and accept")]
    [InlineData(2, "", "already holds a run")]
    [InlineData(2, "--resume OTHER", "not one of the run in")]
    [InlineData(3, "--resume RUN/checkpoints/step-000000009", "has those of the steps 4, 8")]
    [InlineData(3, "--resume auto --data folder:/no/such/pictures", "/no/such/pictures")]
    [InlineData(3, "--resume auto --data-changed accept --data FEWER", "run of 24 steps; this recipe and data make 18")]
    public void A_resume_that_is_refused_touches_nothing(int code, string words, string reason)
    {
        var run = small.Copy(small.Done, "run");
        var fewer = small.Fresh("fewer");
        if (words.Contains("FEWER", StringComparison.Ordinal))
            for (var i = 0; i < 60; i++) SmallRun.Draw(Path.Combine(fewer, "c", $"{i}.png"), i);
        Refused(run, code, reason, [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w
            .Replace("CHECKPOINT", SmallRun.Checkpoint(run, 8), StringComparison.Ordinal).Replace("OTHER", SmallRun.Checkpoint(small.Done, 8), StringComparison.Ordinal)
            .Replace("RUN", run, StringComparison.Ordinal).Replace("FEWER", $"folder:{fewer}", StringComparison.Ordinal))]);
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_whether_named_or_last()
    {
        var run = small.Copy(small.Done, "damaged");
        foreach (var model in Directory.GetFiles(run, "model.safetensors", SearchOption.AllDirectories)) File.AppendAllText(model, "x");
        Refused(run, 3, "is damaged", "--resume", SmallRun.Checkpoint(run, 8));
        Refused(run, 3, "none of its 6 checkpoints is whole", "--resume", "auto");
    }

    [Fact]
    public void Lost_checkpoints_are_asked_about_and_no_line_is_cut()
    {
        var run = small.Copy(small.Done, "lost");
        Directory.Delete(Path.Combine(run, "checkpoints"), recursive: true);
        Refused(run, 3, "its checkpoints are gone", "--resume", "auto");
        File.Delete(Path.Combine(run, "run.json"));
        Refused(run, 3, "its checkpoints are gone", "--resume", "auto");
        Refused(run, 2, "already holds a run");
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_although_its_shapes_fit()
    {
        var (run, other) = (small.Copy(small.Done, "mixed"), small.Fresh("other"));
        Assert.Equal(0, small.Train(other, "--max-steps", "8", "options.temperature=0.9").Code);
        Directory.Delete(SmallRun.Checkpoint(run, 8), recursive: true);
        Directory.Move(SmallRun.Checkpoint(other, 8), SmallRun.Checkpoint(run, 8));
        Refused(run, 3, "of another run", "--resume", SmallRun.Checkpoint(run, 8));
    }

    [Fact]
    public void Going_back_to_an_older_checkpoint_ends_at_the_same_state()
    {
        var run = small.Copy(small.Done, "back");
        Assert.Equal(0, small.Train(run, "--resume", SmallRun.Checkpoint(run, 8)).Code);
        string Model(string of) => Convert.ToHexString(File.ReadAllBytes(Path.Combine(SmallRun.Checkpoint(of, 24), "model.safetensors")));
        Assert.Equal(Model(small.Done), Model(run));
        Assert.Equal(File.ReadLines(Path.Combine(small.Done, "metrics.jsonl")).Count(), File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count());
    }

    [Fact]
    public void The_folder_of_a_checkpoint_need_not_be_named()
    {
        var run = small.Copy(small.Done, "unnamed");
        var (code, _, errors) = Cli.Run(["train", small.Recipe, "--resume", SmallRun.Checkpoint(run, 20)]);
        Assert.True(code == 0, errors);
        Assert.Contains(run, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_run_that_cannot_begin_leaves_no_folder()
    {
        var run = small.Fresh("never");
        Assert.Equal(3, small.Train(run, "--data", "folder:/no/such/pictures").Code);
        Assert.False(Directory.Exists(run));
    }

    [Fact]
    public void Changed_data_are_named_and_refused_until_they_are_accepted()
    {
        var (run, data) = (small.Copy(small.Done, "changed"), small.Copy(small.Data, "data"));
        string[] words = ["--resume", SmallRun.Checkpoint(run, 20), "--data", $"folder:{data}"];
        foreach (var name in new[] { "c0/00.png", "c1/01.png", "c2/02.png" }) SmallRun.Draw(Path.Combine(data, name), 1000);
        File.Delete(Path.Combine(data, "c3", "03.png"));
        SmallRun.Draw(Path.Combine(data, "c3", "new.png"), 1001);
        Refused(run, 3, "1 added (first: c3/new.png), 1 deleted (first: c3/03.png), 3 changed (first: c0/00.png, c1/01.png, c2/02.png)", words);

        var (code, _, errors) = small.Train(run, [.. words, "--data-changed", "accept"]);
        Assert.True(code == 0, errors);
        Assert.Contains("goes on all the same", errors, StringComparison.Ordinal);
        Assert.Equal(0, small.Train(run, words).Code);
    }

    [Fact]
    public void The_same_data_at_another_place_are_the_same_data()
    {
        var run = small.Copy(small.Done, "moved");
        var (code, _, errors) = small.Train(run, "--resume", "auto", "--data", $"folder:{small.Copy(small.Data, "data")}");
        Assert.True(code == 0, errors);
    }

    [Fact]
    public void Another_order_of_the_same_pictures_is_other_data()
    {
        var (list, run) = (small.Fresh("list") + ".csv", small.Fresh("ordered"));
        string[] rows = [.. Directory.EnumerateFiles(small.Data, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        File.WriteAllLines(list, rows);
        Assert.Equal(0, small.Train(run, "--data", $"list:{list}", "--max-steps", "6").Code);
        File.WriteAllLines(list, rows.Reverse());
        Refused(run, 3, "another order", "--resume", "auto", "--data", $"list:{list}");
    }

    [Fact]
    public void A_memory_of_another_size_is_refused_with_both_sizes()
    {
        var (first, second) = (small.Fresh("queue"), small.Fresh("queue"));
        Assert.Equal(0, small.Train(first, "method=moco-v2", "options.queue=64", "--max-steps", "2").Code);
        var (code, _, errors) = small.Train(second, "method=moco-v2", "options.queue=32", "--from", first);
        Assert.Equal(3, code);
        Assert.Contains("queue.keys is [64, 8], expected [32, 8]", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(second));
        Assert.Equal(0, small.Train(second, "method=moco-v2", "options.queue=64", "--from", first, "--max-steps", "2").Code);
    }

    [Theory]
    [InlineData("1e6", "the loss of 'model' is NaN")]
    [InlineData("1e3", "is no longer finite after step 2|the gradient of '.*' is not finite")]
    public void A_state_that_is_no_longer_finite_is_never_kept(string rate, string reason)
    {
        var run = small.Fresh("diverged");
        var (code, _, errors) = small.Train(run, $"train.optimizer.learningRate={rate}", "train.optimizer.momentum=0", "train.checkpointEvery=1", "encoder.norm=none");
        Assert.Equal(5, code);
        Assert.Matches(reason, errors);
        var checkpoints = Path.Combine(run, "checkpoints");                              // what went wrong lies in failures/
        var kept = Directory.EnumerateFiles(checkpoints, "*.safetensors", SearchOption.AllDirectories).SelectMany(SafeTensors.Read).Where(a => a.Type == ElementType.Float32).ToArray();
        Assert.All(kept, a => Assert.All(a.As<float>().ToArray(), value => Assert.True(float.IsFinite(value), a.Name)));
        Assert.DoesNotContain("step-000000002", Directory.EnumerateDirectories(checkpoints, "step-*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    void Refused(string run, int code, string reason, params string[] words)
    {
        var before = SmallRun.Content(run);
        var (actual, _, errors) = small.Train(run, words);
        Assert.True(code == actual, $"exit code {actual} where {code} was expected; it said: {errors}");
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("should not have", errors, StringComparison.Ordinal);
        Assert.Equal(before, SmallRun.Content(run));
    }
}
