using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>The training of a rank beside rank 0: the same steps, with nothing written. Rank 0 has the run folder (<see cref="TrainingRun"/>).</summary>
/// <param name="recipe">What to train.</param>
/// <param name="options">How far, and where tensors live; folder and checkpoints are rank 0's.</param>
public sealed class FollowingRun(Recipe recipe, RunOptions options)
{
    /// <summary>Trains until rank 0 does no longer.</summary>
    /// <exception cref="EnvironmentException">Another process is gone.</exception>
    public void Run(CancellationToken cancel = default)
    {
        RecipeCheck.Refuse(recipe);
        var (began, offset) = (-1, 0L);
        Experiment? previous = null;
        for (var phase = 0; phase < recipe.Phases.Count; phase++)
        {
            using var experiment = Experiment.Build(recipe.Phases[phase], device: options.Device, previous: previous);
            previous = experiment;
            if (began < 0) (began, offset) = Agreement.Start(0, 0);
            if (phase < began) continue;
            var state = experiment.State();
            var train = experiment.Recipe.Train;
            using var probe = train.OnlineProbe ? OnlineProbe.For(experiment.Method, experiment.Data, experiment.Device, train.Seed) : null;
            Trainer? trainer = null;
            using var guard = new Guard(experiment.Guarded, state, _ => { }) { Back = () => Agreement.Back(false, state, trainer!) };
            state.Guard = guard;
            trainer = experiment.Trainer(options.MaxSteps - offset, guard, probe is null ? [] : [probe]);
            Agreement.State(state, trainer);
            var result = trainer.Fit(cancel);
            state.Position = trainer.Position;
            Agreement.Differing(state.Sha256());
            if (!result.Finished) return;
            offset += result.At.Step;
        }
    }
}
