using Kindred.Encoders;
using Kindred.Experiments.Export;
using Kindred.Experiments.Recipes;
using Kindred.Graphs;
using Kindred.Io;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Onnx;
using Kindred.Tests.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

/// <summary>What is written as ONNX gives, run by somebody else's program, what libtorch gives: every encoder of the catalogue, and every choice that changes its operators.</summary>
public sealed class OnnxExportTests
{
    public static TheoryData<string> Names => [.. Catalogues.Encoders.Names];

    [Theory, MemberData(nameof(Names))]
    public void Every_encoder_of_the_catalogue_gives_the_same_in_OnnxRuntime(string name) => Agrees(name, name switch
    {
        "wave" or "log-mel" => "width: 16",
        "gin" or "gcn" => "width: 4",
        "mlp" => "width: 16, inputs: 12",
        "moments" => "inputs: 4",
        "patches" => "width: 8",
        "bert" or "minilm" or "bert-base" => "depth: 2, width: 24",
        "word-vectors" => "width: 24",
        _ when name.StartsWith("t5", StringComparison.Ordinal) => "depth: 2, width: 24, heads: 2, headWidth: 8, hidden: 32, vocabulary: 32128",
        _ when name.StartsWith("vit", StringComparison.Ordinal) => "depth: 2, size: 32, patch: 8",
        _ when name.StartsWith("resnet", StringComparison.Ordinal) => "width: 0.125",
        _ => "",
    });

    [Theory]
    [InlineData("resnet18", "width: 0.25, stem: imageNet, channels: 1", 1, 3, 45)]
    [InlineData("resnet50", "width: 0.125, stem: d, skRatio: 0.0625", 3, 33, 47)]
    [InlineData("resnet18", "width: 0.25, pooledShortcuts: true", 3, 33, 31)]
    [InlineData("resnet18", "width: 0.25, norm: gnWs", 3, 32, 32)]
    [InlineData("resnet18", "width: 0.25, norm: none", 3, 32, 32)]
    [InlineData("resnet18", "width: 0.25, norm: perDomain", 3, 32, 32)]
    [InlineData("convnet", "width: 8, norm: split", 3, 40, 24)]
    [InlineData("small-resnet", "width: 4, grid: 3", 3, 40, 56)]
    [InlineData("small-resnet", "width: 4, grid: 2", 3, 64, 64)]
    [InlineData("mlp", "width: 8, side: 5, channels: 3", 3, 17, 23)]
    [InlineData("vit-tiny", "depth: 2, size: 32, patch: 8, positions: sinCos", 3, 48, 24)]
    [InlineData("patches", "width: 4, patch: 8, stride: 3", 3, 30, 26)]
    public void So_does_every_choice_that_changes_the_operators(string name, string options, int channels, int height, int width)
    {
        using var scope = Scope.Open();
        if (name == "mlp") options = $"width: 8, side: 5, inputs: {channels * 25}";
        Agrees(name, options, Reference.Tensor(1, 8, channels, height, width).To(Dtype.Float32));
    }

    [Theory]
    [InlineData("cls"), InlineData("firstLast"), InlineData("lastTwo")]
    public void So_does_every_pooling_of_words(string pooling) => Agrees("bert", $"depth: 2, width: 24, pooling: {pooling}");

    [Fact]
    public void So_does_T5_with_gates() => Agrees("t5", "depth: 1, width: 24, hidden: 32, form: gated");

    [Fact]
    public void So_does_sound_that_is_normalised_band_by_band() => Agrees("log-mel", "width: 16, normalize: true");

    [Fact]
    public void Sizes_that_an_encoder_does_not_mind_stay_free()
    {
        using var scope = Scope.Open();
        var encoder = Made("resnet18", "width: 0.125");
        var exported = new ExportedEncoder(encoder, "", View("resnet18"), new Dictionary<string, string>());
        using var model = Opened(exported);
        foreach (var (height, width) in new[] { (32, 32), (48, 40), (17, 65) })
        {
            var (wanted, feeds) = exported.Reference(Reference.Tensor(2, 2, 3, height, width).To(Dtype.Float32));
            var came = model.Run([.. feeds]).ToDoubles();
            Assert.All(wanted.ToDoubles().Zip(came), p => Assert.Equal(p.First, p.Second, 1e-4));
        }
    }

    [Fact]
    public void The_weights_in_the_file_have_the_names_that_torchvision_and_Bert_give_them()
    {
        using var scope = Scope.Open();
        Assert.Contains("layer1.0.bn1.running_mean", Read("resnet18", "width: 0.125").Keys);
        Assert.Contains("blocks.1.mlp.fc1.weight", Read("vit-tiny", "depth: 2, size: 32, patch: 8").Keys);
        var bert = Made("bert", "depth: 1, width: 24");
        var read = Read("bert", "depth: 1, width: 24");
        Assert.All(bert.State(), s => Assert.Equal(s.State.Value.Shape, read[PublishedWeights.NameOf(bert, s.Path)].Shape));
    }

    [Fact]
    public void What_is_written_beside_the_graph_comes_back()
    {
        using var scope = Scope.Open();
        var exported = new ExportedEncoder(Made("moments", "inputs: 4"), "", View("moments"), new Dictionary<string, string> { [OnnxKeys.Method] = "simclr", ["who"] = "Ærø" });
        using var model = Opened(exported);
        Assert.Equal(exported.Metadata.OrderBy(m => m.Key), model.Metadata.OrderBy(m => m.Key));
    }

    [Fact]
    public void A_layer_that_does_not_say_how_it_is_written_is_named()
    {
        using var scope = Scope.Open();
        var graph = new OnnxExport(new Opaque(), "g");
        var message = Assert.Throws<ConfigurationException>(() => new Opaque().Export(graph, graph.Graph.Input("input", OnnxType.Float, "N", 3))).Message;
        Assert.Contains("Opaque", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_gives_something_else_does_not_pass()
    {
        using var scope = Scope.Open();
        var exported = new ExportedEncoder(Made("moments", "inputs: 4"), "", View("moments"), new Dictionary<string, string>());
        using var model = Opened(exported);
        Assert.True(ExportCheck.Of(exported, feeds => model.Run(feeds)).Holds);
        Assert.False(ExportCheck.Of(exported, feeds => Changed(model.Run(feeds), v => v * 1.001f)).Holds);
        Assert.False(ExportCheck.Of(exported, feeds => Changed(model.Run(feeds), _ => float.NaN)).Holds);
    }

    static NamedArray Changed(NamedArray array, Func<float, float> change) => NamedArray.From<float>(array.Name, [.. array.As<float>().ToArray().Select(change)], array.Shape);

    static Dictionary<string, NamedArray> Read(string name, string options)
    {
        var file = new MemoryStream();
        new ExportedEncoder(Made(name, options), "", View(name), new Dictionary<string, string>()).Graph().Write(file);
        return OnnxWeights.Read(file.ToArray(), "test").ToDictionary(a => a.Name);
    }

    static void Agrees(string name, string options, View? view = null)
    {
        using var scope = Scope.Open();
        var exported = new ExportedEncoder(Made(name, options), "", view ?? View(name), new Dictionary<string, string>());
        using var model = Opened(exported);
        var check = ExportCheck.Of(exported, feeds => model.Run(feeds));
        Assert.True(check.Holds, check.ToString());
        Assert.True(check.Largest > 0, "all features are 0, which says nothing");
    }

    static OnnxModel Opened(ExportedEncoder exported)
    {
        var file = new MemoryStream();
        exported.Graph().Write(file, exported.Metadata);
        return OnnxModel.Open(file.ToArray(), threads: 1);
    }

    // Statistics that differ from channel to channel, and gains that are not 1 and 0.
    static Encoder Made(string name, string options)
    {
        Encoder encoder;
        using (Initialization.Begin(1)) encoder = Parts.Make<Encoder>(RecipeReader.Read($"{{ name: {name}, {options} }}", "r.yaml"), "encoder");
        foreach (var (norm, i) in encoder.Modules().OfType<BatchNorm>().Select((n, i) => (n, i)))
        {
            var channels = norm.RunningMean.Value.Size(0);
            norm.RunningMean.Set(Reference.Tensor((uint)i, channels).To(Dtype.Float32));
            norm.RunningVariance.Set(Reference.Tensor((uint)i + 100, channels).To(Dtype.Float32).Abs() + 0.5);
        }
        return encoder;
    }

    static View View(string name) => name switch
    {
        "wave" or "log-mel" => Reference.Tensor(1, 8, 1600).To(Dtype.Float32),
        "gin" or "gcn" => new GraphView(Reference.Tensor(1, 5, 1).To(Dtype.Float32), Tensor.From<long>([0, 1, 2, 0, 3, 1, 0, 2, 1, 3], [2, 5]), Tensor.From<long>([0, 0, 0, 1, 1]), 2, ""),
        "mlp" => Reference.Tensor(1, 8, 12).To(Dtype.Float32),
        "moments" => Reference.Tensor(1, 8, 4).To(Dtype.Float32),
        "frames" => Reference.Tensor(1, 8, 6, 128).To(Dtype.Float32),
        "sentence" => Reference.Tensor(1, 8, 384).To(Dtype.Float32),
        "words" => Tensor.From<long>([4, 5, 6, 3, 0, 0, 7, 8, 9, 10, 3, 0], [2, 6]),
        "t5" or "t5-small" or "t5-base" or "t5-large" => TextView.Of([[2, 7, 3], [.. Enumerable.Range(1, 200)], [5]], ""),          // farther than distances are told apart
        "bert" or "minilm" or "bert-base" or "word-vectors" => TextView.Of([[2, 7, 3], [2, 9, 8, 4, 3], [5]], ""),
        _ => Reference.Tensor(1, 8, 3, 32, 32).To(Dtype.Float32),
    };

    sealed class Opaque : Layer
    {
        public override Tensor Forward(Tensor x) => x;
    }
}
