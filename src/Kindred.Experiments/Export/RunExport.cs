using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Experiments.Export;

/// <summary>Finds what of a trained run is worth exporting: the encoder whose output the method calls its representation.</summary>
public static class RunExport
{
    const int Samples = 8;
    const double Close = 1e-5;

    /// <summary>The encoder of an opened run.</summary>
    /// <param name="experiment">From <see cref="Runs.TrainedRun"/>.</param>
    /// <param name="network">The encoder's name or path in the method, where the method has several.</param>
    /// <param name="data">Data of the kind that it learnt from, where those themselves are gone and cannot be imagined.</param>
    /// <exception cref="ConfigurationException">There is no such encoder, or several and none is the representation by itself.</exception>
    public static ExportedEncoder Of(Experiment experiment, string? network = null, string? data = null)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var views = Examples.Of(experiment, data, Samples);
        var encoders = Named(experiment.Method);
        if (encoders.Count == 0) throw new ConfigurationException($"{experiment.Recipe.Method} has no encoder that could be exported.");
        var wanted = network is null ? encoders : [.. encoders.Where(e => e.Path == network || e.Path.Split('.').Contains(network))];
        if (wanted.Count == 0)
            throw new ConfigurationException($"--network {network}: there is no such encoder{Suggest.Nearest(network!, encoders.Select(e => e.Path))}; there are {Listed(encoders)}.");
        using var evaluating = experiment.Method.Evaluating();
        foreach (var (path, encoder) in wanted)
            foreach (var view in views)
                if (Fits(experiment.Method, encoder, view, byName: network is not null)) return new(encoder, path, view, Describe(experiment, encoder, data));
        throw new ConfigurationException($"no single encoder of {experiment.Recipe.Method} gives its representation: it is put together of {Listed(encoders)}; choose one by --network.");
    }

    /// <summary>The encoder at a path of another method of the same kind.</summary>
    public static Encoder At(Method method, string path) => Named(method).First(e => e.Path == path).Encoder;

    static string Listed(IEnumerable<(string Path, Encoder Encoder)> encoders) => string.Join(", ", encoders.Select(e => $"{e.Path} ({e.Encoder.GetType().Name})"));

    // By the path of its first weight, less that weight's own.
    static List<(string Path, Encoder Encoder)> Named(Method method)
    {
        var paths = method.State().ToDictionary(s => s.State, s => s.Path);
        return [.. method.Modules().OfType<Encoder>().Select(e => (e.State().Select(s => paths.TryGetValue(s.State, out var whole) && whole.EndsWith(s.Path, StringComparison.Ordinal)
            ? whole[..^s.Path.Length].TrimEnd('.') : "").FirstOrDefault(""), e))];
    }

    static bool Fits(Method method, Encoder encoder, View view, bool byName)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        try
        {
            var own = encoder.Forward(view);
            if (byName || method is not IEncodes encodes) return true;
            var features = encodes.Features(view);
            return own.Shape.SequenceEqual(features.Shape) && (own - features).Abs().Max().Item() <= Close * Math.Max(1, features.Abs().Max().Item());
        }
        catch (Exception e) when (e is KindredException or TorchException or InvalidOperationException or InvalidCastException or ArgumentException) { return false; }   // it takes other views
    }

    static Dictionary<string, string> Describe(Experiment experiment, Encoder encoder, string? data)
    {
        var recipe = experiment.Recipe;
        var said = new Dictionary<string, string>
        {
            [OnnxKeys.Version] = typeof(RunExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?",
            [OnnxKeys.Method] = recipe.Method,
            [OnnxKeys.Dim] = encoder.Dim.ToString(CultureInfo.InvariantCulture),
            [OnnxKeys.Input] = JsonSerializer.Serialize(experiment.Data.Inputs),
        };
        if (recipe.Encoder is { } node) said[OnnxKeys.Encoder] = Catalogues.Encoders.Read(node, "encoder").Part.Attribute.Name;
        if (experiment.Data.Classes.Count > 0) said[OnnxKeys.Classes] = JsonSerializer.Serialize(experiment.Data.Classes);
        if ((data ?? DataKinds.UriOf(recipe)) is not { } uri) return said;
        var modality = DataKinds.Of(uri);
        said[OnnxKeys.Kind] = modality.GetType().GetCustomAttribute<ModalityAttribute>()!.Name;
        foreach (var (key, value) in modality.Describe(Parts.Request(recipe, modality, uri, experiment.Assets), experiment.Data.Inputs)) said[key] = value;
        return said;
    }
}
