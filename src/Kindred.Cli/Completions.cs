using Kindred.Experiments.Recipes;

namespace Kindred.Cli;

/// <summary>What may stand where a person has begun to type.</summary>
static class Completions
{
    /// <summary>The kinds of data URIs, up to the colon.</summary>
    internal static IEnumerable<string> Data => DataKinds.All.Select(k => k.Kind == "emoji" ? k.Kind : $"{k.Kind}:");

    /// <summary>The settings of a recipe by dotted path, up to the equals sign: those of training, and its method's own.</summary>
    internal static IEnumerable<string> Keys(string? recipe)
    {
        string[] all = ["method=", "data=", "encoder=", "evaluate=", .. OptionInfo.Of(typeof(TrainSection)).Select(o => $"train.{o.Name}=")];
        if (recipe is null) return all;
        try
        {
            var phase = RecipeFinder.Load(recipe, []).First;
            return [.. all, .. Of(Catalogues.Methods.Find(phase.Method).Type, "options"), .. phase.Encoder is { } encoder ? Of(Catalogues.Encoders.Read(encoder, "encoder").Part.Type, "encoder") : []];
        }
        catch (KindredException) { return all; }                                         // what is wrong is said when it is run
    }

    static IEnumerable<string> Of(Type part, string path) => Registry.OptionsOf(part) is { } options ? OptionInfo.Of(options).Select(o => $"{path}.{o.Name}=") : [];
}
