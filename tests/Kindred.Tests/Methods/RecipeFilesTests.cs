using Kindred.Experiments.Recipes;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>Every recipe file says only what its method, encoder, views and optimizer know.</summary>
public sealed class RecipeFilesTests
{
    static readonly string Folder = FindFolder();

    public static TheoryData<string> Names => [.. Recipe.Names(Folder)];

    [Theory, MemberData(nameof(Names))]
    public void It_binds_to_the_last_key(string name)
    {
        var recipe = Recipe.Load(name, folder: Folder, binder: Parts.Binder);
        RecipeCheck.Refuse(recipe);
        Assert.Empty(RecipeCheck.Warnings(recipe));
        foreach (var phase in recipe.Phases)
        {
            Assert.False(string.IsNullOrWhiteSpace(phase.Title), "a recipe has a title");
            Assert.False(string.IsNullOrWhiteSpace(phase.Paper), "a recipe says where its settings come from");
        }
    }

    [Fact]
    public void Every_method_has_a_default_recipe_that_brings_its_data()
    {
        foreach (var (name, (attribute, _)) in Catalogues.Methods.All)
        {
            var recipe = Recipe.Load(attribute.Recipe ?? name, folder: Folder, binder: Parts.Binder);
            Assert.Contains(recipe.Phases, p => p.Method == name);
            Assert.All(recipe.Phases, p => Assert.NotNull(p.Data));
        }
    }

    [Theory]
    [InlineData("simclr.cifar10"), InlineData("moco-v2.cifar10"), InlineData("cmc.cifar10"), InlineData("simsiam.cifar10"), InlineData("dino")]
    public void Its_encoder_can_be_built_and_its_groups_name_parameters(string name)
    {
        using var scope = Scope.Open();
        var recipe = Recipe.Load(name, folder: Folder, binder: Parts.Binder).First;
        var method = (Method)Registry.Make(Catalogues.Methods.Find(recipe.Method).Type, recipe.Options, Parts.Binder,
            (EncoderFactory)(channels => Parts.Encoder(recipe.Encoder!, channels)), Parts.Encoder(recipe.Encoder!), new DataFacts(1000, 10, 10));
        using var optimizer = Parts.Optimizer(recipe.Train.Optimizer, Parts.Schedule(recipe.Train)).For(method);
        Assert.True(method.Size > 10_000);
    }

    static string FindFolder()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Kindred.slnx"))) at = at.Parent;
        return Path.Combine(at?.FullName ?? throw new DirectoryNotFoundException("the tests run inside the repository"), "recipes");
    }
}
