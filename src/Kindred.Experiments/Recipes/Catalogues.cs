using System.Reflection;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Optim;
using Kindred.Data.Graphs;

namespace Kindred.Experiments.Recipes;

/// <summary>Everything that a recipe can name, by kind. A new class with an attribute is found; a new kind is a line here.</summary>
public static class Catalogues
{
    static readonly Lock changing = new();

    // In front of the catalogues, which look here when they are first asked.
    static IReadOnlyList<Assembly> assemblies = [.. new[] { typeof(Augmentation), typeof(Method), typeof(Catalogues), typeof(Protocol) }.Select(t => t.Assembly).Distinct()];

    /// <summary>Methods.</summary>
    public static Catalogue<MethodAttribute> Methods { get; } = new("method", typeof(Method));

    /// <summary>Encoders.</summary>
    public static Catalogue<EncoderAttribute> Encoders { get; } = new("encoder", typeof(Encoder));

    /// <summary>Optimizers.</summary>
    public static Catalogue<OptimizerAttribute> Optimizers { get; } = new("optimizer", typeof(Optimizer));

    /// <summary>Schedules; a plain number is a constant.</summary>
    public static Catalogue<ScheduleAttribute> Schedules { get; } = new("schedule", typeof(Schedule));

    /// <summary>Operations on views.</summary>
    public static Catalogue<AugmentationAttribute> Operations { get; } = new("view operation", typeof(Augmentation));

    /// <summary>Operations on views of graphs.</summary>
    public static Catalogue<GraphOperationAttribute> GraphOperations { get; } = new("graph operation", typeof(GraphOperation));

    /// <summary>Evaluations.</summary>
    public static Catalogue<ProtocolAttribute> Protocols { get; } = new("protocol", typeof(Protocol));

    /// <summary>Kinds of data.</summary>
    public static Catalogue<ModalityAttribute> Modalities { get; } = new("modality", typeof(Modality));

    /// <summary>Places that pictures come from, of plug-ins.</summary>
    public static Catalogue<PictureSourceAttribute> PictureSources { get; } = new("picture source", typeof(PictureSource));

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<Catalogue> All { get; } = [Methods, Encoders, Optimizers, Schedules, Operations, GraphOperations, Protocols, Modalities, PictureSources];

    /// <summary>Where parts are looked for.</summary>
    public static IReadOnlyList<Assembly> Assemblies => assemblies;

    /// <summary>Adds the parts of another assembly, of every kind.</summary>
    /// <param name="plugin">The assembly; one that is known already changes nothing.</param>
    /// <exception cref="ConfigurationException">A name is taken already, or an attribute stands on a class of another kind; nothing is added then.</exception>
    public static void AddPlugin(Assembly plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        lock (changing)
        {
            if (assemblies.Contains(plugin)) return;
            IReadOnlyList<Assembly> more = [.. assemblies, plugin];
            Action[] found = [.. All.Select(c => c.Looked(more))];
            assemblies = more;
            foreach (var take in found) take();
            foreach (var (name, source) in PictureSources.All.Where(s => s.Value.Type.Assembly == plugin))
                Data.Sources.PictureSources.Add((name, source.Attribute.Path, source.Attribute.Title), (PictureSource)Activator.CreateInstance(source.Type)!);
        }
    }

    /// <summary>The catalogue of a kind of part.</summary>
    /// <param name="part">What the part is, such as <see cref="Encoder"/> or a class derived from it.</param>
    /// <exception cref="ArgumentException">Recipes name no such parts.</exception>
    public static Catalogue Of(Type part) => All.FirstOrDefault(c => c.PartType.IsAssignableFrom(part))
        ?? throw new ArgumentException($"recipes name no {part?.Name}; they name {string.Join(", ", All.Select(c => c.PartType.Name))}", nameof(part));
}
