using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Encoders;
using Kindred.Io;
using Kindred.Optim;

namespace Kindred.Experiments.Recipes;

/// <summary>Builds what recipes name: encoders, optimizers, schedules and view plans.</summary>
public static class Parts
{
    /// <summary>View operations by name.</summary>
    public static Catalog<Augmentation> Operations { get; } = MakeOperations();

    /// <summary>Schedules by name; a plain number is a constant.</summary>
    public static Catalog<Schedule> Schedules { get; } = new Catalog<Schedule>("schedule")
        .Add<Constant>("constant", "stays as it is", o => o)
        .Add<CosineRamp>("cosine", "half a cosine over all steps", o => o)
        .Add<CosineEpochs>("cosine-epochs", "half a cosine that changes once an epoch", o => o)
        .Add<WarmupCosine>("warmup-cosine", "linear warm-up, then half a cosine", o => o)
        .Add<LinspaceCosine>("linspace-cosine", "SwAV's and DINO's arrays: warm-up with both ends, then half a cosine", o => o)
        .Add<StepDecay>("steps", "multiplied by a factor at milestones", o => o)
        .Add<Stairs>("stairs", "a value for each stretch of epochs", o => o)
        .Add<LinearEpochs>("linear-epochs", "a linear rise over the first epochs", o => o);

    static readonly (string Name, OptimizerOptions Defaults)[] optimizers = [("sgd", new Sgd.Options()), ("adam", new Adam.Options()), ("adamw", new Adam.Options { Decoupled = true }), ("lars", new Lars.Options())];

    /// <summary>Reads options: besides plain values it knows schedules and optimizer groups.</summary>
    public static Binder Binder { get; } = new Binder().With(ReadSchedule).With(ReadGroups);

    /// <summary>Names of the optimizers.</summary>
    public static IEnumerable<string> OptimizerNames => optimizers.Select(o => o.Name);

    /// <summary>The encoder that a node describes, its weights drawn from the open initialization.</summary>
    /// <param name="node">A name, or a map with <c>name</c> and options.</param>
    /// <param name="channels">Input channels that differ from the recipe's.</param>
    public static Encoder Encoder(RecipeNode node, long? channels = null)
    {
        var (name, options) = NameOf(node, "encoder");
        var entry = EncoderCatalog.Entries.FirstOrDefault(e => e.Name == name.Text)
            ?? throw name.Error("encoder", $"there is no encoder '{name.Text}'{Suggest.Nearest(name.Text, EncoderCatalog.Entries.Select(e => e.Name))}; there are {string.Join(", ", EncoderCatalog.Entries.Select(e => e.Name))}");
        var filled = RecordFiller.Fill(entry.Defaults, options, "encoder", Binder, $"encoder {entry.Name}");
        if (channels is { } wanted)
        {
            var property = filled.GetType().GetProperty("Channels") ?? throw node.Error("encoder", $"{entry.Name} takes no other number of channels; use a convolutional one");
            property.SetValue(filled, Convert.ChangeType(wanted, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));
        }
        return entry.Build(filled);
    }

    /// <summary>The optimizer's settings that a node describes.</summary>
    /// <param name="node">A name, or a map with <c>name</c> and options; null for SGD.</param>
    /// <param name="schedule">The learning rate's factor over time, unless the node has its own.</param>
    /// <param name="path">Where the node stands, for messages.</param>
    public static OptimizerOptions Optimizer(RecipeNode? node, Schedule schedule, string path = "train.optimizer")
    {
        if (node is null) return new Sgd.Options { Schedule = schedule };
        var (name, options) = NameOf(node, path);
        var found = Array.FindIndex(optimizers, o => o.Name == name.Text);
        if (found < 0) throw name.Error(path, $"there is no optimizer '{name.Text}'{Suggest.Nearest(name.Text, OptimizerNames)}; there are {string.Join(", ", OptimizerNames)}");
        return (OptimizerOptions)RecordFiller.Fill(optimizers[found].Defaults with { Schedule = schedule }, options, path, Binder, name.Text);
    }

    /// <summary>The learning rate's factor over time that a training section describes.</summary>
    public static Schedule Schedule(TrainSection train)
    {
        ArgumentNullException.ThrowIfNull(train);
        if (train.Schedule is RecipeMap) return ReadSchedule(train.Schedule, "train.schedule");
        return (train.Schedule as RecipeScalar)?.Text switch
        {
            null or "cosine" => new WarmupCosine(WarmupEpochs: train.Warmup),
            "constant" when train.Warmup == 0 => new Constant(),
            _ when train.Warmup == 0 => ReadSchedule(train.Schedule!, "train.schedule"),
            var name => throw train.Schedule!.Error("train.schedule", $"'{name}' has no warm-up of its own; leave train.warmup out, or use cosine or a map such as {{ warmup-cosine: {{ warmupEpochs: 10 }} }}"),
        };
    }

    /// <summary>The groups of views that a recipe makes.</summary>
    public static ViewGroup[] Views(IReadOnlyList<ViewSection> sections)
    {
        ArgumentNullException.ThrowIfNull(sections);
        return [.. sections.Select((section, i) => new ViewGroup(section.Name, section.Count, Plan(section, $"views.{i}"), section.DrawnAs))];
    }

    /// <summary>One plan: the operations in order, a resize in front where only <c>size</c> is given, the normalisation at the end.</summary>
    public static ViewPlan Plan(ViewSection section, string path)
    {
        ArgumentNullException.ThrowIfNull(section);
        var operations = section.Of.Select((node, i) => Operations.Make(node, $"{path}.of.{i}", Binder)).ToList();
        if (section.Size is { } size && !operations.OfType<ISelectsRegion>().Any()) operations.Insert(operations is [Background, ..] ? 1 : 0, new Resize(size));
        if (section.Normalize is { IsNull: false } node) operations.Add(Normalization(node, $"{path}.normalize"));
        return new ViewPlan([.. operations]);
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

    /// <summary>The name in a node, and its options.</summary>
    internal static (RecipeScalar Name, RecipeNode? Options) NameOf(RecipeNode node, string path) => node switch
    {
        RecipeScalar { IsNull: false } name => (name, null),
        RecipeMap map when map["name"] is RecipeScalar name => (name, map.With("name", null)),
        _ => throw node.Error(path, $"a name, or a map with 'name' and options, was expected; this is {node.Kind}"),
    };

    static Schedule ReadSchedule(RecipeNode node, string path) => node switch
    {
        RecipeScalar scalar when double.TryParse(scalar.Text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) => value,
        _ => Schedules.Make(node, path, ScheduleBinder),
    };

    static Binder ScheduleBinder { get; } = new();

    // groups: { predictor: { schedule: 1 }, "*.bias": { weightDecay: 0 } }
    static IReadOnlyList<ParameterGroup> ReadGroups(RecipeNode node, string path) => node is RecipeMap map
        ? [.. map.Entries.Select(e => (ParameterGroup)RecordFiller.Fill(new ParameterGroup(e.Key), e.Value, Binder.Join(path, e.Key), Binder, "a parameter group"))]
        : throw node.Error(path, $"a map from state paths to their settings was expected, this is {node.Kind}");

    static Catalog<Augmentation> MakeOperations()
    {
        var catalog = new Catalog<Augmentation>("view operation");
        foreach (var entry in AugmentationCatalog.All)
            catalog.Add(new CatalogEntry<Augmentation>(entry.Name, entry.Paper, entry.Type, options => (Augmentation)options!));
        return catalog;
    }
}
