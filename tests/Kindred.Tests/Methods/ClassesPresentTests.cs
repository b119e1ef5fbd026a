using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Methods;

/// <summary>What tells classes apart wants two that have samples, however many names the data have.</summary>
public sealed class ClassesPresentTests
{
    static RecipeFile Recipe(string method, string data) => Experiments.Recipes.Recipe.Parse($$"""
        method: {{method}}
        data: "{{data}}"
        encoder: { name: small-resnet, width: 4 }
        views: [{ count: 2, of: [flip] }]
        train: { epochs: 1, batch: 16, optimizer: { name: adamw } }
        """, "r.yaml", binder: Parts.Binder).First;

    [Theory]
    [InlineData("supcon", "SupCon learns from classes")]
    [InlineData("kcl", "KCL draws positives of the same class")]
    [InlineData("supervised", "supervised training learns classes")]
    public void One_class_chosen_of_nine_is_refused(string method, string why)
    {
        var error = Assert.Throws<ConfigurationException>(() => Experiment.Build(Recipe(method, "emoji?vendor=google&only=Flags")).Dispose());
        Assert.Contains($"{why}, and these data have 9 classes, of which one alone has samples; give labelled data of two classes and more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_are_enough_and_keep_their_numbers()
    {
        using var experiment = Experiment.Build(Recipe("supcon", "emoji?vendor=google&only=Flags,Activities"));
        Assert.Equal(9, experiment.Data.Classes.Count);
    }

    [Theory]
    [InlineData(0, null, "no classes")]
    [InlineData(1, 1, "one class alone")]
    [InlineData(1, null, "one class alone")]
    [InlineData(5, 1, "5 classes, of which one alone has samples")]
    [InlineData(5, 0, "5 classes, of which none has samples")]
    public void It_is_said_how_many_there_are(int classes, int? present, string there)
    {
        var facts = new DataFacts(32, classes, 4) { ClassesPresent = present };
        Assert.Equal($"it learns classes, and these data have {there}; give labelled data of two classes and more, for example a folder with one folder a class.",
            Assert.Throws<ConfigurationException>(() => facts.NeedsClasses("it learns classes")).Message);
    }

    [Fact]
    public void What_is_not_counted_is_taken_for_present() => new DataFacts(32, 2, 4).NeedsClasses("it learns classes");
}
