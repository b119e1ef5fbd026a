using Kindred.Data.Pictures.Native;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Training;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Recipes;

/// <summary>One phase of a recipe, built: the data, the method, its optimizers, and the trainer that puts them together.</summary>
/// <example><code>
/// using var experiment = Experiment.Build(Recipe.Load("recipes/simclr.yaml").First);
/// experiment.Trainer().Fit();
/// var features = ((IEncodes)experiment.Method).Features(view);
/// </code></example>
public sealed class Experiment : IDisposable
{
    readonly TrainSection train;

    readonly Experiment? previous;

    Experiment(RecipeFile recipe, IData data, Method method, IReadOnlyDictionary<string, Optimizer> optimizers, Device device, LayoutChoice layout, Experiment? previous) =>
        (Recipe, train, Data, Method, Optimizers, Device, Layout, this.previous) = (recipe, recipe.Train, data, method, optimizers, device, layout, previous);

    /// <summary>The recipe's phase.</summary>
    public RecipeFile Recipe { get; }

    /// <summary>What it learns from.</summary>
    public IData Data { get; }

    /// <summary>What learns.</summary>
    public Method Method { get; }

    /// <summary>One for each player.</summary>
    public IReadOnlyDictionary<string, Optimizer> Optimizers { get; }

    /// <summary>Where tensors live.</summary>
    public Device Device { get; }

    /// <summary>How pictures and kernels lie in memory.</summary>
    public LayoutChoice Layout { get; }

    /// <summary>Builds everything that a phase describes. The same recipe and seed give the same weights to the bit.</summary>
    /// <param name="recipe">The phase.</param>
    /// <param name="data">A data URI that replaces the recipe's.</param>
    /// <param name="device">Where tensors live; the processor if left out.</param>
    /// <param name="previous">The phase before, for methods that go on with what it trained; it may be disposed already.</param>
    /// <param name="layout">How it shall lie in memory, where that was chosen before; left out, as the recipe says.</param>
    /// <exception cref="ConfigurationException">The recipe is wrong; the message names the key.</exception>
    /// <exception cref="DataException">The data cannot be opened.</exception>
    public static Experiment Build(RecipeFile recipe, string? data = null, Device? device = null, Experiment? previous = null, LayoutChoice? layout = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        Catalogues.Methods.Find(recipe.Method);
        var source = OpenData(recipe, data);
        try { return Build(recipe, source, device, previous, layout); }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Builds a phase on data that are open already; the experiment disposes them.</summary>
    /// <param name="recipe">The phase; the data that it names are left alone.</param>
    /// <param name="data">What to learn from, in the views that the method wants.</param>
    /// <param name="device">Where tensors live; the processor if left out.</param>
    /// <param name="previous">The phase before, for methods that go on with what it trained; it may be disposed already.</param>
    /// <param name="layout">How it shall lie in memory, where that was chosen before; left out, as the recipe says.</param>
    /// <exception cref="ConfigurationException">The recipe is wrong; the message names the key.</exception>
    public static Experiment Build(RecipeFile recipe, IData data, Device? device = null, Experiment? previous = null, LayoutChoice? layout = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(data);
        var (_, type) = Catalogues.Methods.Find(recipe.Method);
        Generator.Default.Seed((long)recipe.Train.Seed);
        using var initialization = Initialization.Begin((long)recipe.Train.Seed);
        using var scope = Scope.Open();
        var method = MakeMethod(recipe, type, data, previous?.Method);
        layout ??= LayoutOf(recipe, method, device ?? Device.Cpu);
        method.To(device, channelsLast: layout.ChannelsLast);
        var players = method.Players;
        var optimizers = Parts.Optimizers(recipe.Train, players.Keys).ToDictionary(o => o.Key, o => o.Value.For(players[o.Key]));
        return new Experiment(recipe, data, method, optimizers, device ?? Device.Cpu, layout, previous);
    }

    /// <summary>The same experiment, phases before it included, with weights as another seed draws them and nothing trained.</summary>
    /// <param name="seed">The seed.</param>
    public Experiment Untrained(ulong seed)
    {
        using var before = previous?.Untrained(seed);
        return Build(Recipe with { Train = train with { Seed = seed } }, device: Device, previous: before, layout: Layout);
    }

    /// <summary>A trainer for it.</summary>
    /// <param name="maxSteps">Stops early; schedules keep their length.</param>
    /// <param name="hooks">Who looks on.</param>
    public Trainer Trainer(long? maxSteps = null, params IReadOnlyList<IHook> hooks) => new(Method, Data, Optimizers, new TrainerOptions
    {
        Epochs = train.Epochs,
        Steps = train.Steps,
        StepsPerEpoch = train.StepsPerEpoch,
        MaxSteps = maxSteps,
        Device = Device,
        Precision = PrecisionOf(train.Precision, Device),
        LogEvery = train.LogEvery,
    }, hooks);

    /// <summary>Everything that the next step depends on.</summary>
    public TrainingState State() => new(Method, Optimizers, train.Seed);

    /// <summary>The element type that <c>auto</c>, <c>fp32</c> or <c>bf16</c> means here; null is single precision.</summary>
    /// <remarks>bf16 pays where the processor or GPU has instructions for it, and costs time where it has none.</remarks>
    public static Dtype? PrecisionOf(string precision, Device device) => precision switch
    {
        "bf16" => Dtype.BFloat16,
        "auto" when device.IsCuda || Processor.HasBFloat16 => Dtype.BFloat16,
        _ => null,
    };

    /// <summary>The data that a phase names, or null.</summary>
    public static string? UriOf(RecipeFile recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return (recipe.Data as RecipeScalar)?.Text ?? (recipe.Data as RecipeMap)?["uri"]?.ToString().Trim();
    }

    /// <summary>Opens the data of a phase with its views.</summary>
    public static IData OpenData(RecipeFile recipe, string? data = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var uri = data ?? UriOf(recipe)
            ?? throw new ConfigurationException("the recipe names no data; give --data URI, for example --data emoji or --data folder:PATH.");
        return DataKind.Of(uri).Open(uri, recipe);
    }

    /// <summary>The view without chance: the recipe's own, or the first group's size and normalisation.</summary>
    public static ViewPlan Plain(RecipeFile recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Plain is { } own) return Parts.Plan(own, "plain");
        var first = recipe.Views[0];
        var training = Parts.Plan(first, "views.0");
        var shape = training.Shape(64, 64);
        // Views that keep the picture's own size are looked at in that size.
        Augmentation[] resize = shape == training.Shape(48, 48) ? [new Resize(shape.Height, Square: true)] : [];
        Augmentation[] normalize = first.Normalize is { IsNull: false } node ? [Parts.Normalization(node, "views.0.normalize")] : [];
        return new ViewPlan([.. resize, .. normalize]);
    }

    static LayoutChoice LayoutOf(RecipeFile recipe, Method method, Device device)
    {
        var (height, width) = (32, 32);
        if (recipe.Views.Count > 0)
        {
            var shape = Parts.Plan(recipe.Views[0], "views.0").Shape(64, 64);
            (height, width) = (shape.Height, shape.Width);
        }
        return MemoryLayout.Choose(recipe.Train.Layout, method, height, width, device, PrecisionOf(recipe.Train.Precision, device));
    }

    static ConfigurationException NoEncoder() => new("the recipe names no encoder; give one, for example encoder.name=resnet18.");

    static Method MakeMethod(RecipeFile recipe, Type type, IData data, Method? previous)
    {
        var facts = new DataFacts(data.Count, data.Classes.Count, data.StepsPerEpoch);
        EncoderFactory encoders = channels => Parts.Encoder(recipe.Encoder ?? throw NoEncoder(), channels, facts);
        var parameters = type.GetConstructors().Single().GetParameters();
        var parts = new List<object?> { encoders, facts };
        if (parameters.FirstOrDefault(p => typeof(Encoder).IsAssignableFrom(p.ParameterType)) is { } encoder)
            parts.Add(Parts.Make(encoder.ParameterType, recipe.Encoder ?? throw NoEncoder(), "encoder", facts));
        if (parameters.FirstOrDefault(p => typeof(Method).IsAssignableFrom(p.ParameterType)) is { } wanted)
            parts.Add(wanted.ParameterType.IsInstanceOfType(previous) ? previous
                : throw new ConfigurationException($"{recipe.Method} goes on with a trained {wanted.ParameterType.Name}, {(previous is null ? "and there is no phase before it" : $"but the phase before it trained {previous.GetType().Name}")}; see recipes with 'phases'."));
        return (Method)Registry.Make(type, recipe.Options, Parts.Binder, [.. parts]);
    }

    /// <summary>Stops the workers and frees the optimizers; the method's weights stay for who holds it.</summary>
    public void Dispose()
    {
        foreach (var optimizer in Optimizers.Values) optimizer.Dispose();
        Data.Dispose();
    }
}
