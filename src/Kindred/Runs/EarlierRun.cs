using Kindred.Io;
using Kindred.Recipes;
using Kindred.Training;

namespace Kindred.Runs;

/// <summary>A finished run that a longer recipe goes on after, because its phases are the first of that recipe's.</summary>
sealed class EarlierRun
{
    readonly Checkpoint last;

    EarlierRun(int phases, Checkpoint last) => (Phases, this.last) = (phases, last);

    /// <summary>The phases that need not be trained again.</summary>
    public int Phases { get; }

    /// <summary>The steps that they took.</summary>
    public long Steps => last.Step;

    /// <summary>Opens the run and compares it with the recipe.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="recipe">What is to be trained.</param>
    /// <param name="free">Settings below a phase that may differ.</param>
    /// <exception cref="ConfigurationException">It is not finished, or it is not the beginning of the recipe.</exception>
    /// <exception cref="DataException">It is no run folder, or holds no whole checkpoint.</exception>
    public static EarlierRun Open(string run, Recipe recipe, IReadOnlyList<string> free)
    {
        var (earlier, last) = TrainedRun.Read(run);
        if (RunInfo.TryRead(Path.Combine(run, "run.json")) is not { State: RunState.Finished })
            throw new ConfigurationException($"the run '{run}' is not finished; a recipe goes on after whole phases. Finish it with --resume auto.");
        var count = earlier.Phases.Count;
        if (count >= recipe.Phases.Count)
            throw new ConfigurationException($"the run '{run}' has {Phrase(count)} and this recipe has {Phrase(recipe.Phases.Count)}, so that nothing is left to train after it. Start from its weights with --from.");
        for (var i = 0; i < count; i++)
        {
            var changes = RecipeDifference.Between(RecipeReader.ReadMap(earlier.PhaseMaps[i].ToString(), "earlier"), RecipeReader.ReadMap(recipe.PhaseMaps[i].ToString(), "now"))
                .Where(c => !free.Any(f => c.Path == f || c.Path.StartsWith($"{f}.", StringComparison.Ordinal))).ToArray();
            if (changes.Length > 0)
                throw new ConfigurationException($"the run '{run}' is not the beginning of this recipe; in phase {i}, {Suggest.Some(changes.Select(c => c.ToString()))}.");
        }
        return new(count, last);
    }

    /// <summary>Gives the method of the run's last phase what it learnt.</summary>
    public void Fill(Method method) => TrainedRun.Fill(method, last);

    static string Phrase(int phases) => phases == 1 ? "one phase" : $"{phases} phases";
}
