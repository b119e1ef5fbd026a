using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

public class ClassifyTests
{
    static readonly Protocol[] protocols = [new Knn(K: 20), new Linear(), new LinearSgd(Epochs: 20, Batch: 64, LearningRate: [1.0])];

    [Fact]
    public void Separable_classes_are_told_apart()
    {
        foreach (var protocol in protocols) Assert.InRange(Made.Evaluate(protocol)["accuracy"], 99, 100);
    }

    [Fact]
    public void Shuffled_labels_are_guessed()
    {
        foreach (var protocol in protocols) Assert.InRange(Made.Evaluate(protocol, Made.Subject(shuffled: true))["accuracy"], 12, 38);
    }

    [Fact]
    public void The_layer_that_was_asked_for_is_looked_at()
    {
        Assert.InRange(Made.Evaluate(new Linear(), Made.Subject(layer: "z"))["accuracy"], 25, 60); // one number tells one class of four from the others
        Assert.InRange(Made.Evaluate(new Linear(), Made.Subject(layer: "both"))["accuracy"], 99, 100);
    }

    [Fact]
    public void Voters_in_blocks_vote_as_all_at_once()
    {
        using var scope = Scope.Open();
        using var train = new MadePoints(700, 5, 0.6, 3);
        using var test = new MadePoints(100, 5, 0.6, 4);
        var (bank, classes) = Features.Of(train, v => v.X);
        var (queries, truth) = Features.Of(test, v => v.X);
        var whole = 100 * KnnVote.Predict(KnnVote.Scores(bank, classes, queries, 5, 30, 0.1)).Eq(truth).To(Dtype.Float64).Mean().Item();
        Assert.InRange(whole, 30, 95);
        foreach (var block in new[] { 1, 257, 10_000 }) Assert.Equal(whole, new Knn(30, 0.1, block).Accuracy(train, test, v => v.X), 9);
    }

    [Fact]
    public void In_a_map_distances_tell_apart_what_angles_do_not()
    {
        using var scope = Scope.Open();
        using var train = new Rings(60);
        using var test = new Rings(30);
        Assert.Equal(100, new Knn(5, 1000, 7, Euclidean: true).Accuracy(train, test, v => v.X), 9);
        Assert.InRange(new Knn(5, 1000).Accuracy(train, test, v => v.X), 20, 80);
    }

    // Two rings around the origin: the class is the radius.
    sealed class Rings(int count) : MemoryData(count, ["inner", "outer"], [.. Enumerable.Range(0, count).Select(i => i % 2)], 8, 0)
    {
        protected override View[] Make(IReadOnlyList<Wanted> samples) =>
            [new View(Tensor.From<float>([.. samples.SelectMany(s => new[] { (1 + (s.Row % 2)) * MathF.Cos(s.Row / 2), (1 + (s.Row % 2)) * MathF.Sin(s.Row / 2) })], [samples.Count, 2]), "points.0")];
    }

    [Fact]
    public void Among_equally_good_strengths_the_strongest_is_taken()
    {
        var found = Made.Evaluate(new Linear(L2: [1e3, 1e-3]));
        Assert.Equal(1e3, found["l2"]);
        Assert.InRange(found["validation"], 99, 100);
        var one = Made.Evaluate(new Linear(L2: [0.5]));
        Assert.Equal(0.5, one["l2"]);
        Assert.True(double.IsNaN(one["validation"]));
    }

    [Fact]
    public void Of_several_rates_the_best_on_the_held_out_part_is_taken()
    {
        var found = Made.Evaluate(new LinearSgd(Epochs: 5, Batch: 64, LearningRate: [1e-7, 1.0]), Made.Subject(noise: 0.3));
        Assert.Equal(1.0, found["learning_rate"]);
    }

    [Fact]
    public void Ten_classes_have_a_top_five()
    {
        var found = Made.Evaluate(new Linear(), Made.Subject(classes: 10, noise: 0.7));
        Assert.True(found["top5"] > found["accuracy"] + 5, $"top-1 {found["accuracy"]}, top-5 {found["top5"]}");
        Assert.DoesNotContain("top5", Made.Evaluate(new Linear()).Keys);
    }

    [Fact]
    public void More_labels_classify_better()
    {
        var found = Made.Evaluate(new LowShot(K: [1, 20], Draws: 4), Made.Subject(noise: 0.4));
        Assert.True(found["accuracy_20"] > found["accuracy_1"] + 5, $"{found["accuracy_1"]} with one, {found["accuracy_20"]} with twenty");
        Assert.True(found["std_1"] > 0);
    }

    /// <summary>Ten classes of points of eight values: the last two have none of their own and cannot be told from one another.</summary>
    [Fact]
    public void How_even_it_is_over_the_classes_is_said()
    {
        var found = Made.Evaluate(new LowShot(K: [20], Draws: 3), Made.Subject(classes: 10, noise: 0.05));
        Assert.InRange(found["accuracy_20"], 85, 95);
        Assert.InRange(found["class_std_20"], 12, 26);                     // 20 where eight are always right and two every other time
        Assert.InRange(found["rare_20"], 55, 78);
        var even = Made.Evaluate(new LowShot(K: [20], Draws: 3), Made.Subject(classes: 8, noise: 0.05));
        Assert.Equal((0, 100), (even["class_std_20"], even["rare_20"]));
    }

    [Fact]
    public void Data_without_classes_are_refused()
    {
        using var scope = Scope.Open();
        var subject = new Subject(new Identity(), "h", Device.Cpu, "made", _ => new MadePoints(10, 1, 0.1, 1));
        Assert.Contains("needs labels", Assert.Throws<DataException>(() => new Knn().Evaluate(subject)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("emoji?split=train&n=10&label=vendor", "train", "emoji?n=10&label=vendor&split=train")]
    [InlineData("emoji?split=train&n=10&label=vendor", "test", "emoji?label=vendor&split=test")]
    [InlineData("cifar10:/x?ntest=50&fraction=0.1&seed=3", "test", "cifar10:/x?seed=3&split=test&n=50")]
    [InlineData("cifar10:/x?ntest=50", null, "cifar10:/x")]
    [InlineData("emoji?split=train&hold=0.1", "train", "emoji?hold=0.1&split=train")]
    [InlineData("emoji?split=train&hold=0.1", "test", "emoji?split=test")]
    [InlineData("emoji?held=0.1&n=10", "train", "emoji?n=10&split=train&hold=0.1")]
    [InlineData("emoji?held=0.1&n=10", "test", "emoji?held=0.1&split=train")]
    public void What_is_learnt_from_is_cut_and_what_is_tested_is_not(string uri, string? split, string part) => Assert.Equal(part, DataSplit.Of(uri, split));
}
