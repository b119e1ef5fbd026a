using Kindred.Data.Pictures;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

/// <summary>What pictures say of themselves is what encoders meet, whatever the pictures are.</summary>
public sealed class PictureDataTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-pictures-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Draw(int width, int height, int channels)
    {
        var random = new Random(1);
        for (var i = 0; i < 24; i++)
        {
            var picture = new Picture(width, height, channels);
            random.NextBytes(picture.Pixels);
            Directory.CreateDirectory(Path.Combine(folder, $"{i % 2}"));
            PngWriter.Write(Path.Combine(folder, $"{i % 2}", $"{i}.png"), picture);
        }
        return $"folder:{folder}";
    }

    // Files decode to colour; MNIST's are grey.
    string Digits()
    {
        var random = new Random(1);
        var pictures = new byte[16 + (24 * 28 * 28)];
        random.NextBytes(pictures);
        new byte[] { 0, 0, 8, 3, 0, 0, 0, 24, 0, 0, 0, 28, 0, 0, 0, 28 }.CopyTo(pictures, 0);
        File.WriteAllBytes(Path.Combine(folder, "train-images-idx3-ubyte"), pictures);
        File.WriteAllBytes(Path.Combine(folder, "train-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 24, .. Enumerable.Range(0, 24).Select(i => (byte)(i % 2 == 0 ? 4 : 9))]);
        return $"mnist:{folder}?split=train";
    }

    static Experiment Build(string data, string views, string encoder) => Experiment.Build(Recipe.Parse(
        $"{{ method: simclr, options: {{ dim: 4 }}, encoder: {encoder}, data: '{data}', views: [{{ name: global, count: 2, {views} }}], "
        + "train: { epochs: 1, batch: 8, layout: nchw, optimizer: { name: sgd, learningRate: 0.01 } } }",
        "r.yaml", binder: Parts.Binder).First);

    static IData Open(string data, string views) => DataKinds.Open(Recipe.Parse($"{{ method: simclr, data: '{data}', views: [{{ {views} }}] }}", "r", binder: Parts.Binder).First);

    public static TheoryData<int, string> Kinds => new(
        from channels in new[] { 0, 1, 3, 4 }
        from views in new[]
        {
            "of: [flip]", "size: 10, of: [flip]", "of: [{ crop: { size: 12 } }]", "of: [{ centerCrop: { size: 8 } }], normalize: half",
            "of: [background, flip]", "of: [{ gray: { p: 1 } }]",
        }
        select (channels, views));

    [Theory, MemberData(nameof(Kinds))]
    public void The_facts_are_the_shape_that_views_have_and_networks_built_from_them_train(int channels, string views)
    {
        var uri = channels == 0 ? Digits() : Draw(14, 14, channels);
        foreach (var encoder in new[] { "{ name: mlp, width: 4, depth: 1 }", "{ name: convnet, width: 2 }" })
        {
            using var scope = Scope.Open();
            using var experiment = Build(uri, views, encoder);
            var data = experiment.Data;
            var plain = data.Plain(4).First().Tensors().Views[0].X;
            var training = data.Batches(0, 0, null, default).First().Tensors().Views[0].X;
            Assert.Equal(channels == 0 ? 1 : 3, data.Inputs["channels"]);
            Assert.Equal((long[])[.. plain.Shape.Skip(1)], (long[])[data.Inputs["channels"], data.Inputs["height"], data.Inputs["width"]]);
            Assert.Equal(plain.Shape.Skip(1), training.Shape.Skip(1));
            experiment.Trainer().Fit();
            Assert.Equal(4, ((IEncodes)experiment.Method).Features(plain).Size(0));
        }
    }

    [Fact]
    public void Pictures_of_their_own_size_say_that_size()
    {
        using var data = Open(Draw(20, 12, 1), "of: [flip]");
        Assert.Equal((3, 12, 20), (data.Inputs["channels"], data.Inputs["height"], data.Inputs["width"]));
    }

    [Fact]
    public void A_classifiers_mild_views_are_as_large_as_the_plain_ones()
    {
        using var scope = Scope.Open();
        var data = Open(Digits(), "of: [flip]");
        using var mild = ((ISeenAgain)data).Mild(8, 0.5, 1);
        Assert.Equal([8, 1, 28, 28], mild.Batches(0, 0, null, default).First().Tensors().Views[0].X.Shape);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void The_recipe_of_the_digits_takes_grey_and_coloured_ones(bool grey)
    {
        var uri = grey ? Digits() : Draw(28, 28, 3);
        using var scope = Scope.Open();
        var file = Path.Combine(Repository.Root, "recipes", "drlim.digits.yaml");
        using var experiment = Experiment.Build(Recipe.Load(file, ["train.epochs=1", "options.pairs=4", $"data={uri}"], binder: Parts.Binder).First);
        experiment.Trainer(maxSteps: 2).Fit();
        Assert.Equal([24, 2], ((IEncodes)experiment.Method).Embeddings(experiment.Data.Plain(24).First().Tensors().Views[0]).Shape);
    }

    [Fact]
    public void Test_files_alone_are_learnt_from_and_a_share_of_them_is_held_out()
    {
        Digits();
        foreach (var file in Directory.GetFiles(folder, "train-*")) File.Move(file, file.Replace("train-", "t10k-", StringComparison.Ordinal));
        var uri = $"mnist:{folder}?files=test&only=4,9&held=0.25";
        int Count(string? split)
        {
            using var pictures = Kindred.Data.Sources.PictureSources.Open(Kindred.Experiments.Evaluation.DataSplit.Of(uri, split));
            return pictures.Count;
        }
        Assert.Equal((18, 6), (Count("train"), Count("test")));
        Assert.Contains("by held=0.2", Assert.Throws<ConfigurationException>(() => Kindred.Data.Sources.PictureSources.Open($"mnist:{folder}?files=test&split=test")).Message,
            StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => Kindred.Data.Sources.PictureSources.Open($"mnist:{folder}?files=both"));
    }
}
