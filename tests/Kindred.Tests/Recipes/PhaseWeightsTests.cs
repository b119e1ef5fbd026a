using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Tests.Recipes;

/// <summary>Every phase goes on with what the one before it learnt.</summary>
public sealed class PhaseWeightsTests : IDisposable
{
    const string Pictures = "data: \"emoji?split=train&n=24\"\nencoder: { name: small-resnet, width: 4, grid: 1 }\n"
        + "views: [{ name: global, count: 2, of: [{ background: { p: 0 } }], normalize: half }]\n"
        + "train: { batch: 8, epochs: 1, precision: fp32, warmup: 0, optimizer: { name: sgd, learningRate: 0.1 } }\n";

    readonly string folder = Directory.CreateTempSubdirectory("kindred-phases-").FullName;

    [Theory]
    [InlineData("moco-v2", "{ dim: 8, queue: 16 }")]
    [InlineData("simclr", "{ dim: 8 }")]
    public void A_phase_of_the_same_method_goes_on_with_all_that_was_learnt(string method, string options)
    {
        var (first, second) = Trained($"method: {method}\noptions: {options}\n{Pictures}", $"phases: [{{ phase: one, method: {method} }}, "
            + $"{{ phase: two, method: {method}, train: {{ steps: 1, optimizer: {{ name: sgd, learningRate: 0 }} }} }}]\n");
        // Momentum copies and statistics move at any rate.
        string[] names = [.. first.Keys.Where(k => k.EndsWith("weight", StringComparison.Ordinal) && !k.Contains("momentum", StringComparison.OrdinalIgnoreCase)
            && !k.Contains("key", StringComparison.OrdinalIgnoreCase))];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Equal(first[name], second[name]));
    }

    [Fact]
    public void Another_method_begins_with_the_encoder_and_its_momentum_copy_does_too()
    {
        var (first, second) = Trained($"method: simclr\noptions: {{ dim: 8 }}\n{Pictures}",
            "phases: [{ phase: one, method: simclr }, { phase: two, method: byol, options: { dim: 8, hidden: 8 }, train: { steps: 1, optimizer: { name: sgd, learningRate: 0 } } }]\n");
        var weight = first.Keys.First(k => k.Contains("encoder", StringComparison.Ordinal) && k.EndsWith("weight", StringComparison.Ordinal));
        var part = weight[(weight.IndexOf("encoder", StringComparison.Ordinal) + "encoder".Length)..];
        var both = second.Where(s => s.Key.EndsWith(part, StringComparison.Ordinal)).ToArray();
        Assert.InRange(both.Length, 2, 3);
        // One step of the momentum rounds once.
        Assert.All(both, copy => Assert.All(first[weight].Zip(copy.Value), pair => Assert.Equal(pair.First, pair.Second, 1e-5f)));
    }

    [Fact]
    public void Networks_that_are_not_alike_are_refused()
    {
        var error = Assert.Throws<ConfigurationException>(() => Trained($"method: simclr\noptions: {{ dim: 8 }}\n{Pictures}",
            "phases: [{ phase: one, method: simclr }, { phase: two, method: simclr, options: { dim: 16 } }]\n"));
        Assert.Contains("not alike", error.Message, StringComparison.Ordinal);
    }

    // What the first phase ended with and what the whole run did.
    (Dictionary<string, float[]> First, Dictionary<string, float[]> Second) Trained(string around, string phases)
    {
        var recipe = Recipe.Parse(around + phases, "made", [], binder: Parts.Binder);
        var run = Path.Combine(folder, "run");
        new TrainingRun(recipe, new RunOptions { Folder = run }, null, _ => { }).Run();
        var store = TrainedRun.StoreOf(run);
        return (Weights(CheckpointStore.Load(store.PathOf(store.Marked("phase-0")!.Value))), Weights(TrainedRun.Read(run).Last));

        static Dictionary<string, float[]> Weights(Checkpoint checkpoint)
        {
            using var scope = Scope.Open();
            return StartWeights.ModelOf(checkpoint).ToDictionary(a => a.Name, a => TensorArrays.ToTensor(a).To(Dtype.Float32).Reshape([-1]).ToArray<float>());
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
