using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Recipes;

public sealed class RecipeTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-recipes-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    const string MoCo =
        """
        paper: arXiv:2003.04297
        method: moco
        options: { queue: 4096, momentum: 0.99, temperature: 0.2 }
        encoder: { name: resnet18, stem: cifar }
        views:
          - { name: global, count: 2, of: [ { crop: { size: 32, scale: [0.2, 1] } }, flip ] }
        data: { name: cifar10 }
        train:
          epochs: 200
          batch: 256
          optimizer: { name: sgd, lr: 0.06, momentum: 0.9, weightDecay: 5e-4 }
          schedule: cosine
        evaluate: [ knn, linear ]
        """;

    [Fact]
    public void A_recipe_is_bound()
    {
        var recipe = Recipe.Parse(MoCo, "mocov2.cifar10.yaml").First;
        Assert.Equal("moco", recipe.Method);
        Assert.Equal("arXiv:2003.04297", recipe.Paper);
        Assert.Equal(200, recipe.Train.Epochs);
        Assert.Equal(256, recipe.Train.Batch);
        Assert.Equal(2, recipe.Views.Single().Count);
        Assert.Equal(2, recipe.Views.Single().Of.Count);
        Assert.Equal(["knn", "linear"], recipe.Evaluate.Select(e => ((RecipeScalar)e).Text));
    }

    [Fact]
    public void Overrides_reach_any_depth_and_take_yaml_values()
    {
        var recipe = Recipe.Parse(MoCo, "m",
            ["train.epochs=2", "train.warmup=0.5", "options.temperature=0.1", "views.0.count=4", "views.0.of.0.crop.size=28",
            "train.optimizer={ name: lars, lr: 1 }", "evaluate=[knn]", "train.schedule.final=0.1", "title=a=b"]);
        Assert.Equal((2, 0.5), (recipe.First.Train.Epochs, recipe.First.Train.Warmup));
        Assert.Equal(4, recipe.First.Views[0].Count);
        Assert.Equal("a=b", recipe.First.Title);
        Assert.True(recipe.Resolved.TryGet("views.0.of.0.crop.size", out var size) && size is RecipeScalar { Text: "28" });
        Assert.False(recipe.Resolved.TryGet("train.optimizer.weightDecay", out _));
        Assert.True(recipe.Resolved.TryGet("train.schedule.name", out var schedule) && schedule is RecipeScalar { Text: "cosine" });
        Assert.True(recipe.Resolved.TryGet("options.queue", out _));
    }

    [Theory]
    [InlineData("train.ecpohs=2", "train.ecpohs: Train has no such option (did you mean 'epochs'?)")]
    [InlineData("trian.epochs=2", "trian: a recipe has no such option (did you mean 'train'?)")]
    [InlineData("train.epochs=many", "train.epochs: a whole number was expected, this is 'many'; it takes at least 1 and at most 1000000 (command line)")]
    [InlineData("train.epochs", "write key=value")]
    [InlineData("=3", "write key=value")]
    [InlineData("views.7.count=3", "is a list of 1")]
    [InlineData("train.epochs=[", "not valid YAML")]
    [InlineData("paper=null", null)]
    public void Overrides_are_checked(string text, string? message)
    {
        if (message is null)
            Assert.Null(Recipe.Parse(MoCo, "m", [text]).First.Paper);
        else
            Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Recipe.Parse(MoCo, "m", [text])).Message);
    }

    [Fact]
    public void The_resolved_recipe_is_a_recipe_that_resolves_to_itself()
    {
        var once = Recipe.Parse(MoCo, "m", ["train.epochs=3"]);
        var twice = Recipe.Parse(once.Resolved.ToString(), "m");
        Assert.Equal(once.Resolved.ToString(), twice.Resolved.ToString());
        Assert.Equal(3, twice.First.Train.Epochs);
    }

    [Fact]
    public void A_recipe_extends_another_by_name_or_path()
    {
        File.WriteAllText(Path.Combine(folder, "moco.cifar10.yaml"), MoCo);
        Directory.CreateDirectory(Path.Combine(folder, "mine"));
        var mine = Path.Combine(folder, "mine", "short.yaml");
        File.WriteAllText(mine, "extends: moco.cifar10\ntrain: { epochs: 1, optimizer: { lr: 0.3 } }\ndata: null\n");

        var recipe = Recipe.Load(mine, folder: folder);
        Assert.Equal("short", recipe.Name);
        Assert.Equal(1, recipe.First.Train.Epochs);
        Assert.Null(recipe.First.Data);
        Assert.True(recipe.Resolved.TryGet("train.optimizer.lr", out var lr) && lr is RecipeScalar { Text: "0.3" });
        Assert.True(recipe.Resolved.TryGet("train.optimizer.weightDecay", out _));

        File.WriteAllText(mine, "extends: ../moco.cifar10.yaml\nmethod: byol\n");
        var other = Recipe.Load(mine);
        Assert.Null(other.First.Options);
    }

    [Fact]
    public void Circles_and_missing_parents_are_named()
    {
        File.WriteAllText(Path.Combine(folder, "a.yaml"), "extends: b\n");
        File.WriteAllText(Path.Combine(folder, "b.yaml"), "extends: a\n");
        File.WriteAllText(Path.Combine(folder, "c.yaml"), "extends: bb\n");
        Assert.Contains("circle", Assert.Throws<ConfigurationException>(() => Recipe.Load("a", folder: folder)).Message);
        var missing = Assert.Throws<ConfigurationException>(() => Recipe.Load("c", folder: folder)).Message;
        Assert.Contains("did you mean 'b'?", missing);
        Assert.Contains("c.yaml:1:10", missing);
        Assert.Contains("there are a, b, c", Assert.Throws<ConfigurationException>(() => Recipe.Load("simclr", folder: folder)).Message);
    }

    [Fact]
    public void Phases_say_only_what_differs()
    {
        var recipe = Recipe.Parse(
            """
            method: simclr
            options: { temperature: 0.1 }
            encoder: resnet18
            train: { epochs: 10, batch: 64 }
            phases:
              - { phase: pretrain }
              - { phase: tune, method: finetune, from: pretrain, train: { epochs: 2 } }
            """, "simclr-v2.yaml");
        Assert.Equal(["simclr", "finetune"], recipe.Phases.Select(p => p.Method));
        Assert.Equal([10, 2], recipe.Phases.Select(p => p.Train.Epochs));
        Assert.Equal([64, 64], recipe.Phases.Select(p => p.Train.Batch));
        Assert.NotNull(recipe.Phases[0].Options);
        Assert.Null(recipe.Phases[1].Options);
        Assert.Equal("pretrain", recipe.Phases[1].From);
        Assert.Contains("phases.1.trian", Assert.Throws<ConfigurationException>(() => Recipe.Parse("method: a\nphases: [ { }, { trian: 1 } ]", "x")).Message);
    }

    [Fact]
    public void An_override_of_training_reaches_phases_that_have_their_own()
    {
        const string Yaml = "method: simclr\nphases: [ { phase: a, train: { epochs: 5 } }, { phase: b, method: finetune, train: { batch: 8 } } ]";
        var recipe = Recipe.Parse(Yaml, "x", ["train.epochs=1", "train.batch=4", "phases.1.train.batch=16"]);
        Assert.Equal([1, 1], recipe.Phases.Select(p => p.Train.Epochs));
        Assert.Equal([4, 16], recipe.Phases.Select(p => p.Train.Batch));
    }

    [Fact]
    public void A_phase_goes_on_with_the_one_before_it()
    {
        var wrong = Assert.Throws<ConfigurationException>(() => Recipe.Parse("method: a\nphases: [ { phase: one }, { phase: two, from: one }, { phase: three, from: one } ]", "x"));
        Assert.Contains("phases.2.from", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("'two'; 'one' is not that one", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_is_required() => Assert.Contains("method", Assert.Throws<ConfigurationException>(() => Recipe.Parse("paper: x", "x")).Message);
}
