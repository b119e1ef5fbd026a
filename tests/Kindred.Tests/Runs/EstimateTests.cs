using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Tests.Embeddings;

namespace Kindred.Tests.Runs;

/// <summary>How long a training takes is said before it is waited for, and that it would learn nothing too.</summary>
public sealed class EstimateTests(SmallRuns runs) : IClassFixture<SmallRuns>
{
    [Theory]
    [InlineData(1, "1 second")]
    [InlineData(40.4, "40 seconds")]
    [InlineData(12.4 * 60, "12 minutes")]
    [InlineData(2.44 * 3600, "2.4 hours")]
    [InlineData(47 * 3600, "47 hours")]
    [InlineData(3.06 * 86400, "3.1 days")]
    public void A_duration_is_said_as_people_do(double seconds, string words)
    {
        Assert.Equal(words, TrainingEstimate.Duration(seconds));
        HostileCulture.Run(() => Assert.Equal(words, TrainingEstimate.Duration(seconds)));
        Assert.Equal("about 2.4 hours on this machine (3,100 steps of 2.8 s)", new TrainingEstimate(3100, 2.8, 0, 0, 0).ToString());
    }

    Recipe Small(params string[] changes) => Recipe.Parse($"{{ method: simclr, data: 'folder:{runs.At("own")}', encoder: {{ name: convnet, width: 4 }}, "
        + "views: [{ name: global, count: 2, of: [{ crop: { size: 12, scale: [0.5, 1] } }], normalize: half }], "
        + "train: { epochs: 30, batch: 8, workers: 1, precision: fp32, optimizer: { name: sgd, learningRate: 0.01 } } }", "small", changes, binder: Parts.Binder);

    [Fact]
    public void Steps_are_counted_to_the_end_and_a_run_tells_once_what_it_measured()
    {
        _ = runs.Run("pictures");
        var measured = Assert.Single(Estimates.Measure(Small()));
        Assert.Equal(150, measured.Steps);
        Assert.True(measured.SecondsPerStep > 0 && measured.PeakBytes > 1 << 20 && measured.Seconds >= 149 * measured.SecondsPerStep);
        Assert.Equal(5, Assert.Single(Estimates.Measure(Small("train.epochs=1"))).Steps);                  // fewer steps than are measured

        List<TrainingEstimate> told = [];
        var folder = runs.At("estimated");
        var summary = new TrainingRun(Small(), new RunOptions { Folder = folder, MaxSteps = 20 }, null, _ => { }) { Estimated = told.Add }.Run();
        Assert.Equal(150, Assert.Single(told).Steps);
        Assert.Equal(told[0], summary.Estimate);
    }

    [Theory]
    [InlineData("train.epochs=1 train.batch=40 train.warmup=1 train.schedule=cosine", true)]
    [InlineData("train.optimizer.learningRate=0", true)]
    [InlineData("train.warmup=1 train.schedule=cosine", false)]
    [InlineData("train.epochs=1 train.batch=40 train.schedule=cosine", false)]
    public void A_rate_of_0_in_all_steps_is_warned_of(string changes, bool rests)
    {
        List<string> warnings = [];
        new TrainingRun(Small(changes.Split(' ')), new RunOptions { Folder = runs.At($"rate{changes.Length}{rests}"), MaxSteps = 3 }, null, warnings.Add).Run();
        Assert.Equal(rests, warnings.Exists(w => w.Contains(RestingRate.Mark, StringComparison.Ordinal)));
        warnings.Clear();
        Estimates.Measure(Small(changes.Split(' ')), warn: warnings.Add);
        Assert.Equal(rests, warnings.Exists(w => w.Contains(RestingRate.Mark, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_run_shows_TensorBoard_its_evaluations_and_weights()
    {
        var folder = runs.At("shown");
        new TrainingRun(Small("train.epochs=2"), new RunOptions { Folder = folder }, null, _ => { })
            { Finished = (experiment, run) => Evaluations.Run(experiment, new EvaluationRequest("geometry")).Save(run.Path) }.Run();
        var files = Directory.GetFiles(Path.Combine(folder, "tb"));
        var tags = files.SelectMany(Io.EventFile.Read).Select(e => (e.Tag, e.Step)).ToArray();
        Assert.Contains(("train/loss", 10L), tags);
        Assert.Contains(("eval/geometry.uniformity", 10L), tags);
        Assert.All(tags, t => Assert.Matches("^(train|eval)/", t.Tag));
        Assert.Contains(files, f => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(f)).Contains("weights/", StringComparison.Ordinal));
    }
}
