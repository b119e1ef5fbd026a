using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Graphs;
using Kindred.Io;
using Kindred.Tests.Embeddings;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>Every method and every encoder meets data of every kind: it learns from them, or says in plain words why not.</summary>
public sealed class EveryMethodEveryKindTests(EveryMethodEveryKindTests.Files files, ITestOutputHelper output) : IClassFixture<EveryMethodEveryKindTests.Files>
{
    // An encoder that reads the kind, by which most methods learn from it, and one that reads another.
    static readonly Dictionary<string, (string Fits, string Other)> encoders = new()
    {
        ["pictures"] = ("{ name: convnet, width: 2 }", "{ name: wave, width: 4 }"),
        ["sound"] = ("{ name: log-mel, width: 4 }", "{ name: convnet, width: 2 }"),
        ["text"] = ("{ name: word-vectors, width: 4 }", "{ name: patches, width: 2 }"),
        ["sts"] = ("{ name: bert, width: 8, heads: 2, depth: 1 }", "{ name: mlp, width: 4, inputs: 8 }"),
        ["concepts"] = ("{ name: t5, width: 8, depth: 1, heads: 2, headWidth: 4 }", "{ name: gin, width: 4 }"),
        ["graphs"] = ("{ name: gin, width: 4, depth: 1 }", "{ name: mlp, width: 4 }"),
        ["points"] = ("{ name: mlp, width: 4 }", "{ name: words, width: 4, heads: 1, vocabulary: 9 }"),
        ["columns"] = ("{ name: mlp, width: 4, inputs: 3 }", "{ name: log-mel, width: 4 }"),
        ["films"] = ("{ name: frames, width: 4, heads: 1, features: 3 }", "{ name: vit-tiny, size: 8, patch: 4, width: 12, heads: 1, depth: 1 }"),
    };

    public static TheoryData<string> Kinds => [.. encoders.Keys];

    // Large where methods keep much; every one that is left out keeps its default.
    static readonly Dictionary<string, string> small = new()
    {
        ["queue"] = "8", ["dim"] = "8", ["hidden"] = "8", ["projection"] = "8", ["prototypes"] = "4", ["negatives"] = "4", ["clusters"] = "[2]", ["classes"] = "2", ["samples"] = "2",
        ["pairs"] = "2", ["bottleneck"] = "8", ["experts"] = "2", ["patch"] = "4", ["stride"] = "2", ["steps"] = "1", ["turns"] = "1", ["context"] = "4", ["width"] = "4", ["noise"] = "8",
    };

    [Theory, MemberData(nameof(Kinds))]
    public void A_method_learns_from_data_of_a_kind_or_says_why_not(string kind)
    {
        List<string> faults = [];
        foreach (var (name, method) in Catalogues.Methods.All)
        {
            var recipe = RecipeOf(name, method.Type, kind, encoders[kind].Fits);
            var (refused, met) = (Refused(recipe), Met(recipe, kind));
            output.WriteLine($"{name}: {refused ?? met ?? "learns"}");
            // Who asks no recipe meets the same data, and hears as plain words.
            if (met is { Length: > 0 } && met[0] == '!') faults.Add($"{name}: {met}");
            if (refused is not null && met is null) faults.Add($"{name} learns, and is refused: {refused}");
            var takesOther = RecipeOf(name, method.Type, kind, encoders[kind].Other);
            if ((takesOther.First.Encoder is not null || takesOther.First.Networks.Count > 0) && Refused(takesOther) is null) faults.Add($"{name} is not refused with {encoders[kind].Other}");
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    Recipe RecipeOf(string method, Type type, string kind, string encoder)
    {
        var wanted = OptionInfo.Constructor(type).GetParameters().Where(p => typeof(Encoder).IsAssignableFrom(p.ParameterType) || p.ParameterType == typeof(EncoderFactory)).ToArray();
        var options = Registry.OptionsOf(type) is { } record ? OptionInfo.Of(record).Where(o => small.ContainsKey(o.Name)).Select(o => $"{o.Name}: {small[o.Name]}") : [];
        var networks = wanted.Length == 1 ? $"encoder: {encoder}" : wanted.Length == 0 ? "" : $"networks: {{ {string.Join(", ", wanted.Select(p => $"{p.Name}: {encoder}"))} }}";
        var views = kind == "pictures" ? "views: [{ name: global, count: 3, of: [{ crop: { size: 16 } }] }]" : "";
        return Recipe.Parse($"method: {method}\noptions: {{ {string.Join(", ", options)} }}\n{networks}\ndata: '{files.Uri(kind)}'\n{views}\n"
            + "train: { epochs: 1, batch: 4, workers: 1, precision: fp32, layout: nchw, optimizer: { name: sgd, learningRate: 0.01 } }\n", "r.yaml", binder: Parts.Binder);
    }

    static string? Refused(Recipe recipe)
    {
        try { RecipeCheck.Refuse(recipe); }
        catch (KindredException e) { return e.Message; }
        return null;
    }

    string? Met(Recipe recipe, string kind)
    {
        using var scope = Scope.Open();
        try
        {
            using var experiment = Experiment.Build(recipe.First, files.Open(recipe.First, kind));
            experiment.Trainer(maxSteps: 1).Fit();
            return null;
        }
        catch (KindredException e) { return e.Message; }
        catch (Exception e) { return $"!{e.GetType().Name}: {e.Message.Split('\n')[0]}{e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Kindred.Methods", StringComparison.Ordinal))}"; }
    }

    [Theory]
    [InlineData("gan", "graphs", "method: gan takes points or pictures, and these data are graphs")]
    [InlineData("bigan", "text", "method: bigan takes points or pictures, and these data are sentences")]
    [InlineData("cpc", "columns", "method: cpc takes sound or pictures, and these data are points")]
    [InlineData("imix-simclr", "graphs", "takes points, sound, pictures or films, and these data are graphs")]
    public void A_method_that_looks_at_samples_itself_refuses_those_of_another_kind_before_they_are_opened(string method, string kind, string said)
    {
        var recipe = Recipe.Parse($"method: {method}\ndata: '{files.Uri(kind)}'\n", "r.yaml", binder: Parts.Binder);
        Assert.Contains(said, Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(recipe)).Message);
    }

    // Evaluations hand a run's network the data that they are told to.
    [Fact]
    public void An_encoder_that_meets_views_of_another_kind_or_size_says_so_itself()
    {
        using var scope = Scope.Open();
        List<string> faults = [];
        foreach (var type in Catalogues.Encoders.Parts.Select(p => p.Type).Distinct())
        {
            var name = Catalogues.Encoders.Parts.First(p => p.Type == type).Attribute.Name;
            using var initialization = Kindred.Nn.Initialization.Begin(0);
            var facts = new DataFacts(8, 2, 1) { Inputs = new Dictionary<string, long> { ["features"] = 5, ["vocabulary"] = 30, ["length"] = 6, ["channels"] = 3 } };
            var encoder = Parts.Encoder(new RecipeScalar(name, false, RecipePlace.Default), facts: facts);
            encoder.Eval();
            foreach (var view in Views())
                try
                {
                    using var inner = Scope.Open();
                    encoder.Forward(view);
                    if ((SampleFit.TakenBy(type) & view.Kind) == SampleKinds.None) faults.Add($"{name} took {view.Kind}");
                }
                catch (ConfigurationException e) { output.WriteLine(e.Message); }
                catch (Exception e) { faults.Add($"{name} and {view.Kind} [{string.Join(", ", view.X.Shape)}]: {e.GetType().Name}: {e.Message.Split('\n')[0]}"); }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        static IEnumerable<View> Views()
        {
            foreach (long[] shape in new long[][] { [2, 5], [2, 7], [2, 9000], [2, 1, 9000], [2, 4, 5], [2, 99, 5], [2, 3, 32, 32], [2, 1, 32, 32], [2, 3, 4, 4], [2, 3, 1, 1], [2, 1, 20, 9] })
                yield return new View(Tensor.Randn(shape, Generator.Default, Dtype.Float32), "v.0");
            yield return new View(Tensor.Ones([2, 6], Dtype.Int64), "text");
            yield return TextView.Of([[1, 2, 3], [4]], "sentence.0");
            yield return new CaptionView(Tensor.Ones([2, 6], Dtype.Int64), Tensor.Ones([2, 384]), "text");
            yield return new GraphView(Tensor.Ones([3, 5]), Tensor.From<long>([0, 1, 1, 0], [2, 2]), Tensor.From<long>([0, 0, 1]), 2, "graph.0");
            yield return new GraphView(Tensor.Ones([3, 4]), Tensor.From<long>([0, 1, 1, 0], [2, 2]), Tensor.From<long>([0, 0, 1]), 2, "graph.0");
        }
    }

    [Fact]
    public void An_encoder_of_another_kind_is_refused_before_the_data_are_opened_and_fitting_ones_are_named()
    {
        var recipe = Recipe.Parse("method: simclr\nencoder: { name: wave }\ndata: 'motifs:9'\n", "r.yaml", binder: Parts.Binder);
        var said = Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(recipe)).Message;
        Assert.Contains("encoder: wave takes sound, and these data are graphs", said);
        Assert.Contains("gin", said);
    }

    [Fact]
    public void An_evaluation_of_data_of_another_kind_is_refused_before_they_are_opened()
    {
        var recipe = Recipe.Parse("method: simclr\nencoder: { name: gin, width: 4, depth: 1 }\ndata: 'motifs:12'\ntrain: { epochs: 1, batch: 4 }\n", "r.yaml", binder: Parts.Binder);
        using var experiment = Experiment.Build(recipe.First);
        foreach (var (protocol, data) in new[] { ("copy-retrieval", (string?)null), ("knn", "emoji"), ("geometry", "text:nowhere.txt") })
            Assert.Contains("encoder: gin takes graphs, and these data are", Assert.Throws<ConfigurationException>(() => Evaluations.Run(experiment, new(protocol, data))).Message);
    }

    [Fact]
    public void What_libtorch_would_say_of_the_first_step_is_said_with_the_method_and_the_views()
    {
        var recipe = Recipe.Parse("method: simcse\nencoder: { name: word-vectors, width: 4 }\ndata: 'points:ring?n=8'\ntrain: { epochs: 1, batch: 4 }\n", "r.yaml", binder: Parts.Binder);
        using var data = new ToyData(8, 4, kind: "text");
        using var experiment = Experiment.Build(recipe.First, new KeptData(new(null, 8, [], 2, new Dictionary<string, long> { ["vocabulary"] = 2 }, new Dictionary<string, KeptFacts>()), () => data));
        var said = Assert.Throws<ConfigurationException>(() => experiment.Trainer(maxSteps: 1).Fit()).Message;
        Assert.StartsWith("SimCSE cannot compute with these data, 'global.0' [", said, StringComparison.Ordinal);
    }

    /// <summary>Small data of every kind.</summary>
    public sealed class Files : IDisposable
    {
        readonly string folder = Directory.CreateTempSubdirectory("kindred-kinds-").FullName;

        public Files()
        {
            foreach (var kind in new[] { "a", "b" })
                for (var i = 0; i < 6; i++) SmallRuns.Picture(At($"pictures/{kind}/{i}.png"), i, kind[0]);
            for (var i = 0; i < 12; i++) SmallRuns.Sound(At($"sound/{i % 2}_ann_{i}.wav"), i);
            File.WriteAllText(At("text.txt"), string.Concat(Enumerable.Range(0, 20).Select(i => $"word{i % 7} thing{i % 5} does{i % 3}\n")));
            File.WriteAllText(At("sts/sts-train.tsv"), "score\tsentence1\tsentence2\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i % 6}\tword{i % 7} thing{i % 5}\tthing{i % 5} does\n")));
            for (var i = 0; i < 12; i++)
                Npy.Save(At($"films/features/v{i}.npy"), NamedArray.From<float>("x", [.. Enumerable.Range(0, 12).Select(n => i + (n / 100f))], 4, 3));
            File.WriteAllText(At("films/captions.tsv"), "id\tsplit\tlabel\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"v{i}\ttrain\ta dog number {i}\n")));
        }

        string At(string name)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return path;
        }

        public string Uri(string kind) => kind switch
        {
            "pictures" => $"folder:{At("pictures")}",
            "sound" => $"audio:{At("sound")}?window=1600",
            "text" => $"text:{At("text.txt")}?vocabulary=60",
            "sts" => $"sts:{At("sts")}?vocabulary=60",
            "concepts" => $"concepts:{At("concepts.tsv")}",
            "graphs" => "motifs:12",
            "points" => "points:25-gaussians?n=12",
            "columns" => "columns:gaussian?n=12&dim=3",
            _ => $"video-text:{At("films")}",
        };

        // Concepts are found by a lexicon, which is fetched; here they are known.
        public IData Open(RecipeFile recipe, string kind)
        {
            if (kind != "concepts") return DataKinds.Open(recipe);
            var lexicon = Lexicon.Read(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', "dog cat ball boy".Split(' ').Select(n => $"{n}%1:05:00:: 0 1 9").Concat(
                "chase throw".Split(' ').Select(v => $"{v}%2:38:00:: 0 1 9"))) + "\n"), "index.sense");
            File.WriteAllText(At("concepts.tsv"), "concepts\tsentence\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"dog chase cat\tThe dog {i} chases a cat.\n")));
            var uri = DataUri.Parse(Uri(kind));
            var set = ConceptSet.Of(ConceptSet.Read(uri), uri, new ConceptTagger(lexicon));
            return new ConceptData(set, new WordPieceTokenizer(WordPieceTraining.Learn(set.Sentences.Select(s => s.Sentence).Concat(ConceptData.Prompts), 120)), 32, 4, 0);
        }

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
