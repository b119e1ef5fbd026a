using System.Globalization;
using System.Reflection;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;
using Kindred.Optim;

namespace Kindred.Experiments.Recipes;

/// <summary>Finds what is wrong in a recipe before anything is opened or trained, and what is allowed but makes no sense.</summary>
public static class RecipeCheck
{
    /// <summary>Binds everything that a recipe says: methods, encoders, views, optimizers, schedules.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <exception cref="ConfigurationException">A name or key is unknown, or a value out of its range.</exception>
    public static void Refuse(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        foreach (var check in Checks(recipe)) check();
    }

    /// <summary>All that is looked at, each by itself: the first that throws is enough to refuse, and all together find every mistake.</summary>
    internal static IEnumerable<Action> Checks(Recipe recipe) => recipe.Phases.Zip(recipe.PhaseMaps).SelectMany(p => Checks(p.First, p.Second));

    /// <summary>What is allowed but makes no sense, a sentence each.</summary>
    /// <param name="recipe">A recipe that <see cref="Refuse(Recipe)"/> accepts.</param>
    public static IEnumerable<string> Warnings(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Phases.SelectMany(Warnings);
    }

    static IEnumerable<Action> Checks(RecipeFile phase, RecipeMap map)
    {
        yield return () => Method(phase, map);
        yield return () => Scheme(phase, map);
        yield return () => Options(phase, map);
        if (phase.Encoder is { IsNull: false } encoder) yield return () => Catalogues.Encoders.Bind(encoder, "encoder", Parts.Binder);
        foreach (var (name, node) in phase.Networks) yield return () => CheckNetwork(Method(phase, map).Type, name, node);
        yield return () => Fit(phase);
        yield return () =>
        {
            var modality = DataKinds.UriOf(phase) is { } uri ? DataKinds.Of(uri) : new PictureModality();
            var request = Parts.Request(phase, modality, "");
            modality.Check(request.Views, request.Plain);
        };
        yield return () => Settings(phase);
        yield return () => BestMetric.Of(phase);
        yield return () => Batch(phase, map);
    }

    // Whether the data are there is known when they are opened; whether they are of a kind that there is, before.
    static void Scheme(RecipeFile phase, RecipeMap map)
    {
        if (DataKinds.UriOf(phase) is not { } uri || DataUri.Parse(uri).Kind is not { Length: > 0 } kind || DataKinds.Schemes.Contains(kind)) return;
        var what = $"'{uri}': there is no kind of data '{kind}'{Suggest.Nearest(kind, DataKinds.Schemes)}; there are {string.Join(", ", DataKinds.Schemes)}";
        throw map["data"] is RecipeScalar node ? node.Error("data", what) : new ConfigurationException($"data: {what}.");
    }

    /// <summary>Refuses data of another kind than the recipe's method and encoders take, before they are opened.</summary>
    /// <param name="phase">What was or is to be trained.</param>
    /// <param name="uri">Data that are looked at in place of the recipe's.</param>
    /// <exception cref="ConfigurationException">They do not go together.</exception>
    internal static void Fit(RecipeFile phase, string uri)
    {
        try { Fit(phase with { Data = new RecipeScalar(uri, true, RecipePlace.Default) }); }
        catch (ConfigurationException e) { throw new ConfigurationException($"{uri}: {e.Message}", e); }
    }

    // Methods and encoders say what samples they take, modalities which they have.
    static void Fit(RecipeFile phase)
    {
        var kinds = KindsOf(phase);
        var all = kinds.Values.Aggregate(SampleKinds.None, (sum, kind) => sum | kind);
        if (all == SampleKinds.None || !Catalogues.Methods.All.TryGetValue(phase.Method, out var method)) return;
        SampleFit.Check($"method: {method.Attribute.Name}", method.Attribute.Takes, all, ", or choose another method (kindred list methods)");
        var wanted = NetworkParts.WantedBy(OptionInfo.Constructor(method.Type));
        foreach (var parameter in wanted)
        {
            if (parameter.ParameterType != typeof(EncoderFactory) && !typeof(Encoder).IsAssignableFrom(parameter.ParameterType)) continue;
            var own = phase.Networks.GetValueOrDefault(parameter.Name!);
            if ((own ?? (wanted.Length == 1 || parameter.Name is "encoder" or "encoders" ? phase.Encoder : null)) is not { IsNull: false } node) continue;
            var path = own is null ? "encoder" : $"networks.{parameter.Name}";
            var kind = kinds.GetValueOrDefault(parameter.Name!, all);
            var (encoder, takes) = (Catalogues.Encoders.Read(node, path).Part, SampleFit.TakenBy(Catalogues.Encoders.Read(node, path).Part.Type));
            if (kind == SampleKinds.None || (takes & kind) != 0) continue;
            var others = Catalogues.Encoders.Parts.Where(p => (SampleFit.TakenBy(p.Type) & kind) != 0).Select(p => p.Attribute.Name);
            SampleFit.Check($"{path}: {encoder.Attribute.Name}", takes, kind, $", or choose an encoder of {SampleFit.Words(kind)}: {Suggest.Some([.. others])}");
        }
    }

    // By view or by data set, whichever networks are named after.
    static Dictionary<string, SampleKinds> KindsOf(RecipeFile phase)
    {
        if (phase.Data is RecipeMap map && map["uri"] is null)
            return map.Entries.Where(e => e.Value is RecipeScalar).ToDictionary(e => e.Key, e => Sum(DataKinds.Of(((RecipeScalar)e.Value).Text).Kinds.Values));
        return DataKinds.UriOf(phase) is { } uri ? DataKinds.Of(uri).Kinds.ToDictionary() : [];

        static SampleKinds Sum(IEnumerable<SampleKinds> kinds) => kinds.Aggregate(SampleKinds.None, (sum, kind) => sum | kind);
    }

    static Part<MethodAttribute> Method(RecipeFile phase, RecipeMap map)
    {
        if (Catalogues.Methods.All.TryGetValue(phase.Method, out var method)) return method;
        try { return Catalogues.Methods.Find(phase.Method); }
        catch (ConfigurationException e) when (map["method"] is { } node) { throw node.Error("method", e.Message.TrimEnd('.')); }
    }

    static void Options(RecipeFile phase, RecipeMap map)
    {
        var method = Method(phase, map);
        if (Registry.OptionsOf(method.Type) is { } options) Parts.Binder.Bind(options, phase.Options, "options");
        else if (phase.Options is RecipeMap { Entries: [var (key, value), ..] }) throw value.Error($"options.{key}", $"{method.Attribute.Name} has no options");
    }

    static void Batch(RecipeFile phase, RecipeMap map)
    {
        var method = Method(phase, map);
        if (phase.Train.Batch >= method.Attribute.LeastBatch) return;
        var what = $"{phase.Train.Batch} is out of range; {method.Attribute.Name} compares the samples of a batch and takes at least {method.Attribute.LeastBatch}";
        throw map.TryGet("train.batch", out var batch) ? batch.Error("train.batch", what) : new ConfigurationException($"train.batch: {what}.");
    }

    static void CheckNetwork(Type method, string name, RecipeNode node)
    {
        var wanted = NetworkParts.WantedBy(OptionInfo.Constructor(method));
        var parameter = wanted.FirstOrDefault(p => p.Name == name)
            ?? throw node.Error($"networks.{name}",
                $"there is no network '{name}'{Suggest.Nearest(name, wanted.Select(p => p.Name!))}; the method asks for {string.Join(", ", wanted.Select(p => p.Name))}");
        Catalogues.Of(parameter.ParameterType == typeof(EncoderFactory) ? typeof(Encoder) : parameter.ParameterType).Bind(node, $"networks.{name}", Parts.Binder);
    }

    // Who the players are is known once the method is built; what each is told can be read before.
    static OptimizerOptions[] Settings(RecipeFile phase)
    {
        var schedule = Parts.Schedule(phase.Train);
        return phase.Train.Optimizer is RecipeMap map && Parts.IsApart(map, [])
            ? [.. map.Entries.Where(e => e.Value is RecipeMap own && own["name"] is not null).Select(e => Parts.Optimizer(e.Value, schedule, $"train.optimizer.{e.Key}"))]
            : [Parts.Optimizer(phase.Train.Optimizer, schedule)];
    }

    static IEnumerable<string> Warnings(RecipeFile phase)
    {
        var train = phase.Train;
        if (train.Warmup > train.Epochs)
            yield return $"train.warmup: {Number(train.Warmup)} epochs of warm-up in a training of {train.Epochs}: the learning rate never reaches its value.";
        foreach (var options in Settings(phase))
        {
            if (options.LearningRate == 0) yield return "train.optimizer.learningRate: 0 trains nothing.";
            var warmup = options.Schedule switch { WarmupCosine cosine => cosine.WarmupEpochs, LinspaceCosine cosine => cosine.WarmupEpochs, _ => 0 };
            if (warmup > train.Epochs && warmup > train.Warmup)
                yield return $"train.schedule: {Number(warmup)} epochs of warm-up in a training of {train.Epochs}: the learning rate never reaches its value.";
            int[] milestones = options.Schedule switch { StepDecay steps => steps.Milestones, Stairs stairs => stairs.Milestones, _ => [] };
            if (milestones.Length > 0 && milestones.All(m => m >= train.Epochs))
                yield return $"train.schedule: the first milestone is epoch {milestones.Min()}, the training ends after {train.Epochs}: the learning rate never changes.";
        }
        foreach (var warning in OfOptions(phase)) yield return warning;
    }

    // What a method was told, its defaults included, beside the length and the batch of the training.
    static IEnumerable<string> OfOptions(RecipeFile phase)
    {
        if (!Catalogues.Methods.All.TryGetValue(phase.Method, out var method) || Registry.OptionsOf(method.Type) is not { } type) yield break;
        var options = Parts.Binder.Bind(type, phase.Options, "options");
        object? Value(string name) => type.GetProperty(name)?.GetValue(options);
        var train = phase.Train;
        if (Value("Queue") is long keys and > 0 && keys < train.Batch)
            yield return $"options.queue: {keys} keys for batches of {train.Batch}: of each batch only the last {keys} samples are kept.";
        if (train.Steps is not null) yield break;                                         // epochs are as many as it takes
        foreach (var parameter in OptionRules.Constructor(type)?.GetParameters() ?? [])
            if (parameter.GetCustomAttribute<EpochsAttribute>() is { Before: { } what } rule && Value(parameter.Name!) is int epochs && epochs >= train.Epochs
                && (rule.With is not { } with || Convert.ToDouble(Value(with), CultureInfo.InvariantCulture) != 0))
                yield return $"options.{OptionRule.Of(parameter).Name}: {epochs} epochs go by before {what} begins, and the training ends after {train.Epochs}: it never does. "
                    + $"Take fewer, or raise train.epochs.";
    }

    static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
