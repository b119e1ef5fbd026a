using Kindred.Experiments.Recipes;
using Kindred.Experiments.Studies;

namespace Kindred.Tests.Studies;

public class StudyGridTests
{
    [Fact]
    public void Every_combination_of_the_axes_is_a_cell_and_skipped_ones_are_left_out()
    {
        var study = Study.Parse("""
            title: a grid
            recipe: simclr
            set: { train.epochs: 3 }
            axes:
              head: [{ name: none, set: { options.head: none } }, { name: mlp, set: { options.head: mlp } }]
              width: [{ name: "32", set: { options.dim: 32 } }, { name: "64", set: { options.dim: 64 } }]
            skip: [{ head: none, width: "64" }]
            cells: { untrained: { baseline: untrained } }
            evaluate: [knn]
            """, "grid", Recipes);

        Assert.Equal(["none/32", "mlp/32", "mlp/64", "untrained"], study.Cells.Select(c => c.Name));
        Assert.Equal("64", study.Cell("mlp/64").At["width"]);
        Assert.True(study.Cell("mlp/64").Recipe.First.Options!.TryGet("dim", out var dim));
        Assert.Equal("64", ((RecipeScalar)dim).Text);
        Assert.All(study.Cells, c => Assert.Equal(3, c.Recipe.First.Train.Epochs));
        Assert.Equal("untrained", study.Cell("untrained").Baseline);
    }

    [Fact]
    public void A_plus_adds_to_a_list_what_it_does_not_hold_so_that_an_operation_with_itself_stands_alone()
    {
        var study = Study.Parse("""
            title: pairs
            recipe: simclr
            set: { views: [{ name: first, size: 24 }, { name: second, size: 24 }] }
            axes:
              first: [{ name: flip, set: { views.0.of.+: flip } }, { name: gray, set: { views.0.of.+: gray } }]
              second: [{ name: flip, set: { views.0.of.+: flip } }, { name: gray, set: { views.0.of.+: gray } }]
            """, "pairs", Recipes);

        string[] Of(string cell) => [.. study.Cell(cell).Recipe.First.Views[0].Of.Select(o => ((RecipeScalar)o).Text)];
        Assert.Equal(["flip"], Of("flip/flip"));
        Assert.Equal(["flip", "gray"], Of("flip/gray"));
        Assert.Equal(["gray", "flip"], Of("gray/flip"));
        Assert.Empty(study.Cell("gray/flip").Recipe.First.Views[1].Of);
    }

    [Fact]
    public void Overrides_come_last_and_data_is_split_for_training_only()
    {
        var study = Study.Parse("title: t\nrecipe: simclr\ncells: { a: { set: { options.dim: 32 } }, b: {} }", "t", Recipes, ["options.dim=16"], "tar:/pictures.tar?fraction=0.2");

        Assert.All(study.Cells, c => Assert.True(c.Recipe.First.Options!.TryGet("dim", out var dim) && dim.ToString().Trim() == "16"));
        Assert.All(study.Cells, c => Assert.Equal("tar:/pictures.tar?fraction=0.2", c.Data));
        Assert.All(study.Cells, c => Assert.Contains("split=train", c.Recipe.First.Data!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_hash_follows_the_numbers_of_a_training_not_what_surrounds_it()
    {
        string Training(string set, ulong seed = 0) => Study.Parse($"title: t\nrecipe: simclr\ncells: {{ a: {{ set: {{ {set} }} }} }}", "t", Recipes).Cells[0].TrainingHash(seed);

        Assert.Equal(Training(""), Training("train.workers: 3"));
        Assert.Equal(Training(""), Training("evaluate: [knn]"));
        Assert.NotEqual(Training(""), Training("options.dim: 33"));
        Assert.NotEqual(Training(""), Training("", seed: 1));
    }

    [Theory]
    [InlineData("title: t\nrecipe: simclr\ncels: { a: {} }", "did you mean 'cells'?")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: { st: {} } }", "cells.a.st: Cell has no such option (did you mean 'set'?)")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: { set: { options.temprature: 1 } } }", "cell a: options.temprature: SimCLR has no such option (did you mean 'temperature'?)")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nevaluate: [kn]", "did you mean 'knn'?")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: { baseline: pixel } }", "did you mean 'pixels'?")]
    [InlineData("title: t\ncells: { a: {} }", "neither the cell nor the study names a recipe")]
    [InlineData("title: t\nrecipe: simclr", "no cells")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a/b: {}, a_b: {} }", "share the folder")]
    [InlineData("title: t\nrecipe: simclr\naxes: { x: [{ name: a }] }\nplot: { kind: lines, x: y, value: loss }", "there is no axis 'y'")]
    [InlineData("title: t\nrecipe: simclr\naxes: { x: [{ name: a }] }\nskip: [{ x: c }]", "the axis x has no 'c'")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nholds: [ a.loss > ]", "holds.0")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {}, b: { set: { encoder.widht: 8 } } }", "cell b: encoder.widht")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nevaluate: [knn]\nholds: [ a.knn.acuracy > 3 ]", "'knn.acuracy' (did you mean 'knn.accuracy'?)")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {}, b: { evaluate: [linear] } }\nevaluate: [knn]\nholds: [ b.knn.accuracy > a.knn.accuracy ]", "the cell 'b' gives no 'knn.accuracy'")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nevaluate: [{ name: knn, as: near }]\nholds: [ a.knn.accuracy > 3 ]", "near.accuracy")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nevaluate: [{ low-shot: { k: [2] } }]\nholds: [ a.low-shot.accuracy_4 > 3 ]", "accuracy_2")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nevaluate: [knn]\nholds: [ 'max(*.knn.acc) > 3' ]", "knn.acc")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nholds: [ a.knn.accuracy > 3 ]\nevaluate: [geometry]", "geometry.uniformity")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nevaluate: [knn]\nplot: { kind: bars, value: knn.accurcy }", "plot.value")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nevaluate: [knn]\ntable: [knn.accurcy]", "did you mean 'knn.accuracy'?")]
    [InlineData("title: t\nrecipe: simclr\ncells: { a: {} }\nmeasure: [z_st]", "did you mean 'z_std'?")]
    public void Mistakes_are_named_with_their_place(string yaml, string said) =>
        Assert.Contains(said, Assert.Throws<ConfigurationException>(() => Study.Parse(yaml, "t", Recipes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("evaluate: [{ speaker-out: {} }]\nholds: [ a.speaker-out.knn_bob > 3 ]")]
    [InlineData("evaluate: [{ name: knn, as: near }]\nholds: [ a.near.accuracy > 3 ]")]
    [InlineData("evaluate: [senteval]\nholds: [ a.senteval.trec > 3 ]")]
    [InlineData("holds: [ a.contrastive_accuracy > 3, a.teacher_entropy > a.loss ]")]
    public void What_only_the_data_or_the_method_know_is_no_mistake(string yaml) => Assert.NotEmpty(Study.Parse($"title: t\nrecipe: simclr\ncells: {{ a: {{}} }}\n{yaml}", "t", Recipes).Claims);

    [Fact]
    public void The_studies_that_come_with_Kindred_can_be_read()
    {
        var folder = Path.Combine(Repository.Root, "studies");
        Assert.NotEmpty(Study.Names(folder));
        Assert.All(Study.Names(folder), name => Assert.NotEmpty(Study.Load(name, Recipes, folder, null, name is "cpc" or "i-mix-sound" ? "audio:/recordings" : null).Cells));
    }

    [Fact]
    public void The_list_says_which_methods_each_study_trains_without_opening_data()
    {
        var all = StudySummary.Of(Path.Combine(Repository.Root, "studies"), Recipes);
        var methods = all.SelectMany(s => s.Methods).ToHashSet();
        foreach (var name in new[] { "drlim", "triplet", "n-pair", "nce", "graphcl", "nwj", "club", "mine", "mine-gan", "simcse", "support-set" }) Assert.Contains(name, methods);
        Assert.All(all, s => Assert.True(s.Cells.Count > 0 && s.Seeds.Count > 0 && s.Recipes.Count > 0));
        Assert.Contains("density", all.Single(s => s.Name == "nce").Evaluate);
    }

    static Recipe Recipes(string name) => Recipe.Load(name, null, Path.Combine(Repository.Root, "recipes"), Parts.Binder);
}
