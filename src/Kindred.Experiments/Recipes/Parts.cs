using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Optim;

namespace Kindred.Experiments.Recipes;

/// <summary>Builds what recipes name: encoders, optimizers, schedules, view plans and every other part that a catalogue holds.</summary>
public static class Parts
{
    /// <summary>Reads options: besides plain values it knows schedules and optimizer groups.</summary>
    public static Binder Binder { get; } = new Binder().With(ReadSchedule).With(ReadGroups);

    /// <summary>The part that a node names.</summary>
    /// <typeparam name="T">What is wanted: a kind of part (<see cref="Kindred.Encoder"/>) or a class derived from one.</typeparam>
    /// <param name="node">A name, or a map with a name and options.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="facts">What its constructor may ask of the data.</param>
    /// <param name="more">What its constructor may ask for besides, matched by type.</param>
    /// <exception cref="ConfigurationException">The name or an option is unknown, an option wrong, or the part is not what is wanted.</exception>
    public static T Make<T>(RecipeNode node, string path, DataFacts? facts = null, params object?[] more) where T : class => (T)Make(typeof(T), node, path, facts, more);

    /// <summary>The part that a node names.</summary>
    /// <param name="kind">What is wanted: a kind of part or a class derived from one.</param>
    /// <param name="node">A name, or a map with a name and options.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="facts">What its constructor may ask of the data.</param>
    /// <param name="more">What its constructor may ask for besides, matched by type.</param>
    /// <exception cref="ConfigurationException">The name or an option is unknown, an option wrong, or the part is not what is wanted.</exception>
    public static object Make(Type kind, RecipeNode node, string path, DataFacts? facts = null, params object?[] more)
    {
        ArgumentNullException.ThrowIfNull(kind);
        var (part, options) = Catalogues.Of(kind).Read(node, path);
        if (!kind.IsAssignableFrom(part.Type)) throw node.Error(path, $"a {kind.Name} is wanted here, and {part.Attribute.Name} is none{Instead(kind)}");
        return Registry.Make(part.Type, options, Catalogue.PathOf(node, path), Binder, [facts ?? DataFacts.None, .. more]);
    }

    /// <summary>The encoder that a node describes, its weights drawn from the open initialization.</summary>
    /// <param name="node">A name, or a map with <c>name</c> and options.</param>
    /// <param name="channels">Input channels that differ from the recipe's and the data's.</param>
    /// <param name="facts">What the encoder may ask of the data.</param>
    /// <param name="path">Where the node stands, for messages.</param>
    public static Encoder Encoder(RecipeNode node, long? channels = null, DataFacts? facts = null, string path = "encoder")
    {
        if (channels is not { } wanted) return Make<Encoder>(node, path, facts);
        var (part, options) = Catalogues.Encoders.Read(node, path);
        if (part.Options is not { } type || OptionInfo.Of(type).All(o => o.Name != "channels"))
            throw node.Error(path, $"{part.Attribute.Name} takes no other number of channels; use a convolutional one");
        var other = (options ?? new RecipeMap([], node.Place)).With("channels", null);
        return (Encoder)Registry.Make(part.Type, other, Catalogue.PathOf(node, path), Binder, (facts ?? DataFacts.None).WithInput("channels", wanted));
    }

    /// <summary>The optimizer's settings that a node describes.</summary>
    /// <param name="node">A name, or a map with <c>name</c> and options; null for SGD.</param>
    /// <param name="schedule">The learning rate's factor over time, unless the node has its own.</param>
    /// <param name="path">Where the node stands, for messages.</param>
    public static OptimizerOptions Optimizer(RecipeNode? node, Schedule schedule, string path = "train.optimizer")
    {
        if (node is null or { IsNull: true }) return new Sgd.Options { Schedule = schedule };
        var (part, written) = Catalogues.Optimizers.Read(node, path);
        if (part.Options is not { } type || !typeof(OptimizerOptions).IsAssignableFrom(type))
            throw node.Error(path, $"{part.Attribute.Name} takes no options that are {nameof(OptimizerOptions)}, and so no schedule; give its constructor such a record");
        var options = (OptimizerOptions)Binder.Bind(type, written, Catalogue.PathOf(node, path))!;
        return written?["schedule"] is { IsNull: false } ? options : options with { Schedule = schedule };
    }

    /// <summary>The settings of every player's optimizer: one for all, or a map with one for each.</summary>
    /// <param name="train">The training section.</param>
    /// <param name="players">Who is optimised.</param>
    /// <exception cref="ConfigurationException">A player has no optimizer, a key is no player, or a setting is wrong.</exception>
    public static IReadOnlyDictionary<string, OptimizerOptions> Optimizers(TrainSection train, IEnumerable<string> players)
    {
        ArgumentNullException.ThrowIfNull(train);
        const string path = "train.optimizer";
        string[] names = [.. players];
        var (node, schedule) = (train.Optimizer, Schedule(train));
        var apart = node is RecipeMap map && IsApart(map, names) ? map : null;
        if (apart is not null) CheckPlayers(apart, names, path);
        return names.ToDictionary(p => p, p =>
        {
            var options = Optimizer(apart is null ? node : apart[p], schedule, apart is null ? path : Binder.Join(path, p));
            return train.ClipNorm > 0 ? options with { ClipNorm = train.ClipNorm } : options;
        });
    }

    /// <summary>The learning rate's factor over time that a training section describes.</summary>
    /// <exception cref="ConfigurationException">There is no such schedule, or it leaves the range of a factor.</exception>
    public static Schedule Schedule(TrainSection train)
    {
        ArgumentNullException.ThrowIfNull(train);
        var schedule = Written(train);
        return FactorRule.Fault(schedule) is { } fault ? throw train.Schedule!.Error("train.schedule", fault) : schedule;
    }

    static OptionRule FactorRule { get; } = OptionInfo.Of(typeof(Sgd.Options)).Single(o => o.Name == "schedule").Rule;

    static Schedule Written(TrainSection train) => train.Schedule is RecipeMap ? ReadSchedule(train.Schedule, "train.schedule") : (train.Schedule as RecipeScalar)?.Text switch
    {
        null or "cosine" => new WarmupCosine(WarmupEpochs: train.Warmup),
        "constant" when train.Warmup == 0 => new Constant(),
        _ when train.Warmup == 0 => ReadSchedule(train.Schedule!, "train.schedule", FactorRule),
        var name => throw train.Schedule!.Error("train.schedule",
            $"'{name}' has no warm-up of its own; leave train.warmup out, or use cosine or a map such as {{ warmup-cosine: {{ warmupEpochs: 10 }} }}"),
    };

    /// <summary>The groups of picture views that a recipe makes.</summary>
    public static ViewGroup[] Views(IReadOnlyList<ViewSection> sections) => PictureViews.Groups(Requests(sections, typeof(Augmentation)));

    /// <summary>One plan of a picture's view.</summary>
    public static ViewPlan Plan(ViewSection section, string path) => PictureViews.Plan(Request(section, typeof(Augmentation), path));

    /// <summary>Groups of views with their operations made.</summary>
    /// <param name="sections">What the recipe says.</param>
    /// <param name="operation">What an operation is for this kind of data; null where views have none.</param>
    /// <exception cref="ConfigurationException">An operation is unknown, or one of its options wrong.</exception>
    public static ViewRequest[] Requests(IReadOnlyList<ViewSection> sections, Type? operation)
    {
        ArgumentNullException.ThrowIfNull(sections);
        return [.. sections.Select((section, i) => Request(section, operation, $"views.{i}"))];
    }

    /// <summary>What a phase asks of its data.</summary>
    /// <param name="recipe">The phase.</param>
    /// <param name="modality">The kind of its data.</param>
    /// <param name="uri">The data.</param>
    /// <param name="assets">Where a run keeps what belongs to its data; null where nothing is kept.</param>
    public static DataRequest Request(RecipeFile recipe, Modality modality, string uri, string? assets = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(modality);
        return new(uri, Requests(recipe.Views, modality.Operation), recipe.Plain is { } own ? Request(own, modality.Operation, "plain") : null,
            recipe.Train.Batch, recipe.Train.Seed, recipe.Train.Workers, assets);
    }

    static ViewRequest Request(ViewSection section, Type? operation, string path)
    {
        if (operation is null && section.Of.Count > 0) throw section.Of[0].Error($"{path}.of", "the views of these data have no operations; leave them out");
        if (operation != typeof(Augmentation) && section.LeaveOut.Count > 0) throw new ConfigurationException($"{path}.leaveOut: only views of pictures share single draws; leave it out.");
        List<object> operations = [.. section.Of.Select((node, i) => Make(operation!, node, $"{path}.of.{i}"))];
        if (section.Normalize is { IsNull: false } node)
            operations.Add(operation == typeof(Augmentation)
                ? Normalization(node, $"{path}.normalize") : throw node.Error($"{path}.normalize", "only pictures are normalised by channels"));
        return new(section.Name, section.Count, section.Size, operations, section.DrawnAs, section.LeaveOut);
    }

    /// <summary>A normalisation by name (<c>imagenet</c>, <c>cifar10</c>, <c>half</c>) or by numbers.</summary>
    public static Normalize Normalization(RecipeNode node, string path) => node switch
    {
        RecipeScalar { Text: "imagenet" } => new Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        RecipeScalar { Text: "cifar10" } => new Normalize([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]),
        RecipeScalar { Text: "half" } => new Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
        RecipeScalar scalar => throw scalar.Error(path, $"there is no normalisation '{scalar.Text}'; there are imagenet, cifar10, half, or a map with mean and std"),
        _ => Binder.Bind<Normalize>(node, path),
    };

    // One optimizer for all is a name, a map with one, or { adamw: { … } }; every other map goes by players.
    internal static bool IsApart(RecipeMap map, string[] players) =>
        map["name"] is null && !(map.Entries.Count == 1 && !players.Contains(map.Entries[0].Key) && Catalogues.Optimizers.All.ContainsKey(map.Entries[0].Key));

    static void CheckPlayers(RecipeMap map, string[] players, string path)
    {
        foreach (var (key, value) in map.Entries)
            if (!players.Contains(key))
                throw value.Error(Binder.Join(path, key),
                    $"there is no player '{key}'{Suggest.Nearest(key, [.. players, "name"])}; the method has {string.Join(", ", players)}. Give each "
                        + $"its optimizer, or all of them one by {{ name: adamw, … }}");
        foreach (var player in players)
            if (map[player] is not { IsNull: false })
                throw map.Error(path, $"the player '{player}' has no optimizer; the method has {string.Join(", ", players)}, and each needs one");
    }

    static string Instead(Type kind) =>
        Catalogues.Of(kind).Parts.Where(p => kind.IsAssignableFrom(p.Type)).Select(p => p.Attribute.Name).ToArray() is { Length: > 0 } fitting ? $"; take {Suggest.Some(fitting)}" : "";

    static Schedule ReadSchedule(RecipeNode node, string path, OptionRule? rule = null) => node is RecipeScalar { IsNull: false } scalar && IsNumber(scalar.Text)
        ? Fixed(scalar, path, rule ?? OptionInfo.Of(typeof(Constant))[0].Rule)
        : (Schedule)Catalogues.Schedules.Bind(node, path, ScheduleBinder)!;

    static Schedule Fixed(RecipeScalar scalar, string path, OptionRule rule)
    {
        var number = (double)ScalarReader.For(typeof(double))!.Read(scalar, path, rule);
        return rule.Fault(number, scalar.Kind) is { } fault ? throw scalar.Error(path, fault) : number;
    }

    // Whatever looks like a number is read as one, so that .nan and 1e400 are told what a number is and not which schedules there are.
    static bool IsNumber(string text) => text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.')
        || double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _);

    static Binder ScheduleBinder { get; } = new();

    // groups: { predictor: { schedule: 1 }, "*.bias": { weightDecay: 0 } }
    static IReadOnlyList<ParameterGroup> ReadGroups(RecipeNode node, string path) => node is RecipeMap map
        ? [.. map.Entries.Select(e => Group(e.Key, e.Value, Binder.Join(path, e.Key)))]
        : throw node.Error(path, $"a map from state paths to their settings was expected, this is {node.Kind}");

    static ParameterGroup Group(string pattern, RecipeNode node, string path) => node is not RecipeMap map
        ? throw node.Error(path, $"a map with settings of a parameter group was expected, this is {node.Kind}")
        : map["pattern"] is { } own ? throw own.Error(Binder.Join(path, "pattern"), $"the key '{pattern}' is the pattern already; leave this out")
        : Binder.Bind<ParameterGroup>(map.With("pattern", new RecipeScalar(pattern, true, map.Place)), path);
}
