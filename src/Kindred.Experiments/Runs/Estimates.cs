using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>Says how long a recipe trains on this machine, and in how much memory, before anybody waits for it.</summary>
public static class Estimates
{
    const int Most = 40;

    /// <summary>Takes a few steps of every phase, as a training would, and keeps nothing.</summary>
    /// <param name="recipe">What would be trained.</param>
    /// <param name="device">Where tensors live; the processor if left out.</param>
    /// <param name="warn">Told what a person should know.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>One estimate a phase.</returns>
    /// <exception cref="ConfigurationException">The recipe is wrong, or a batch is larger than the data.</exception>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public static IReadOnlyList<TrainingEstimate> Measure(Recipe recipe, Device? device = null, Action<string>? warn = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        RecipeCheck.Refuse(recipe);
        foreach (var warning in RecipeCheck.Warnings(recipe)) warn?.Invoke(warning);
        var all = new List<TrainingEstimate>();
        Experiment? previous = null;
        foreach (var phase in recipe.Phases)
        {
            using var experiment = Experiment.Build(phase, device: device, previous: previous);
            previous = experiment;
            all.Add(Measure(experiment, warn, cancel));
        }
        return all;
    }

    static TrainingEstimate Measure(Experiment experiment, Action<string>? warn, CancellationToken cancel)
    {
        foreach (var warning in StateCost.Warnings(experiment.Method)) warn?.Invoke(warning);
        TrainingEstimate? found = null;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var hook = new EstimateHook(estimate =>
        {
            found = estimate;
            enough.Cancel();
        }, experiment.Recipe.Phase);
        var trainer = experiment.Trainer(Most, hook);
        if (trainer.LearnsNothing) warn?.Invoke(RestingRate.Warning(trainer.At, null, experiment.Recipe.Train));
        var result = trainer.Fit(enough.Token);
        cancel.ThrowIfCancellationRequested();
        if (found is null) hook.Conclude(result.At.Steps, result.At.Step == 0 ? 0 : result.Seconds / result.At.Step);
        return found!;
    }
}
