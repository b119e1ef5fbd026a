using Kindred.Data.Views;
using Kindred.Encoders;
using Kindred.Experiments.Recipes;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Recipes;

/// <summary>What a recipe or a record says wrong is found where it enters; what it says in vain is warned of.</summary>
public sealed class RecipeCheckTests
{
    static Recipe Simclr(string more) => Recipe.Parse($$"""
        method: simclr
        data: emoji
        options: { dim: 8 }
        encoder: { name: small-resnet, width: 4 }
        views: [{ count: 2, of: [{ crop: { size: 16 } }, flip, { jitter: { p: 0.5 } }, gray] }]
        train: { epochs: 20, batch: 16, optimizer: { name: adamw } }
        """, "r.yaml", [more], binder: Parts.Binder);

    [Theory]
    [InlineData("encoder.width=0", "encoder.width: '0' is out of range; it takes at least 1 and at most 4096 (command line)")]
    [InlineData("encoder.width=-3", "encoder.width: '-3' is out of range")]
    [InlineData("encoder.width=100000", "encoder.width: '100000' is out of range")]
    [InlineData("train.optimizer.learningRate=-1", "train.optimizer.learningRate: '-1' is out of range; it takes at least 0 and at most 1000000")]
    [InlineData("train.optimizer.learningRate=1e38", "train.optimizer.learningRate: '1e38' is out of range")]
    [InlineData("train.optimizer.learningRate=.inf", "train.optimizer.learningRate: '.inf' is out of range")]
    [InlineData("train.optimizer.weightDecay=-1", "train.optimizer.weightDecay: '-1' is out of range")]
    [InlineData("train.optimizer.weightDecay={ cosine: { from: 0.04, to: -0.4 } }", "train.optimizer.weightDecay: reaches -0.4, which is out of range; it takes at least 0 and at most 1000")]
    [InlineData("train.optimizer.beta1=1", "train.optimizer.beta1: '1' is out of range; it takes at least 0 and less than 1")]
    [InlineData("train.optimizer.groups={ projector: { multiplier: -2 } }", "train.optimizer.groups.projector.multiplier: '-2' is out of range")]
    [InlineData("train.optimizer.groups={ projector: { pattern: x } }", "train.optimizer.groups.projector.pattern: the key 'projector' is the pattern already")]
    [InlineData("train.schedule={ warmup-cosine: { base: -1 } }", "train.schedule: reaches -1, which is out of range")]
    [InlineData("train.batch=1", "train.batch: 1 is out of range; simclr compares the samples of a batch and takes at least 2 (command line)")]
    [InlineData("views.0.of.0.crop.size=2147483647", "views.0.of.0.crop.size: '2147483647' is out of range; it takes at least 1 and at most 8192")]
    [InlineData("views.0.of.0.crop.scale=[0.5, 2]", "views.0.of.0.crop.scale.1: '2' is out of range")]
    [InlineData("views.0.of.0.crop.scale=[0.9, 0.5]", "views.0.of.0.crop.scale: [0.9, 0.5] is no such range; it takes two numbers, the smaller first, each more than 0 and at most 1")]
    [InlineData("views.0.of.0.crop.scale=0.5", "views.0.of.0.crop.scale: [0.5] is no such range")]
    [InlineData("views.0.of.2.jitter.p=2", "views.0.of.2.jitter.p: '2' is out of range; it takes at least 0 and at most 1")]
    [InlineData("views.0.of.2.jitter.p=80", "views.0.of.2.jitter.p: '80' is out of range")]
    [InlineData("views.0.of.2.jitter.hue=0.7", "views.0.of.2.jitter.hue: '0.7' is out of range; it takes at least 0 and at most 0.5")]
    [InlineData("views.0.of.2.jitter.hue=-1", "views.0.of.2.jitter.hue: '-1' is out of range")]
    [InlineData("views.0.of.1={ flip: { p: 1.5 } }", "views.0.of.1.flip.p: '1.5' is out of range")]
    [InlineData("views.0.of.3={ gray: { p: -1 } }", "views.0.of.3.gray.p: '-1' is out of range")]
    [InlineData("views.0.normalize={ mean: [0.5, .nan, 0.5], std: [1, 1, 1] }", "views.0.normalize.mean.1: a number was expected, this is '.nan'")]
    [InlineData("views.0.normalize={ mean: [0, 0, 0], std: [1, 0, 1] }", "views.0.normalize.std.1: '0' is out of range; it takes more than 0")]
    public void What_is_out_of_range_is_refused_before_anything_is_opened(string change, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(Simclr(change))).Message);

    [Fact]
    public void A_range_in_a_file_is_answered_with_its_line()
    {
        var recipe = Recipe.Parse("method: simclr\nencoder:\n  name: small-resnet\n  width: 0\n", "r.yaml", binder: Parts.Binder);
        Assert.EndsWith("(r.yaml:4:10)", Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(recipe)).Message);
    }

    [Theory]
    [InlineData("train.warmup=1000", "train.warmup: 1000 epochs of warm-up in a training of 20")]
    [InlineData("train.schedule={ linspace-cosine: { warmupEpochs: 30 } }", "train.schedule: 30 epochs of warm-up in a training of 20")]
    [InlineData("train.schedule={ steps: { milestones: [120, 160] } }", "train.schedule: the first milestone is epoch 120")]
    [InlineData("train.optimizer.learningRate=0", "train.optimizer.learningRate: 0 trains nothing")]
    public void What_is_allowed_but_makes_no_sense_is_warned_of(string change, string warning)
    {
        var recipe = Simclr(change);
        RecipeCheck.Refuse(recipe);
        Assert.StartsWith(warning, Assert.Single(RecipeCheck.Warnings(recipe)));
    }

    [Theory]
    [InlineData("pcl", "clusters: [4], warmup: 5", "options.warmup: 5 epochs go by before clustering begins, and the training ends after 5: it never does")]
    [InlineData("pcl", "clusters: [4]", "options.warmup: 20 epochs go by before clustering begins")]
    [InlineData("mochi", "queue: 512, warmup: 9", "options.warmup: 9 epochs go by before the mixing of negatives begins")]
    [InlineData("spcl", "warmup: 5", "options.warmup: 5 epochs go by before clustering begins")]
    [InlineData("dino", "freezeEpochs: 6", "options.freezeEpochs: 6 epochs go by before the training of the last layer begins")]
    [InlineData("swav", "queue: 512, queueFrom: 7", "options.queueFrom: 7 epochs go by before the queue begins")]
    public void A_part_of_the_method_that_would_begin_after_the_end_is_warned_of(string method, string options, string warning)
    {
        Recipe Of(string train) => Recipe.Parse($"{{ method: {method}, data: emoji, options: {{ {options} }}, train: {{ {train} }} }}", "r.yaml", binder: Parts.Binder);
        Assert.StartsWith(warning, Assert.Single(RecipeCheck.Warnings(Of("epochs: 5"))));
        Assert.Empty(RecipeCheck.Warnings(Of("epochs: 21")));
        Assert.Empty(RecipeCheck.Warnings(Of("epochs: 5, steps: 1000")));                 // how many epochs that is, nobody knows yet
    }

    [Fact]
    public void What_is_switched_off_is_not_missed() =>
        Assert.Empty(RecipeCheck.Warnings(Recipe.Parse("{ method: swav, options: { queueFrom: 7 }, train: { epochs: 5 } }", "r.yaml", binder: Parts.Binder)));

    [Fact]
    public void A_queue_that_is_small_unless_said_otherwise_is_warned_of() => Assert.StartsWith("options.queue: 4096 keys for batches of 8192",
        Assert.Single(RecipeCheck.Warnings(Recipe.Parse("{ method: imix-moco, train: { batch: 8192 } }", "r.yaml", binder: Parts.Binder))));

    [Fact]
    public void A_queue_smaller_than_a_batch_is_warned_of()
    {
        var recipe = Recipe.Parse("{ method: moco-v2, options: { queue: 8 }, train: { batch: 16 } }", "r.yaml", binder: Parts.Binder);
        Assert.StartsWith("options.queue: 8 keys for batches of 16", Assert.Single(RecipeCheck.Warnings(recipe)));
    }

    [Theory]
    [InlineData("{ a: { name: sgd }, b: { name: adamw, beta1: 0.5 } }")]
    [InlineData("{ a: sgd, b: lars }")]
    [InlineData("{ name: sgd }")]
    [InlineData("sgd")]
    [InlineData("{ sgd: { momentum: 0.5 } }")]
    public void Every_player_gets_the_optimizer_that_is_said_of_it_or_of_all(string yaml) =>
        Assert.Equal(["a", "b"], Parts.Optimizers(new TrainSection(Optimizer: RecipeReader.Read(yaml, "r.yaml")), ["a", "b"]).Keys);

    [Theory]
    [InlineData("{ a: { name: sgd } }", "train.optimizer: the player 'b' has no optimizer; the method has a, b, and each needs one (r.yaml:1:1)")]
    [InlineData("{ a: sgd, b: null }", "train.optimizer: the player 'b' has no optimizer")]
    [InlineData("{ alpha: sgd, b: sgd }", "train.optimizer.alpha: there is no player 'alpha'; the method has a, b")]
    [InlineData("{ a: sgd, b: sgd, c: sgd }", "train.optimizer.c: there is no player 'c'")]
    [InlineData("{ nane: sgd, momentum: 0.9 }", "train.optimizer.nane: there is no player 'nane' (did you mean 'name'?)")]
    [InlineData("{ a: sgd, b: { name: sdg } }", "train.optimizer.b: there is no optimizer 'sdg' (did you mean 'sgd'?)")]
    [InlineData("{ a: sgd, b: { name: sgd, momentum: 1 } }", "train.optimizer.b.momentum: '1' is out of range")]
    [InlineData("{}", "train.optimizer: the player 'a' has no optimizer")]
    public void A_player_without_an_optimizer_and_a_key_without_a_player_are_mistakes(string yaml, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Parts.Optimizers(new TrainSection(Optimizer: RecipeReader.Read(yaml, "r.yaml")), ["a", "b"])).Message);

    public static TheoryData<string, Action> Code => new()
    {
        { "SmallResNet: width: '0' is out of range; it takes at least 1 and at most 4096.", () => _ = new SmallResNet(new SmallResNet.Options(Width: 0)) },
        { "ResNet: depth: '19' is not one of 10, 18, 34, 50, 101, 152", () => _ = new ResNet(new() { Depth = 19 }) },
        { "ViT: dropPath: '1' is out of range", () => _ = new ViT(new() { DropPath = 1 }) },
        { "Wave", () => _ = new WaveEncoder(new() { Width = -1 }) },
        { "Sgd: learningRate: '-1' is out of range", () => _ = new Sgd.Options { LearningRate = -1 }.For(new SmallResNet(new() { Width = 1 })) },
        { "Adam: learningRate: 'NaN' is out of range", () => _ = new Adam.Options { LearningRate = double.NaN }.For(new SmallResNet(new() { Width = 1 })) },
        { "Lars: weightDecay: reaches -1, which is out of range", () => _ = new Lars.Options { WeightDecay = new CosineRamp(0, -1) }.For(new SmallResNet(new() { Width = 1 })) },
        { "ParameterGroup: multiplier: '-1' is out of range", () => _ = new Sgd.Options { Groups = [new("conv1", -1)] }.For(new SmallResNet(new() { Width = 1 })) },
        { "Constant: value: 'Infinity' is out of range", () => _ = new Constant(double.PositiveInfinity) },
        { "Crop: size: '0' is out of range", () => _ = new Crop(0) },
        { "Crop: scale: '2' is out of range", () => _ = new Crop(8, [0.5, 2]) },
        { "Flip: p: '1.5' is out of range", () => _ = new Flip(1.5) },
    };

    [Theory, MemberData(nameof(Code))]
    public void A_record_from_code_is_held_to_the_same_ranges(string message, Action make)
    {
        using var scope = Scope.Open();
        Assert.Contains(message, Assert.Throws<ConfigurationException>(make).Message);
    }
}
