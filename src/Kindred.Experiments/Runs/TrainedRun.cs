using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>Opens what a run has learnt: the phase that its last checkpoint belongs to, with the weights of that checkpoint.</summary>
public static class TrainedRun
{
    /// <summary>Builds the run's experiment and fills in its weights. The training data need not be there any more.</summary>
    /// <param name="run">The run's folder, or one of its checkpoints: <c>RUN/checkpoints/best</c>.</param>
    /// <param name="device">Where tensors live; the processor if left out.</param>
    /// <exception cref="DataException">It is no run folder, or holds no whole checkpoint.</exception>
    public static Experiment Open(string run, Device? device = null)
    {
        var (recipe, last) = Read(run);
        var experiment = Build(RunPlace.Of(run).Folder, recipe, last, device);
        try
        {
            Fill(experiment.Method, last, anySize: true);
            return experiment;
        }
        catch
        {
            experiment.Dispose();
            throw;
        }
    }

    /// <summary>What the run was asked for and its last whole checkpoint, or the one that the path names.</summary>
    internal static (Recipe Recipe, Checkpoint Last) Read(string run)
    {
        var place = RunPlace.Of(run);
        return (ReadRecipe(place.Folder), place.Read());
    }

    /// <summary>What the run was asked for.</summary>
    internal static Recipe ReadRecipe(string run)
    {
        var config = Path.Combine(run, "config.yaml");
        Plugins.Recall(run);
        return File.Exists(config) ? Recipe.Load(config, binder: Parts.Binder) : throw new DataException($"'{run}' is no run folder: it has no config.yaml.");
    }

    /// <summary>Its checkpoints.</summary>
    internal static CheckpointStore StoreOf(string run) => new(Path.Combine(run, "checkpoints"));

    /// <summary>How a checkpoint's network lay in memory: another layout would move the last bits. Before there was a choice, everything lay channels last.</summary>
    internal static LayoutChoice LayoutOf(Checkpoint checkpoint) => new(JsonText.Value<string?>(checkpoint.State, "layout", "state.json", null) is not MemoryLayout.NchwName, "as the run began");

    /// <summary>Fills in the weights and memories of a checkpoint.</summary>
    internal static void Fill(Method method, Checkpoint checkpoint, bool anySize = false)
    {
        using var scope = Scope.Open();
        method.Load(StartWeights.ModelOf(checkpoint).ToDictionary(a => a.Name, TensorArrays.ToTensor), anySize);
    }

    // A phase is built out of the phase before it; the weights of that one do not matter here.
    static Experiment Build(string run, Recipe recipe, Checkpoint last, Device? device)
    {
        var phase = JsonText.Value(last.State, "phase", "state.json", 0);
        if (phase < 0 || phase >= recipe.Phases.Count)
            throw new DataException($"the checkpoint of step {last.Step} is of phase {phase}, and the recipe of '{run}' has {recipe.Phases.Count}: it is of another run.");
        var layout = LayoutOf(last);
        Experiment? previous = null;
        for (var i = 0; ; i++)
        {
            var kept = RunFacts.Read(run, i, recipe.Phases[i]);
            var experiment = kept is null ? Experiment.Build(recipe.Phases[i], device: device, previous: previous, layout: layout)
                : Experiment.Build(recipe.Phases[i], kept, device, previous, layout, RunFacts.AssetsOf(run));
            if (i == phase) return experiment;
            previous = experiment;
            experiment.Dispose();
        }
    }
}
