using System.Globalization;
using System.Text.Json;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>What a run keeps of its data, phase by phase, so that what it learnt can be opened when the data are gone: <c>facts-N.json</c>, and the modality's own files in <c>assets/</c>.</summary>
static class RunFacts
{
    static readonly JsonSerializerOptions style = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The folder of what the modality keeps.</summary>
    public static string AssetsOf(string run) => Path.Combine(run, "assets");

    /// <summary>Keeps the facts of a phase's data.</summary>
    public static void Keep(string run, int phase, RecipeFile recipe, IData data)
    {
        var uri = DataKinds.UriOf(recipe);
        AtomicFile.WriteText(FileOf(run, phase), JsonSerializer.Serialize(KeptFacts.Of(data, uri), style) + "\n");
        if (uri is null || Directory.Exists(AssetsOf(run))) return;
        Directory.CreateDirectory(AssetsOf(run));
        DataKinds.Of(uri).Keep(data, AssetsOf(run));
    }

    /// <summary>A phase's data as the run kept them; opened by the recipe when a sample is asked for.</summary>
    /// <returns>Null where an earlier version of Kindred kept nothing.</returns>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static IData? Read(string run, int phase, RecipeFile recipe)
    {
        var file = FileOf(run, phase);
        if (!File.Exists(file)) return null;
        try
        {
            var facts = JsonText.ReadFile<KeptFacts>(file, style);
            return new KeptData(facts, () => DataKinds.Open(recipe, assets: AssetsOf(run)));
        }
        catch (DataException e)
        {
            throw new DataException($"{e.Message} It is to say what data the run learnt from. Delete it, and the data will be opened instead.", e);
        }
    }

    static string FileOf(string run, int phase) => Path.Combine(run, string.Create(CultureInfo.InvariantCulture, $"facts-{phase}.json"));
}
