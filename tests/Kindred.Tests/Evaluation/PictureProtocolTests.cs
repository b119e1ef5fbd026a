using Kindred.Experiments.Evaluation;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

public class PictureProtocolTests
{
    [Fact]
    public void A_layer_that_turns_with_the_picture_tells_its_rotation_and_one_that_does_not_cannot()
    {
        var found = Made.Evaluate(new TransformProbe(Tasks: ["rotation", "colour"]), MadePictures.Subject());
        Assert.InRange(found["rotation_h"], 75, 100);
        Assert.InRange(found["rotation_z"], 10, 40);
        Assert.InRange(found["colour_z"], 30, 70); // a grey mean lies amid the coloured ones: no line parts them, a hidden layer does
        var bent = Made.Evaluate(new TransformProbe(Tasks: ["rotation", "colour"], Hidden: 32), MadePictures.Subject());
        Assert.InRange(bent["rotation_h"], 50, 100);
        Assert.True(bent["colour_z"] > found["colour_z"] + 10, $"{found["colour_z"]} by a line, {bent["colour_z"]} by a hidden layer");
    }

    [Fact]
    public void A_task_that_does_not_exist_is_answered_with_the_nearest_one() =>
        Assert.Contains("did you mean 'rotation'?",
            Assert.Throws<ConfigurationException>(() => new TransformProbe(Tasks: ["rotatoin"]).Evaluate(MadePictures.Subject())).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Corrupted_pictures_are_classified_worse_than_clean_ones()
    {
        var found = Made.Evaluate(new Corruptions(Families: ["gaussian_noise", "brightness"], Severities: [5]), MadePictures.Subject());
        Assert.InRange(found["clean"], 95, 100);
        Assert.True(found["mean"] < found["clean"] - 5, $"clean {found["clean"]}, corrupted {found["mean"]}");
        Assert.Equal((found["gaussian_noise"] + found["brightness"]) / 2, found["mean"], 9);
        Assert.Equal(100 * found["mean"] / found["clean"], found["relative"], 9);
        Assert.Contains("gaussian_noise", Assert.Throws<ConfigurationException>(() => new Corruptions(Families: ["gausian"]).Evaluate(MadePictures.Subject())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Corruption_errors_are_divided_by_those_of_a_reference_network()
    {
        var folder = Directory.CreateTempSubdirectory("kindred");
        var file = Path.Combine(folder.CreateSubdirectory("eval").FullName, "corruption.json");
        File.WriteAllText(file, """{"protocol":"corruption","metrics":{"clean":90,"gaussian_noise":50,"brightness":80},"settings":{"severities":[5]}}""");
        var found = Made.Evaluate(new Corruptions(Families: ["gaussian_noise", "brightness"], Severities: [5], Reference: folder.FullName), MadePictures.Subject());
        Assert.Equal(((100 - found["gaussian_noise"]) / 50 + (100 - found["brightness"]) / 20) * 50, found["mce"], 9);
        Assert.Equal(((found["clean"] - found["gaussian_noise"]) / 40 + (found["clean"] - found["brightness"]) / 10) * 50, found["relative_mce"], 9);

        string Refused<T>(Corruptions protocol) where T : KindredException => Assert.Throws<T>(() => protocol.Evaluate(MadePictures.Subject())).Message;
        Assert.Contains("at the severities 5", Refused<ConfigurationException>(new(Families: ["brightness"], Severities: [1], Reference: file)), StringComparison.Ordinal);
        Assert.Contains("lacks 'fog'", Refused<ConfigurationException>(new(Families: ["fog"], Severities: [5], Reference: file)), StringComparison.Ordinal);
        Assert.Contains("evaluate that run first", Refused<DataException>(new(Severities: [5], Reference: Path.Combine(folder.FullName, "none"))), StringComparison.Ordinal);
        File.WriteAllText(file, """{"protocol":"knn","metrics":{}}""");
        Assert.Contains("no report of the protocol", Refused<DataException>(new(Severities: [5], Reference: file)), StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Fine_tuning_learns_and_puts_the_weights_back()
    {
        var method = Toy.Build(() => new MadePictures.Still(new TinyEncoder()));
        var subject = MadePictures.Subject(method);
        method.Trainable = false;
        var before = method.State().Select(s => s.State.Value.Clone()).ToArray();
        var found = Made.Evaluate(new FineTuning(Labels: 0.5, Epochs: 8, Batch: 16, LearningRate: 1, Crop: 0.8), subject);
        Assert.InRange(found["accuracy"], 80, 100);
        Assert.Equal(150, subject.Notes["labelled"]!.GetValue<int>());
        Assert.All(method.State().Zip(before), pair => Assert.Equal(0, (pair.First.State.Value - pair.Second).Abs().Max().Item()));
        Assert.False(method.Trainable);
        Assert.False(method.Training);
        Assert.InRange(Made.Evaluate(new FineTuning(Labels: 0.5, From: "scratch", Epochs: 8, Batch: 16, LearningRate: 1, Crop: 0.8), subject)["accuracy"], 80, 100);
    }

    [Fact]
    public void A_layer_that_no_gradient_reaches_cannot_be_fine_tuned() =>
        Assert.Contains("no gradient", Assert.ThrowsAny<Exception>(() => Made.Evaluate(new FineTuning(Epochs: 1, Batch: 16), MadePictures.Subject(layer: "z"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Linear_evaluation_by_SGD_sees_crops_of_pictures() =>
        Assert.InRange(Made.Evaluate(new LinearSgd(Epochs: 10, Batch: 32, LearningRate: [10], Crop: 0.5), MadePictures.Subject())["accuracy"], 80, 100);

    [Fact]
    public void Alignment_is_small_where_two_views_differ_by_little_noise()
    {
        var found = Made.Evaluate(new GeometryProtocol(Samples: 100), MadePictures.Subject());
        Assert.InRange(found["alignment"], 1e-6, 0.2);
        Assert.True(found["uniformity"] < 0);
        Assert.InRange(found["effective_rank"], 1, 6);
    }

    [Fact]
    public void An_edited_picture_finds_its_original_by_pixels()
    {
        var subject = new Subject(new Flat(), "h", Device.Cpu, "made", _ => MadePictures.Subject().Open("test"));
        Assert.InRange(Made.Evaluate(new CopyDetection(Edits: 1), subject)["r1"], 95, 100);
    }

    sealed class Flat : IEncodes
    {
        public Tensor Features(View view) => view.X.Flatten(1);
    }
}
