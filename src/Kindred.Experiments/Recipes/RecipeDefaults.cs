using Kindred.Experiments.Modalities;

namespace Kindred.Experiments.Recipes;

/// <summary>A recipe with every default written out, so that it says the same whatever the defaults become.</summary>
/// <remarks>What follows from the data, such as the number of channels, and schedules that nobody wrote are left out: the one is not known, and the other is the training's.</remarks>
public static class RecipeDefaults
{
    /// <summary>The recipe in full.</summary>
    /// <param name="recipe">A recipe that <see cref="RecipeCheck.Refuse(Recipe)"/> accepts.</param>
    /// <returns>A map that trains the same as the recipe.</returns>
    /// <exception cref="ConfigurationException">The recipe is wrong.</exception>
    public static RecipeMap Fill(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        RecipeMap[] phases = [.. recipe.Phases.Select((phase, i) => Phase(phase, recipe.PhaseMaps[i]))];
        return recipe.Resolved["phases"] is { IsNull: false } ? new([new("phases", new RecipeList(phases, RecipePlace.Default))], RecipePlace.Default) : phases[0];
    }

    static RecipeMap Phase(RecipeFile phase, RecipeMap said)
    {
        var (method, type) = Catalogues.Methods.Find(phase.Method);
        var modality = DataKinds.UriOf(phase) is { } uri ? DataKinds.Of(uri) : new PictureModality();
        var full = said;
        if (Registry.OptionsOf(type) is { } options && Parts.Binder.Bind(options, phase.Options, "options") is { } bound) full = full.With("options", Options(bound, phase.Options as RecipeMap));
        if (phase.Encoder is { IsNull: false } encoder) full = full.With("encoder", Part(Catalogues.Encoders, encoder, "encoder"));
        if (phase.Networks.Count > 0) full = full.With("networks",
            new RecipeMap([.. phase.Networks.Select(n => KeyValuePair.Create(n.Key, (RecipeNode)Part(Catalogues.Encoders, n.Value, $"networks.{n.Key}")))], RecipePlace.Default));
        if (phase.Views.Count > 0) full = full.With("views", new RecipeList([.. phase.Views.Select(v => Views(v, modality))], RecipePlace.Default));
        if (phase.Plain is { } plain) full = full.With("plain", Views(plain, modality));
        return full.With("train", Train(phase.Train));
    }

    static RecipeMap Train(TrainSection train)
    {
        var full = OptionInfo.Write(train);
        return train.Optimizer switch
        {
            null or { IsNull: true } => full,
            RecipeMap map when Parts.IsApart(map, []) => full.With("optimizer",
                new RecipeMap([.. map.Entries.Select(e => KeyValuePair.Create(e.Key, (RecipeNode)Part(Catalogues.Optimizers, e.Value, e.Key)))], map.Place)),
            var node => full.With("optimizer", Part(Catalogues.Optimizers, node, "train.optimizer")),
        };
    }

    static RecipeMap Views(ViewSection section, Modality modality) => modality.Operation is not { } operation ? OptionInfo.Write(section)
        : OptionInfo.Write(section).With("of", new RecipeList([.. section.Of.Select(node => (RecipeNode)Part(Catalogues.Of(operation), node, "views"))], RecipePlace.Default));

    static RecipeMap Part(Catalogue catalogue, RecipeNode node, string path)
    {
        var (part, said) = catalogue.Read(node, path);
        var name = new KeyValuePair<string, RecipeNode>("name", new RecipeScalar(part.Attribute.Name, false, node.Place));
        return new([name, .. catalogue.Bind(node, path, Parts.Binder) is { } options ? Options(options, said).Entries : []], node.Place);
    }

    // What has a way of writing of its own stays as it was written.
    static RecipeMap Options(object record, RecipeMap? said)
    {
        var written = OptionInfo.Write(record);
        return new([.. OptionInfo.Of(record.GetType()).Select(o => KeyValuePair.Create(o.Name, IsPlain(o.Type) ? written[o.Name] : said?[o.Name]))
            .Where(e => e.Value is not null).Select(e => KeyValuePair.Create(e.Key, e.Value!))], said?.Place ?? RecipePlace.Default);
    }

    static bool IsPlain(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? IsPlain(inner)
        : !typeof(IVaries).IsAssignableFrom(type) && (ScalarReader.For(type) is not null
            || (Binder.ElementOf(type) ?? Binder.ValueOf(type)) is { } element && IsPlain(element) || (Binder.IsPair(type) && type.GetGenericArguments().All(IsPlain)));
}
