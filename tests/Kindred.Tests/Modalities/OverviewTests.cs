using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Modalities;

/// <summary>Any kind of data can be looked over, and what a method sees of them can be read.</summary>
public sealed class OverviewTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-overview-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("points:ring?n=300", 300, 8)]
    [InlineData("points:gaussian?n=50&dim=3", 50, 0)]
    [InlineData("columns:gaussian?dim=2&rho=0.5&n=40", 40, 0)]
    [InlineData("motifs:30", 30, 2)]
    public void Everything_that_opens_is_counted(string uri, int samples, int classes)
    {
        foreach (var look in Enum.GetValues<Look>())
        {
            var report = DataKinds.Of(uri).Audit(uri, look);
            Assert.Equal((samples, classes, 0), (report.Samples, report.Classes.Count, report.Bad.Count));
            Assert.NotEmpty(report.Formats);
        }
    }

    [Fact]
    public void Statistics_are_those_of_the_values()
    {
        var report = new PointModality().Audit("points:gaussian?n=4000&dim=2&deviation=0.5", Look.Statistics);
        Assert.Equal(2, report.Mean!.Length);
        Assert.All(report.Mean, m => Assert.Equal(0, m, 0.05));
        Assert.All(report.Std!, s => Assert.Equal(0.5, s, 0.03));
        Assert.Null(new PointModality().Audit("points:gaussian?n=4000&dim=2", Look.Scan).Mean);
    }

    string Listing(string yaml, int rows = 3)
    {
        var recipe = Recipe.Parse(yaml, "made", binder: Parts.Binder).First;
        var modality = DataKinds.Of(recipe.Data!.ToString()!.Trim().Trim('"'));
        return modality.Listing(Parts.Request(recipe, modality, DataKinds.UriOf(recipe)!), 1, rows);
    }

    [Fact]
    public void Graphs_are_told_view_by_view()
    {
        var text = Listing("method: graphcl\ndata: motifs:20\nencoder: { name: gin }\nviews: [{ name: whole }, { name: changed, of: [{ drop: { share: 0.5 } }] }]");
        var lines = text.TrimEnd().Split('\n');
        Assert.Equal(9, lines.Length);                                        // three samples, two views each
        Assert.Matches("^#[0-9]+  (house|ring)$", lines[0]);
        Assert.Matches("^  whole.0: [0-9]+ nodes, [0-9]+ edges; features 0: [0-9]+$", lines[1]);
        static int Nodes(string line) => int.Parse(line.Split(": ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Nodes(lines[2]) < Nodes(lines[1]));
        Assert.Equal(text, Listing("method: graphcl\ndata: motifs:20\nencoder: { name: gin }\nviews: [{ name: whole }, { name: changed, of: [{ drop: { share: 0.5 } }] }]"));
    }

    [Fact]
    public void Sentences_are_told_by_their_pieces_and_points_by_their_values()
    {
        var file = Path.Combine(folder, "pairs.tsv");
        File.WriteAllText(file, string.Concat(Enumerable.Range(0, 9).Select(i => $"the dog runs\ta dog is running {i}\n")));
        var text = Listing($"method: simcse-supervised\noptions: {{ twins: pair }}\ndata: \"text:{file}?vocabulary=60\"\nencoder: {{ name: bert }}");
        Assert.Contains("  sentence.0: ", text, StringComparison.Ordinal);
        Assert.Contains("dog", text.Split('\n')[1], StringComparison.Ordinal);
        Assert.Contains("tokens)", text.Split('\n')[2], StringComparison.Ordinal);
        Assert.Contains("point.0: ", Listing("method: nce\ndata: points:gaussian?dim=9\nencoder: { name: moments }"), StringComparison.Ordinal);
        Assert.Contains("(9 values)", Listing("method: nce\ndata: points:gaussian?dim=9\nencoder: { name: moments }"), StringComparison.Ordinal);
    }
}
