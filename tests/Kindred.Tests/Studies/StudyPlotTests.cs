using System.Xml.Linq;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Studies;

namespace Kindred.Tests.Studies;

public class StudyPlotTests
{
    static readonly XNamespace svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Bars_are_as_long_as_their_values_and_carry_the_spread()
    {
        var root = Draw("plot: { kind: bars, value: knn.accuracy }");
        var widths = root.Elements(svg + "rect").Where(r => (string?)r.Attribute("fill") == "#3b7dd8").Select(r => (double)r.Attribute("width")!).ToArray();
        Assert.Equal(4, widths.Length);
        Assert.Equal(2, widths[3] / widths[0], 2);                                        // 20 and 40
        Assert.Equal(4, root.Elements(svg + "line").Count(l => (string?)l.Attribute("class") == "error"));
        Assert.Contains("20.0 ± 1.41", root.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_have_a_point_a_value_and_a_legend()
    {
        var root = Draw("plot: { kind: lines, x: b, series: a, value: knn.accuracy }");
        Assert.Equal(2, root.Elements(svg + "polyline").Count());
        Assert.Equal(4, root.Elements(svg + "circle").Count());
        string[] texts = [.. root.Elements(svg + "text").Select(t => t.Value)];
        Assert.All(new[] { "p<q", "r", "x", "y" }, name => Assert.Contains(name, texts));
    }

    [Fact]
    public void A_heatmap_has_a_number_in_every_cell_and_the_rows_means()
    {
        var root = Draw("table: { rows: a, columns: b, value: knn.accuracy, mean: true }\nplot: { kind: heatmap, x: b, y: a, value: knn.accuracy }");
        string[] texts = [.. root.Elements(svg + "text").Select(t => t.Value)];
        Assert.All(new[] { "20.0", "30.0", "25.0", "40.0", "35.0", "mean" }, number => Assert.Contains(number, texts));
        Assert.Equal(6, root.Elements(svg + "rect").Count(r => r.Attribute("fill") is not null));
    }

    [Fact]
    public void Missing_results_leave_gaps()
    {
        Assert.Empty(Draw("plot: { kind: lines, x: b, series: a, value: linear.accuracy }").Elements(svg + "circle"));
        Assert.DoesNotContain(Draw("plot: { kind: bars, value: linear.accuracy }").Elements(svg + "rect"), r => r.Attribute("fill") is not null);
    }

    [Fact]
    public void A_grid_is_a_table_with_the_rows_means()
    {
        var table = StudyTable.Markdown(Numbers("table: { rows: a, columns: b, value: knn.accuracy, mean: true }"));
        var rows = table.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(["p<q", "20.0 ± 1.41", "30.0 ± 1.41", "25.0 ± 1.41"], rows[2]);
        Assert.Equal(["r", "30.0 ± 1.41", "40.0 ± 1.41", "35.0 ± 1.41"], rows[3]);
    }

    static XElement Draw(string rest) => XDocument.Parse(StudyPlot.Svg(Numbers(rest))).Root!;

    static StudyNumbers Numbers(string rest)
    {
        var study = Study.Parse($"""
            title: a < b & c
            recipe: simclr
            axes:
              a: [{"{ name: p<q }"}, {"{ name: r, set: { options.dim: 32 } }"}]
              b: [{"{ name: x }"}, {"{ name: y, set: { options.hidden: 32 } }"}]
            {rest}
            """, "t", name => Recipe.Load(name, null, Path.Combine(Repository.Root, "recipes"), Parts.Binder));
        Dictionary<string, double> values = new() { ["p<q/x"] = 20, ["p<q/y"] = 30, ["r/x"] = 30, ["r/y"] = 40 };
        return new(study, [.. values.SelectMany(v =>
            new[] { -1.0, 1 }.Select((d, seed) =>
            new CellResult(v.Key, (ulong)seed, "", "", new Dictionary<string, double> { ["knn.accuracy"] = v.Value + d }, null, 0, null)))]);
    }
}
