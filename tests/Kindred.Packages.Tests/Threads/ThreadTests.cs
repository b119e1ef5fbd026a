using Kindred.Experiments.Embeddings;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Packages.Tests.Packed;
using Kindred.Torch;

namespace Kindred.Packages.Tests.Threads;

/// <summary>What the documentation says that several threads may do, they can; and what runs on a thread of its own ends as it says.</summary>
public sealed class ThreadTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-threads-").FullName;

    public ThreadTests()
    {
        Directory.CreateDirectory(Path.Combine(folder, "pictures"));
        foreach (var i in Enumerable.Range(0, 16)) File.WriteAllBytes(Path.Combine(folder, "pictures", $"{i:00}.png"), Feed.Png(i));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    Recipe Small => Shipped.Load("simclr.small", [$"data=folder:{folder}/pictures", "train.batch=8", "train.precision=fp32", "encoder.width=8", "train.epochs=2"]);

    [Fact]
    public void Several_threads_ask_one_method_for_features_and_read_one_tensor()
    {
        using var experiment = Experiment.Build(Small.First);
        experiment.Method.Eval();
        var view = experiment.Data.Plain(batch: 8).First().Tensors().Views[0];
        float[] Features()
        {
            using var scope = Scope.Open();
            using var _ = NoGradient.Begin();
            return ((IEncodes)experiment.Method).Features(view).ToArray<float>();
        }
        var alone = Features();
        var live = Tensor.Alive;
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Assert.Equal(alone, Features()));
        Assert.Equal(live, Tensor.Alive);
    }

    [Fact]
    public void Threads_that_draw_from_one_generator_get_numbers_of_its_sequence_each_once()
    {
        using var generator = new Generator(5);
        var all = Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4).SelectMany(_ => Enumerable.Range(0, 50).SelectMany(_ =>
        {
            using var scope = Scope.Open();
            return Tensor.Randn([8], generator, Dtype.Float64).ToArray<double>();
        })).ToArray();
        Assert.Equal(1600, all.Distinct().Count());
        Assert.InRange(all.Average(), -0.2, 0.2);
    }

    [Fact]
    public async Task A_training_that_is_stopped_is_a_result_and_no_exception()
    {
        using var stop = new CancellationTokenSource();
        using var experiment = Experiment.Build(Small.First);
        var stopped = await experiment.Trainer(hooks: new StopAfter(stop, 1)).FitAsync(stop.Token);
        Assert.False(stopped.Finished);
        Assert.Equal(1, stopped.At.Step);

        var run = new TrainingRun(Small, new RunOptions { Folder = Path.Combine(folder, "run") }, null, _ => { });
        var summary = await run.RunAsync();
        Assert.True(summary.Finished);
        var seen = new List<EmbeddingProgress>();
        using var embedder = Embedder.Open(summary.Run);
        var manifest = await embedder.WriteAsync(null, Path.Combine(folder, "all.npy"), progress: new Told<EmbeddingProgress>(seen.Add));
        Assert.Equal((16, 16), (manifest.Count, seen[^1].Done));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => embedder.WriteAsync(null, Path.Combine(folder, "none.npy"), cancel: cancelled.Token));
    }

    sealed class StopAfter(CancellationTokenSource stop, int steps) : IHook
    {
        int done;

        public void Step(StepReport report)
        {
            if (++done == steps) stop.Cancel();
        }
    }

    sealed class Told<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }
}
