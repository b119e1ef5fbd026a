using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Kindred.Experiments.Recipes;

namespace Kindred.Cli.Tests;

/// <summary><c>kindred config</c> end to end.</summary>
public sealed class ConfigVerbTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-config-").FullName;

    [Theory]
    [InlineData("simclr.small")]
    [InlineData("simclr-v2.small")]
    public void What_is_printed_says_the_same_when_it_is_given_back(string recipe)
    {
        var printed = Kept(Output("config", "print", recipe, "train.epochs=3"));
        Assert.Equal("3", Recipe.Load(printed, binder: Parts.Binder).Resolved.TryGet("train.epochs", out var epochs) ? epochs.ToString().Trim() : null);
        Assert.Equal(File.ReadAllText(printed), Output("config", "print", printed));
        var full = Kept(Output("config", "print", printed, "--full"));
        Assert.Equal(File.ReadAllText(full), Output("config", "print", full, "--full"));
    }

    [Fact]
    public void What_is_printed_trains_to_the_same_bits()
    {
        TinyRuns.Pictures(Path.Combine(folder, "pictures"));
        var recipe = Kept($$"""
            extends: simclr.small
            encoder: { name: convnet, width: 2 }
            options: { hidden: 8, dim: 8 }
            data: "folder:{{Path.Combine(folder, "pictures")}}"
            train: { epochs: 1, batch: 16, warmup: 0, optimizer: { name: lars, learningRate: 0.1, groups: { "*.bias": { weightDecay: 0 } } } }
            evaluate: []
            """);
        string Trained(string file, string run) =>
            JsonDocument.Parse(Output("train", file, "--out", Path.Combine(folder, run), "--json")).RootElement.GetProperty("state_sha256").GetString()!;
        var first = Trained(recipe, "first");
        Assert.Equal(first, Trained(Kept(Output("config", "print", recipe)), "printed"));
        Assert.Equal(first, Trained(Kept(Output("config", "print", recipe, "--full")), "full"));
    }

    [Fact]
    public void Every_recipe_written_in_full_is_accepted_and_stays_as_it_is()
    {
        foreach (var name in Recipe.Names(Shipped.Recipes))
        {
            var full = RecipeDefaults.Fill(Shipped.Load(name));
            var again = Recipe.Parse(full.ToString(), $"{name}.yaml", binder: Parts.Binder);
            RecipeCheck.Refuse(again);
            Assert.Equal(full.ToString(), RecipeDefaults.Fill(again).ToString());
        }
    }

    [Fact]
    public void All_mistakes_are_said_at_once_each_with_its_place()
    {
        var recipe = Kept("""
            extends: presets/small
            method: simclr
            options: { temprature: 0.1, dim: 0 }
            encoder: { name: small-resnet, widht: 3, grid: 1 }
            views:
              - { name: global, count: 2, of: [{ crp: { size: 24 } }, { flip: { p: 3 } }, { jitter: { strenght: 1 } }] }
            train: { epoch: 3, batch: x, optimizer: { name: adamw, learningRate: -1 } }
            evaluate: [knnn, { knn: { k: 0 } }]
            """);
        var (code, output, errors) = Cli.Run("config", "validate", recipe, "train.keep=0", "--json");
        Assert.Equal(2, code);
        var answer = JsonDocument.Parse(output).RootElement;
        Assert.False(answer.GetProperty("valid").GetBoolean());
        var faults = answer.GetProperty("faults").EnumerateArray().ToDictionary(f => f.GetProperty("path").GetString()!);
        Assert.Equal(["encoder.widht", "evaluate.0", "evaluate.1.knn.k", "options.dim", "options.temprature", "train.batch", "train.epoch", "train.keep", "train.optimizer.learningRate",
            "views.0.of.0", "views.0.of.1.flip.p", "views.0.of.2.jitter.strenght"], faults.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("did you mean 'temperature'", faults["options.temprature"].GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.EndsWith(".yaml:3:24", faults["options.temprature"].GetProperty("place").GetString(), StringComparison.Ordinal);
        Assert.Equal(faults.Count, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData(0, "can be trained", "simclr.small")]
    [InlineData(0, "never reaches", "simclr.small", "train.warmup=500")]
    [InlineData(2, "did you mean 'simclr'", "simclr.small", "method=simclrr")]
    [InlineData(2, "did you mean 'simclr.small'", "simclr.smal")]
    [InlineData(2, "key=value", "simclr.small", "epochs")]
    [InlineData(2, "did you mean 'folder'", "simclr.small", "--data", "flder:/x")]
    public void One_recipe_is_judged_without_training(int code, string said, params string[] words)
    {
        var (actual, output, errors) = Cli.Run(["config", "validate", .. words]);
        Assert.True(code == actual, errors);
        Assert.Empty(output);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_accepts_every_recipe_as_it_is_written_and_in_full()
    {
        var schema = JsonSchema.FromText(Output("config", "schema"));
        var files = Directory.EnumerateFiles(Shipped.Recipes, "*.yaml", SearchOption.AllDirectories).ToArray();
        Assert.True(files.Length > 100);
        foreach (var file in files) Accepts(schema, file, RecipeReader.ReadFile(file));
        foreach (var name in Recipe.Names(Shipped.Recipes)) Accepts(schema, $"{name} in full", RecipeDefaults.Fill(Shipped.Load(name)));
    }

    [Fact]
    public void The_schema_says_nothing_twice_and_as_a_file_the_same()
    {
        var written = Output("config", "schema");
        Assert.InRange(written.Length, 10_000, 180_000);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(written), RecipeSchema.Json()));
        // An editor follows references to what it shows of a key: its words, its range, its default.
        var definitions = (JsonObject)RecipeSchema.Json()["definitions"]!;
        JsonNode At(JsonNode node) => node["$ref"] is { } to ? At(definitions[to.GetValue<string>()["#/definitions/".Length..]]!) : node;
        var train = At(At(definitions["recipe"]!["properties"]!["train"]!)["anyOf"]![0]!)["properties"]!;
        Assert.Equal(1, At(train["batch"]!)["anyOf"]!.AsArray().Select(a => At(a!)["minimum"]?.GetValue<double>()).First(m => m is not null));
        Assert.NotNull(At(train["epochs"]!)["description"] ?? At(train["epochs"]!)["default"] ?? At(train["epochs"]!)["anyOf"]);
    }

    [Theory]
    [InlineData("method: simclrr")]
    [InlineData("method: simclr\noptions: { temprature: 1 }")]
    [InlineData("method: simclr\noptions: { temperature: -1 }")]
    [InlineData("method: simclr\noptions: { dim: wide }")]
    [InlineData("encoder: resnet19")]
    [InlineData("encoder: { name: resnet18, widht: 3 }")]
    [InlineData("encoder: { resnet18: { stem: sifar } }")]
    [InlineData("views: [{ of: [crp] }]")]
    [InlineData("views: [{ of: [{ crop: { sise: 3 } }] }]")]
    [InlineData("train: { epoch: 3 }")]
    [InlineData("train: { epochs: 0 }")]
    [InlineData("train: { precision: fp16 }")]
    [InlineData("train: { optimizer: { name: adamw, momentum: 3 } }")]
    [InlineData("evaluate: [{ knn: { kk: 3 } }]")]
    [InlineData("phases: [{ metod: simclr }]")]
    [InlineData("colour: red")]
    public void The_schema_refuses_what_the_program_refuses(string yaml)
    {
        var schema = JsonSchema.FromText(RecipeSchema.Json().ToJsonString());
        Assert.False(schema.Evaluate(Element(RecipeReader.ReadMap(yaml, "test"))).IsValid);
    }

    static void Accepts(JsonSchema schema, string name, RecipeMap recipe)
    {
        var result = schema.Evaluate(Element(recipe), new EvaluationOptions { OutputFormat = OutputFormat.List });
        var wrong = (result.Details ?? []).Where(d => d.Errors is not null).Take(5).Select(d => $"{d.InstanceLocation} {string.Join(' ', d.Errors!.Values)}");
        Assert.True(result.IsValid, $"{name}: {string.Join('\n', wrong)}");
    }

    static JsonElement Element(RecipeMap recipe) => JsonSerializer.SerializeToElement(RecipeJson.Of(recipe));

    string Kept(string yaml)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, yaml);
        return file;
    }

    static string Output(params string[] words)
    {
        var (code, output, errors) = Cli.Run(words);
        Assert.True(code == 0, errors);
        return output;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
