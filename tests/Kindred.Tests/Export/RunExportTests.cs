using System.Text.Json;
using Kindred.Data.Views;
using Kindred.Encoders;
using Kindred.Experiments.Export;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Extensions.AI;
using Kindred.Io;
using Kindred.Io.Onnx;
using Kindred.Onnx;
using Kindred.Torch;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Kindred.Tests.Export;

/// <summary>A run of pictures and one of sentences, of a step each, written for others and used from there.</summary>
public sealed class RunExportTests(RunExportTests.Runs runs) : IClassFixture<RunExportTests.Runs>
{
    public sealed class Runs : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("kindred-export-").FullName;

        public string Pictures => Path.Combine(Folder, "pictures");

        public string Sentences => Path.Combine(Folder, "sentences");

        public Runs()
        {
            Train("simclr", Pictures, "train.batch=16", "data=emoji");
            File.WriteAllLines(Path.Combine(Folder, "lines.txt"), Enumerable.Range(0, 40).Select(i => $"the {(i % 2 == 0 ? "cat" : "dog")} number {i} sits on a mat"));
            Train("simcse", Sentences, $"data=text:{Folder}/lines.txt", "train.batch=8", "encoder.width=16", "encoder.heads=2", "encoder.depth=1");
        }

        static void Train(string recipe, string folder, params string[] overrides) =>
            new TrainingRun(Shipped.Load(recipe, [.. overrides, "train.precision=fp32"]), new RunOptions { Folder = folder, MaxSteps = 1 }, null, _ => { }).Run();

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }

    string Exported(string run, string format)
    {
        var file = Path.Combine(runs.Folder, $"{Path.GetFileName(run)}.{format}");
        if (File.Exists(file)) return file;
        using var scope = Scope.Open();
        using var experiment = TrainedRun.Open(run);
        var encoder = RunExport.Of(experiment);
        Action<string> save = format switch { "onnx" => encoder.SaveOnnx, "safetensors" => encoder.SaveSafeTensors, _ => encoder.SaveTorch };
        save(file);
        return file;
    }

    static byte[] Png(int side, int seed)
    {
        var picture = new Kindred.Data.Pictures.Picture(side, side, 3);
        new Random(seed).NextBytes(picture.Span);
        var file = new MemoryStream();
        Kindred.Data.Pictures.PngWriter.Write(file, picture);
        return file.ToArray();
    }

    [Fact]
    public void The_encoder_found_is_the_one_whose_output_the_method_calls_its_representation()
    {
        using var scope = Scope.Open();
        using var experiment = TrainedRun.Open(runs.Pictures);
        var found = RunExport.Of(experiment);
        Assert.Equal("network.encoder", found.Path);
        Assert.Equal(("simclr", "small-resnet", "pictures"), (found.Metadata[OnnxKeys.Method], found.Metadata[OnnxKeys.Encoder], found.Metadata[OnnxKeys.Kind]));
        Assert.Contains("network.encoder", Assert.Throws<ConfigurationException>(() => RunExport.Of(experiment, "teacher")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("safetensors"), InlineData("pt")]
    public void Weights_fill_the_same_encoder_again_and_carry_what_is_known_of_them(string format)
    {
        var file = Exported(runs.Pictures, format);
        using var scope = Scope.Open();
        using var experiment = TrainedRun.Open(runs.Pictures);
        using var fresh = experiment.Untrained(7);
        var note = StartWeights.Load(fresh.Method, file);
        Assert.Contains("nothing else was in it", note, StringComparison.Ordinal);
        var (a, b) = (RunExport.At(experiment.Method, "network.encoder"), RunExport.At(fresh.Method, "network.encoder"));
        Assert.All(a.State().Zip(b.State()), p => Assert.True(p.First.State.Value.Equal(p.Second.State.Value), p.First.Path));
        if (format != "safetensors") return;
        using var opened = SafeTensorsFile.Open(file);
        Assert.Equal("pt", opened.Metadata["format"]);
        Assert.Equal("[0.5,0.5,0.5]", opened.Metadata[OnnxKeys.Mean]);
        Assert.Equal(9, JsonSerializer.Deserialize<string[]>(opened.Metadata[OnnxKeys.Classes])!.Length);
    }

    [Fact]
    public void Pictures_of_any_size_give_the_same_vectors_with_and_without_libtorch()
    {
        using var file = OnnxPictures.Open(Exported(runs.Pictures, "onnx"), threads: 1);
        using var run = RunEncoder.Pictures(runs.Pictures);
        ReadOnlyMemory<byte>[] pictures = [Png(32, 1), Png(50, 2), Png(97, 3)];
        var (a, b) = (file.Encode(pictures), run.Encode(pictures));
        Assert.Equal((file.Dimensions, file.Name), (run.Dimensions, run.Name));
        Assert.Equal(3, a.Count);
        Assert.All(a.Zip(b), p => Assert.All(p.First.Zip(p.Second), v => Assert.Equal(v.First, v.Second, 1e-4f)));
        Assert.NotEqual(a[0], a[1]);
        Assert.Contains("picture 1", Assert.Throws<DataException>(() => file.Encode([pictures[0], new byte[10]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sentences_give_the_same_vectors_with_and_without_libtorch_in_their_order()
    {
        using var file = OnnxSentences.Open(Exported(runs.Sentences, "onnx"), threads: 1);
        using var run = RunEncoder.Sentences(runs.Sentences);
        string[] sentences = ["the cat number 1 sits on a mat and sits and sits", "dog", "a mat"];
        var (a, b) = (file.Encode(sentences), run.Encode(sentences));
        Assert.All(a.Zip(b), p => Assert.All(p.First.Zip(p.Second), v => Assert.Equal(v.First, v.Second, 1e-4f)));
        Assert.All(file.Encode(["dog"])[0].Zip(a[1]), v => Assert.Equal(v.First, v.Second, 1e-5f));
    }

    [Fact]
    public void An_encoder_of_something_else_is_refused()
    {
        Assert.Contains("text", Assert.Throws<DataException>(() => OnnxPictures.Open(Exported(runs.Sentences, "onnx"))).Message, StringComparison.Ordinal);
        Assert.Contains("no pictures", Assert.Throws<ConfigurationException>(() => RunEncoder.Pictures(runs.Sentences)).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => OnnxPictures.Open(Exported(runs.Pictures, "safetensors")));
        Assert.Throws<DataException>(() => OnnxPictures.Open(Path.Combine(runs.Folder, "none.onnx")));
    }

    [Fact]
    public async Task Generators_are_registered_with_options_and_give_unit_vectors()
    {
        var services = new ServiceCollection();
        services.AddKindredPictureEmbeddings(o => o.File = Exported(runs.Pictures, "onnx"));
        services.AddKindredPictureEmbeddings(o => (o.File, o.Normalize, o.ModelId) = (Exported(runs.Pictures, "onnx"), false, "mine"), "raw");
        services.AddKindredSentenceEmbeddings(_ => RunEncoder.Sentences(runs.Sentences));
        services.AddKindredSentenceEmbeddings(_ => { }, "unset");
        await using var provider = services.BuildServiceProvider();
        var generator = provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        var picture = new DataContent(Png(32, 1), "image/png");
        var unit = (await generator.GenerateAsync([picture, picture]))[1];
        Assert.Equal(1, unit.Vector.ToArray().Sum(v => v * v), 1e-4f);
        Assert.Equal("simclr small-resnet", unit.ModelId);
        var raw = provider.GetRequiredKeyedService<IEmbeddingGenerator<DataContent, Embedding<float>>>("raw");
        Assert.NotEqual(1, (await raw.GenerateVectorAsync(picture)).ToArray().Sum(v => v * v), 1e-4f);
        Assert.Equal(("mine", unit.Dimensions), (raw.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId, raw.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions!.Value));
        Assert.Equal(16, (await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateVectorAsync("a cat")).Length);
        await Assert.ThrowsAsync<DataException>(() => generator.GenerateAsync([new DataContent(new byte[3], "text/plain")]));
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync([picture], new() { Dimensions = 3 }));
        Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("unset"));
    }

    [Fact]
    public void Several_threads_may_use_one_generator()
    {
        using var file = OnnxPictures.Open(Exported(runs.Pictures, "onnx"), threads: 1);
        using var run = RunEncoder.Pictures(runs.Pictures);
        ReadOnlyMemory<byte>[] pictures = [.. Enumerable.Range(0, 4).Select(i => (ReadOnlyMemory<byte>)Png(40, i))];
        foreach (var encoder in new ISampleEncoder<ReadOnlyMemory<byte>>[] { file, run })
        {
            var alone = encoder.Encode(pictures);
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 3 }, i =>
                Assert.All(encoder.Encode([pictures[i % 4]])[0].Zip(alone[i % 4]), v => Assert.Equal(v.First, v.Second, 1e-4f)));
        }
    }

    [Fact]
    public void What_comes_with_Kindred_is_found_by_name_and_laid_down_as_it_is()
    {
        var folder = Shipped.Unpack();
        foreach (var file in Directory.EnumerateFiles(Shipped.Recipes, "*.yaml", SearchOption.AllDirectories))
            Assert.Equal(File.ReadAllText(file), File.ReadAllText(Path.Combine(folder, "recipes", Path.GetRelativePath(Shipped.Recipes, file))));
        Assert.Equal(Directory.GetFiles(Shipped.Studies).Length, Directory.GetFiles(Path.Combine(folder, "studies")).Length);
        Assert.Contains("simclr", Assert.Throws<ConfigurationException>(() => Shipped.Load("simclrr")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_survives_as_text()
    {
        var plan = new ViewPlan(new Resize(48, Interpolation: "bicubic"), new CenterCrop(32), new Gray(0.5), new Normalize([0.1, 0.2, 0.3], [0.4, 0.5, 0.6]));
        Assert.Equal(ViewJson.Write(plan), ViewJson.Write(ViewJson.Read(ViewJson.Write(plan))));
        Assert.Contains("\"interpolation\":\"bicubic\"", ViewJson.Write(plan), StringComparison.Ordinal);
        Assert.Contains("resize", Assert.Throws<DataException>(() => ViewJson.Read("[{\"name\":\"resise\"}]")).Message, StringComparison.Ordinal);
        foreach (var wrong in new[] { "", "null", "{}", "[1]", "[{\"name\":\"resize\",\"size\":\"x\"}]" }) Assert.Throws<DataException>(() => ViewJson.Read(wrong));
    }
}
