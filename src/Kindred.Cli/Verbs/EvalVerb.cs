using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Kindred.Batches;
using Kindred.Data;
using Kindred.Evaluation;
using Kindred.Io;
using Kindred.Recipes;
using Kindred.Runs;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred eval PROTOCOL --run DIR</c>: looks at what a run has learnt.</summary>
static class EvalVerb
{
    internal static readonly (string Name, string Title)[] Protocols =
    [
        ("copy-retrieval", "how often an edited picture finds its clean original (--data, by default emoji?split=test)"),
        ("knn", "weighted nearest neighbours on frozen features (--data ?split=train votes, ?split=test is classified)"),
    ];

    static readonly string[] layers = ["h", "z", "both"];

    internal static Command Create()
    {
        var protocol = new Argument<string>("protocol") { Description = string.Join(", ", Protocols.Select(p => p.Name)) };
        var run = new Option<string>("--run") { Description = "The run's folder.", Required = true };
        var data = new Option<string?>("--data") { Description = "A data URI; splits are chosen by the protocol." };
        var layer = new Option<string>("--layer") { Description = "h: the representation; z: the embedding; both: the two side by side, each at unit length.", DefaultValueFactory = _ => "h" };
        var k = new Option<int>("--k") { Description = "Neighbours that vote.", DefaultValueFactory = _ => 200 };
        var temperature = new Option<double>("--temp") { Description = "Temperature of the votes.", DefaultValueFactory = _ => 0.07 };
        var json = new Option<bool>("--json") { Description = "One JSON object on stdout." };
        var command = new Command("eval", "Evaluates a run by a protocol.") { protocol, run, data, layer, k, temperature, json };
        command.SetAction(r => Run(r.GetValue(protocol)!, r.GetValue(run)!, r.GetValue(data), r.GetValue(layer)!, new Knn(r.GetValue(k), r.GetValue(temperature)), r.GetValue(json)));
        return command;
    }

    static int Run(string protocol, string run, string? data, string layer, Knn knn, bool json)
    {
        if (Protocols.All(p => p.Name != protocol)) throw new ConfigurationException($"there is no protocol '{protocol}'{Suggest.Nearest(protocol, Protocols.Select(p => p.Name))}; there are {string.Join(", ", Protocols.Select(p => p.Name))}.");
        if (!layers.Contains(layer)) throw new ConfigurationException($"--layer {layer}: there are {string.Join(", ", layers)}.");
        if (!File.Exists(Path.Combine(run, "config.yaml"))) throw new DataException($"'{run}' is no run folder: it has no config.yaml.");
        var recipe = Recipe.Load(Path.Combine(run, "config.yaml"), null, RecipeFinder.Folder, Parts.Binder);
        using var experiment = Experiment.Build(recipe.First);
        Weights.Load(experiment.Method, run);
        experiment.Method.Eval();
        if (experiment.Method is not IEncodes method) throw new ConfigurationException($"{recipe.First.Method} gives no representation that could be evaluated.");
        var uri = data ?? (protocol == "copy-retrieval" ? "emoji" : (recipe.First.Data as RecipeScalar)?.Text ?? "emoji");
        var represent = Represent(method, layer);
        var settings = new JsonObject { ["run"] = run, ["data"] = uri, ["layer"] = layer, ["seed"] = recipe.First.Train.Seed };
        var metrics = protocol == "knn" ? Vote(recipe, uri, represent, knn, settings) : FindCopies(recipe, uri, represent, settings);
        var report = new JsonObject { ["protocol"] = protocol, ["metrics"] = metrics, ["settings"] = settings };
        Directory.CreateDirectory(Path.Combine(run, "eval"));
        AtomicFile.WriteText(Path.Combine(run, "eval", $"{protocol}.json"), report.ToJsonString() + "\n");
        if (json) Console.Out.WriteLine(report.ToJsonString());
        else Output.Table(["metric", "value"], metrics.Select(m => new[] { m.Key, string.Create(CultureInfo.InvariantCulture, $"{m.Value!.GetValue<double>():0.00} %") }));
        return 0;
    }

    internal static Func<View, Tensor> Represent(IEncodes method, string layer) => layer switch
    {
        "h" => method.Features,
        "z" => method.Embeddings,
        _ => view => Tensor.Cat([method.Features(view).Normalize(), method.Embeddings(view).Normalize()], 1),
    };

    static JsonObject FindCopies(Recipe recipe, string uri, Func<View, Tensor> represent, JsonObject settings)
    {
        using var test = Open(recipe, uri, "test");
        var seeds = new ulong[] { 1, 2 };
        var scores = new CopyRetrieval(test, test.PlainView, Parts.Plan(recipe.First.Views[0], "views.0"), seeds).Score(represent);
        (settings["gallery"], settings["edits"]) = (test.Count, new JsonArray([.. seeds.Select(s => (JsonNode)s)]));
        return new JsonObject { ["r1"] = scores.R1, ["r5"] = scores.R5 };
    }

    static JsonObject Vote(Recipe recipe, string uri, Func<View, Tensor> represent, Knn knn, JsonObject settings)
    {
        using var train = Open(recipe, uri, "train");
        using var test = Open(recipe, uri, "test");
        (settings["k"], settings["temperature"], settings["bank"], settings["queries"]) = (knn.K, knn.Temperature, train.Count, test.Count);
        return new JsonObject { ["accuracy"] = knn.Accuracy(train, test, represent) };
    }

    static PictureData Open(Recipe recipe, string uri, string split)
    {
        var parsed = DataUri.Parse(uri);
        var query = parsed.Query.Where(q => q.Key != "split").Select(q => $"{q.Key}={q.Value}").Prepend($"split={split}");
        var place = parsed.Kind.Length == 0 || parsed.Kind == parsed.Text.Split('?')[0] ? parsed.Text.Split('?')[0] : $"{parsed.Kind}:{parsed.Path}";
        var pictures = PictureSources.Open($"{place}?{string.Join('&', query)}");
        return new PictureData(pictures, Parts.Views(recipe.First.Views), Experiment.Plain(recipe.First), 256, 0);
    }
}
