using System.Text.Json.Nodes;
using Kindred.Data.Views;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>A protocol as lists show it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What it measures.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Settings">The record of its settings.</param>
public sealed record ProtocolInfo(string Name, string Title, string Paper, Type Settings);

/// <summary>Evaluates what an experiment has learnt, by any protocol.</summary>
/// <example><code>
/// using var experiment = TrainedRun.Open("runs/demo");
/// var report = Evaluations.Run(experiment, new EvaluationRequest("knn", Data: "emoji"));
/// Console.WriteLine(report.Metrics["accuracy"]);
/// </code></example>
public static class Evaluations
{
    /// <summary>Every protocol.</summary>
    public static IReadOnlyList<ProtocolInfo> All => [.. Catalogues.Protocols.Select(p => new ProtocolInfo(p.Attribute.Name, p.Attribute.Title, p.Attribute.Paper, p.Type))];

    /// <summary>Evaluates. The experiment is left as it was: weights, mode and random numbers.</summary>
    /// <param name="experiment">What was trained.</param>
    /// <param name="request">How to look at it.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="ConfigurationException">There is no such protocol, layer, baseline or setting, or it does not go with the data.</exception>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public static EvaluationReport Run(Experiment experiment, EvaluationRequest request, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(request);
        var (attribute, protocol) = Find(request);
        var random = Generator.Default.State;
        var training = experiment.Method.Training;
        experiment.Method.Eval();
        try
        {
            using var scope = Scope.Open();
            using var _ = NoGradient.Begin();
            using var assets = new KeptAssets(experiment);
            var subject = SubjectOf(experiment, request, attribute, assets.Folder, cancel);
            var settings = SettingsOf(experiment, request, protocol, subject);
            Generator.Default.Seed((long)experiment.Recipe.Train.Seed);
            var metrics = protocol.Evaluate(subject);
            foreach (var (name, note) in subject.Notes) settings[name] = note?.DeepClone();
            return new EvaluationReport(attribute.Name, metrics, settings) { Pictures = subject.Pictures.ToDictionary(), Sheets = subject.Sheets.ToDictionary() };
        }
        finally
        {
            if (training) experiment.Method.Train();
            Generator.Default.State = random;
        }
    }

    /// <summary>What a recipe asks for under <c>evaluate</c>: names, or maps with settings, among them <c>data</c>, <c>layer</c> and <c>baseline</c>.</summary>
    /// <exception cref="ConfigurationException">There is no such protocol or setting.</exception>
    public static IReadOnlyList<EvaluationRequest> Requested(RecipeFile recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        foreach (var check in Checks(recipe)) check();
        return [.. recipe.Evaluate.Select((node, i) => Request(node, $"evaluate.{i}"))];
    }

    /// <summary>What is looked at in a recipe's evaluations, each by itself; see <see cref="RecipeCheck"/>.</summary>
    internal static IEnumerable<Action> Checks(RecipeFile recipe) => recipe.Evaluate.Select<RecipeNode, Action>((node, i) => () =>
    {
        var path = $"evaluate.{i}";
        try { Check(Request(node, path)); }
        catch (ConfigurationException e) when (RecipeFault.Of(e) is null) { throw node.Error(path, e.Message.TrimEnd('.')); }
    });

    static EvaluationRequest Request(RecipeNode node, string path)
    {
        var (name, options) = EvaluationNode.Read(node, path);
        string? Word(string key) => (options?[key] as RecipeScalar)?.Text;
        return new(name, Word("data"), Word("layer") ?? "h", options?.With("data", null).With("layer", null).With("baseline", null), Word("baseline"));
    }

    /// <summary>Reads a request's settings, so that a mistake is found before anything is trained.</summary>
    /// <exception cref="ConfigurationException">There is no such protocol, layer or setting.</exception>
    public static void Check(EvaluationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Find(request);
        Layers.Find(request.Layer);
    }

    /// <summary>The names of the metrics that a request gives, <c>*</c> for what follows from the data; null where its protocol does not say.</summary>
    /// <exception cref="ConfigurationException">There is no such protocol or setting.</exception>
    public static IReadOnlyList<string>? MetricsOf(EvaluationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Find(request).Protocol.Metrics;
    }

    static (ProtocolAttribute Attribute, Protocol Protocol) Find(EvaluationRequest request)
    {
        var entry = Catalogues.Protocols.Find(request.Protocol);
        return (entry.Attribute, (Protocol)Parts.Binder.Bind(entry.Type, request.Options, "")!);
    }

    static Subject SubjectOf(Experiment experiment, EvaluationRequest request, ProtocolAttribute attribute, string? assets, CancellationToken cancel)
    {
        var recipe = experiment.Recipe;
        var own = DataKinds.UriOf(recipe);
        var uri = request.Data ?? attribute.Data ?? (own is null ? null : DataKinds.Of(own).Bare(own))
            ?? throw new ConfigurationException("the run's recipe names no data; give --data URI, for example --data folder:PATH.");
        var network = new Network(experiment.Method, experiment.Device, recipe.Train.Seed, seed => Fresh(experiment, seed));
        var encodes = request.Baseline is { } name ? Baselines.Find(name, network, experiment.Data) : Baselines.EncodesOrRefuses(experiment.Method);
        (encodes as Method)?.Eval();
        return new Subject(encodes, request.Layer, experiment.Device, uri, wanted =>
        {
            if (request.Baseline is null) RecipeCheck.Fit(recipe, wanted);
            return DataKinds.Open(recipe, DataKinds.Of(wanted).Whole(wanted), assets);
        })
        {
            Network = request.Baseline is null ? network : null,
            TestPart = wanted => DataKinds.Of(wanted).TestPart(wanted),
            AtMost = (wanted, limit) => DataKinds.Of(wanted).AtMost(wanted, limit),
            OtherRun = run => Opened(run, experiment.Device),
            Seed = recipe.Train.Seed,
            OwnData = own,
            Cancel = cancel,
        };
    }

    static OtherRun Opened(string run, Device device)
    {
        using var other = TrainedRun.Open(run, device);
        other.Method.Eval();
        var pictures = DataKinds.UriOf(other.Recipe) is { } uri && DataKinds.Of(uri) is PictureModality;
        if (!pictures) return new(other.Method, null);
        var plain = other.Recipe.Plain is { } own ? Parts.Requests([own], typeof(Augmentation))[0] : null;
        return new(other.Method, PictureViews.Plain(Parts.Requests(other.Recipe.Views, typeof(Augmentation)), plain));
    }

    static Method Fresh(Experiment experiment, ulong seed)
    {
        using var fresh = experiment.Untrained(seed);
        return fresh.Method;
    }

    static JsonObject SettingsOf(Experiment experiment, EvaluationRequest request, Protocol protocol, Subject subject)
    {
        var settings = new JsonObject { ["method"] = experiment.Recipe.Method, ["data"] = subject.Uri, ["layer"] = request.Layer, ["seed"] = subject.Seed };
        if (request.Baseline is { } baseline) settings["baseline"] = baseline;
        foreach (var (name, value) in OptionInfo.Write(protocol).Entries) settings[name] = RecipeJson.Of(value);
        return settings;
    }
}
