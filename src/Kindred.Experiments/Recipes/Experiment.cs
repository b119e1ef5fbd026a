using System.Reflection;
using Kindred.Experiments.Modalities;
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

    /// <summary>Where the run keeps what belongs to its data; null where nothing is kept.</summary>
    public string? Assets { get; init; }

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
        var source = DataKinds.Open(recipe, data);
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
    /// <param name="assets">Where a run keeps what belongs to its data; null where nothing is kept.</param>
    /// <exception cref="ConfigurationException">The recipe is wrong; the message names the key.</exception>
    public static Experiment Build(RecipeFile recipe, IData data, Device? device = null, Experiment? previous = null, LayoutChoice? layout = null, string? assets = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(data);
        var (_, type) = Catalogues.Methods.Find(recipe.Method);
        Generator.Default.Seed((long)recipe.Train.Seed);
        using var initialization = Initialization.Begin((long)recipe.Train.Seed);
        using var scope = Scope.Open();
        var method = MakeMethod(recipe, type, data, previous?.Method);
        layout ??= LayoutOf(recipe, method, data, device ?? Device.Cpu);
        method.To(device, channelsLast: layout.ChannelsLast);
        var players = method.Players;
        var optimizers = Parts.Optimizers(recipe.Train, players.Keys).ToDictionary(o => o.Key, o => o.Value.For(players[o.Key]));
        return new Experiment(recipe, data, method, optimizers, device ?? Device.Cpu, layout, previous) { Assets = assets };
    }

    /// <summary>The same experiment, phases before it included, with weights as another seed draws them and nothing trained.</summary>
    /// <param name="seed">The seed.</param>
    public Experiment Untrained(ulong seed)
    {
        using var before = previous?.Untrained(seed);
        return Build(Recipe with { Train = train with { Seed = seed } }, Unopened(Data), Device, before, Layout);
    }

    // Who builds a network only asks what the data look like.
    static KeptData Unopened(IData data) => new(KeptFacts.Of(data, null), () => throw new InvalidOperationException("an untrained network is not trained, so that its data are never asked for"));

    /// <summary>A trainer for it.</summary>
    /// <param name="maxSteps">Stops early; schedules keep their length.</param>
    /// <param name="hooks">Who looks on.</param>
    public Trainer Trainer(long? maxSteps = null, params IReadOnlyList<IHook> hooks) => Trainer(maxSteps, null, hooks);

    /// <summary>A trainer for it.</summary>
    /// <param name="maxSteps">Stops early; schedules keep their length.</param>
    /// <param name="guard">Decides what becomes of steps that went wrong; null ends the training.</param>
    /// <param name="hooks">Who looks on.</param>
    public Trainer Trainer(long? maxSteps, Guard? guard, params IReadOnlyList<IHook> hooks) => new(Method, Data, Optimizers, new TrainerOptions
    {
        Epochs = train.Epochs,
        Steps = train.Steps,
        StepsPerEpoch = train.StepsPerEpoch,
        MaxSteps = maxSteps,
        Device = Device,
        Precision = PrecisionOf(train.Precision, Device),
        LogEvery = train.LogEvery,
        Piece = train.Piece,
        Guard = guard,
    }, guard is null ? hooks : [guard, .. hooks]);

    /// <summary>What the recipe wants done with steps that go wrong.</summary>
    internal GuardOptions Guarded => new(Enum.Parse<GuardKind>(train.Guard, ignoreCase: true), train.GuardLimit, train.Spike);

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

    static LayoutChoice LayoutOf(RecipeFile recipe, Method method, IData data, Device device) =>
        MemoryLayout.Choose(recipe.Train.Layout, method, (int)data.Inputs.GetValueOrDefault("height", 32), (int)data.Inputs.GetValueOrDefault("width", 32),
            device, PrecisionOf(recipe.Train.Precision, device));

    static Method MakeMethod(RecipeFile recipe, Type type, IData data, Method? previous)
    {
        var facts = KeptFacts.FactsOf(data);
        var networks = new NetworkParts(recipe, facts, OptionInfo.Constructor(type));
        object? Supply(ParameterInfo parameter) =>
            parameter.ParameterType == typeof(DataFacts) ? facts
            : parameter.ParameterType == typeof(EncoderFactory) ? networks.Factory(parameter)
            : GoesOn(parameter) ? Previous(recipe.Method, parameter.ParameterType, previous)
            : networks.Make(parameter);
        var method = (Method)Registry.Make(type, recipe.Options, "options", Parts.Binder, Supply);
        if (previous is not null && !OptionInfo.Constructor(type).GetParameters().Any(GoesOn)) PhaseWeights.Take(previous, method);
        return method;
    }

    // A method, or what a method can be asked for: the phase before provides it.
    static bool GoesOn(ParameterInfo parameter) => typeof(Method).IsAssignableFrom(parameter.ParameterType) || parameter.ParameterType.IsInterface;

    static Method Previous(string name, Type wanted, Method? previous) => wanted.IsInstanceOfType(previous) ? previous!
        : throw new ConfigurationException($"{name} goes on with {Describe(wanted)}, "
            + $"{(previous is null ? "and there is no phase before it" : $"but the phase before it trained {previous.GetType().Name}")}; see recipes with 'phases'.");

    // A capability is said by the methods that have it.
    static string Describe(Type wanted) => !wanted.IsInterface ? $"a trained {wanted.Name}"
        : $"what one of these methods has trained: {string.Join(", ", Catalogues.Methods.All.Where(m => wanted.IsAssignableFrom(m.Value.Type)).Select(m => m.Key))}";

    /// <summary>Stops the workers and frees the optimizers; the method's weights stay for who holds it.</summary>
    public void Dispose()
    {
        foreach (var optimizer in Optimizers.Values) optimizer.Dispose();
        Data.Dispose();
    }
}
