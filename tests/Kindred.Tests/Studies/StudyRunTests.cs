using System.Text.Json.Nodes;
using System.Xml.Linq;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Studies;
using Kindred.Experiments.Training;

namespace Kindred.Tests.Studies;

public sealed class StudyRunTests : IDisposable
{
    const string Tiny = """
        method: simclr
        options: { hidden: 8, dim: 8, headNorm: false }
        encoder: { name: convnet, width: 2 }
        views: [{ name: global, count: 2, of: [{ crop: { size: 12, scale: [0.5, 1] } }, flip], normalize: half }]
        train: { epochs: 3, batch: 8, logEvery: 1, optimizer: { name: sgd, learningRate: 0.05 } }
        """;

    readonly string folder = Directory.CreateTempSubdirectory("kindred-study-").FullName;

    public StudyRunTests()
    {
        var random = new Random(1);
        foreach (var (split, count) in new[] { ("train", 16), ("test", 8) })
        {
            for (var i = 0; i < 2 * count; i++)
            {
                var place = Directory.CreateDirectory(Path.Combine(folder, "pictures", split, i % 2 == 0 ? "dark" : "light")).FullName;
                var picture = new Picture(16, 16, 3);
                for (var p = 0; p < 16 * 16 * 3; p++) picture.Pixels[p] = (byte)(random.Next(60) + i % 2 * 120);
                PngWriter.Write(Path.Combine(place, $"{i}.png"), picture);
            }
        }
    }

    [Fact]
    public async Task A_study_leaves_results_table_claims_and_plot()
    {
        var study = Read("cells: { a: {}, b: { set: { options.dim: 4 } }, raw: { baseline: untrained } }\nholds: [ a.knn.accuracy >= 0, a.loss < 0 ]");
        var (run, outcomes) = await Run(study);

        Assert.Equal(["a", "b", "raw"], outcomes.Select(o => o.Job.Cell.Name));
        Assert.All(outcomes, o => Assert.InRange(o.Result!.Metrics["knn.accuracy"], 0, 100));
        Assert.Equal(12, outcomes[0].Result!.Steps);
        Assert.True(outcomes[0].Result!.Metrics["z_std"] > 0);
        Assert.DoesNotContain("images_per_second", outcomes[0].Result!.Metrics.Keys);
        Assert.Null(outcomes[2].Result!.StateSha256);

        var report = StudyReport.Of(study, run.All);
        report.Write(Out);
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Out, "study.json")))!;
        Assert.Equal([true, false], json["holds"]!.AsArray().Select(h => h!["holds"]!.GetValue<bool>()));
        Assert.Equal(3, json["cells"]!.AsArray().Count);
        Assert.Contains("| a ", File.ReadAllText(Path.Combine(Out, "table.md")), StringComparison.Ordinal);
        Assert.Equal(4, File.ReadAllLines(Path.Combine(Out, "table.csv")).Length);
        Assert.Equal("svg", XDocument.Load(Path.Combine(Out, "plot.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public async Task What_is_done_is_left_out_and_a_changed_recipe_is_done_anew()
    {
        await Run(Read("cells: { a: {}, b: {} }"));
        Assert.Empty((await Run(Read("cells: { a: {}, b: {} }"))).Outcomes);

        var before = CellResult.TryRead(Cell("b"))!;
        var (_, again) = await Run(Read("cells: { a: {}, b: { set: { options.dim: 4 } } }"));
        Assert.Equal(["b"], again.Select(o => o.Job.Cell.Name));
        Assert.NotEqual(before.StateSha256, CellResult.TryRead(Cell("b"))!.StateSha256);
    }

    [Fact]
    public async Task Where_only_the_evaluations_change_the_training_stays()
    {
        await Run(Read("cells: { a: {} }"));
        var trained = Directory.GetLastWriteTimeUtc(Path.Combine(Cell("a"), "run", "checkpoints"));
        var before = CellResult.TryRead(Cell("a"))!;

        var (_, again) = await Run(Read("cells: { a: {} }", "[{ knn: { k: 3 } }, { name: knn, layer: z, as: knn-z }]"));

        Assert.Equal(before.StateSha256, again.Single().Result!.StateSha256);
        Assert.Contains("knn-z.accuracy", again.Single().Result!.Metrics.Keys);
        Assert.Equal(trained, Directory.GetLastWriteTimeUtc(Path.Combine(Cell("a"), "run", "checkpoints")));
    }

    [Fact]
    public async Task A_cell_that_fails_does_not_stop_the_others_and_is_tried_again()
    {
        var study = Read("cells: { bad: { set: { train.optimizer.learningRate: 1e6, train.optimizer.weightDecay: 100 } }, good: {} }\nholds: [ good.knn.accuracy > bad.knn.accuracy ]");
        var (run, outcomes) = await Run(study);

        Assert.Equal(5, outcomes[0].ExitCode);
        Assert.Contains("loss", outcomes[0].Error, StringComparison.Ordinal);
        Assert.NotNull(outcomes[1].Result);
        var text = StudyReport.Of(study, run.All).Markdown();
        Assert.Contains("bad, seed 0, failed: the loss", text, StringComparison.Ordinal);
        Assert.Contains("undecided: no result for bad.knn.accuracy", text, StringComparison.Ordinal);
        Assert.Equal(["bad"], (await Run(study)).Outcomes.Select(o => o.Job.Cell.Name));
    }

    [Fact]
    public async Task Stopped_in_the_middle_and_gone_on_with_the_result_is_the_same_to_the_byte()
    {
        var study = Read("cells: { a: {} }");
        await Run(study);
        var whole = File.ReadAllText(Path.Combine(Cell("a"), "result.json"));
        Directory.Delete(Out, recursive: true);

        using (var stop = new CancellationTokenSource())
        {
            var (_, outcomes) = await Run(study, stop.Token, new Stop(5, stop));
            Assert.Null(outcomes.Single().Result);
            Assert.Null(outcomes.Single().Error);
            Assert.False(File.Exists(Path.Combine(Cell("a"), "result.json")));
        }
        await Run(study);
        Assert.Equal(whole, File.ReadAllText(Path.Combine(Cell("a"), "result.json")));
    }

    [Fact]
    public async Task A_cell_that_goes_on_after_another_ends_where_the_whole_recipe_would_to_the_bit()
    {
        const string Pretrain = "{ phase: pretrain, train: { epochs: 2 } }";
        const string Tune = "{ phase: tune, from: pretrain, method: finetune, options: { labels: 0.5, fromLayer: 1 }, train: { epochs: 2 } }";
        var study = Read($"cells: {{ whole: {{ set: {{ phases: [{Pretrain}, {Tune}] }}, evaluate: [classifier] }}, tuned: {{ after: first, set: {{ phases.+: {Tune} }}, evaluate: [classifier] }} }}"
            .Replace("cells: {", $"cells: {{ first: {{ set: {{ phases: [{Pretrain}] }} }},", StringComparison.Ordinal));
        var (_, outcomes) = await Run(study);

        Assert.Equal(["first", "whole", "tuned"], outcomes.Select(o => o.Job.Cell.Name));
        Assert.Equal(outcomes[1].Result!.StateSha256, outcomes[2].Result!.StateSha256);
        Assert.Equal(outcomes[1].Result!.Metrics["classifier.accuracy"], outcomes[2].Result!.Metrics["classifier.accuracy"]);
        Assert.NotEqual(outcomes[0].Result!.StateSha256, outcomes[1].Result!.StateSha256);

        using var tuned = TrainedRun.Open(Path.Combine(Cell("tuned"), "run"));
        string Fresh(ulong seed) { using var fresh = tuned.Untrained(seed); return fresh.State().Sha256(); }
        Assert.Equal(Fresh(1), Fresh(1));
        Assert.NotEqual(Fresh(1), Fresh(2));
    }

    [Fact]
    public async Task A_run_that_is_not_the_finished_beginning_of_a_recipe_is_refused_as_such()
    {
        const string Tune = "{ phase: tune, method: finetune, options: { fromLayer: 0 } }";
        await Run(Read("cells: { a: { set: { phases: [{ phase: one }] } } }"));
        string Refusal(string phases) => Assert.Throws<ConfigurationException>(() => new TrainingRun(
            Read($"cells: {{ b: {{ set: {{ phases: {phases} }} }} }}").Cells[0].Seeded(0),
                new RunOptions { Folder = Path.Combine(folder, "b"), After = Path.Combine(Cell("a"), "run") }, null, _ => { }).Run()).Message;

        Assert.Contains("train.epochs was 3, is 1", Refusal($"[{{ phase: one, train: {{ epochs: 1 }} }}, {Tune}]"), StringComparison.Ordinal);
        Assert.Contains("one phase and this recipe has one phase", Refusal("[{ phase: one }]"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_goes_on_after_the_phases_that_it_has_in_common_with_a_longer_run()
    {
        const string Pretrain = "{ phase: pretrain, train: { epochs: 2 } }";
        static string Tune(double labels) =>
            $"{{ phase: tune, from: pretrain, method: finetune, options: {{ labels: {labels.ToString(System.Globalization.CultureInfo.InvariantCulture)}, fromLayer: 1 }}, train: {{ epochs: 2 }} }}";
        string Phases(double labels) => $"{{ set: {{ phases: [{Pretrain}, {Tune(labels)}] }}, evaluate: [classifier] }}";
        var study = Read($"cells: {{ half: {Phases(0.5)}, all: {Phases(1)} }}");
        var (_, outcomes) = await Run(study);

        var notes = new List<string>();
        RunSummary Train(string out_, string after) => new TrainingRun(study.Cells[1].Seeded(0), new RunOptions { Folder = Path.Combine(folder, out_), After = after }, null, notes.Add).Run();
        Assert.Equal(outcomes[1].Result!.StateSha256, Train("after", Path.Combine(Cell("half"), "run")).StateSha256);
        Assert.Contains("goes on after phase 0", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Contains("options.labels was 0.5, is 1", notes[0], StringComparison.Ordinal);

        File.Delete(Path.Combine(Cell("half"), "run", "checkpoints", "phase-0"));
        Assert.Contains("no checkpoint of the end of phase 0", Assert.Throws<ConfigurationException>(() => Train("again", Path.Combine(Cell("half"), "run"))).Message, StringComparison.Ordinal);
        Assert.Contains("nothing is left", Assert.Throws<ConfigurationException>(() => Train("same", Path.Combine(Cell("all"), "run"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_takes_the_cell_along_that_it_goes_on_after()
    {
        var study = Read("cells: { other: {}, first: { set: { phases: [{ phase: one }] } }, second: { after: first, set: { phases.+: { phase: two, "
            + "method: finetune, options: { fromLayer: 0 } } }, evaluate: [classifier] } }");
        var outcomes = await new StudyRun(study, Out, Here(null)) { Only = ["second"] }.Run();
        Assert.Equal(["first", "second"], outcomes.Select(o => o.Job.Cell.Name));
        Assert.Contains("did you mean 'first'?", Assert.Throws<ConfigurationException>(() => Read("cells: { first: {}, second: { after: frist } }")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_also_shows_what_was_done_with_other_seeds_but_not_with_another_recipe()
    {
        var study = Read("cells: { a: {}, b: {} }");
        await new StudyRun(study, Out, Here(null)) { Seeds = [5] }.Run();
        await Run(study);
        var later = new StudyRun(study, Out, Here(null));
        Assert.Equal([("a", 0UL), ("b", 0UL), ("a", 5UL), ("b", 5UL)], later.Reported.Select(j => (j.Cell.Name, j.Seed)));
        Assert.Contains("±", StudyReport.Of(study, later.Reported).Markdown(), StringComparison.Ordinal);

        var changed = new StudyRun(Read("cells: { a: {}, b: { set: { options.dim: 4 } } }"), Out, Here(null));
        Assert.Equal([("a", 0UL), ("b", 0UL), ("a", 5UL)], changed.Reported.Select(j => (j.Cell.Name, j.Seed)));
    }

    [Fact]
    public async Task A_folder_of_other_things_is_refused()
    {
        Directory.CreateDirectory(Out);
        File.WriteAllText(Path.Combine(Out, "letters.txt"), "");
        Assert.Contains("letters.txt", (await Assert.ThrowsAsync<ConfigurationException>(() => Run(Read("cells: { a: {} }")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_some_cells_run_and_seeds_multiply_them()
    {
        var study = Read("cells: { a: {}, b: {} }");
        var run = new StudyRun(study, Out, Here(null)) { Only = ["b"], Seeds = [3, 4] };
        var outcomes = await run.Run();

        Assert.Equal([("b", 3UL), ("b", 4UL)], outcomes.Select(o => (o.Job.Cell.Name, o.Job.Seed)));
        Assert.Equal((2, 0, 2), (run.Progress.Done, run.Progress.Failed, run.Progress.Total));
        Assert.NotEqual(outcomes[0].Result!.StateSha256, outcomes[1].Result!.StateSha256);
        Assert.Contains("did you mean",
            (await Assert.ThrowsAsync<ConfigurationException>(() =>
            new StudyRun(Read("cells: { first: {} }"), Out, Here(null)) { Only = ["frist"] }.Run())).Message, StringComparison.Ordinal);
    }

    string Out => Path.Combine(folder, "out");

    string Cell(string name) => Path.Combine(Out, "cells", $"{name}-seed0");

    Study Read(string cells, string evaluate = "[{ name: knn, k: 3 }]") =>
        Study.Parse($"title: tiny\nrecipe: tiny\nevaluate: {evaluate}\n{cells}", "tiny", _ => Recipe.Parse(Tiny, "tiny", binder: Parts.Binder), null, $"folder:{Path.Combine(folder, "pictures")}");

    async Task<(StudyRun Run, IReadOnlyList<StudyOutcome> Outcomes)> Run(Study study, CancellationToken cancel = default, IProgress<TrainingProgress>? progress = null)
    {
        var run = new StudyRun(study, Out, Here(progress));
        return (run, await run.Run(cancel));
    }

    // A job in this process.
    static StudyWorker Here(IProgress<TrainingProgress>? progress) => (job, _, cancel) =>
    {
        new CellRun(job.Cell, job.Seed, job.Folder, _ => { }) { Progress = progress, Workers = 1, After = job.After }.Run(cancel);
        return Task.FromResult<(string, int)?>(null);
    };

    sealed class Stop(int step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) source.Cancel();
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
