using System.Diagnostics;
using System.Text.Json;
using Kindred.Data.Pictures;
using Kindred.Experiments.Runs;

namespace Kindred.Cli.Tests;

/// <summary><c>kindred study</c> end to end, on pictures that are made here.</summary>
public sealed class StudyVerbTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-study-").FullName;

    public StudyVerbTests()
    {
        var random = new Random(1);
        foreach (var (split, count) in new[] { ("train", 32), ("test", 8) })
        {
            for (var i = 0; i < count; i++)
            {
                var place = Directory.CreateDirectory(Path.Combine(folder, "pictures", split, i % 2 == 0 ? "dark" : "light")).FullName;
                var picture = new Picture(16, 16, 3);
                for (var p = 0; p < 16 * 16 * 3; p++) picture.Pixels[p] = (byte)(random.Next(60) + i % 2 * 120);
                PngWriter.Write(Path.Combine(place, $"{i}.png"), picture);
            }
        }
        File.WriteAllText(Path.Combine(folder, "tiny.yaml"), """
            method: simclr
            options: { hidden: 8, dim: 8, headNorm: false }
            encoder: { name: convnet, width: 2 }
            views: [{ name: global, count: 2, of: [{ crop: { size: 12, scale: [0.5, 1] } }, flip], normalize: half }]
            train: { epochs: 2, batch: 8, optimizer: { name: sgd, learningRate: 0.05 } }
            """);
        Write("title: tiny\nrecipe: RECIPE\ncells: { a: {}, b: { set: { options.dim: 4 } }, raw: { baseline: pixels } }\nevaluate: [knn]\nholds: [ a.loss < 0, b.knn.accuracy >= 0 ]");
    }

    [Fact]
    public void The_list_names_methods_cells_and_claims_for_scripts()
    {
        var (code, output, errors) = Cli.Run("study", "--json");
        Assert.True(code == 0, errors);
        var studies = JsonDocument.Parse(output).RootElement.EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!);
        Assert.Contains("graphcl", studies["graphcl"].GetProperty("methods").EnumerateArray().Select(m => m.GetString()));
        Assert.Contains("triplet", studies["metric-losses"].GetProperty("methods").EnumerateArray().Select(m => m.GetString()));
        Assert.NotEmpty(studies["nce"].GetProperty("holds").EnumerateArray());
    }

    [Fact]
    public void Cells_run_two_at_a_time_and_leave_a_report()
    {
        var (code, output, errors) = Run("--jobs", "2", "--json");
        Assert.True(code == 0, errors);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["a", "b", "raw"], report.GetProperty("cells").EnumerateArray().Select(c => c.GetProperty("cell").GetString()));
        Assert.Equal([false, true], report.GetProperty("holds").EnumerateArray().Select(c => c.GetProperty("holds").GetBoolean()));
        Assert.All(new[] { "study.json", "table.md", "table.csv", "plot.svg" }, file => Assert.True(File.Exists(Path.Combine(Out, file))));
        Assert.Contains("[3/3]", errors, StringComparison.Ordinal);

        var (again, table, _) = Run("--check");
        Assert.Equal(1, again);
        Assert.Contains("does not hold", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_that_fails_decides_the_exit_code_and_the_others_are_done()
    {
        Write("title: tiny\nrecipe: RECIPE\ncells: { bad: { set: { train.optimizer.name: sgd, train.optimizer.learningRate: 1e6, train.optimizer.weightDecay: 100 } }, good: {} }\nevaluate: [knn]");
        var (code, output, errors) = Run("--jobs", "1");
        Assert.Equal(5, code);
        Assert.Contains("bad, seed 0, failed: the loss", output, StringComparison.Ordinal);
        Assert.Contains("bad seed 0: failed: the loss", errors, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Out, "cells", "good-seed0", "result.json")));
    }

    [Fact]
    public void Killed_in_the_middle_its_cells_stop_too_and_what_they_come_to_later_is_the_same()
    {
        Write("title: tiny\nrecipe: RECIPE\nset: { train.epochs: 100, train.logEvery: 20 }\ncells: { a: {} }\nevaluate: [knn]");
        Assert.Equal(0, Run("--jobs", "1").Code);
        var whole = File.ReadAllText(Result);
        Directory.Delete(Out, recursive: true);

        using (var study = Process.Start(Words("--jobs", "1"))!)
        {
            var lines = Path.Combine(Out, "cells", "a-seed0", "run", "metrics.jsonl");
            Wait(() => File.Exists(lines) && new FileInfo(lines).Length > 0);
            study.Kill();
            study.WaitForExit();
        }
        Wait(() => RunInfo.TryRead(Path.Combine(Out, "cells", "a-seed0", "run", "run.json")) is { State: RunState.Preempted or RunState.Finished });
        Assert.False(File.Exists(Result));

        Thread.Sleep(1000);
        var (code, _, errors) = Run("--jobs", "1");
        Assert.True(code == 0, errors);
        Assert.Equal(whole, File.ReadAllText(Result));
    }

    [Theory]
    [InlineData("did you mean 'temperature'?", "options.temprature=1")]
    [InlineData("key=value", "epochs")]
    [InlineData("did you mean 'raw'?", "--only", "rav")]
    [InlineData("--seeds 0,x", "--seeds", "0,x")]
    [InlineData("--jobs 0", "--jobs", "0")]
    public void Mistakes_are_one_line_and_exit_code_2(string said, params string[] words)
    {
        var (code, output, errors) = Run(words);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("kindred: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    string Out => Path.Combine(folder, "out");

    string Result => Path.Combine(Out, "cells", "a-seed0", "result.json");

    void Write(string study) => File.WriteAllText(Path.Combine(folder, "study.yaml"), study.Replace("RECIPE", Path.Combine(folder, "tiny.yaml"), StringComparison.Ordinal));

    ProcessStartInfo Words(params string[] words) =>
        Cli.Start(["study", Path.Combine(folder, "study.yaml"), "--data", $"folder:{Path.Combine(folder, "pictures")}", "--out", Out, .. words]);

    (int Code, string Output, string Errors) Run(params string[] words)
    {
        using var process = Process.Start(Words(words))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    static void Wait(Func<bool> done)
    {
        var clock = Stopwatch.StartNew();
        while (!done())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2), "nothing happened for two minutes");
            Thread.Sleep(20);
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
