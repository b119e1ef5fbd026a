using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Runs;

/// <summary>How long a recipe trains, apart from everything else that it says: a run that goes on may be lengthened, and nothing else of it changed.</summary>
static class TrainingLength
{
    static readonly string[] keys = ["epochs", "steps"];

    /// <summary>Settings without the lengths of their phases.</summary>
    public static RecipeMap Without(RecipeMap settings)
    {
        if (settings["train"] is RecipeMap train)
        {
            var rest = keys.Aggregate(train, (map, key) => map.With(key, null));
            settings = settings.With("train", rest.Entries.Count > 0 ? rest : null);
        }
        return settings["phases"] is RecipeList phases
            ? settings.With("phases", new RecipeList([.. phases.Items.Select(phase => phase is RecipeMap map ? Without(map) : phase)], phases.Place))
            : settings;
    }

    /// <summary>Refuses to shorten a run, or to lengthen a phase that is over.</summary>
    /// <param name="before">The recipe that it was begun with.</param>
    /// <param name="now">The recipe of now.</param>
    /// <param name="phase">The phase that it goes on with.</param>
    /// <param name="run">Its folder, for the message.</param>
    /// <exception cref="ConfigurationException">A phase is shorter than it was, or one that is over is not as long.</exception>
    public static void Check(Recipe before, Recipe now, int phase, string run)
    {
        for (var i = 0; i < Math.Min(before.Phases.Count, now.Phases.Count); i++)
        {
            var (was, wanted) = (before.Phases[i].Train, now.Phases[i].Train);
            if (was.Steps == wanted.Steps && was.Epochs == wanted.Epochs) continue;
            var what = now.Phases.Count > 1 ? $"phase {i} was" : "it was";
            if (i < phase)
                throw new ConfigurationException($"{run} was begun with other settings: {what} {Text(was)} long, is {Text(wanted)}, and it is over. "
                    + "Only what is still to be trained may be lengthened.");
            var shorter = was.Steps is { } a && wanted.Steps is { } b ? b < a : was.Steps is null && wanted.Steps is null && wanted.Epochs < was.Epochs;
            if (shorter)
                throw new ConfigurationException($"{run} was begun with other settings: {what} {Text(was)} long, is {Text(wanted)}. A run may be lengthened, not shortened: "
                    + "stop it where it is with --max-steps, or start a new run from its weights with --from.");
        }
    }

    /// <summary>The length in words.</summary>
    public static string Text(TrainSection train) => train.Steps is { } steps ? $"{steps} steps" : $"{train.Epochs} epochs";
}
