using Kindred.Cli;
using Kindred.Experiments.Recipes;

namespace Kindred.Bench;

/// <summary>The recipes whose steps are timed: with the sizes, temperature and optimizer of the programs that they are compared with.</summary>
static class StepRecipe
{
    const string Sgd = "{ name: sgd, learningRate: 0.03, momentum: 0.9, weightDecay: 1e-4 }", AdamW = "{ name: adamw, learningRate: 1e-4, weightDecay: 0.04 }";

    /// <summary>The recipe that compares with the program of that name, or a method's own where there is no such program.</summary>
    internal static Recipe Of(BenchTrain.Settings s)
    {
        string[] changes = [$"train.batch={s.Batch}", $"train.precision={(s.Precision == "f32" ? "fp32" : s.Precision)}", $"train.seed={s.Seed}", $"train.layout={s.Layout}", "train.epochs=1"];
        return Text(s) is { } text ? Recipe.Parse(text, $"bench {s.Method}", changes, binder: Parts.Binder) : RecipeFinder.Load(s.Method, changes);
    }

    static string? Text(BenchTrain.Settings s) => s.Method switch
    {
        "supervised" => ResNet(s, "supervised", 1, "{}"),
        "simclr" => ResNet(s, "simclr", 2, "{ temperature: 0.2, hidden: 2048, dim: 256, headNorm: false }"),
        "moco_v2" => ResNet(s, "moco-v2", 2, $"{{ temperature: 0.2, momentum: 0.99, queue: {s.Queue}, dim: 256 }}"),
        "byol" => ResNet(s, "byol", 2, "{ momentum: 0.99, finalMomentum: 0.99, hidden: 4096, dim: 256 }"),
        "swav" => ResNet(s, "swav", 2, $"{{ prototypes: {s.Count(3000)}, hidden: 2048, dim: 128, freezeEpochs: 0 }}"),
        "dino" => Text("dino", $"{{ outputs: {s.Count(4096)}, hidden: 2048, bottleneck: 256, momentum: 0.99, finalMomentum: 0.99, freezeEpochs: 0 }}",
            $"{{ name: vit-tiny, size: {s.Size}, patch: 4 }}", s.Locals == 0 ? [View("global", 2, s.Size)] : [View("global", 2, s.Size), View("local", s.Locals, 16)], AdamW),
        _ => null,
    };

    static string ResNet(BenchTrain.Settings s, string method, int views, string options) =>
        Text(method, options, "{ name: resnet18, stem: cifar }", [View("global", views, s.Size)], Sgd);

    static string Text(string method, string options, string encoder, string[] views, string optimizer) =>
        $"method: {method}\noptions: {options}\nencoder: {encoder}\nviews: [{string.Join(", ", views)}]\ntrain: {{ schedule: constant, optimizer: {optimizer} }}\n";

    static string View(string name, int count, int size) => $"{{ name: {name}, count: {count}, of: [{{ crop: {{ size: {size} }} }}] }}";
}
