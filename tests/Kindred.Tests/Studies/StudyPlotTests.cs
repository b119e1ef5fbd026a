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
        Assert.Single(root.Elements(svg + "rect"), r => (string?)r.Attribute("class") == "scale");
        Assert.Contains("20.0", texts);
    }

    [Fact]
    public void What_is_measured_is_on_the_axis_with_its_unit()
    {
        foreach (var plot in new[] { "{ kind: bars, value: knn.accuracy }", "{ kind: lines, x: b, series: a, value: knn.accuracy }", "{ kind: heatmap, x: b, y: a, value: knn.accuracy }" })
            Assert.Contains("knn accuracy, %", Draw($"plot: {plot}").Elements(svg + "text").Select(t => t.Value));
        Assert.Equal(("z std", "", "%"), (StudyPlot.Measured(["z_std"]), StudyPlot.Measured(["loss", "knn.accuracy"]), StudyPlot.Measured(["knn.accuracy", "linear.accuracy"])));
    }

    [Fact]
    public void The_untrained_network_and_what_is_claimed_are_drawn_and_named()
    {
        var study = Study.Parse("""
            title: A title that is by far too long to stand in a single line above a plot of this width, and so is broken
            recipe: simclr
            cells: { untrained: { baseline: untrained }, narrow: {}, wide: { set: { options.dim: 64 } } }
            evaluate: [knn]
            plot: { kind: bars, value: knn.accuracy }
            holds: [wide.knn.accuracy > untrained.knn.accuracy + 10, wide.knn.accuracy - narrow.knn.accuracy > 1]
            """, "t", name => Recipe.Load(name, null, Path.Combine(Repository.Root, "recipes"), Parts.Binder));
        Dictionary<string, double> values = new() { ["untrained"] = 20, ["narrow"] = 25, ["wide"] = 40 };
        var root = XDocument.Parse(StudyPlot.Svg(new(study,
            [.. values.Select(v => new CellResult(v.Key, 0, "", "", new Dictionary<string, double> { ["knn.accuracy"] = v.Value }, null, 0, null))]))).Root!;
        double At(string style) => (double)root.Elements(svg + "line").Last(l => (string?)l.Attribute("class") == style && (string?)l.Attribute("x1") == (string?)l.Attribute("x2")).Attribute("x1")!;
        var ends = root.Elements(svg + "rect").Where(r => (string?)r.Attribute("fill") == "#3b7dd8").Select(r => (double)r.Attribute("x")! + (double)r.Attribute("width")!).ToArray();
        Assert.Equal(ends[0], At("compare"), 0.2);                                        // 20, the end of the untrained bar
        Assert.Equal(ends[0] + ((ends[2] - ends[0]) / 2), At("claim"), 0.2);              // 30, half way to 40
        string[] texts = [.. root.Elements(svg + "text").Select(t => t.Value)];
        Assert.Contains("untrained 20.0", texts);
        Assert.Contains("what is claimed", texts);
        var title = root.Elements(svg + "text").Where(t => (string?)t.Attribute("class") == "title").ToArray();
        Assert.True(title.Length > 1);
        Assert.All(title, line => Assert.True(line.Value.Length * 8.6 <= (double)root.Attribute("width")!));
    }

    [Theory]
    [InlineData(0, 16.3, "0 5 10 15")]
    [InlineData(-0.31, 0.29, "-0.3 -0.2 -0.1 0.0 0.1 0.2")]
    [InlineData(20, 43, "20 25 30 35 40")]
    [InlineData(0, 123456, "0 20000 40000 60000 80000 100000 120000")]
    [InlineData(4.8512, 4.8534, "4.8515 4.8520 4.8525 4.8530")]
    public void Ticks_are_round_and_have_the_decimals_that_they_need(double low, double high, string ticks) => Assert.Equal(ticks, string.Join(' ', SvgChart.Ticks(low, high).Select(t => t.Text)));

    [Fact]
    public void A_scatter_has_a_dot_and_a_name_for_each_cell_that_has_both_numbers()
    {
        var study = Study.Parse("""
            title: Two numbers
            recipe: simclr
            cells: { a: {}, b: { set: { options.dim: 64 } }, c: { set: { options.dim: 32 } }, untrained: { baseline: untrained } }
            evaluate: [knn]
            measure: [z_std]
            plot: { kind: scatter, x: z_std, value: knn.accuracy }
            """, "t", name => Recipe.Load(name, null, Path.Combine(Repository.Root, "recipes"), Parts.Binder));
        CellResult Of(string cell, double x, double y) => new(cell, 0, "", "", new Dictionary<string, double> { ["z_std"] = x, ["knn.accuracy"] = y }, null, 0, null);
        var root = XDocument.Parse(StudyPlot.Svg(new(study, [Of("a", 1, 10), Of("b", 2, 30), Of("c", 3, 20),
            new("untrained", 0, "", "", new Dictionary<string, double> { ["knn.accuracy"] = 5 }, null, 0, null)]))).Root!;
        var dots = root.Elements(svg + "circle").Select(c => ((double)c.Attribute("cx")!, (double)c.Attribute("cy")!)).ToArray();
        Assert.Equal(3, dots.Length);                                                      // the untrained network has no z to spread
        Assert.Equal(dots[0].Item1 + dots[2].Item1, 2 * dots[1].Item1, 0.3);               // evenly to the right
        Assert.True(dots[0].Item2 > dots[2].Item2 && dots[2].Item2 > dots[1].Item2);       // 30 is above 20, and that above 10
        string[] texts = [.. root.Elements(svg + "text").Select(t => t.Value)];
        Assert.All(["a", "b", "c", "z std", "knn accuracy, %"], t => Assert.Contains(t, texts));

        var near = XDocument.Parse(SvgChart.Scatter("Near", "x", "y", 
            [.. Enumerable.Range(0, 4).Select(i => new ChartDot($"name {i}", new(1 + (i * 1e-3), double.NaN, 1), new(1, double.NaN, 1))), new("far", new(2, 0, 1), new(2, 0, 1))])).Root!;
        var places = near.Elements(svg + "text").Where(t => t.Value.StartsWith("name", StringComparison.Ordinal))
            .Select(t => ((string?)t.Attribute("text-anchor"), (string?)t.Attribute("y"))).ToArray();
        Assert.Equal(places.Length, places.Distinct().Count());                            // no name on another

        foreach (var plot in new[] { "{ kind: scatter, value: knn.accuracy }", "{ kind: scatter, x: z_std, value: [knn.accuracy, loss] }" })
            Assert.Contains("two metrics", Assert.Throws<ConfigurationException>(() => Numbers($"measure: [z_std, loss]\nplot: {plot}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_results_leave_gaps()
    {
        Assert.Empty(Draw("evaluate: [knn, linear]\nplot: { kind: lines, x: b, series: a, value: linear.accuracy }").Elements(svg + "circle"));
        Assert.DoesNotContain(Draw("evaluate: [knn, linear]\nplot: { kind: bars, value: linear.accuracy }").Elements(svg + "rect"), r => r.Attribute("fill") is not null);
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
