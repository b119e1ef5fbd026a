using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>Where a run goes on: the checkpoint, checked against the folder and the recipe before anything is touched.</summary>
/// <param name="Checkpoint">What it goes on from; null where it begins at the beginning.</param>
/// <param name="Phase">The phase that the checkpoint is of.</param>
/// <param name="Offset">Steps of the phases before it.</param>
/// <param name="GoesBack">Whether a person chose the checkpoint, so that later ones are left behind.</param>
sealed record Resumption(Checkpoint? Checkpoint, int Phase, long Offset, bool GoesBack)
{
    /// <summary>Names that a checkpoint's <c>state.json</c> has.</summary>
    public const string PhaseKey = "phase", OffsetKey = "offset", MethodKey = "method", RecipeKey = "recipe";

    /// <summary>Finds the checkpoint that a run goes on from.</summary>
    /// <param name="folder">The claimed folder.</param>
    /// <param name="chosen">A checkpoint's folder, or null for the last.</param>
    /// <param name="recipe">The recipe of now.</param>
    /// <param name="free">Settings that may differ.</param>
    /// <param name="warn">Told which checkpoints are damaged.</param>
    /// <exception cref="ConfigurationException">The settings differ, or the chosen checkpoint is of another folder.</exception>
    /// <exception cref="DataException">The checkpoint is damaged or of another run, or none is left.</exception>
    public static Resumption Find(RunFolder folder, string? chosen, Recipe recipe, IReadOnlyList<string> free, Action<string> warn)
    {
        if (chosen is not null) RequireOwn(folder, chosen);
        if (folder.Resumed) folder.CheckSame(recipe.Resolved, free);
        var before = folder.Resumed ? Before(folder.Path) : null;
        var checkpoint = chosen is not null ? CheckpointStore.Load(chosen) : Last(folder, warn);
        if (checkpoint is null)
        {
            if (before is not null) TrainingLength.Check(before, recipe, 0, folder.Path);
            return new(null, 0, 0, false);
        }
        var (phase, offset) = ((int)Number(checkpoint, PhaseKey, 0), Number(checkpoint, OffsetKey, 0));
        if (phase < 0 || phase >= recipe.Phases.Count || offset < 0)
            throw new DataException($"the checkpoint of step {checkpoint.Step} is of phase {phase}, and the recipe has {recipe.Phases.Count}: it is of another run.");
        if (Text(checkpoint, MethodKey) is { } method && method != recipe.Phases[phase].Method)
            throw new DataException($"the checkpoint of step {checkpoint.Step} was written by the method {method}, this recipe trains {recipe.Phases[phase].Method}: it is of another run.");
        if (before is not null) TrainingLength.Check(before, recipe, phase, folder.Path);
        if (before is not null && TrainingLength.Text(before.Phases[phase].Train) is var was && TrainingLength.Text(recipe.Phases[phase].Train) is var wanted && was != wanted)
            warn($"goes on to {wanted} where the run was begun with {was}: schedules are as long as that from here on.");
        if (Text(checkpoint, RecipeKey) is { } hash && hash != HashOf(recipe, free) && hash != WholeHash(recipe.Resolved, free) && (before is null || hash != WholeHash(before.Resolved, free)))
            throw new DataException($"the checkpoint of step {checkpoint.Step} was written with other settings than these: it is of another run. Start from its weights with --from.");
        return new(checkpoint, phase, offset, chosen is not null);
    }

    /// <summary>A hash of all settings that decide the numbers of a run, but for how long it trains; checkpoints carry it.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="free">Settings that do not count.</param>
    public static string HashOf(Recipe recipe, IReadOnlyList<string> free) => WholeHash(TrainingLength.Without(recipe.Resolved), free);

    // Checkpoints of earlier versions count the length too.
    static string WholeHash(RecipeMap settings, IReadOnlyList<string> free)
    {
        // The order in which settings were said does not count.
        var lines = Lines("", RecipeReader.ReadMap(settings.ToString(), "settings"), free).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..16];
    }

    static IEnumerable<string> Lines(string path, RecipeNode node, IReadOnlyList<string> free) =>
        node.IsNull || free.Contains(path) ? []
        : node is RecipeMap map ? map.Entries.SelectMany(e => Lines(Binder.Join(path, e.Key), e.Value, free))
        : [$"{path} {node.ToString().Trim()}"];

    static Recipe? Before(string run) => File.Exists(Path.Combine(run, "config.yaml")) ? TrainedRun.ReadRecipe(run) : null;

    // A checkpoint of another folder would be gone on with in this one under this one's name and settings.
    static void RequireOwn(RunFolder folder, string chosen)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(chosen));
        if (!Directory.Exists(full))
            throw new DataException($"there is no checkpoint '{chosen}'"
                + $"{(folder.Checkpoints.Steps is { Count: > 0 } steps ? $"; {folder.Path} has those of the steps {string.Join(", ", steps)}" : "")}.");
        if (Path.GetDirectoryName(full) != Path.GetFullPath(folder.Checkpoints.Folder))
            throw new ConfigurationException($"the checkpoint '{chosen}' is not one of the run in {folder.Path}. Go on with its own run (--out "
                + $"{Path.GetDirectoryName(Path.GetDirectoryName(full))}), or start another from its weights with --from.");
    }

    static Checkpoint? Last(RunFolder folder, Action<string> warn)
    {
        var last = folder.Checkpoints.LoadLast(out var problems);
        if (last is null && folder.HadCheckpoint) throw Lost(folder, problems);
        foreach (var problem in problems) warn($"{problem}; an older checkpoint is used.");
        return last;
    }

    static DataException Lost(RunFolder folder, IReadOnlyList<string> problems) => new(
        $"{folder.Path} has trained, but "
            + $"{(problems.Count == 0 ? $"its checkpoints are gone: there is none in {folder.Checkpoints.Folder}" : $"none of its {problems.Count} checkpoints is whole ({problems[0]})")}. "
        + $"Nothing was changed. Should it begin anew? Then choose another folder with --out, or move this one away; else bring the checkpoints back from a copy, and resume.");

    static long Number(Checkpoint checkpoint, string key, long missing) => checkpoint.State[key] switch
    {
        null => missing,
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        _ => throw new DataException($"the state.json of the checkpoint of step {checkpoint.Step} has no number '{key}'; it was not written by a training."),
    };

    static string? Text(Checkpoint checkpoint, string key) => checkpoint.State[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
