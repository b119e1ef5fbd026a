using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;

namespace Kindred.Tests.Training;

/// <summary>The shape of the embeddings is written down, and training does not notice.</summary>
public sealed class GeometryHookTests : IDisposable
{
    const string Pictures = "method: simclr\ndata: \"emoji?split=train&n=48\"\nencoder: { name: small-resnet, width: 4, grid: 1 }\noptions: { dim: 2 }\n"
        + "views: [{ name: global, count: 2, of: [background, { affine: { degrees: 30 } }], normalize: half }]\ntrain: { epochs: 4, batch: 16, precision: fp32, logEvery: 2 }";

    const string Graphs = "method: graphcl\ndata: \"motifs:32\"\nencoder: { name: gin, width: 4, depth: 1 }\n"
        + "views: [{ name: whole }, { name: changed, of: [{ one-of: { share: 0.1 } }] }]\ntrain: { epochs: 3, batch: 8, precision: fp32, logEvery: 1 }";

    readonly string folder = Directory.CreateTempSubdirectory("kindred-geometry-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    RunSummary Train(string name, string yaml, bool looks = true, long? steps = null, Resume resume = Resume.Never) =>
        new TrainingRun(Recipe.Parse(yaml, "made", [], binder: Parts.Binder), new RunOptions { Folder = In(name), Geometry = looks, MaxSteps = steps, Resume = resume }, null, _ => { }).Run();

    string In(params string[] below) => Path.Combine([folder, .. below]);

    JsonObject[] Lines(string run) => [.. File.ReadAllLines(In(run, GeometryHook.FileName)).Select(l => JsonNode.Parse(l)!.AsObject())];

    [Theory]
    [InlineData(Pictures)]
    [InlineData(Graphs)]
    public void Training_does_not_notice_and_a_stopped_run_has_each_look_once(string yaml)
    {
        var plain = Train("plain", yaml, looks: false).StateSha256;
        Assert.False(File.Exists(In("plain", GeometryHook.FileName)));
        Assert.Equal(plain, Train("whole", yaml).StateSha256);
        Assert.Equal(File.ReadAllText(In("plain", "metrics.jsonl")).Split('\n').Length, File.ReadAllText(In("whole", "metrics.jsonl")).Split('\n').Length);

        Train("halves", yaml, steps: 7);
        Assert.Equal(plain, Train("halves", yaml, resume: Resume.Auto).StateSha256);
        Assert.Equal(Lines("whole").Select(l => (long)l["step"]!), Lines("halves").Select(l => (long)l["step"]!));
    }

    [Fact]
    public void Counts_are_those_of_the_rows_looked_at_and_two_numbers_lie_on_a_circle()
    {
        Train("run", Pictures);
        foreach (var line in Lines("run"))
        {
            Assert.Null(line["reason"]);
            Assert.Equal(16, line["positives"]!.AsArray().Sum(c => (int)c!));
            Assert.Equal(16 * 15 / 2, line["negatives"]!.AsArray().Sum(c => (int)c!));
            Assert.Equal(16, line["circle"]!.AsArray().Sum(c => (int)c!));
            Assert.Equal(2, (int)line["dimension"]!);
            Assert.Equal(1, line["spectrum"]!.AsArray().Sum(v => (double)v!), 1e-4);
            Assert.InRange((double)line["positive"]!, -1, 1);
            Assert.InRange((double)line["alignment"]!, 0, 4);
        }
        Assert.Equal(1, (long)Lines("run")[0]["step"]!);
        Assert.Equal(12, (long)Lines("run")[^1]["step"]!);
    }
}
