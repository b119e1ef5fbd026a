using System.Globalization;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;

namespace Kindred.Experiments.Runs;

/// <summary>A run whose first phases are those of a recipe too, so that they need not be trained again.</summary>
sealed class EarlierRun
{
    readonly Checkpoint end;

    EarlierRun(int phases, Checkpoint end) => (Phases, this.end) = (phases, end);

    /// <summary>The phases that need not be trained again.</summary>
    public int Phases { get; }

    /// <summary>The steps that they took.</summary>
    public long Steps => end.Step;

    /// <summary>The mark that keeps the checkpoint at the end of a phase that others follow.</summary>
    public static string EndOf(int phase) => string.Create(CultureInfo.InvariantCulture, $"phase-{phase}");

    /// <summary>Opens the run and compares it with the recipe.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="recipe">What is to be trained.</param>
    /// <param name="free">Settings below a phase that may differ.</param>
    /// <param name="warn">Told when only some of the run's phases serve.</param>
    /// <exception cref="ConfigurationException">Not even its first phase is the recipe's, or the phases that are have not all been trained, or nothing would be left to train.</exception>
    /// <exception cref="DataException">It is no run folder, or holds no whole checkpoint.</exception>
    public static EarlierRun Open(string run, Recipe recipe, IReadOnlyList<string> free, Action<string> warn)
    {
        var earlier = TrainedRun.ReadRecipe(run);
        var (same, differs) = Common(earlier, recipe, free);
        if (same == 0) throw new ConfigurationException($"the run '{run}' is not the beginning of this recipe; in phase 0, {differs}.");
        if (same == recipe.Phases.Count)
            throw new ConfigurationException($"the run '{run}' has {Phrase(earlier.Phases.Count)} and this recipe has {Phrase(same)}, so that nothing "
                + $"is left to train after it. Start from its weights with --from.");
        var whole = same == earlier.Phases.Count;
        if (!whole) warn($"goes on after phase {same - 1} of '{run}'; in phase {same}, {differs}.");
        return new(same, whole ? AtEnd(run) : AtMark(run, same - 1));
    }

    static (int Same, string Differs) Common(Recipe earlier, Recipe recipe, IReadOnlyList<string> free)
    {
        var most = Math.Min(earlier.Phases.Count, recipe.Phases.Count);
        for (var i = 0; i < most; i++)
        {
            var changes = RecipeDifference.Between(RecipeReader.ReadMap(earlier.PhaseMaps[i].ToString(), "earlier"), RecipeReader.ReadMap(recipe.PhaseMaps[i].ToString(), "now"))
                .Where(c => !free.Any(f => c.Path == f || c.Path.StartsWith($"{f}.", StringComparison.Ordinal))).ToArray();
            if (changes.Length > 0) return (i, Suggest.Some(changes.Select(c => c.ToString())));
        }
        return (most, "");
    }

    static Checkpoint AtEnd(string run) => RunInfo.TryRead(Path.Combine(run, "run.json")) is { State: RunState.Finished }
        ? TrainedRun.Read(run).Last
        : throw new ConfigurationException($"the run '{run}' is not finished; a recipe goes on after whole phases. Finish it with --resume auto.");

    static Checkpoint AtMark(string run, int phase)
    {
        var store = TrainedRun.StoreOf(run);
        return store.Marked(EndOf(phase)) is { } step
            ? CheckpointStore.Load(store.PathOf(step))
            : throw new ConfigurationException($"the run '{run}' has no checkpoint of the end of phase {phase}: it has not come so far, or was trained by a version that kept none.");
    }

    /// <summary>Gives the method of the last of these phases what it learnt.</summary>
    public void Fill(Method method) => TrainedRun.Fill(method, end);

    static string Phrase(int phases) => phases == 1 ? "one phase" : $"{phases} phases";
}
