using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Tests.Embeddings;
using Kindred.Torch;

namespace Kindred.Tests.Recipes;

/// <summary>The recipes for a person's own photographs train on a flat folder of them.</summary>
public sealed class PhotoRecipeTests(SmallRuns runs) : IClassFixture<SmallRuns>
{
    static string Folder => Path.Combine(Repository.Root, "recipes");

    public static TheoryData<string> Names => [.. Recipe.Names(Folder).Where(n => n.EndsWith(".photos", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_learns_without_labels_unless_it_says_that_it_needs_them(string name)
    {
        var supervised = name == "supcon.photos";
        var data = supervised ? runs.At("own") : runs.At("flat");
        string[] small = ["views.0.of.0.crop.size=32", "train.batch=16", "train.workers=1", "train.precision=fp32", "train.warmup=0", "train.layout=nchw"];
        var recipe = Recipe.Load(name, [$"data=folder:{data}", .. small], Folder, Parts.Binder);
        Assert.Equal("resnet18", ((RecipeScalar)((RecipeMap)recipe.First.Encoder!)["name"]!).Text);
        Assert.InRange(recipe.First.Train.Epochs, 50, 200);
        using var experiment = Experiment.Build(recipe.First);
        Assert.False(experiment.Trainer(1).LearnsNothing);
        var result = experiment.Trainer(1).Fit();
        Assert.True(double.IsFinite(result.Loss), $"{result.Loss}");
        using var scope = Scope.Open();
        experiment.Method.Eval();
        Assert.Equal(512, ((IEncodes)experiment.Method).Features(experiment.Data.Plain(4).First().Tensors().Views[0]).Size(1));
        Assert.NotEmpty(Evaluations.Requested(recipe.First));
        if (supervised) Assert.Contains("labelled", Assert.Throws<ConfigurationException>(() => Experiment.Build(recipe.First, $"folder:{runs.At("flat")}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void They_name_no_data_and_share_crops_of_96_pixels()
    {
        Assert.True(Names.Count >= 7);
        Assert.All(Names, name =>
        {
            var recipe = Recipe.Load(name.Data, folder: Folder).First;
            Assert.Null(recipe.Data);
            Assert.Contains("size: 96", recipe.Views[0].Of[0].ToString(), StringComparison.Ordinal);
        });
    }
}
